package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// entry writes one cell as if typed.
func (p user) entry(t testing.TB, id, at string, value any) {
	t.Helper()
	body := &sheets.ValueRange{Values: [][]any{{value}}}
	if _, err := p.sheets.Spreadsheets.Values.Update(id, at, body).ValueInputOption("USER_ENTERED").Do(); err != nil {
		t.Fatalf("enter %v at %s: %v", value, at, err)
	}
}

// cellIn reads one cell in a render option; nil for an empty one.
func (p user) cellIn(t testing.TB, id, at, option string) any {
	t.Helper()
	got, err := p.sheets.Spreadsheets.Values.Get(id, at).ValueRenderOption(option).Do()
	if err != nil {
		t.Fatalf("read %s: %v", at, err)
	}
	if len(got.Values) == 0 {
		return nil
	}
	return got.Values[0][0]
}

func TestFormulas(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return noon }})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{
		grid("S", []any{1, 0, "x y", true}, []any{2, 10.5, "007"}, []any{3}),
		grid("It's", []any{40}),
	}})
	me := newUser(t, google, google.ServiceAccount(), "spreadsheets")
	tests := []struct {
		formula string
		want    any
	}{
		{"=A1+A2", 3.0}, {"= 1 / 1024", 0.0009765625}, {"=1/3", 1.0 / 3}, {"=2^0.5", 1.4142135623730951},
		{"=SUM(A:A)", 6.0}, {"=SUM(A1:A)", 6.0}, {"=sum(A1:B2)", 13.5}, {"=$A$1&C1", "1x y"},
		{"=C2", "007"}, {`=LEFT("123",2)`, "12"}, {"=A1=1", true}, {"=D1", true}, {`="a""b"`, `a"b`},
		{"='It''s'!A1*2", 80.0}, {"=A1/B1", "#DIV/0!"}, {"=NOSUCH(1)", "#NAME?"}, {"=nothing+1", "#NAME?"},
		{"=Missing!A1", "#REF!"}, {"=ZZ1", "#REF!"}, {"=#REF!+1", "#REF!"}, {"=C1+1", "#VALUE!"}, {"=A1+", "#ERROR!"},
		{"=VLOOKUP(9,A1:A3,1,FALSE)", "#N/A"}, {`=IFERROR(A1/0,"no")`, "no"}, {"=F1", "#REF!"}, {"=TODAY()", 46085.0}, {"=NOW()", 46085.5},
		{`=IF(A1=1,"",2)`, ""}, {"=total*2", 12.0}, {"=COUNTIF(A1:A3,\">1\")", 2.0},
	}
	name := &sheets.AddNamedRangeRequest{NamedRange: &sheets.NamedRange{Name: "total", Range: &sheets.GridRange{StartRowIndex: 2, EndRowIndex: 3, StartColumnIndex: 6, EndColumnIndex: 7}}}
	me.batch(t, id, &sheets.Request{AddNamedRange: name})
	me.entry(t, id, "S!G3", "=SUM(A1:A3)")
	for _, tt := range tests {
		me.entry(t, id, "S!F1", tt.formula)
		if got := me.cellIn(t, id, "S!F1", "UNFORMATTED_VALUE"); got != tt.want {
			t.Errorf("%s = %v, want %v", tt.formula, got, tt.want)
		}
		if got := me.cellIn(t, id, "S!F1", "FORMULA"); got != tt.formula {
			t.Errorf("%s is given back as %v", tt.formula, got)
		}
	}
	me.entry(t, id, "S!F1", "=TODAY()")
	if got := me.cellIn(t, id, "S!F1", "FORMATTED_VALUE"); got != "3/4/2026" {
		t.Errorf("=TODAY() is shown as %v, want a date", got)
	}
}

// batch sends requests in one batch.
func (p user) batch(t testing.TB, id string, requests ...*sheets.Request) *sheets.BatchUpdateSpreadsheetResponse {
	t.Helper()
	got, err := p.sheets.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Formulas follow their references: values, rows, columns and titles.
func TestFormulasFollow(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{1}, []any{2}, []any{3}), grid("Other")}})
	me.entry(t, id, "Other!A1", "=SUM(S!A1:A3)+S!$A$3")
	value := func() any { return me.cellIn(t, id, "Other!A1", "UNFORMATTED_VALUE") }
	text := func() any { return me.cellIn(t, id, "Other!A1", "FORMULA") }
	if got := value(); got != 9.0 {
		t.Errorf("at first %v, want 9", got)
	}
	me.entry(t, id, "S!A1", "10")
	if got := value(); got != 18.0 {
		t.Errorf("after a change %v, want 18", got)
	}
	row := &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 1, EndIndex: 2}
	me.batch(t, id, &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: row}})
	if got := text(); got != "=SUM(S!A1:A4)+S!$A$4" {
		t.Errorf("after a row was inserted %v", got)
	}
	me.batch(t, id,
		&sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: &sheets.DimensionRange{Dimension: "ROWS", StartIndex: 3, EndIndex: 4}}},
		&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Fields: "title", Properties: &sheets.SheetProperties{Title: "New one"}}})
	if got := text(); got != "=SUM('New one'!A1:A3)+#REF!" {
		t.Errorf("after its row was deleted and the sheet renamed %v", got)
	}
	if got := value(); got != "#REF!" {
		t.Errorf("the value is %v, want #REF!", got)
	}
}

