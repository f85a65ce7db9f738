package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// post sends a batch of raw requests and returns status and body.
func (p user) post(t *testing.T, id string, requests ...string) (int, string) {
	t.Helper()
	status, _, body := p.send(t, "POST", sheetsURL+id+":batchUpdate", `{"requests":[`+strings.Join(requests, ",")+`]}`)
	return status, body
}

// TestBatchRefusals: an error of one request undoes the whole batch.
func TestBatchRefusals(t *testing.T) {
	const good = `{"updateCells":{"start":{"sheetId":0},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"changed"}}]}]}}`
	tests := []struct {
		name, request string
		status        int
		want          string
	}{
		{"unknown kind", `{"noSuchRequest":{}}`, 400, `Invalid JSON payload received. Unknown name \"noSuchRequest\" at 'requests[1]': Cannot find field.`},
		{"unknown field", `{"addSheet":{"properties":{"titel":"x"}}}`, 400, `Unknown name \"titel\" at 'requests[1].add_sheet.properties': Cannot find field.`},
		{"two kinds", `{"addSheet":{},"deleteSheet":{}}`, 400, `oneof field 'kind' is already set. Cannot set 'deleteSheet'`},
		{"no kind", `{}`, 400, `Invalid requests[1]: No request set.`},
		{"a kind that is not emulated is named", `{"addChart":{}}`, 501, `emulator: sheets.spreadsheets.batchUpdate with addChart is not emulated`},
		{"duplicate title", `{"addSheet":{"properties":{"title":"Two"}}}`, 400, `Invalid requests[1].addSheet: A sheet with the name \"Two\" already exists. Please enter another name.`},
		{"sheet id 0 that was sent is an id", `{"addSheet":{"properties":{"sheetId":0}}}`, 400, `Invalid requests[1].addSheet: Sheet with id 0 already exists.`},
		{"empty title", `{"updateSheetProperties":{"properties":{},"fields":"title"}}`, 400, `Invalid requests[1].updateSheetProperties: The sheet name cannot be empty.`},
		{"no fields", `{"updateSheetProperties":{"properties":{}}}`, 400, `At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)`},
		{"unknown sheet", `{"deleteSheet":{"sheetId":42}}`, 400, `Invalid requests[1].deleteSheet: No sheet with id: 42`},
		{"unknown grid", `{"repeatCell":{"range":{"sheetId":42},"fields":"note"}}`, 400, `Invalid requests[1].repeatCell: No grid with id: 42`},
		{"a range that begins past the grid", `{"repeatCell":{"range":{"startRowIndex":1000,"endColumnIndex":2},"cell":{"note":"x"},"fields":"note"}}`, 400,
			`Invalid requests[1].repeatCell: Range (One!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26`},
		{"insert past the end", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1001,"endIndex":1002}}}`, 400, `range.startIndex is larger than current grid size (1000)`},
		{"insert at the end", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1000,"endIndex":1001}}}`, 400,
			`range.startIndex must be less than the grid size (1000) if inheritFromBefore is false.`},
		{"too many cells", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":400000}}}`, 400, `above the limit of 10000000 cells.`},
		{"too many columns", `{"insertDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":2000000000}}}`, 400, `above the limit of 18278 columns.`},
		{"appended cells don't widen the grid", `{"appendCells":{"sheetId":0,"fields":"*","rows":[{"values":[` + strings.Repeat("{},", 26) + `{}]}]}}`, 400,
			`Invalid requests[1].appendCells: Attempting to write column: 26, beyond the last requested column of: 25`},
		{"half a merge", `{"mergeCells":{"range":{"startRowIndex":1,"endRowIndex":3,"endColumnIndex":1}}}`, 400, `You must select all cells in a merged range to merge or unmerge them.`},
		{"developer metadata id that exists", `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":7,"metadataKey":"k","visibility":"PROJECT","location":{"spreadsheet":true}}}}`, 400,
			`Invalid requests[1].createDeveloperMetadata: Cannot add developer metadata with ID [7] because developer metadata with that ID already exists.`},
		{"cell too long", `{"updateCells":{"start":{},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"` + strings.Repeat("x", 50_001) + `"}}]}]}}`, 400,
			`more than the maximum of 50000 characters in a single cell.`},
		{"values that are not emulated", `{"sortRange":{"range":{"sheetId":3},"sortSpecs":[{}]}}`, 501, `the value of a formula with QUERY (Three!A1) is not emulated`},
		{"a value that an enumeration lacks", `{"mergeCells":{"range":{},"mergeType":"MERGE_SOME"}}`, 400,
			`Invalid value at 'requests[1].merge_cells.merge_type' (type.googleapis.com/google.apps.sheets.v4.MergeCellsRequest.MergeType), \"MERGE_SOME\"`},
		{"one of a nested message", `{"addTable":{"table":{"columnProperties":[{"columnType":"MONEY"}]}}}`, 400, `Invalid value at 'requests[1].add_table.table.column_properties[0].column_type'`},
		{"one that several share", `{"insertDimension":{"range":{"dimension":"rows"}}}`, 400, `'requests[1].insert_dimension.range.dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), \"rows\"`},
		{"wrong type", `{"addSheet":{"properties":{"title":5}}}`, 400, `Invalid value at 'requests[1].add_sheet.properties.title' (TYPE_STRING), 5`},
	}
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("One", []any{"as it was"}), grid("Two")}})
	if status, body := me.post(t, id,
		`{"addSheet":{"properties":{"sheetId":3,"title":"Three"}}}`,
		`{"updateCells":{"start":{"sheetId":3},"fields":"*","rows":[{"values":[{"userEnteredValue":{"formulaValue":"=QUERY(B1)"}}]}]}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataId":7,"metadataKey":"k","visibility":"PROJECT","location":{"spreadsheet":true}}}}`,
		`{"mergeCells":{"range":{"endRowIndex":2,"endColumnIndex":1}}}`); status != 200 {
		t.Fatalf("set-up: %d %s", status, body)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := me.post(t, id, good, tt.request)
			if status != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("batch = %d %s, want %d %s", status, body, tt.status, tt.want)
			}
			if got := google.Values(id, "One")[0][0]; got != "as it was" {
				t.Errorf("the first request was applied although the second was refused: %q", got)
			}
		})
	}
}

