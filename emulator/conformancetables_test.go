package emulator_test

import (
	"fmt"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// tableRules are the cases of TestConformance about structured tables.
var tableRules = []conformanceCase{
	{"a table names its columns", "columns that a request does not name have the text of the header; one with a type and no name is called Column 1", reported, func(r *trial) {
		r.must(r.text(0, "a", "b", "c"), r.text(1, "1", "2", "3"))
		r.addTable("conformance names", 4, &sheets.TableColumnProperties{ColumnIndex: 1, ColumnType: "DATE"})
		r.wantTable("A1:C4 a Column 1/DATE c")
	}},
	{"rows join a table", "rows inserted at its end join a table only with inheritFromBefore, rows within it always", reported, func(r *trial) {
		r.must(r.text(0, "a", "b", "c"))
		r.addTable("conformance rows", 4)
		r.must(r.insert(4, 5, false))
		r.wantTable("A1:C4 a b c")
		r.must(r.insert(4, 5, true))
		r.wantTable("A1:C5 a b c")
		r.must(r.insert(2, 3, false))
		r.wantTable("A1:C6 a b c")
	}},
	{"appended to a table", "appendCells writes into free rows of the table, then inserts rows at its end", guide + "guides/tables", func(r *trial) {
		r.must(r.text(0, "a", "b", "c"), r.text(1, "1"), r.text(3, "below"))
		id := r.addTable("conformance append", 3)
		text := "new"
		row := &sheets.RowData{Values: []*sheets.CellData{{UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}}}}
		r.must(&sheets.Request{AppendCells: &sheets.AppendCellsRequest{TableId: id, Fields: "userEnteredValue", Rows: []*sheets.RowData{row, row}}})
		r.wantValues("A1:A5", []any{"a"}, []any{"1"}, []any{"new"}, []any{"new"}, []any{"below"})
		r.wantTable("A1:C4 a b c")
	}},
	{"a list of columns", "updateTable replaces the whole list, and each of its columns needs a name", reported, func(r *trial) {
		r.must(r.text(0, "a", "b", "c"))
		id := r.addTable("conformance columns", 4, &sheets.TableColumnProperties{ColumnIndex: 0, ColumnName: "a", ColumnType: "DATE"})
		update := func(p *sheets.TableColumnProperties) *sheets.Request {
			return &sheets.Request{UpdateTable: &sheets.UpdateTableRequest{Fields: "columnProperties",
				Table: &sheets.Table{TableId: id, ColumnProperties: []*sheets.TableColumnProperties{p}}}}
		}
		_, err := r.batch(update(&sheets.TableColumnProperties{ColumnIndex: 1, ColumnType: "TIME"}))
		r.wantError(err, 400, "Table header row cell must have a value.")
		r.must(update(&sheets.TableColumnProperties{ColumnIndex: 1, ColumnName: "time", ColumnType: "TIME"}))
		r.wantTable("A1:C4 a time/TIME c")
	}},
	{"a table is deleted", "deleteTable empties its cells", guide + "guides/tables", func(r *trial) {
		r.must(r.text(0, "a", "b", "c"), r.text(4, "below"))
		id := r.addTable("conformance delete", 4)
		r.must(&sheets.Request{DeleteTable: &sheets.DeleteTableRequest{TableId: id}})
		r.wantValues("A1:A5", []any{}, []any{}, []any{}, []any{}, []any{"below"})
		r.wantTable("")
	}},
}

// addTable adds a table over the columns A to C of the first rows and returns its ID.
// The table is deleted at the end of the case.
func (r *trial) addTable(name string, rows int64, columns ...*sheets.TableColumnProperties) string {
	r.t.Helper()
	got, err := r.batch(&sheets.Request{AddTable: &sheets.AddTableRequest{Table: &sheets.Table{
		Name: fmt.Sprint(name, " ", r.marker), ColumnProperties: columns,
		Range: &sheets.GridRange{SheetId: r.tab, EndRowIndex: rows, EndColumnIndex: 3},
	}}})
	if err != nil {
		r.t.Fatalf("addTable: %v", err)
	}
	id := got.Replies[0].AddTable.Table.TableId
	r.t.Cleanup(func() { r.batch(&sheets.Request{DeleteTable: &sheets.DeleteTableRequest{TableId: id}}) })
	return id
}

// wantTable checks the range and the columns of the table in the sheet; "" = none.
func (r *trial) wantTable(want string) {
	r.t.Helper()
	got, err := r.sheets.Spreadsheets.Get(r.id).Fields(googleapi.Field("sheets(properties.sheetId,tables(range,columnProperties))")).Do()
	if err != nil {
		r.t.Fatal(err)
	}
	text := ""
	for _, s := range got.Sheets {
		if s.Properties.SheetId == r.tab && len(s.Tables) > 0 {
			text = describeTable(s.Tables[0])
		}
	}
	if text != want {
		r.t.Errorf("table = %q, want %q", text, want)
	}
}

// describeTable returns the range of a table in A1 notation, and the names and types
// of its columns.
func describeTable(t *sheets.Table) string {
	text := cellName(t.Range.StartRowIndex, t.Range.StartColumnIndex) + ":" + cellName(t.Range.EndRowIndex-1, t.Range.EndColumnIndex-1)
	for _, c := range t.ColumnProperties {
		text += " " + c.ColumnName
		if c.ColumnType != "" {
			text += "/" + c.ColumnType
		}
	}
	return text
}