func TestFormulaCells(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	formula := "=1/0"
	cells := []*sheets.RowData{{Values: []*sheets.CellData{{UserEnteredValue: &sheets.ExtendedValue{FormulaValue: &formula}}}}}
	me.batch(t, id, &sheets.Request{AppendCells: &sheets.AppendCellsRequest{Fields: "*", Rows: cells}})
	got, err := me.sheets.Spreadsheets.Get(id).Fields("sheets.data.rowData.values(userEnteredValue,effectiveValue/errorValue/type,formattedValue)").Do()
	if err != nil {
		t.Fatal(err)
	}
	cell := got.Sheets[0].Data[0].RowData[0].Values[0]
	if cell.UserEnteredValue.FormulaValue == nil || *cell.UserEnteredValue.FormulaValue != formula ||
		cell.EffectiveValue.ErrorValue.Type != "DIVIDE_BY_ZERO" || cell.FormattedValue != "#DIV/0!" {
		t.Errorf("cell = %+v, want the formula and its error", cell)
	}
}

// TestUncalculated: a formula that is not emulated is stored; reading it returns
// its text, and reading its value, or that of a formula that uses it, is a 501 that
// names the function.
func TestUncalculated(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{1, "ok"})}})
	me.entry(t, id, "S!C1", "=QUERY(A1:B1)")
	me.entry(t, id, "S!D1", `=IFERROR(C1+1,"hidden")`)
	me.entry(t, id, "S!E1", "=A1+1")
	tests := []struct {
		name, path string
		status     int
		want       string
	}{
		{"formula", "/values/S!C1:D1?valueRenderOption=FORMULA", 200, "=QUERY(A1:B1)"},
		{"value", "/values/S!C1", 501, "the value of a formula with QUERY (S!C1) is not emulated"},
		{"unformatted", "/values/S!C1?valueRenderOption=UNFORMATTED_VALUE", 501, "QUERY"},
		{"a formula that uses it", "/values/S!D1", 501, "QUERY (S!C1)"},
		{"a range with it", "/values:batchGet?ranges=A1:B1&ranges=A1:E1", 501, "QUERY"},
		{"beside it", "/values/S!A1:B1", 200, `"ok"`},
		{"a formula beside it", "/values/S!E1", 200, `"2"`},
		{"what is stored in cells", "?fields=sheets.data.rowData.values.userEnteredValue", 200, "=QUERY(A1:B1)"},
		{"values of cells", "?fields=sheets.data.rowData.values.formattedValue", 501, "QUERY"},
		{"cells", "?includeGridData=true", 501, "QUERY"},
		{"without cells", "", 200, `"title": "S"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, _, body := me.send(t, "GET", sheetsURL+id+tt.path, ""); status != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("GET %s = %d %s, want %d %s", tt.path, status, body, tt.status, tt.want)
			}
		})
	}
	if _, err := me.drive.Files.Export(id, "text/csv").Download(); err == nil || !strings.Contains(err.Error(), "QUERY") {
		t.Errorf("export = %v, want an error that names QUERY", err)
	}
	if got := google.Values(id, "S")[0]; got[2] != nil || got[4] != 2.0 {
		t.Errorf("Values = %v, want nil for the value of QUERY and 2 for the sum", got)
	}
	me.entry(t, id, "S!C1", "5")
	if got := me.cellIn(t, id, "S!D1", "UNFORMATTED_VALUE"); got != 6.0 {
		t.Errorf("with a number instead, D1 = %v, want 6", got)
	}
}

// A chain of formulas as long as a column is calculated without deep recursion.
func TestFormulaChain(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	values := [][]any{{1}}
	for i := range 900 {
		values = append(values, []any{fmt.Sprintf("=A%d+1", i+1)})
	}
	if _, err := me.sheets.Spreadsheets.Values.Update(id, "A1", &sheets.ValueRange{Values: values}).ValueInputOption("USER_ENTERED").Do(); err != nil {
		t.Fatal(err)
	}
	if got := me.cellIn(t, id, "A901", "UNFORMATTED_VALUE"); got != 901.0 {
		t.Errorf("the end of the chain is %v, want 901", got)
	}
	me.entry(t, id, "B1", "=B2")
	me.entry(t, id, "B2", "=B1")
	if diff := cmp.Diff("#REF!", me.cellIn(t, id, "B1", "FORMATTED_VALUE")); diff != "" {
		t.Errorf("a circle (-want +got):\n%s", diff)
	}
}
