package function

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
)

// TestCells compares with what Google says of all sheets.
func TestCells(t *testing.T) {
	w := newWorld(t, func(_ *Settings, s *emulator.Spreadsheet) {
		s.Sheets = append(s.Sheets, emulator.Sheet{Title: "Hidden", Hidden: true, Values: manyRows(1200)})
	})
	cells := func() (n int64) {
		t.Helper()
		var got service.Spreadsheet
		if answer := w.do("GET", "/", ""); json.Unmarshal(answer.Body.Bytes(), &got) != nil || got.CellLimit != 10_000_000 {
			t.Fatalf("GET / = %d %s", answer.Code, answer.Body)
		}
		return got.Cells
	}
	before := cells()
	if before != w.cells(t) || before < 6*1000*26 {
		t.Errorf("cells = %d, Google has %d", before, w.cells(t))
	}
	r := httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(`{"id":4}`))
	r.Header.Set("Idempotency-Key", "makes the sheet of keys")
	answer := httptest.NewRecorder()
	if w.ServeHTTP(answer, r); answer.Code != 201 {
		t.Fatalf("POST = %d %s", answer.Code, answer.Body)
	}
	if after := cells(); after != w.cells(t) || after <= before+26 {
		t.Errorf("with keys and a row more: cells = %d, before %d, Google has %d", after, before, w.cells(t))
	}
}

// cells is what Google counts, by a call of its own.
func (w *world) cells(t testing.TB) (n int64) {
	t.Helper()
	r := httptest.NewRequest("GET", "/v4/spreadsheets/"+w.id+"?fields=sheets.properties", nil)
	r.Header.Set("Authorization", "Bearer "+w.google.Token(w.google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets"))
	recorder := httptest.NewRecorder()
	w.google.ServeHTTP(recorder, r)
	var answer struct {
		Sheets []struct {
			Properties struct {
				GridProperties struct{ RowCount, ColumnCount int64 }
			}
		}
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", recorder.Body, err)
	}
	for _, sheet := range answer.Sheets {
		n += sheet.Properties.GridProperties.RowCount * sheet.Properties.GridProperties.ColumnCount
	}
	return n
}
