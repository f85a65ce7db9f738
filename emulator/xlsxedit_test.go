package emulator_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// formattedBook returns an .xlsx file with what people make in a spreadsheet besides
// values, on the sheets "Stock" and "Notes".
func formattedBook(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	check := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})
	check(err)
	day := "yyyy-mm-dd"
	date, err := book.NewStyle(&excelize.Style{CustomNumFmt: &day, Border: []excelize.Border{{Type: "bottom", Color: "FF0000", Style: 1}}})
	check(err)
	red, err := book.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "9A0511"}})
	check(err)
	var picture bytes.Buffer
	check(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	check(
		book.SetSheetName("Sheet1", "Stock"),
		book.SetSheetRow("Stock", "A1", &[]any{"id", "day", "qty", "price"}),
		book.SetSheetRow("Stock", "A2", &[]any{"a", 46083, 3, 2.5}),
		book.SetSheetRow("Stock", "A3", &[]any{"b", 46084, 4, 1.5}),
		book.SetSheetRow("Stock", "A4", &[]any{"c", 46085, 5, 0.5}),
		book.SetCellFormula("Stock", "F4", "SUM(C2:C4)"),
		book.SetCellFormula("Stock", "G2", `QUERY(A1:C4,"select A")`),
		book.SetCellStyle("Stock", "A1", "D1", bold),
		book.SetCellStyle("Stock", "B2", "B4", date),
		book.SetColWidth("Stock", "D", "D", 42),
		book.SetRowHeight("Stock", 4, 33),
		book.AddComment("Stock", excelize.Comment{Cell: "A2", Author: "anna", Text: "first"}),
		book.AddComment("Stock", excelize.Comment{Cell: "A4", Author: "anna", Text: "last"}),
		book.AddTable("Stock", &excelize.Table{Range: "A1:D4", Name: "stock"}),
		book.SetConditionalFormat("Stock", "C2:C4", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Format: &red, Value: "4"}}),
		book.AddChart("Stock", "J2", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: "Stock!$C$1", Categories: "Stock!$A$2:$A$4", Values: "Stock!$C$2:$C$4"}}}),
		book.AddPictureFromBytes("Stock", "J20", &excelize.Picture{Extension: ".png", File: picture.Bytes()}),
		book.SetCellHyperLink("Stock", "A3", "https://example.com/b", "External"),
		book.SetPanes("Stock", &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		book.SetDefinedName(&excelize.DefinedName{Name: "quantities", RefersTo: "Stock!$C$2:$C$4"}),
	)
	rule := excelize.NewDataValidation(true)
	rule.SetSqref("C2:C4")
	check(rule.SetRange(0, 100, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween))
	check(book.AddDataValidation("Stock", rule))
	_, err = book.NewSheet("Notes")
	check(err)
	check(
		book.SetCellStr("Notes", "A1", "total"),
		book.SetCellFormula("Notes", "B1", "SUM(Stock!C2:C4)"),
		book.MergeCell("Notes", "A3", "C3"),
		book.SetRowVisible("Notes", 5, false),
		book.SetCellStr("Notes", "A5", "not shown"),
	)
	var file bytes.Buffer
	check(book.Write(&file))
	return file.Bytes()
}

// editedBook makes a spreadsheet of a file, changes it, and returns the file with the
// changes.
func editedBook(t *testing.T, file []byte, change func(google *emulator.Server, id string, me user)) ([]byte, emulator.XLSXEdit) {
	t.Helper()
	read, err := emulator.ReadXLSX(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	google, id, me := writerOf(t, read)
	change(google, id, me)
	var out bytes.Buffer
	edit, err := google.EditXLSX(id, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), edit
}

// update sends requests of batchUpdate.
func update(t *testing.T, me user, id string, requests ...*sheets.Request) {
	t.Helper()
	if _, err := me.sheets.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do(); err != nil {
		t.Fatal(err)
	}
}

// insertRow inserts a row of the first sheet before at, with the format of the one above.
func insertRow(at int64, values ...any) []*sheets.Request {
	row := &sheets.RowData{}
	for _, v := range values {
		cell := &sheets.ExtendedValue{}
		switch v := v.(type) {
		case string:
			cell.StringValue = &v
		case float64:
			cell.NumberValue = &v
		}
		row.Values = append(row.Values, &sheets.CellData{UserEnteredValue: cell})
	}
	return []*sheets.Request{
		{InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: at, EndIndex: at + 1}, InheritFromBefore: true}},
		{UpdateCells: &sheets.UpdateCellsRequest{Start: &sheets.GridCoordinate{RowIndex: at}, Rows: []*sheets.RowData{row}, Fields: "userEnteredValue"}},
	}
}

