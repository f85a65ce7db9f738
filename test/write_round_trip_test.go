package test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// randomCell returns a cell of any type, given its row.
func randomCell(r *rand.Rand, row int) any {
	serial := float64(r.IntN(60_000)) + float64(r.IntN(2))*r.Float64()
	switch r.IntN(16) {
	case 0, 1:
		return r.IntN(1000) - 500
	case 2:
		return r.NormFloat64() * 1e6
	case 3:
		return []float64{0.1, 1e21, -1e-7, 1.7976931348623157e308, 5e-324, 0.30000000000000004}[r.IntN(6)]
	case 4:
		return r.IntN(2) == 0
	case 5, 6:
		return []string{"x", " ", "=1+1", "'quoted", "007", "1.10", "true", "2026-03-02", "10:30:00", "a,b\"c\nd", "ü 🌵", "<&>", "\u2028"}[r.IntN(13)]
	case 7:
		return emulator.Number{Value: serial, Pattern: "m/d/yyyy"}
	case 8:
		return emulator.Number{Value: serial, Pattern: "yyyy-mm-dd hh:mm"}
	case 9:
		return emulator.Number{Value: r.Float64() * 3, Pattern: "h:mm:ss"}
	case 10:
		return emulator.Number{Value: r.NormFloat64() * 10, Pattern: "[h]:mm"}
	case 11:
		return emulator.Number{Value: r.Float64(), Pattern: "0.00%"}
	case 12:
		return emulator.Formula{Text: fmt.Sprintf("=A%d*2", row)}
	case 13:
		return emulator.Formula{Text: []string{"=1/0", "=NA()", `=""`, "=TRUE", `="2026-03-02"`}[r.IntN(5)]}
	case 14:
		return emulator.Formula{Text: "=DATE(2026,3,2)", Pattern: "dd.mm.yyyy"}
	}
	return nil
}

// TestRoundTrip sends the rows that a GET returned back, by PATCH and by an upsert, and
// checks that no cell has changed, nor what makes its value. The seed is random, and in the
// name of the test.
func TestRoundTrip(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}", "POST /sheets/{title}", "PATCH /sheets/{title}")
	for range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 0))
				values := [][]any{{"id", "b", "c", "d", "e"}}
				for row := 2; row < 22; row++ {
					cells := []any{row}
					for range 4 {
						cells = append(cells, randomCell(r, row))
					}
					values = append(values, cells)
				}
				roundTrip(t, newWorld(t, withSheets(emulator.Sheet{Title: "All", Values: values})))
			})
		})
	}
}

// roundTrip sends the rows of the sheet All back.
func roundTrip(t *testing.T, w *world) {
	t.Helper()
	sheet := func() string {
		shown, err := w.person(t).Spreadsheets.Get(w.id).Ranges("All").
			Fields("sheets(data(rowData(values(userEnteredValue,effectiveValue,effectiveFormat(numberFormat)))))").Do()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.MarshalIndent(shown.Sheets[0].Data[0].RowData, "", " ")
		return string(text)
	}
	before, list := sheet(), w.do("GET", "/sheets/All", "").Body.String()
	check := func(how string, status int) {
		t.Helper()
		if status >= 300 {
			t.Errorf("%s = %d", how, status)
		}
		if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(sheet(), "\n")); diff != "" {
			t.Errorf("%s has changed cells (-before +after):\n%s", how, diff)
		}
	}
	check("upsert", w.do("POST", "/sheets/All?on_conflict=id", list, "Prefer", "resolution=merge-duplicates").Code)
	var rows []json.RawMessage
	if err := json.Unmarshal([]byte(list), &rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		check(fmt.Sprint("PATCH of row ", i+2), w.do("PATCH", fmt.Sprintf("/sheets/All?id=eq.%d", i+2), string(row)).Code)
	}
	if n := w.countCalls(batchCall); n != 0 {
		t.Errorf("%d batches were sent, want none: nothing changes", n)
	}
}