func TestSheetRequests(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("A"), grid("B"), grid("C"), grid("D")}})
	titles := func() string {
		got, err := me.sheets.Spreadsheets.Get(id).Fields("sheets(properties(title,hidden))").Do()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range got.Sheets {
			if s.Properties.Hidden {
				s.Properties.Title = "(" + s.Properties.Title + ")"
			}
			names = append(names, s.Properties.Title)
		}
		return strings.Join(names, " ")
	}
	steps := []struct{ name, request, want string }{
		{"index is read before the move", `{"updateSheetProperties":{"properties":{"sheetId":0,"index":3},"fields":"index"}}`, "B C A D"},
		{"to the end", `{"updateSheetProperties":{"properties":{"sheetId":1,"index":4},"fields":"index"}}`, "C A D B"},
		{"to the front: a zero that was sent", `{"updateSheetProperties":{"properties":{"sheetId":3,"index":0},"fields":"index"}}`, "D C A B"},
		{"hide; snake_case is read too", `{"update_sheet_properties":{"properties":{"sheet_id":3,"hidden":true},"fields":"hidden"}}`, "(D) C A B"},
		{"add at an index", `{"addSheet":{"properties":{"title":"E","index":1}}}`, "(D) E C A B"},
		{"delete", `{"deleteSheet":{"sheetId":1}}`, "(D) E C A"},
		{"a title is made up", `{"addSheet":{}}`, "(D) E C A Sheet5"},
	}
	for _, step := range steps {
		if status, body := me.post(t, id, step.request); status != 200 {
			t.Fatalf("%s: %d %s", step.name, status, body)
		}
		if got := titles(); got != step.want {
			t.Errorf("%s: sheets = %s, want %s", step.name, got, step.want)
		}
	}
	status, body := me.post(t, id, `{"deleteSheet":{"sheetId":0}}`, `{"deleteSheet":{"sheetId":2}}`)
	if status != 200 {
		t.Fatalf("delete: %d %s", status, body)
	}
}

