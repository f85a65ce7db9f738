package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// Rows that are selected by their developer metadata remain selected when they
// move.
func TestByDataFilter(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a", 1}, []any{"b", 2}, []any{"c", 3})}})
	status, body := me.post(t, id,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"row","visibility":"DOCUMENT","location":{"dimensionRange":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}}}`,
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":2}}}`,
		`{"moveDimension":{"source":{"dimension":"ROWS","startIndex":3,"endIndex":4},"destinationIndex":0}}`)
	if status != 200 {
		t.Fatalf("set-up: %d %s", status, body)
	}
	marked := &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "row"}}
	plain := &sheets.DataFilter{A1Range: "S!A4:A5"}
	boxed := &sheets.DataFilter{GridRange: &sheets.GridRange{StartRowIndex: 4, EndRowIndex: 5, StartColumnIndex: 1, EndColumnIndex: 2}}
	values := me.sheets.Spreadsheets.Values
	got, err := values.BatchGetByDataFilter(id, &sheets.BatchGetValuesByDataFilterRequest{DataFilters: []*sheets.DataFilter{marked, plain, boxed, marked}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	var ranges []string
	for _, v := range got.ValueRanges {
		ranges = append(ranges, v.ValueRange.Range)
	}
	if want := []string{"S!A1:Z1", "S!A4:A5", "S!B5"}; !cmp.Equal(ranges, want) {
		t.Errorf("ranges = %v, want %v", ranges, want)
	}
	if len(got.ValueRanges[0].DataFilters) != 2 || got.ValueRanges[0].ValueRange.Values[0][0] != "b" {
		t.Errorf("the marked row = %+v, want b, selected by two filters", got.ValueRanges[0])
	}
	update := &sheets.BatchUpdateValuesByDataFilterRequest{ValueInputOption: "RAW", Data: []*sheets.DataFilterValueRange{{DataFilter: marked, Values: [][]any{{"new"}}}}}
	done, err := values.BatchUpdateByDataFilter(id, update).Do()
	if err != nil || done.TotalUpdatedCells != 1 || done.Responses[0].DataFilter.DeveloperMetadataLookup.MetadataKey != "row" {
		t.Errorf("batchUpdateByDataFilter = %+v, %v", done, err)
	}
	cleared, err := values.BatchClearByDataFilter(id, &sheets.BatchClearValuesByDataFilterRequest{DataFilters: []*sheets.DataFilter{boxed}}).Do()
	if err != nil || cleared.ClearedRanges[0] != "S!B5" {
		t.Errorf("batchClearByDataFilter = %+v, %v", cleared, err)
	}
	if diff := cmp.Diff([][]any{{"new", 2.0}, {}, {}, {"a", 1.0}, {"c"}}, google.Values(id, "S")); diff != "" {
		t.Errorf("sheet (-want +got):\n%s", diff)
	}
	whole, err := me.sheets.Spreadsheets.GetByDataFilter(id, &sheets.GetSpreadsheetByDataFilterRequest{IncludeGridData: true, DataFilters: []*sheets.DataFilter{plain}}).Do()
	if err != nil || len(whole.Sheets[0].Data) != 1 || whole.Sheets[0].Data[0].StartRow != 3 {
		t.Errorf("getByDataFilter = %+v, %v, want one block from row 3", whole, err)
	}
}

func TestCopyTo(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a"})}})
	other := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"b"})}})
	copied := func() (*sheets.SheetProperties, error) {
		return me.sheets.Spreadsheets.Sheets.CopyTo(id, 0, &sheets.CopySheetToAnotherSpreadsheetRequest{DestinationSpreadsheetId: other}).Do()
	}
	p, err := copied()
	if err != nil || p.Title != "Copy of S" || p.Index != 1 {
		t.Fatalf("copyTo = %+v, %v, want Copy of S at the end", p, err)
	}
	me.entry(t, other, "'Copy of S'!A1", "changed")
	if got := google.Values(id, "S")[0][0]; got != "a" {
		t.Errorf("the source changed with its copy: %v", got)
	}
	google.Share(other, google.ServiceAccount(), "reader")
	if _, err := copied(); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("copyTo a spreadsheet that may only be read = %v, want 403", err)
	}
}
