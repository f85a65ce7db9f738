package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// tableSheet returns an emulator whose sheet "S" has a table "Tasks" (ID "7") over
// A1:C4, whose last row is empty, and a note below the table.
func tableSheet(t *testing.T) (*emulator.Server, string, user) {
	t.Helper()
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S",
		[]any{"Task", "Amount", "Status"}, []any{"a", 1, "Open"}, []any{"b", 2, "Done"}, []any{}, []any{"below"})}})
	status, body := me.post(t, id, `{"addTable":{"table":{"name":"Tasks","tableId":"7","range":`+a1c4+`,"columnProperties":[`+
		`{"columnIndex":1,"columnName":"Amount","columnType":"CURRENCY"},`+
		`{"columnIndex":2,"columnName":"Status","columnType":"DROPDOWN","dataValidationRule":`+openOrDone+`}]}}}`)
	if status != 200 {
		t.Fatalf("addTable = %d %s", status, body)
	}
	return google, id, me
}

const (
	a1c4       = `{"startRowIndex":0,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":3}`
	openOrDone = `{"condition":{"type":"ONE_OF_LIST","values":[{"userEnteredValue":"Open"},{"userEnteredValue":"Done"}]}}`
)

// tables returns the tables of the first sheet, each as its range in A1 notation and
// the names and types of its columns.
func (p user) tables(t *testing.T, id string) []string {
	t.Helper()
	got, err := p.sheets.Spreadsheets.Get(id).Do()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, table := range got.Sheets[0].Tables {
		r := table.Range
		text := table.Name + " " + cellName(r.StartRowIndex, r.StartColumnIndex) + ":" + cellName(r.EndRowIndex-1, r.EndColumnIndex-1)
		for i, c := range table.ColumnProperties {
			if c.ColumnIndex != int64(i) {
				t.Errorf("column %d has the index %d", i, c.ColumnIndex)
			}
			text += " " + strings.TrimSuffix(c.ColumnName+"/"+c.ColumnType, "/")
		}
		out = append(out, text)
	}
	return out
}

func cellName(row, column int64) string {
	name, _ := json.Marshal(row + 1)
	return string(rune('A'+column)) + string(name)
}

