package emulator

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"
)

// What parses never panics, and what it accepts it reads the same way again.

func FuzzA1(f *testing.F) {
	for _, seed := range []string{"A1", "'It''s'!A1:B2", "Sheet1!A:A", "1:2", "A1:B", "R1C1:R2C2", "ZZZ99999999", "AAAA1", "🌵 1!A1", "'", "''", "'a'!", "!A1", "$A$1", "B2:A1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := parseA1(s)
		if err != nil || ref.bare {
			return
		}
		a := ref.area
		if a.top < 0 || a.left < 0 || a.bottom != toEnd && a.bottom <= a.top || a.right != toEnd && a.right <= a.left {
			t.Fatalf("parseA1(%q) = %+v, want an area that begins before it ends", s, a)
		}
		if closed := a.closed(maxCells, maxColumns); closed.bottom > closed.top && closed.right > closed.left {
			again, _, ok := parseCells(closed.a1())
			if !ok || again != closed {
				t.Errorf("%q is %+v, written %s, read %+v", s, closed, closed.a1(), again)
			}
		}
		if ref.titled {
			again, err := parseA1(quoteTitle(ref.title) + "!A1")
			if err != nil || again.title != ref.title {
				t.Errorf("title %q is written %s and read %q, %v", ref.title, quoteTitle(ref.title), again.title, err)
			}
		}
	})
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"*", "sheets.properties.title", "sheets/data/rowData", "sheets(properties(title,index),data)", "a.*,b", "sheets(", ")", ",", "a..b", "grid_properties(frozen_row_count)", strings.Repeat("a(", 100)} {
		f.Add(seed)
	}
	of := &sheets.Spreadsheet{Properties: &sheets.SpreadsheetProperties{Title: "t"}}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := parseMask(s)
		if err != nil {
			return
		}
		if m.check(reflect.TypeOf(of), "") == nil {
			encode(of, m, true)
		}
		var to sheets.Spreadsheet
		merge(&to, of, m)
	})
}

func FuzzEntered(f *testing.F) {
	for _, seed := range []string{"", "'", "=", "=1", "TRUE", "1,000.50", "$-1", "-$1", "1-2", "2020-02-30", "9999-12-31", "0000-01-01", ".5", "1e9", "١", "12.5%", "$1,000", "10:30 PM", "Jan 31, 2020 10:30", "=SUM(A1:B2)*'It''s'!$C$3", "=\"a\"&{1,2}", "=A:A+1:2"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := entered(s, now)
		if err != nil {
			return
		}
		if text := c.formula(); text != "" {
			var whole strings.Builder
			for _, p := range formulaParts(text) {
				whole.WriteString(p.text)
			}
			if whole.String() != text {
				t.Fatalf("the parts of %q are %q", text, whole.String())
			}
			again := shiftedFormula(offsetFormula(text, 1, 1), "S", "S", byRow, 0, 1)
			calculated(again)
			return
		}
		if shown := c.shown(); c.kind == kindText && shown != strings.TrimPrefix(s, "'") {
			t.Errorf("entered(%q) is the text %q", s, shown)
		}
	})
}

// calculated has a formula calculated in a small sheet.
func calculated(text string) cell {
	s := newSheet(0, "S", 20, 5)
	s.set(0, 0, numberCell(1))
	c, err := formulaCell(text)
	if err != nil {
		return cell{}
	}
	s.set(1, 1, c)
	of := newContents("", s)
	of.calculate(time.Time{})
	return s.at(1, 1)
}

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
	f.Fuzz(func(t *testing.T, body string) {
		s := New(Options{})
		id := s.Create(Spreadsheet{Sheets: []Sheet{{Values: [][]any{{"a", 1}, {true}}}}})
		c := &call{s: s, vars: map[string]string{"spreadsheetId": id}, body: []byte(body), token: &token{principal: s.ServiceAccount()}}
		before := s.Values(id, "Sheet1")
		out, err := c.batchUpdate()
		if err == nil {
			encode(out, nil, false)
			s.Values(id, "Sheet1") // has formulas calculated
		} else if after := s.Values(id, "Sheet1"); !reflect.DeepEqual(before, after) {
			t.Errorf("%s was refused (%v) and changed %v to %v", body, err, before, after)
		}
	})
}

func FuzzNumberFormat(f *testing.F) {
	for _, seed := range []string{"#,##0.00", "0;(0);\"zero\"", "[h]:mm:ss", "[", "[]", "\"", "_", "*", "0.00E+00", "[$€-2] 0", "yyyy-mm-dd h:mm am/pm", "#.##,,%", "?"} {
		f.Add(seed, 1234.5)
		f.Add(seed, -0.5)
	}
	f.Fuzz(func(t *testing.T, pattern string, n float64) {
		for _, kind := range []string{"NUMBER", "DATE_TIME", "TEXT", ""} {
			formatNumber(n, &sheets.NumberFormat{Type: kind, Pattern: pattern})
		}
		formatNumber(n, formatOf(pattern))
	})
}
