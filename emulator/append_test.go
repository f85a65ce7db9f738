package emulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestAppendFindsTables is the example of the guide "Append values"
// (developers.google.com/workspace/sheets/api/guides/values): tables at A1:C2
// and B4:D6.
func TestAppendFindsTables(t *testing.T) {
	tables := grid("Sheet1",
		[]any{"x", "y", "z"}, []any{"x", "y", "z"}, nil,
		[]any{nil, "x", "y", "z"}, []any{nil, "y", "z"}, []any{nil, "z"})
	tests := []struct{ at, table, want string }{
		{"Sheet1", "Sheet1!B4:D6", "Sheet1!B7"},
		{"B4", "Sheet1!B4:D6", "Sheet1!B7"},
		{"C5:D5", "Sheet1!B4:D6", "Sheet1!B7"},
		{"B2:D4", "Sheet1!B4:D6", "Sheet1!B7"},
		{"A3:G10", "Sheet1!B4:D6", "Sheet1!B7"},
		{"A1", "Sheet1!A1:C2", "Sheet1!A3"},
		{"E4", "", "Sheet1!E4"},
		{"A4", "", "Sheet1!A4"},
	}
	for _, tt := range tests {
		t.Run(tt.at, func(t *testing.T) {
			_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{tables}})
			got, err := me.sheets.Spreadsheets.Values.Append(id, tt.at, &sheets.ValueRange{Values: [][]any{{"new"}}}).ValueInputOption("RAW").Do()
			if err != nil {
				t.Fatal(err)
			}
			if got.TableRange != tt.table || got.Updates.UpdatedRange != tt.want {
				t.Errorf("Append(%s) = table %q, %s, want %q, %s", tt.at, got.TableRange, got.Updates.UpdatedRange, tt.table, tt.want)
			}
		})
	}
}

// An empty cell splits a row into tables (recorded). An append to the whole
// sheet then writes below the last of them, an append to A1 below the first.
func TestAppendAfterAGap(t *testing.T) {
	for _, tt := range []struct{ at, want string }{{"'S'", "S!C2:E2"}, {"'S'!A1", "S!A2:C2"}} {
		_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"x", "", "y"})}})
		got, err := me.sheets.Spreadsheets.Values.Append(id, tt.at, &sheets.ValueRange{Values: [][]any{{"x", "", "y"}}}).ValueInputOption("RAW").Do()
		if err != nil || got.Updates.UpdatedRange != tt.want {
			t.Errorf("Append(%s) = %+v, %v, want %s", tt.at, got, err, tt.want)
		}
	}
}

func TestInsertRowsPushesDown(t *testing.T) {
	values := [][]any{{"id"}, {"a"}, nil, {"below"}}
	tests := []struct {
		option string
		after  [][]any
		height int64
	}{
		{"OVERWRITE", [][]any{{"id"}, {"a"}, {"n1"}, {"n2"}}, 1000},
		{"INSERT_ROWS", [][]any{{"id"}, {"a"}, {"n1"}, {"n2"}, {}, {"below"}}, 1002},
	}
	for _, tt := range tests {
		t.Run(tt.option, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", values...)}})
			rows := &sheets.ValueRange{Values: [][]any{{"n1"}, {"n2"}}}
			if _, err := me.sheets.Spreadsheets.Values.Append(id, "S!A1", rows).ValueInputOption("RAW").InsertDataOption(tt.option).Do(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.after, google.Values(id, "S")); diff != "" {
				t.Errorf("sheet (-want +got):\n%s", diff)
			}
			got, err := me.sheets.Spreadsheets.Get(id).Fields("sheets.properties.gridProperties.rowCount").Do()
			if err != nil || got.Sheets[0].Properties.GridProperties.RowCount != tt.height {
				t.Errorf("rows = %+v, %v, want %d", got, err, tt.height)
			}
		})
	}
}

func TestAppendGrowsTheGrid(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	wide := make([]any, 30)
	for i := range wide {
		wide[i] = i
	}
	got, err := me.sheets.Spreadsheets.Values.Append(id, "A1000", &sheets.ValueRange{Values: [][]any{wide, wide}}).ValueInputOption("RAW").Do()
	if err != nil || got.Updates.UpdatedRange != "Sheet1!A1000:AD1001" {
		t.Fatalf("Append past the grid = %+v, %v, want Sheet1!A1000:AD1001", got, err)
	}
	if n := len(google.Values(id, "Sheet1")); n != 1001 {
		t.Errorf("%d rows, want 1001", n)
	}
}

func TestAppendColumns(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	body := &sheets.ValueRange{MajorDimension: "COLUMNS", Values: [][]any{{1, 2}, {3}}}
	if _, err := me.sheets.Spreadsheets.Values.Append(id, "A1", body).ValueInputOption("RAW").Do(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{1.0, 3.0}, {2.0}}, google.Values(id, "Sheet1")); diff != "" {
		t.Errorf("sheet (-want +got):\n%s", diff)
	}
}
