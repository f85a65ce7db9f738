package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// The effect of each kind of request on values. All start with the same sheet.
func TestKindsOfRequests(t *testing.T) {
	start := [][]any{{"b", 2, "x, y"}, {"a", 10, " p  q "}, {"B", 1}, {"a", 10, "z"}}
	tests := []struct {
		name, request string
		want          [][]any
	}{
		{"rows move down, in coordinates from before", `{"moveDimension":{"source":{"dimension":"ROWS","endIndex":1},"destinationIndex":3}}`,
			[][]any{{"a", 10.0, " p  q "}, {"B", 1.0}, {"b", 2.0, "x, y"}, {"a", 10.0, "z"}}},
		{"rows move up", `{"moveDimension":{"source":{"dimension":"ROWS","startIndex":2,"endIndex":4},"destinationIndex":0}}`,
			[][]any{{"B", 1.0}, {"a", 10.0, "z"}, {"b", 2.0, "x, y"}, {"a", 10.0, " p  q "}}},
		{"columns move", `{"moveDimension":{"source":{"dimension":"COLUMNS","endIndex":1},"destinationIndex":2}}`,
			[][]any{{2.0, "b", "x, y"}, {10.0, "a", " p  q "}, {1.0, "B"}, {10.0, "a", "z"}}},
		{"sort ascending, text without case", `{"sortRange":{"range":{"endRowIndex":4,"endColumnIndex":3},"sortSpecs":[{"dimensionIndex":0},{"dimensionIndex":1,"sortOrder":"DESCENDING"}]}}`,
			[][]any{{"a", 10.0, " p  q "}, {"a", 10.0, "z"}, {"B", 1.0}, {"b", 2.0, "x, y"}}},
		{"empty cells are last in both orders", `{"sortRange":{"range":{"endRowIndex":6,"endColumnIndex":3},"sortSpecs":[{"dimensionIndex":2,"sortOrder":"DESCENDING"}]}}`,
			[][]any{{"a", 10.0, "z"}, {"b", 2.0, "x, y"}, {"a", 10.0, " p  q "}, {"B", 1.0}}},
		{"duplicates go, cells below move up", `{"deleteDuplicates":{"range":{"endRowIndex":4,"endColumnIndex":2},"comparisonColumns":[{"dimension":"COLUMNS","startIndex":0,"endIndex":1}]}}`,
			[][]any{{"b", 2.0, "x, y"}, {"a", 10.0, " p  q "}, {}, {"", "", "z"}}},
		{"whitespace", `{"trimWhitespace":{"range":{"startRowIndex":1,"endRowIndex":2}}}`,
			[][]any{{"b", 2.0, "x, y"}, {"a", 10.0, "p q"}, {"B", 1.0}, {"a", 10.0, "z"}}},
		{"find and replace, numbers as they are shown", `{"findReplace":{"find":"1","replacement":"7","allSheets":true}}`,
			[][]any{{"b", 2.0, "x, y"}, {"a", 70.0, " p  q "}, {"B", 7.0}, {"a", 70.0, "z"}}},
		{"with a regular expression", `{"findReplace":{"find":"^(a|b)$","replacement":"<$1>","searchByRegex":true,"matchCase":true,"sheetId":0}}`,
			[][]any{{"<b>", 2.0, "x, y"}, {"<a>", 10.0, " p  q "}, {"B", 1.0}, {"<a>", 10.0, "z"}}},
		{"copy repeats", `{"copyPaste":{"source":{"endRowIndex":1,"endColumnIndex":1},"destination":{"endRowIndex":2,"startColumnIndex":2,"endColumnIndex":3}}}`,
			[][]any{{"b", 2.0, "b"}, {"a", 10.0, "b"}, {"B", 1.0}, {"a", 10.0, "z"}}},
		{"copy transposed", `{"copyPaste":{"source":{"endRowIndex":3,"endColumnIndex":1},"destination":{"startRowIndex":3,"endRowIndex":4,"endColumnIndex":1},"pasteOrientation":"TRANSPOSE"}}`,
			[][]any{{"b", 2.0, "x, y"}, {"a", 10.0, " p  q "}, {"B", 1.0}, {"b", "a", "B"}}},
		{"cut", `{"cutPaste":{"source":{"endRowIndex":2,"endColumnIndex":1},"destination":{"rowIndex":1,"columnIndex":2}}}`,
			[][]any{{"", 2.0, "x, y"}, {"", 10.0, "b"}, {"B", 1.0, "a"}, {"a", 10.0, "z"}}},
		{"paste", `{"pasteData":{"coordinate":{"rowIndex":3},"data":"1\t\"two\tparts\"\n3%","delimiter":"\t"}}`,
			[][]any{{"b", 2.0, "x, y"}, {"a", 10.0, " p  q "}, {"B", 1.0}, {1.0, "two\tparts", "z"}, {0.03}}},
		{"text to columns", `{"textToColumns":{"source":{"endRowIndex":2,"startColumnIndex":2,"endColumnIndex":3},"delimiterType":"COMMA"}}`,
			[][]any{{"b", 2.0, "x", " y"}, {"a", 10.0, " p  q "}, {"B", 1.0}, {"a", 10.0, "z"}}},
		{"insert cells", `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"ROWS"}}`,
			[][]any{{"b", 2.0, "x, y"}, {"", 10.0, " p  q "}, {"a", 1.0}, {"B", 10.0, "z"}, {"a"}}},
		{"delete cells", `{"deleteRange":{"range":{"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"COLUMNS"}}`,
			[][]any{{2.0, "x, y"}, {10.0, " p  q "}, {"B", 1.0}, {"a", 10.0, "z"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", start...)}})
			if status, body := me.post(t, id, tt.request); status != 200 {
				t.Fatalf("batch = %d %s", status, body)
			}
			if diff := cmp.Diff(tt.want, google.Values(id, "S")); diff != "" {
				t.Errorf("sheet (-want +got):\n%s", diff)
			}
		})
	}
}

// References of formulas follow their cells, and relative ones the cell of the
// formula.
func TestFormulasMove(t *testing.T) {
	tests := []struct{ name, request, at, want string }{
		{"copied", `{"copyPaste":{"source":{"startRowIndex":3,"endRowIndex":4,"endColumnIndex":1},"destination":{"startRowIndex":3,"endRowIndex":4,"startColumnIndex":1,"endColumnIndex":2}}}`, "B4", "=SUM(B1:B3)+$A$1"},
		{"copied as a value", `{"copyPaste":{"source":{"startRowIndex":3,"endRowIndex":4,"endColumnIndex":1},"destination":{"startRowIndex":5,"endRowIndex":6,"endColumnIndex":1},"pasteType":"PASTE_VALUES"}}`, "A6", ""},
		{"what it uses was cut", `{"cutPaste":{"source":{"endRowIndex":1,"endColumnIndex":1},"destination":{"columnIndex":4}}}`, "A4", "=SUM(A1:A3)+$E$1"},
		{"rows moved", `{"moveDimension":{"source":{"dimension":"ROWS","startIndex":3,"endIndex":4},"destinationIndex":0}}`, "A1", "=SUM(A2:A4)+$A$2"},
		{"cells inserted", `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"ROWS"}}`, "A5", "=SUM(A1:A4)+$A$1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{1}, []any{2}, []any{3}, []any{emulator.Formula{Text: "=SUM(A1:A3)+$A$1"}})}})
			if status, body := me.post(t, id, tt.request); status != 200 {
				t.Fatalf("batch = %d %s", status, body)
			}
			got := me.cellIn(t, id, tt.at, "FORMULA")
			if tt.want == "" {
				tt.want = "7"
				got = me.cellIn(t, id, tt.at, "FORMATTED_VALUE")
			}
			if got != tt.want {
				t.Errorf("%s holds %v, want %s", tt.at, got, tt.want)
			}
		})
	}
}

