package test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// prepared are sheets that a person has prepared for rows to come, and what a new row with
// the item "new" makes of them.
var prepared = []struct {
	sheet emulator.Sheet
	body  string
	rows  string // afterwards
}{
	{
		emulator.Sheet{Title: "Checkboxes", Values: [][]any{{"item", "done"}, {"a", true}, {"b", false}, {nil, false}, {nil, false}}},
		`{"item":"new"}`, `[{"item":"a","done":true},{"item":"b","done":false},{"item":"new","done":false},{"done":false}]`,
	},
	{
		emulator.Sheet{Title: "Formulas", Values: [][]any{
			{"item", "qty", "total"}, {"a", 2, emulator.Formula{Text: `=IF(A2="","",B2*3)`}},
			{nil, nil, emulator.Formula{Text: `=IF(A3="","",B3*3)`}}, {nil, nil, emulator.Formula{Text: `=IF(A4="","",B4*3)`}},
		}},
		`{"item":"new","qty":5}`, `[{"item":"a","qty":2,"total":6},{"item":"new","qty":5,"total":15}]`,
	},
	{
		emulator.Sheet{Title: "Side", Values: [][]any{
			{"item", "name", nil, nil, "k", "v"}, {"a", "b", nil, nil, "x", 1}, {nil, nil, nil, nil, "y", 2}, {nil, nil, nil, nil, "z", 3},
		}},
		`{"item":"new"}`, `[{"item":"a","name":"b","k":"x","v":1},{"item":"new","k":"y","v":2},{"k":"z","v":3}]`,
	},
	{
		emulator.Sheet{Title: "Totals", Values: [][]any{{"item", "sum"}, {"a", 10}, {"TOTAL", emulator.Formula{Text: "=SUM(B2:B2)"}}}},
		`{"item":"new"}`, `[{"item":"a","sum":10},{"item":"TOTAL","sum":10},{"item":"new"}]`,
	},
	{
		emulator.Sheet{Title: "Continued", Values: [][]any{{"item", "qty", "total"}, {"a", 2, emulator.Formula{Text: "=B2*3"}}}},
		`[{"item":"new","qty":1},{"item":"newer","qty":2}]`, `[{"item":"a","qty":2,"total":6},{"item":"new","qty":1,"total":3},{"item":"newer","qty":2,"total":6}]`,
	},
}

// offset is a table that begins right of an empty column.
var offset = emulator.Sheet{Title: "Offset", Values: [][]any{{nil, "item", "qty"}, {nil, "a", 1}}}

// TestAppendRightOfAnEmptyColumn appends as an instance that has just started and as one that
// has read the end of the sheet.
func TestAppendRightOfAnEmptyColumn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(offset))
		for _, tt := range []struct{ body, where string }{
			{`{"item":"b"}`, "Offset!A3:C3"}, {`{"qty":3}`, "Offset!A4:C4"}, {`{"item":"d","A":"left"}`, "Offset!A5:C5"}, {`{"item":"e"}`, "Offset!A6:C6"},
		} {
			if got := w.do("POST", "/sheets/Offset", tt.body); got.Code != 201 || !strings.Contains(got.Body.String(), tt.where) {
				t.Fatalf("POST %s = %d %s, want 201 %s", tt.body, got.Code, got.Body, tt.where)
			}
		}
		if got, want := w.rows("Offset"), `[{"item":"a","qty":1},{"item":"b"},{"qty":3},{"A":"left","item":"d"},{"item":"e"}]`; got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}

// TestAppendBelowBlankRows holds that the refusal names the row that may be meant, each time.
func TestAppendBelowBlankRows(t *testing.T) {
	w := newWorld(t, withSheets(emulator.Sheet{Title: "Lower", Values: [][]any{{}, {}, {"item", "qty"}, {"a", 1}}}))
	for range 2 {
		checkProblem(t, "POST", w.do("POST", "/sheets/Lower", `{"item":"b"}`), 422, "invalid-rows", "add the parameter header=3")
	}
	if got := w.do("POST", "/sheets/Lower?header=3", `{"item":"b"}`); got.Code != 201 {
		t.Errorf("POST = %d %s, want 201", got.Code, got.Body)
	}
	if got, want := w.rowsBelow("Lower", 3), `[{"item":"a","qty":1},{"item":"b"}]`; got != want {
		t.Errorf("rows = %s, want %s", got, want)
	}
}

// TestAppendPlace holds where a new row goes, by an instance that has just started and by
// one that has read the end of the sheet, and that an upsert puts it there too.
func TestAppendPlace(t *testing.T) {
	for _, tt := range prepared {
		for _, how := range []string{"", "?on_conflict=item"} {
			t.Run(tt.sheet.Title+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, withSheets(tt.sheet))
					prefer := "resolution=merge-duplicates"
					if how == "" {
						prefer = ""
					}
					if got := w.do("POST", "/sheets/"+tt.sheet.Title+how, tt.body, "Prefer", prefer); got.Code >= 300 {
						t.Fatalf("POST = %d %s", got.Code, got.Body)
					}
					if got := w.rows(tt.sheet.Title); got != tt.rows {
						t.Errorf("rows = %s, want %s", got, tt.rows)
					}
				})
			})
		}
	}
}

// TestAppendToPreparedRows fills rows that are prepared one after the other, and goes on
// below them.
func TestAppendToPreparedRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(prepared[1].sheet))
		for _, body := range []string{`{"item":"b","qty":1}`, `{"item":"c","qty":2}`, `{"item":"d","qty":3}`} {
			if got := w.do("POST", "/sheets/Formulas", body); got.Code != 201 {
				t.Fatalf("POST %s = %d %s", body, got.Code, got.Body)
			}
		}
		want := `[{"item":"a","qty":2,"total":6},{"item":"b","qty":1,"total":3},{"item":"c","qty":2,"total":6},{"item":"d","qty":3,"total":9}]`
		if got := w.rows("Formulas"); got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}

// TestAppendToTable holds that new rows join what Sheets calls a table.
func TestAppendToTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(emulator.Sheet{Title: "Tabled", Values: [][]any{{"item", "qty"}, {"a", 1}, {"b", 2}}}))
		person := w.person(t)
		id := w.sheet(t, person, "Tabled").SheetId
		w.batch(t, person, &sheets.Request{AddTable: &sheets.AddTableRequest{Table: &sheets.Table{
			Name: "Items", TableId: "7", Range: &sheets.GridRange{SheetId: id, EndRowIndex: 3, EndColumnIndex: 2},
		}}})
		for _, body := range []string{`{"item":"c","qty":3}`, `[{"item":"d"},{"item":"e"}]`} {
			if got := w.do("POST", "/sheets/Tabled", body); got.Code != 201 {
				t.Fatalf("POST %s = %d %s", body, got.Code, got.Body)
			}
		}
		shown, err := person.Spreadsheets.Get(w.id).Fields("sheets(properties(title),tables)").Context(context.Background()).Do()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range shown.Sheets {
			if s.Properties.Title == "Tabled" && (len(s.Tables) != 1 || s.Tables[0].Range.EndRowIndex != 6 || s.Tables[0].Range.EndColumnIndex != 2) {
				t.Errorf("tables = %+v, want one with 6 rows and 2 columns", s.Tables[0].Range)
			}
		}
	})
}