func TestDimensionRequests(t *testing.T) {
	start := [][]any{{"a", "b", "c"}, {"d", "e", "f"}, {"g", "h", "i"}}
	tests := []struct {
		name, request string
		want          [][]any
	}{
		{"insert rows", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":3}}}`, [][]any{{"a", "b", "c"}, {}, {}, {"d", "e", "f"}, {"g", "h", "i"}}},
		{"insert columns", `{"insertDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}}}`, [][]any{{"a", "", "b", "c"}, {"d", "", "e", "f"}, {"g", "", "h", "i"}}},
		{"delete rows", `{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":2}}}`, [][]any{{"g", "h", "i"}}},
		{"delete columns", `{"deleteDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":3}}}`, [][]any{{"a"}, {"d"}, {"g"}}},
		{"insert at the end, from before", `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1000,"endIndex":1001},"inheritFromBefore":true}}`, start},
		{"cut the grid", `{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":2,"columnCount":2}},"fields":"gridProperties(rowCount,columnCount)"}}`, [][]any{{"a", "b"}, {"d", "e"}}},
		{"append cells below the last value", `{"appendCells":{"fields":"userEnteredValue","rows":[{"values":[{},{"userEnteredValue":{"numberValue":1}}]}]}}`, append(start[:3:3], []any{"", 1.0})},
		{"update cells clears what the rows leave out", `{"updateCells":{"range":{"endRowIndex":2,"endColumnIndex":2},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"boolValue":false}}]}]}}`,
			[][]any{{false, "", "c"}, {"", "", "f"}, {"g", "h", "i"}}},
		{"a merge keeps its first value", `{"mergeCells":{"range":{"endRowIndex":2,"endColumnIndex":2},"mergeType":"MERGE_ALL"}}`, [][]any{{"a", "", "c"}, {"", "", "f"}, {"g", "h", "i"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("One", start...)}})
			if status, body := me.post(t, id, tt.request); status != 200 {
				t.Fatalf("= %d %s", status, body)
			}
			if diff := cmp.Diff(tt.want, google.Values(id, "One")); diff != "" {
				t.Errorf("sheet (-want +got):\n%s", diff)
			}
		})
	}
}

// What refers to a sheet by position moves with its rows.
func TestInsertMovesRanges(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	status, body := me.post(t, id,
		`{"addNamedRange":{"namedRange":{"name":"N","range":{"startRowIndex":2,"endRowIndex":4}}}}`,
		`{"mergeCells":{"range":{"startRowIndex":5,"endRowIndex":7,"endColumnIndex":1}}}`,
		`{"addProtectedRange":{"protectedRange":{"range":{"startRowIndex":2,"endRowIndex":4}}}}`,
		`{"addDimensionGroup":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":4}}}`,
		`{"updateDimensionProperties":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":3},"properties":{"pixelSize":50},"fields":"pixelSize"}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"k","visibility":"DOCUMENT","location":{"dimensionRange":{"dimension":"ROWS","startIndex":2,"endIndex":3}}}}}`,
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":3,"endIndex":4}}}`,
		`{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":1}}}`)
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	got, err := me.sheets.Spreadsheets.Get(id).IncludeGridData(true).Ranges("A1:A4").Do()
	if err != nil {
		t.Fatal(err)
	}
	s := got.Sheets[0]
	pixels := s.Data[0].RowMetadata[1].PixelSize
	have := fmt.Sprint(got.NamedRanges[0].Range.StartRowIndex, got.NamedRanges[0].Range.EndRowIndex, s.Merges[0].StartRowIndex,
		s.Merges[0].EndRowIndex, s.ProtectedRanges[0].Range.StartRowIndex, s.RowGroups[0].Range.EndIndex, pixels)
	if want := "1 4 5 7 1 4 50"; have != want {
		t.Errorf("ranges = %s, want %s", have, want)
	}
	found, err := me.sheets.Spreadsheets.DeveloperMetadata.Search(id, &sheets.SearchDeveloperMetadataRequest{
		DataFilters: []*sheets.DataFilter{{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "k"}}}}).Do()
	if err != nil || found.MatchedDeveloperMetadata[0].DeveloperMetadata.Location.DimensionRange.StartIndex != 1 {
		t.Errorf("developer metadata = %+v, %v, want it on row 1", found, err)
	}
}

func TestResponseIncludesSpreadsheet(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("One", []any{"h"}, []any{"a"}), grid("Two")}})
	body := `{"requests":[{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}],"includeSpreadsheetInResponse":true,"responseRanges":["One!A1:A3"]}`
	fields := "?prettyPrint=false&fields=replies,updatedSpreadsheet(sheets(properties/sheetId,data(startRow,rowData/values/formattedValue)))"
	status, _, got := me.send(t, "POST", sheetsURL+id+":batchUpdate"+fields, body)
	want := `{"replies":[{}],"updatedSpreadsheet":{"sheets":[{"data":[{"rowData":[{"values":[{"formattedValue":"h"}]},{},{"values":[{"formattedValue":"a"}]}]}],"properties":{"sheetId":0}}]}}` + "\n"
	if status != 200 || got != want {
		t.Errorf("= %d %s, want %s", status, got, want)
	}
	bad := strings.Replace(body, "One!A1:A3", "Nope!A1", 1)
	if status, _, got := me.send(t, "POST", sheetsURL+id+":batchUpdate", bad); status != 400 || len(google.Values(id, "One")) != 3 {
		t.Errorf("a response range that is none = %d %s, want 400 and nothing done", status, got)
	}
}