func TestTables(t *testing.T) {
	const unchanged = "Tasks A1:C4 Task Amount/CURRENCY Status/DROPDOWN"
	tests := []struct {
		name, request string
		want          string // the table afterwards, or the error
	}{
		{"a row inserted between rows belongs to the table", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":4}}}`,
			"Tasks A1:C6 Task Amount/CURRENCY Status/DROPDOWN"},
		{"a row inserted after the last one does not", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":4,"endIndex":5}}}`, unchanged},
		{"unless it inherits from it", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":4,"endIndex":5},"inheritFromBefore":true}}`,
			"Tasks A1:C5 Task Amount/CURRENCY Status/DROPDOWN"},
		{"rows above move it", `{"insertDimension":{"range":{"dimension":"ROWS","endIndex":1}}}`, "Tasks A2:C5 Task Amount/CURRENCY Status/DROPDOWN"},
		{"rows of it are deleted", `{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":3}}}`, "Tasks A1:C2 Task Amount/CURRENCY Status/DROPDOWN"},
		{"all of it is deleted", `{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":4}}}`, ""},
		{"not its header alone", `{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":2}}}`, "501 deleting the header or the footer of a table"},
		{"a new column has a name and no type", `{"insertDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}}}`,
			"Tasks A1:D4 Task Column 2 Amount/CURRENCY Status/DROPDOWN"},
		{"a new column at the end inherits no type", `{"insertDimension":{"range":{"dimension":"COLUMNS","startIndex":3,"endIndex":4},"inheritFromBefore":true}}`,
			"Tasks A1:D4 Task Amount/CURRENCY Status/DROPDOWN Column 4"},
		{"a column is deleted", `{"deleteDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}}}`, "Tasks A1:B4 Task Status/DROPDOWN"},
		{"columns move with their types", `{"moveDimension":{"source":{"dimension":"COLUMNS","startIndex":2,"endIndex":3},"destinationIndex":1}}`,
			"Tasks A1:C4 Task Status/DROPDOWN Amount/CURRENCY"},
		{"rows move", `{"moveDimension":{"source":{"dimension":"ROWS","startIndex":2,"endIndex":3},"destinationIndex":1}}`, unchanged},
		{"not the header", `{"moveDimension":{"source":{"dimension":"ROWS","startIndex":0,"endIndex":1},"destinationIndex":2}}`, "501 moving the header or the footer of a table"},
		{"cells of whole rows are inserted", `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"startColumnIndex":0,"endColumnIndex":3},"shiftDimension":"ROWS"}}`,
			"Tasks A1:C5 Task Amount/CURRENCY Status/DROPDOWN"},
		{"not cells of a part", `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"startColumnIndex":0,"endColumnIndex":2},"shiftDimension":"ROWS"}}`,
			"501 shifting a part of the rows or columns of a table"},
		{"cells beside are not of the table", `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"startColumnIndex":3,"endColumnIndex":4},"shiftDimension":"ROWS"}}`, unchanged},
		{"cells of whole columns are deleted", `{"deleteRange":{"range":{"startRowIndex":0,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":1},"shiftDimension":"COLUMNS"}}`,
			"Tasks A1:B4 Amount/CURRENCY Status/DROPDOWN"},
		{"a name written into the header", `{"updateCells":{"start":{"columnIndex":1},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"Cost"}}]}]}}`,
			"Tasks A1:C4 Task Cost/CURRENCY Status/DROPDOWN"},
		{"a formula in the header becomes a name", `{"updateCells":{"start":{"columnIndex":1},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"formulaValue":"=1+2"}}]}]}}`,
			"Tasks A1:C4 Task Column 2/CURRENCY Status/DROPDOWN"},
		{"an empty header", `{"updateCells":{"start":{"columnIndex":1},"fields":"userEnteredValue","rows":[{"values":[{}]}]}}`, "501 emptying a cell in the header of a table"},
		{"another range", `{"updateTable":{"table":{"tableId":"7","range":{"startRowIndex":0,"endRowIndex":9,"startColumnIndex":0,"endColumnIndex":4}},"fields":"range"}}`,
			"Tasks A1:D9 Task Amount/CURRENCY Status/DROPDOWN Column 4"},
		{"a range with fewer columns", `{"updateTable":{"table":{"tableId":"7","range":{"startRowIndex":0,"endRowIndex":4,"startColumnIndex":1,"endColumnIndex":3}},"fields":"range"}}`,
			"Tasks B1:C4 Amount/CURRENCY Status/DROPDOWN"},
		{"another name", `{"updateTable":{"table":{"tableId":"7","name":"Jobs"},"fields":"name"}}`, "Jobs A1:C4 Task Amount/CURRENCY Status/DROPDOWN"},
		{"a list of columns replaces all", `{"updateTable":{"table":{"tableId":"7","columnProperties":[{"columnIndex":1,"columnName":"Due","columnType":"DATE"}]},"fields":"columnProperties"}}`,
			"Tasks A1:C4 Task Due/DATE Status"},
		{"each with its name", `{"updateTable":{"table":{"tableId":"7","columnProperties":[{"columnIndex":1,"columnType":"DATE"}]},"fields":"columnProperties"}}`,
			"400 Invalid requests[0].updateTable: Table header row cell must have a value."},
		{"a footer is one more row", `{"updateTable":{"table":{"tableId":"7","rowsProperties":{"footerColorStyle":{"themeColor":"ACCENT1"}}},"fields":"rowsProperties"}}`,
			"Tasks A1:C5 Task Amount/CURRENCY Status/DROPDOWN"},
		{"an unknown table", `{"updateTable":{"table":{"tableId":"8","name":"x"},"fields":"name"}}`, "400 Invalid requests[0].updateTable: No table with id: 8"},
		{"deleted", `{"deleteTable":{"tableId":"7"}}`, ""},
		{"turned into plain cells", `{"deleteBanding":{"bandedRangeId":7}}`, ""},
		{"an ID twice", `{"addTable":{"table":{"name":"Other","tableId":"7","range":{"startRowIndex":9,"endRowIndex":11,"endColumnIndex":2}}}}`, "400 Invalid requests[0].addTable: Table with id 7 already exists."},
		{"a name twice", `{"addTable":{"table":{"name":"tasks","range":{"startRowIndex":9,"endRowIndex":11,"endColumnIndex":2}}}}`, "400 Invalid requests[0].addTable: A table with the name \\\"tasks\\\" already exists."},
		{"over another", `{"addTable":{"table":{"name":"Other","range":{"startRowIndex":3,"endRowIndex":11,"endColumnIndex":2}}}}`, "400 Invalid requests[0].addTable: A table cannot overlap another table."},
		{"a dropdown without a list", `{"addTable":{"table":{"name":"Other","range":{"startRowIndex":9,"endRowIndex":11,"endColumnIndex":2},"columnProperties":[{"columnType":"DROPDOWN"}]}}}`,
			"400 Invalid requests[0].addTable: Condition must be set for dropdown column type."},
		{"a list of another type", `{"addTable":{"table":{"name":"Other","range":{"startRowIndex":9,"endRowIndex":11,"endColumnIndex":2},"columnProperties":[{"columnType":"TEXT","dataValidationRule":` + openOrDone + `}]}}}`,
			"400 Invalid requests[0].addTable: Cannot set condition for non-dropdown column type."},
		{"a sheet with a table is not copied", `{"duplicateSheet":{"sourceSheetId":0}}`, "501 copying a sheet with tables"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, id, me := tableSheet(t)
			status, body := me.post(t, id, tt.request)
			if code, text, failure := strings.Cut(tt.want, " "); failure && (code == "400" || code == "501") {
				if status/100 != int(code[0]-'0') || !strings.Contains(body, text) {
					t.Errorf("batch = %d %s, want %s", status, body, tt.want)
				}
				tt.want = unchanged
			} else if status != 200 {
				t.Errorf("batch = %d %s", status, body)
			}
			if got := strings.Join(me.tables(t, id), "; "); got != tt.want {
				t.Errorf("tables = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAddTable: the reply has a column for each of the range, named by the header.
func TestAddTable(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"Item", "Price", "", "Paid"}, []any{"a", 1}, []any{"b", 2, "x", "yes"})}})
	status, body := me.post(t, id, `{"addTable":{"table":{"name":"T","range":{"startRowIndex":0,"endRowIndex":3,"startColumnIndex":0,"endColumnIndex":4},`+
		`"columnProperties":[{"columnIndex":1,"columnType":"CURRENCY"},{"columnIndex":3,"columnType":"BOOLEAN"}]}}}`)
	if status != 200 {
		t.Fatalf("addTable = %d %s", status, body)
	}
	want := [][]any{{"Item", "Column 1", "Column 3", "Column 2"}, {"a", 1.0, "", false}, {"b", 2.0, "x", false}}
	if diff := cmp.Diff(want, google.Values(id, "S")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	for _, want := range []string{`"columnName": "Item"`, `"columnType": "CURRENCY"`, `"endColumnIndex": 4`, `"tableId": "`} {
		if !strings.Contains(body, want) {
			t.Errorf("the reply lacks %s: %s", want, body)
		}
	}
}

// TestAppendToTable: rows go into the free rows at the end of the body, then into new
// ones, which move what is below.
func TestAppendToTable(t *testing.T) {
	const row = `{"values":[{"userEnteredValue":{"stringValue":"new"}},{"userEnteredValue":{"numberValue":3}}]}`
	tests := []struct {
		name, before, rows string
		want               [][]any
		table              string
	}{
		{"a free row", "", row, [][]any{{"a", 1.0, "Open"}, {"b", 2.0, "Done"}, {"new", 3.0}, {"below"}}, "Tasks A1:C4"},
		{"more than are free", "", row + "," + row, [][]any{{"a", 1.0, "Open"}, {"b", 2.0, "Done"}, {"new", 3.0}, {"new", 3.0}, {"below"}}, "Tasks A1:C5"},
		{"before a footer", `{"updateTable":{"table":{"tableId":"7","rowsProperties":{"footerColorStyle":{"themeColor":"ACCENT1"}}},"fields":"rowsProperties"}}`, row + "," + row,
			[][]any{{"a", 1.0, "Open"}, {"b", 2.0, "Done"}, {"new", 3.0}, {"new", 3.0}, {"below"}}, "Tasks A1:C6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := tableSheet(t)
			if tt.before != "" {
				if status, body := me.post(t, id, tt.before); status != 200 {
					t.Fatalf("set-up = %d %s", status, body)
				}
			}
			if status, body := me.post(t, id, `{"appendCells":{"tableId":"7","sheetId":42,"fields":"userEnteredValue","rows":[`+tt.rows+`]}}`); status != 200 {
				t.Fatalf("appendCells = %d %s", status, body)
			}
			if diff := cmp.Diff(tt.want, google.Values(id, "S")[1:]); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if got := strings.Join(me.tables(t, id), "; "); !strings.HasPrefix(got, tt.table+" ") {
				t.Errorf("tables = %q, want %s", got, tt.table)
			}
		})
	}
	_, id, me := tableSheet(t)
	one := `{"appendCells":{"tableId":"7","fields":"*","rows":[` + row + `]}}`
	if status, body := me.post(t, id, one, one); status != 501 || !strings.Contains(body, "two appendCells to a table in one batch") {
		t.Errorf("two in one batch = %d %s, want 501", status, body)
	}
	if status, body := me.post(t, id, strings.Replace(one, `"7"`, `"8"`, 1)); status != 400 || !strings.Contains(body, "No table with id: 8") {
		t.Errorf("unknown table = %d %s, want 400", status, body)
	}
}

// TestTableBands: tables are among the banded ranges, unless a request excludes them.
func TestTableBands(t *testing.T) {
	_, id, me := tableSheet(t)
	with, err := me.sheets.Spreadsheets.Get(id).Do()
	if err != nil || len(with.Sheets[0].BandedRanges) != 1 || with.Sheets[0].BandedRanges[0].BandedRangeId != 7 {
		t.Errorf("bandedRanges = %+v, %v, want that of the table", with.Sheets[0].BandedRanges, err)
	}
	without, err := me.sheets.Spreadsheets.Get(id).ExcludeTablesInBandedRanges(true).Do()
	if err != nil || len(without.Sheets[0].BandedRanges) != 0 || len(without.Sheets[0].Tables) != 1 {
		t.Errorf("bandedRanges = %+v, %v, want none", without.Sheets[0].BandedRanges, err)
	}
	const band = `{"addBanding":{"bandedRange":{"range":` + a1c4 + `,"rowProperties":{}}}}`
	if status, body := me.post(t, id, band); status != 400 || !strings.Contains(body, "already has alternating background colors") {
		t.Errorf("addBanding over a table = %d %s, want 400", status, body)
	}
	elsewhere, err := me.sheets.Spreadsheets.Get(id).Ranges("S!A6:B9").Do()
	if err != nil || len(elsewhere.Sheets[0].Tables) != 0 {
		t.Errorf("tables in S!A6:B9 = %+v, %v, want none", elsewhere.Sheets[0].Tables, err)
	}
}

// TestTableReferences: formulas refer to the rows of a table and to its columns by name.
func TestTableReferences(t *testing.T) {
	google, id, me := tableSheet(t)
	set := func(formula string) string {
		t.Helper()
		status, _, body := me.send(t, "PUT", sheetsURL+id+"/values/S!F1?valueInputOption=USER_ENTERED", `{"values":[["`+formula+`"]]}`)
		if status != 200 {
			t.Fatalf("update = %d %s", status, body)
		}
		_, _, body = me.send(t, "GET", sheetsURL+id+"/values/S!F1", "")
		return body
	}
	tests := []struct{ formula, want string }{
		{"=SUM(Tasks[Amount])", `"3"`},
		{"=COUNTA(Tasks)", `"6"`},
		{"=ROWS(tasks[Status])", `"3"`},
		{"=SUM(Tasks[None])", `"#NAME?"`},
		{"=SUM(Other)", `"#NAME?"`},
		{"=COUNTA(Tasks[#ALL])", `a reference to a table such as Table[#ALL] (S!F1) is not emulated`},
	}
	for _, tt := range tests {
		if got := set(tt.formula); !strings.Contains(got, tt.want) {
			t.Errorf("%s = %s, want %s", tt.formula, got, tt.want)
		}
	}
	set("=SUM(Tasks[Amount])")
	me.post(t, id, `{"appendCells":{"tableId":"7","fields":"*","rows":[{"values":[{},{"userEnteredValue":{"numberValue":10}}]}]}}`)
	if got := google.Values(id, "S")[0]; got[len(got)-1] != 13.0 {
		t.Errorf("after an append the sum is %v, want 13", got)
	}
}
