package emulator_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestEditXLSXRandom changes a file's spreadsheet at random, and checks that the file
// written has the values and formulas that the spreadsheet has.
func TestEditXLSXRandom(t *testing.T) {
	// The library reads a cell that is hidden by a merged one as that one.
	book := open(t, formattedBook(t))
	if err := book.UnmergeCell("Notes", "A3", "C3"); err != nil {
		t.Fatal(err)
	}
	var unmerged bytes.Buffer
	if err := book.Write(&unmerged); err != nil {
		t.Fatal(err)
	}
	file := unmerged.Bytes()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			read, err := emulator.ReadXLSX(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			google, id, me := writerOf(t, read)
			var done []string
			for range 12 {
				request := randomRequest(random, me, t, id)
				_, err := me.sheets.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{request}}).Do()
				text, _ := request.MarshalJSON()
				done = append(done, fmt.Sprintf("%s → %v", text, err))
			}
			var out bytes.Buffer
			if _, err := google.EditXLSX(id, &out); err != nil {
				t.Fatal(err)
			}
			again, err := emulator.ReadXLSX(bytes.NewReader(out.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			// A new file has the same cells, and nothing of the old one to go wrong.
			plain := emulator.New(emulator.Options{})
			var fresh bytes.Buffer
			overview, err := google.Overview(id)
			if err != nil {
				t.Fatal(err)
			}
			want := emulator.Spreadsheet{}
			for _, s := range overview.Sheets {
				want.Sheets = append(want.Sheets, emulator.Sheet{Title: s.Title, Values: formulas(t, me, id, s.Title), Hidden: s.Hidden})
			}
			if err := plain.WriteXLSX(plain.Create(want), &fresh); err != nil {
				t.Fatal(err)
			}
			expected, err := emulator.ReadXLSX(&fresh)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(describeSheets(expected), describeSheets(again)); diff != "" {
				t.Errorf("after\n%s\nthe file differs (-spreadsheet +file):\n%s", strings.Join(done, "\n"), diff)
			}
		})
	}
}

// formulas returns the cells of a sheet as [emulator.Sheet] takes them, without formats.
func formulas(t *testing.T, me user, id, title string) (rows [][]any) {
	t.Helper()
	got, err := me.sheets.Spreadsheets.Values.Get(id, "'"+strings.ReplaceAll(title, "'", "''")+"'").ValueRenderOption("FORMULA").Do()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range got.Values {
		var row []any
		for _, v := range line {
			if text, ok := v.(string); ok && strings.HasPrefix(text, "=") {
				v = emulator.Formula{Text: text}
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return rows
}

// describeSheets returns titles, and cells without formats and without empty cells at the
// ends.
func describeSheets(s emulator.Spreadsheet) (out []string) {
	for _, sheet := range s.Sheets {
		out = append(out, fmt.Sprintf("sheet %s hidden %t", sheet.Title, sheet.Hidden))
		for r, row := range sheet.Values {
			for c, v := range row {
				switch x := v.(type) {
				case emulator.Number:
					v = x.Value
				case emulator.Formula:
					v = x.Text
				}
				if v != nil && v != "" {
					out = append(out, fmt.Sprintf("%s R%dC%d %v", sheet.Title, r+1, c+1, v))
				}
			}
		}
	}
	return out
}

// randomRequest returns a change of a spreadsheet.
func randomRequest(random *rand.Rand, me user, t *testing.T, id string) *sheets.Request {
	t.Helper()
	made, err := me.sheets.Spreadsheets.Get(id).Fields("sheets.properties").Do()
	if err != nil {
		t.Fatal(err)
	}
	sheet := made.Sheets[random.IntN(len(made.Sheets))].Properties.SheetId
	dimension := []string{"ROWS", "ROWS", "ROWS", "COLUMNS"}[random.IntN(4)]
	from := random.Int64N(6)
	of := &sheets.DimensionRange{SheetId: sheet, Dimension: dimension, StartIndex: from, EndIndex: from + 1 + random.Int64N(2), ForceSendFields: []string{"SheetId", "StartIndex"}}
	switch random.IntN(8) {
	case 0, 1:
		return &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: of, InheritFromBefore: from > 0}}
	case 2:
		return &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: of}}
	case 3:
		return &sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{Source: of, DestinationIndex: random.Int64N(8)}}
	case 4:
		title := fmt.Sprintf("It's %d", random.IntN(9))
		return &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: &sheets.SheetProperties{SheetId: sheet, Title: title, ForceSendFields: []string{"SheetId"}}, Fields: "title"}}
	case 5:
		return &sheets.Request{DuplicateSheet: &sheets.DuplicateSheetRequest{SourceSheetId: sheet, InsertSheetIndex: random.Int64N(3)}}
	case 6:
		return &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: sheet, ForceSendFields: []string{"SheetId"}}}
	}
	values := []*sheets.ExtendedValue{{}, {NumberValue: new(float64(random.IntN(1000)) / 8)}, {StringValue: new("<text>")}, {BoolValue: new(true)}, {FormulaValue: new("=SUM(A1:C3)+$B2")}}
	cell := &sheets.CellData{UserEnteredValue: values[random.IntN(len(values))]}
	return &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
		Start: &sheets.GridCoordinate{SheetId: sheet, RowIndex: from, ColumnIndex: random.Int64N(5)},
		Rows:  []*sheets.RowData{{Values: []*sheets.CellData{cell}}}, Fields: "userEnteredValue"}}
}
