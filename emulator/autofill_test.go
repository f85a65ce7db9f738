package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

func TestAutoFill(t *testing.T) {
	tests := []struct {
		name    string
		start   [][]any
		request string
		want    [][]any
		failure string
	}{
		{"formulas move with their cells", [][]any{{1, "=A1*2"}, {2}, {3}}, `{"range":{"startRowIndex":0,"endRowIndex":3,"startColumnIndex":1,"endColumnIndex":2}}`,
			[][]any{{1.0, 2.0}, {2.0, 4.0}, {3.0, 6.0}}, ""},
		{"numbers go on", [][]any{{1, 10}, {3, 20}}, `{"sourceAndDestination":{"source":{"endRowIndex":2,"endColumnIndex":2},"dimension":"ROWS","fillLength":2}}`,
			[][]any{{1.0, 10.0}, {3.0, 20.0}, {5.0, 30.0}, {7.0, 40.0}}, ""},
		{"before the source", [][]any{{}, {}, {3}, {4}}, `{"sourceAndDestination":{"source":{"startRowIndex":2,"endRowIndex":4,"endColumnIndex":1},"dimension":"ROWS","fillLength":-2}}`,
			[][]any{{1.0}, {2.0}, {3.0}, {4.0}}, ""},
		{"text repeats, to the right", [][]any{{"a", "b"}}, `{"sourceAndDestination":{"source":{"endRowIndex":1,"endColumnIndex":2},"dimension":"COLUMNS","fillLength":3}}`,
			[][]any{{"a", "b", "a", "b", "a"}}, ""},
		{"a range to the right", [][]any{{"a"}, {true}}, `{"range":{"endRowIndex":2,"endColumnIndex":2}}`, [][]any{{"a", "a"}, {true, true}}, ""},
		{"a single number", [][]any{{1}}, `{"sourceAndDestination":{"source":{"endRowIndex":1,"endColumnIndex":1},"dimension":"ROWS","fillLength":1}}`, nil, "autoFill of a single number"},
		{"text that counts", [][]any{{"Item 1"}}, `{"range":{"endRowIndex":2,"endColumnIndex":1}}`, nil, "autoFill of text with numbers"},
		{"no constant step", [][]any{{1}, {2}, {4}}, `{"range":{"endRowIndex":4,"endColumnIndex":1}}`, nil, "without a constant step"},
		{"past the grid", [][]any{{1}, {2}}, `{"sourceAndDestination":{"source":{"endRowIndex":2,"endColumnIndex":1},"dimension":"ROWS","fillLength":1000}}`, nil, "exceeds grid limits"},
		{"an empty range", nil, `{"range":{"endRowIndex":2,"endColumnIndex":1}}`, nil, "no values are found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "S"}}})
			me.enter(t, id, "S!A1", tt.start)
			status, body := me.post(t, id, `{"autoFill":`+tt.request+`}`)
			if tt.failure != "" {
				if status < 400 || !strings.Contains(body, tt.failure) {
					t.Errorf("autoFill = %d %s, want an error with %q", status, body, tt.failure)
				}
				return
			}
			if diff := cmp.Diff(tt.want, google.Values(id, "S")); diff != "" || status != 200 {
				t.Errorf("autoFill = %d %s, values (-want +got):\n%s", status, body, diff)
			}
		})
	}
}

// TestChips: chips are stored and returned, and what a cell with chips shows is a 501.
func TestChips(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "S"}}})
	const person = `{"startIndex":6,"chip":{"personProperties":{"email":"ada@example.com"}}}`
	write := func(text, runs string) (int, string) {
		return me.post(t, id, `{"updateCells":{"start":{},"fields":"userEnteredValue,chipRuns","rows":[{"values":[{"userEnteredValue":{"stringValue":"`+text+`"},"chipRuns":[`+runs+`]}]}]}}`)
	}
	if status, body := write("Owner @.", person); status != 200 {
		t.Fatalf("updateCells = %d %s", status, body)
	}
	got, err := me.sheets.Spreadsheets.Get(id).Fields("sheets.data.rowData.values(userEnteredValue,chipRuns)").Do()
	if err != nil {
		t.Fatal(err)
	}
	cell := got.Sheets[0].Data[0].RowData[0].Values[0]
	if runs := cell.ChipRuns; *cell.UserEnteredValue.StringValue != "Owner @." || len(runs) != 3 ||
		runs[1].StartIndex != 6 || runs[1].Chip.PersonProperties.Email != "ada@example.com" || runs[2].StartIndex != 7 {
		t.Errorf("cell = %q with %d runs, want the text, and runs before, of and after the chip", *cell.UserEnteredValue.StringValue, len(runs))
	}
	for _, query := range []string{"", "?valueRenderOption=FORMULA"} {
		if status, _, body := me.send(t, "GET", sheetsURL+id+"/values/S"+query, ""); status != 501 || !strings.Contains(body, "the value of a smart chip is not emulated") {
			t.Errorf("values%s = %d %s, want 501", query, status, body)
		}
	}
	if status, body := write("Owner", person); status != 400 || !strings.Contains(body, "placeholder") {
		t.Errorf("a chip without a placeholder = %d %s, want 400", status, body)
	}
	if status, body := write("@", `{"chip":{"richLinkProperties":{"uri":"https://example.com/"}}}`); status != 400 || !strings.Contains(body, "Only links to files of Drive") {
		t.Errorf("a chip of another link = %d %s, want 400", status, body)
	}
	me.enter(t, id, "S!A1", [][]any{{"plain"}})
	if status, _, body := me.send(t, "GET", sheetsURL+id+"/values/S", ""); status != 200 || !strings.Contains(body, "plain") {
		t.Errorf("values after another value = %d %s, want it", status, body)
	}
}

// enter writes rows as a user types them, from a cell on.
func (p user) enter(t testing.TB, id, at string, rows [][]any) {
	t.Helper()
	_, err := p.sheets.Spreadsheets.Values.Update(id, at, &sheets.ValueRange{Values: rows}).ValueInputOption("USER_ENTERED").Do()
	if err != nil {
		t.Fatal(err)
	}
}
