package batch

import (
	"io"
	"reflect"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

func FuzzBatch(f *testing.F) {
	for _, seed := range []string{
		`{"requests":[{"addSheet":{"properties":{"index":-1}}}]}`,
		`{"requests":[{"updateCells":{"range":{"startRowIndex":5,"endRowIndex":1},"fields":"*"}}]}`,
		`{"requests":[{"updateCells":{"start":{"rowIndex":2000000000},"rows":[null,{"values":[null]}],"fields":"*"}}]}`,
		`{"requests":{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}}`,
		`{"requests":[null,{"mergeCells":{"range":{"endRowIndex":2}}}]}`,
		`{"requests":[{"addDimensionGroup":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":20000}}}]}`,
		`{"requests":[{"sortRange":{"range":{},"sortSpecs":[{"dimensionIndex":1,"sortOrder":"DESCENDING"}]}},{"deleteDuplicates":{"range":{}}}]}`,
		`{"requests":[{"copyPaste":{"source":{"endRowIndex":2},"destination":{"startRowIndex":1},"pasteOrientation":"TRANSPOSE"}}]}`,
		`{"requests":[{"cutPaste":{"source":{"endRowIndex":2,"endColumnIndex":2},"destination":{"rowIndex":1,"columnIndex":1}}},{"moveDimension":{"source":{"dimension":"ROWS","endIndex":1},"destinationIndex":3}}]}`,
		`{"requests":[{"insertRange":{"range":{"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"COLUMNS"}},{"deleteRange":{"range":{"endRowIndex":1},"shiftDimension":"ROWS"}}]}`,
		`{"requests":[{"findReplace":{"find":"a","replacement":"$1=b","searchByRegex":true,"allSheets":true,"includeFormulas":true}},{"trimWhitespace":{"range":{}}}]}`,
		`{"requests":[{"pasteData":{"coordinate":{},"data":"=A1\t2","delimiter":"\t"}},{"textToColumns":{"source":{"endColumnIndex":1},"delimiterType":"SPACE"}}]}`,
		`{"requests":[{"setBasicFilter":{"filter":{"range":{"endColumnIndex":1},"criteria":{"x":{}}}}},{"duplicateSheet":{}},{"deleteDimension":{"range":{"dimension":"COLUMNS","endIndex":1}}}]}`,
		`{"requests":[{"addBanding":{"bandedRange":{"range":{},"rowProperties":{}}}},{"updateBorders":{"range":{"endRowIndex":2},"top":{"style":"SOLID"}}},{"addConditionalFormatRule":{"rule":{"ranges":[{}],"booleanRule":{}}}}]}`,
		`{"requests":[{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"k","visibility":"PROJECT","location":{"dimensionRange":{"dimension":"ROWS","endIndex":1}}}}},{"deleteDeveloperMetadata":{"dataFilter":{"gridRange":{}}}}]}`,
		`{"includeSpreadsheetInResponse":true,"responseRanges":["A1"],"requests":[{"updateCells":{"start":{},"fields":"*","rows":[{"values":[{"userEnteredValue":{"formulaValue":"=B1*2"}}]}]}}]}`,
		`[]`, `{"requests":1}`, `null`,
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		var body sheets.BatchUpdateSpreadsheetRequest
		if rest.Decode([]byte(text), &body, "") != nil {
			return
		}
		s := spreadsheet.FromTabs("", []spreadsheet.Tab{{Values: [][]any{{"a", 1}, {true}}}})
		before := s.UnformattedValues("Sheet1")
		draft := s.Clone()
		_, err := Apply(t.Context(), draft, body.Requests, "me@example.com", now)
		if err != nil {
			if after := s.UnformattedValues("Sheet1"); !reflect.DeepEqual(before, after) {
				t.Errorf("%s was refused (%v) and changed %v to %v", text, err, before, after)
			}
			return
		}
		if err := draft.Calculate(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if out, rows, err := draft.Describe("id", body.ResponseRanges, true, nil); err == nil {
			if err := (rest.Lazy{Value: out, Lists: rows}).Encode(io.Discard, nil, false); err != nil {
				t.Error(err)
			}
		}
	})
}