func TestDeveloperMetadata(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	create := func(id int, value string) string {
		return fmt.Sprintf(`{"createDeveloperMetadata":{"developerMetadata":{"metadataId":%d,"metadataKey":"k","metadataValue":%q,"visibility":"PROJECT","location":{"spreadsheet":true}}}}`, id, value)
	}
	steps := []struct {
		name     string
		requests []string
		status   int
		want     string
	}{
		{"create", []string{create(1, "one"), create(2, "two")}, 200, `"locationType": "SPREADSHEET"`},
		{"create the next and delete the first in one batch", []string{create(3, "three"), `{"deleteDeveloperMetadata":{"dataFilter":{"developerMetadataLookup":{"metadataId":1}}}}`}, 200, `"metadataValue": "one"`},
		{"an id that is gone cannot be deleted", []string{create(4, "four"), `{"deleteDeveloperMetadata":{"dataFilter":{"developerMetadataLookup":{"metadataId":1}}}}`}, 400, "No developer metadata with ID 1"},
		{"30,000 characters and no more", []string{create(4, strings.Repeat("x", 30_000))}, 400, "30000 characters"},
		{"update", []string{`{"updateDeveloperMetadata":{"dataFilters":[{"developerMetadataLookup":{"metadataId":2}}],"developerMetadata":{"metadataValue":"new"},"fields":"metadataValue"}}`}, 200, `"metadataValue": "new"`},
	}
	for _, step := range steps {
		if status, body := me.post(t, id, step.requests...); status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: %d %s, want %d %s", step.name, status, body, step.status, step.want)
		}
	}
	got, err := me.sheets.Spreadsheets.Get(id).Fields("developerMetadata(metadataId,metadataValue)").Do()
	if err != nil || len(got.DeveloperMetadata) != 2 || got.DeveloperMetadata[0].MetadataValue != "new" || got.DeveloperMetadata[1].MetadataId != 3 {
		t.Errorf("developer metadata = %+v, %v, want 2 (new) and 3", got.DeveloperMetadata, err)
	}
	if _, err := me.sheets.Spreadsheets.DeveloperMetadata.Get(id, 4).Do(); err == nil || !strings.Contains(err.Error(), "No developer metadata with ID 4") {
		t.Errorf("Get(4) = %v, want 404", err)
	}
}

// Formats and notes of a cell survive when its value is written or cleared.
func TestCellKeepsWhatIsNotWritten(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	if status, body := me.post(t, id,
		`{"repeatCell":{"range":{"endRowIndex":1,"endColumnIndex":1},"cell":{"note":"n","userEnteredFormat":{"backgroundColor":{"red":0.5},"textFormat":{"bold":true}}},"fields":"note,userEnteredFormat"}}`,
		`{"repeatCell":{"range":{"endRowIndex":1,"endColumnIndex":1},"cell":{"userEnteredFormat":{"backgroundColor":{"green":1},"textFormat":{"italic":true}}},"fields":"userEnteredFormat(backgroundColor,textFormat.italic)"}}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	me.send(t, "PUT", sheetsURL+id+"/values/A1?valueInputOption=USER_ENTERED", `{"values":[["$5.00"]]}`)
	_, _, got := me.send(t, "GET", sheetsURL+id+"?prettyPrint=false&fields=sheets.data.rowData.values(note,userEnteredFormat,formattedValue)", "")
	want := `{"sheets":[{"data":[{"rowData":[{"values":[{"formattedValue":"$5.00","note":"n","userEnteredFormat":{"backgroundColor":{"green":1},` +
		`"backgroundColorStyle":{"rgbColor":{"green":1}},"numberFormat":{"pattern":"\"$\"#,##0.00","type":"CURRENCY"},"textFormat":{"bold":true,"italic":true}}}]}]}]}]}` + "\n"
	if got != want {
		t.Errorf("cell = %s, want %s", got, want)
	}
}