func deleteRow(at int64) *sheets.Request {
	return &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: at, EndIndex: at + 1}}}
}

// parts returns the parts of a file.
func parts(t *testing.T, file []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(content)
	}
	return out
}

func changedParts(t *testing.T, before, after []byte) []string {
	old, now := parts(t, before), parts(t, after)
	var changed []string
	for name := range now {
		if now[name] != old[name] {
			changed = append(changed, name)
		}
	}
	for name := range old {
		if _, ok := now[name]; !ok {
			changed = append(changed, "-"+name)
		}
	}
	slices.Sort(changed)
	return changed
}

// open returns a file as the library reads it.
func open(t *testing.T, file []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func TestEditXLSXUnchanged(t *testing.T) {
	file := formattedBook(t)
	after, edit := editedBook(t, file, func(*emulator.Server, string, user) {})
	if !bytes.Equal(after, file) || edit.Changes != nil || edit.Lost != nil {
		t.Errorf("without a change %d of %d bytes were written, %+v; want the file itself", len(after), len(file), edit)
	}
}

// TestEditXLSXAppend checks which parts of a file an appended row changes: the sheet, and
// its table, which grows; what says that formulas are to be calculated; the image below the
// row; and the formula of the other sheet, whose result is written.
func TestEditXLSXAppend(t *testing.T) {
	file := formattedBook(t)
	after, edit := editedBook(t, file, func(_ *emulator.Server, id string, me user) {
		update(t, me, id, insertRow(4, "d", 46086.0, 6.0, 9.5)...)
	})
	want := []string{"xl/drawings/drawing1.xml", "xl/tables/table1.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
	if diff := cmp.Diff(want, changedParts(t, file, after)); diff != "" {
		t.Errorf("changed parts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(emulator.XLSXEdit{Changes: []string{`sheet "Stock": 1 row inserted`}}, edit); diff != "" {
		t.Errorf("edit (-want +got):\n%s", diff)
	}
	book := open(t, after)
	if row, _ := book.GetRows("Stock"); !slices.Equal(row[4], []string{"d", "2026-03-05", "6", "9.5"}) {
		t.Errorf("row 5 is %q", row[4])
	}
	above, _ := book.GetCellStyle("Stock", "B4")
	if style, _ := book.GetCellStyle("Stock", "B5"); style != above {
		t.Errorf("B5 has style %d, want %d as B4", style, above)
	}
	if rules, _ := book.GetDataValidations("Stock"); rules[0].Sqref != "C2:C5" {
		t.Errorf("validation is of %s, want C2:C5", rules[0].Sqref)
	}
	if tables, _ := book.GetTables("Stock"); tables[0].Range != "A1:D5" {
		t.Errorf("the table is %s, want A1:D5", tables[0].Range)
	}
}

// TestEditXLSXMoves checks that what belongs to a row or refers to it moves with it.
func TestEditXLSXMoves(t *testing.T) {
	file := formattedBook(t)
	after, edit := editedBook(t, file, func(_ *emulator.Server, id string, me user) {
		update(t, me, id, insertRow(1, "new", 1.0)...)
		update(t, me, id, deleteRow(2)) // a
	})
	if len(edit.Lost) > 0 {
		t.Errorf("lost: %v", edit.Lost)
	}
	book := open(t, after)
	formula := func(sheet, cell string) string { f, _ := book.GetCellFormula(sheet, cell); return f }
	height, _ := book.GetRowHeight("Stock", 4)
	width, _ := book.GetColWidth("Stock", "D")
	rules, _ := book.GetDataValidations("Stock")
	conditional, _ := book.GetConditionalFormats("Stock")
	tables, _ := book.GetTables("Stock")
	comments, _ := book.GetComments("Stock")
	isLink, link, _ := book.GetCellHyperLink("Stock", "A3")
	merged, _ := book.GetMergeCells("Notes")
	pictures, _ := book.GetPictures("Stock", "J20")
	chart := parts(t, after)["xl/charts/chart1.xml"]
	boxes := parts(t, after)["xl/drawings/vmlDrawing1.vml"]
	visible, _ := book.GetRowVisible("Notes", 5)
	var notes []string
	for _, c := range comments {
		notes = append(notes, c.Cell+" "+c.Text)
	}
	tests := []struct {
		name      string
		got, want any
	}{
		{"formula below", formula("Stock", "F4"), "SUM(C3:C4)"},
		{"formula that is not emulated", formula("Stock", "G2"), ""},
		{"formula of another sheet", formula("Notes", "B1"), "SUM(Stock!C3:C4)"},
		{"height of c", height, 33.0},
		{"width", width, 42.0},
		{"validation", rules[0].Sqref, "C3:C4"},
		{"conditional format", conditional["C3:C4"] != nil, true},
		{"table", tables[0].Range, "A1:D4"},
		{"notes", fmt.Sprint(notes), "[A4 last]"},
		{"boxes of notes", strings.Count(boxes, "<v:shape "), 1},
		{"box of the note", strings.Contains(boxes, "<x:Row>3</x:Row>"), true},
		{"link", fmt.Sprintf("%t %s", isLink, link), "true https://example.com/b"},
		{"merged cells", merged[0].GetStartAxis() + ":" + merged[0].GetEndAxis(), "A3:C3"},
		{"image", len(pictures), 1},
		{"hidden row", visible, false},
		{"chart", strings.Contains(chart, "<f>Stock!$C$3:$C$4</f>"), true},
		{"name", book.GetDefinedName()[0].RefersTo, "Stock!$C$3:$C$4"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestChartSheet checks that a sheet which is only a chart is not read, and is kept.
func TestChartSheet(t *testing.T) {
	book := open(t, formattedBook(t))
	if err := book.AddChartSheet("Picture", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Values: "Stock!$C$2:$C$4"}}}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	after, edit := editedBook(t, file.Bytes(), func(google *emulator.Server, id string, me user) {
		if google.Values(id, "Picture") != nil {
			t.Error("the chart was read as a sheet")
		}
		update(t, me, id, insertRow(1, "new", 1.0)...)
	})
	if got := open(t, after).GetSheetList(); !slices.Equal(got, []string{"Stock", "Notes", "Picture"}) || len(edit.Lost) > 0 {
		t.Errorf("sheets = %q, lost %v", got, edit.Lost)
	}
	for name, text := range parts(t, after) {
		if strings.HasPrefix(name, "xl/charts/chart") && !strings.Contains(text, "Stock!$C$3:$C$5") {
			t.Errorf("%s has not moved: %s", name, text)
		}
	}
}

// TestExportKeepsUpload checks that an uploaded file is exported with what it has besides
// values.
func TestExportKeepsUpload(t *testing.T) {
	const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	person := newUser(t, emulator.New(emulator.Options{}), "anna@example.com", "drive", "spreadsheets")
	f, err := person.drive.Files.Create(&drive.File{Name: "Stock", MimeType: sheetType}).Media(bytes.NewReader(formattedBook(t)), googleapi.ContentType(xlsx)).Do()
	if err != nil {
		t.Fatal(err)
	}
	made, err := person.sheets.Spreadsheets.Get(f.Id).Do()
	if err != nil {
		t.Fatal(err)
	}
	requests := insertRow(4, "d", 46086.0, 6.0, 9.5)
	requests[0].InsertDimension.Range.SheetId = made.Sheets[0].Properties.SheetId
	requests[1].UpdateCells.Start.SheetId = made.Sheets[0].Properties.SheetId
	update(t, person, f.Id, requests...)
	response, err := person.drive.Files.Export(f.Id, xlsx).Download()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	book := open(t, file)
	rows, _ := book.GetRows("Stock")
	notes, _ := book.GetComments("Stock")
	if len(rows) != 5 || len(notes) != 2 {
		t.Errorf("the export has %d rows and %d notes, want 5 and 2", len(rows), len(notes))
	}
}

// TestEditXLSXChanges checks changes that are neither inserted nor deleted rows.
func TestEditXLSXChanges(t *testing.T) {
	rows := func(from, to int64) *sheets.DimensionRange {
		return &sheets.DimensionRange{Dimension: "ROWS", StartIndex: from, EndIndex: to}
	}
	enter := func(cell, text string) func(*testing.T, user, string) {
		return func(t *testing.T, me user, id string) {
			if _, err := me.sheets.Spreadsheets.Values.Update(id, cell, &sheets.ValueRange{Values: [][]any{{text}}}).ValueInputOption("USER_ENTERED").Do(); err != nil {
				t.Fatal(err)
			}
		}
	}
	send := func(requests ...*sheets.Request) func(*testing.T, user, string) {
		return func(t *testing.T, me user, id string) { update(t, me, id, requests...) }
	}
	tests := []struct {
		name    string
		change  func(*testing.T, user, string)
		sheet   string
		cells   map[string]string // as shown
		changes []string
		lost    []string
	}{
		{"a cell", enter("Stock!C2", "99"), "Stock", map[string]string{"C2": "99", "B2": "2026-03-02"}, []string{`sheet "Stock": 1 cell changed`}, nil},
		{"a cell in another format", enter("Stock!C2", "50%"), "Stock", map[string]string{"C2": "50%"}, []string{`sheet "Stock": 1 cell changed`}, nil},
		{"a result that fills the cells beside it", enter("Stock!H2", "={7,8}"), "Stock", map[string]string{"H2": "7", "I2": ""}, []string{`sheet "Stock": 1 cell changed`}, nil},
		{
			"a moved row, with its height", send(&sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{Source: rows(3, 4), DestinationIndex: 1}}),
			"Stock", map[string]string{"A2": "c", "A3": "a", "B2": "2026-03-04"}, []string{`sheet "Stock": rows moved`}, nil,
		},
		{
			"a copy of a sheet", send(&sheets.Request{DuplicateSheet: &sheets.DuplicateSheetRequest{InsertSheetIndex: 1, NewSheetName: "Copy"}}),
			"Copy", map[string]string{"A4": "c", "B4": "2026-03-04"}, []string{`sheet "Copy" added`}, nil,
		},
		{
			"a format that is set", send(&sheets.Request{RepeatCell: &sheets.RepeatCellRequest{Range: &sheets.GridRange{EndRowIndex: 1, EndColumnIndex: 1},
				Cell: &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{TextFormat: &sheets.TextFormat{Italic: true}}, Note: "n"}, Fields: "userEnteredFormat.textFormat,note"}}),
			"Stock", map[string]string{"A1": "id"}, nil, []string{`sheet "Stock": notes, formats set since it was opened`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after, edit := editedBook(t, formattedBook(t), func(_ *emulator.Server, id string, me user) { tt.change(t, me, id) })
			book := open(t, after)
			for cell, want := range tt.cells {
				if got, err := book.GetCellValue(tt.sheet, cell); got != want || err != nil {
					t.Errorf("%s!%s = %q, %v, want %q", tt.sheet, cell, got, err, want)
				}
			}
			if diff := cmp.Diff(emulator.XLSXEdit{Changes: tt.changes, Lost: tt.lost}, edit); diff != "" {
				t.Errorf("edit (-want +got):\n%s", diff)
			}
			if height, _ := book.GetRowHeight("Stock", 2); (height == 33) != strings.Contains(tt.name, "height") {
				t.Errorf("row 2 is %v high", height)
			}
		})
	}
}

// TestEditXLSX1904 checks that a date is written as the file counts days.
func TestEditXLSX1904(t *testing.T) {
	book, yes := open(t, formattedBook(t)), true
	if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	after, _ := editedBook(t, file.Bytes(), func(_ *emulator.Server, id string, me user) {
		row := insertRow(4, "d", 46086.0)
		row[1].UpdateCells.Rows[0].Values[1].UserEnteredFormat = &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: "DATE", Pattern: "yyyy-mm-dd"}}
		row[1].UpdateCells.Fields = "userEnteredValue,userEnteredFormat.numberFormat"
		update(t, me, id, row...)
	})
	if got, err := open(t, after).GetCellValue("Stock", "B5"); got != "2026-03-05" || err != nil {
		t.Errorf("B5 = %q, %v, want 2026-03-05", got, err)
	}
}