// Properties that are stored and returned, with the mask that selects them.
func TestStoredProperties(t *testing.T) {
	tests := []struct{ name, request, fields, want string }{
		{"basic filter", `{"setBasicFilter":{"filter":{"range":{"endColumnIndex":2},"criteria":{"1":{"hiddenValues":["x"]}}}}}`, "sheets.basicFilter",
			`{"sheets":[{"basicFilter":{"criteria":{"1":{"hiddenValues":["x"]}},"filterSpecs":[{"columnIndex":1,"filterCriteria":{"hiddenValues":["x"]}}],"range":{"endColumnIndex":2,"endRowIndex":1000,"startColumnIndex":0,"startRowIndex":0}}}]}`},
		{"filter view", `{"addFilterView":{"filter":{"filterViewId":5,"title":"v","range":{"endRowIndex":2}}}}`, "sheets.filterViews(filterViewId,title,range/endRowIndex)",
			`{"sheets":[{"filterViews":[{"filterViewId":5,"range":{"endRowIndex":2},"title":"v"}]}]}`},
		{"bands", `{"addBanding":{"bandedRange":{"bandedRangeId":6,"range":{"endRowIndex":2},"rowProperties":{"firstBandColor":{"red":1}}}}}`, "sheets.bandedRanges(bandedRangeId,rowProperties)",
			`{"sheets":[{"bandedRanges":[{"bandedRangeId":6,"rowProperties":{"firstBandColor":{"red":1},"firstBandColorStyle":{"rgbColor":{"red":1}}}}]}]}`},
		{"borders", `{"updateBorders":{"range":{"endRowIndex":1,"endColumnIndex":2},"top":{"style":"SOLID"},"innerVertical":{"style":"DOUBLE"}}}`,
			"sheets.data.rowData.values.userEnteredFormat.borders(top/style,left/style,right/width)",
			`{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredFormat":{"borders":{"right":{"width":3},"top":{"style":"SOLID"}}}},{"userEnteredFormat":{"borders":{"left":{"style":"DOUBLE"},"top":{"style":"SOLID"}}}}]}]}]}]}`},
		{"conditional format", `{"addConditionalFormatRule":{"rule":{"ranges":[{"endRowIndex":2,"endColumnIndex":1}],"booleanRule":{"condition":{"type":"NOT_BLANK"}}}}}`,
			"sheets.conditionalFormats.booleanRule", `{"sheets":[{"conditionalFormats":[{"booleanRule":{"condition":{"type":"NOT_BLANK"}}}]}]}`},
		{"duplicate", `{"duplicateSheet":{"sourceSheetId":0,"insertSheetIndex":1,"newSheetId":9}}`, "sheets.properties(sheetId,title)",
			`{"sheets":[{"properties":{"sheetId":0,"title":"S"}},{"properties":{"sheetId":9,"title":"Copy of S"}}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a"})}})
			if status, body := me.post(t, id, tt.request); status != 200 {
				t.Fatalf("batch = %d %s", status, body)
			}
			_, _, body := me.send(t, "GET", sheetsURL+id+"?prettyPrint=false&fields="+tt.fields, "")
			if strings.TrimSpace(body) != tt.want {
				t.Errorf("%s = %s, want %s", tt.fields, body, tt.want)
			}
		})
	}
}
