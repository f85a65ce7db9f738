package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// grid returns a sheet of 4 x 4 cells with values in its corners and middle.
func grid(title string, values ...[]any) emulator.Sheet {
	return emulator.Sheet{Title: title, Values: values}
}

func TestGetValuesRange(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{
		grid("Sheet1", []any{"a", "b"}, []any{"c", "d"}),
		grid("D3", []any{"deep"}), grid("I'm here"), grid("🌵 one"),
	}})
	named := &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{AddNamedRange: &sheets.AddNamedRangeRequest{NamedRange: &sheets.NamedRange{Name: "Corner", Range: &sheets.GridRange{EndRowIndex: 1, EndColumnIndex: 2}}}},
		{AddNamedRange: &sheets.AddNamedRangeRequest{NamedRange: &sheets.NamedRange{Name: "Sheet1", Range: &sheets.GridRange{EndRowIndex: 1, EndColumnIndex: 1}}}},
	}}
	if _, err := me.sheets.Spreadsheets.BatchUpdate(id, named).Do(); err != nil {
		t.Fatal(err)
	}
	const limits = " exceeds grid limits. Max rows: 1000, max columns: 26"
	tests := []struct{ name, a1, want string }{
		{"a quoted title is the whole sheet", "'Sheet1'", "Sheet1!A1:Z1000"},
		{"a bare name is a named range before a sheet", "Sheet1", "Sheet1!A1"},
		{"a named range", "corner", "Sheet1!A1:B1"},
		{"with ! the left side is a sheet", "Corner!A1", "Unable to parse range: Corner!A1"},
		{"a named range of the sheet", "'Sheet1'!Corner", "Sheet1!A1:B1"},
		{"without quotes", "Sheet1!corner", "Sheet1!A1:B1"},
		{"of another sheet", "'D3'!Corner", "Unable to parse range: 'D3'!Corner"},
		{"no such name", "Sheet1!Nothing", "Unable to parse range: Sheet1!Nothing"},
		{"one cell stays one cell", "'Sheet1'!A1", "Sheet1!A1"},
		{"a range of one cell is that cell", "Sheet1!B2:B2", "Sheet1!B2"},
		{"closed", "Sheet1!A1:D4", "Sheet1!A1:D4"},
		{"reversed corners are put in order", "Sheet1!D4:A1", "Sheet1!A1:D4"},
		{"one pair of corners reversed", "Sheet1!A4:D1", "Sheet1!A1:D4"},
		{"row 2 from A", "Sheet1!A2:2", "Sheet1!A2:Z2"},
		{"rows", "Sheet1!2:3", "Sheet1!A2:Z3"},
		{"columns", "Sheet1!B:C", "Sheet1!B1:C1000"},
		{"open rows", "Sheet1!A5:C", "Sheet1!A5:C1000"},
		{"dollars are fine", "Sheet1!$A$1:$B$2", "Sheet1!A1:B2"},
		{"R1C1 is answered in A1", "Sheet1!R1C1:R2C2", "Sheet1!A1:B2"},
		{"without a sheet the first visible one is meant", "A1:B2", "Sheet1!A1:B2"},
		{"a title like a cell is the cell when not quoted", "D3", "Sheet1!D3"},
		{"quoted it is the sheet", "'D3'!A1", "'D3'!A1"},
		{"an apostrophe is doubled", "'I''m here'!A1", "'I''m here'!A1"},
		{"spaces and emoji need no quotes", "🌵 one!A1:B1", "'🌵 one'!A1:B1"},
		{"the end is cut to the grid", "Sheet1!Y999:AB2000", "Sheet1!Y999:Z1000"},
		{"the start must be in the grid", "Sheet1!A5000:B5001", "Range (Sheet1!A5000:B5001)" + limits},
		{"in columns too", "Sheet1!ZZ1", "Range (Sheet1!ZZ1)" + limits},
		{"four letters are not a column", "Sheet1!AAAA1", "Unable to parse range: Sheet1!AAAA1"},
		{"four letters alone", "AAAA1", "Unable to parse range: AAAA1"},
		{"unknown sheet, as in the request", "'No Such'!A1:B2", "Unable to parse range: 'No Such'!A1:B2"},
		{"an open quote", "'Sheet1!A1", "Unable to parse range: 'Sheet1!A1"},
		{"row 0", "Sheet1!A0", "Unable to parse range: Sheet1!A0"},
		{"nothing after !", "Sheet1!", "Unable to parse range: Sheet1!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := me.sheets.Spreadsheets.Values.Get(id, tt.a1).Do()
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "400") {
					t.Errorf("Get(%q) = %v, want %s", tt.a1, err, tt.want)
				}
				return
			}
			if got.Range != tt.want {
				t.Errorf("Get(%q) = %s, want %s", tt.a1, got.Range, tt.want)
			}
		})
	}
}

func TestRenderOptions(t *testing.T) {
	day := emulator.Date(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{
		grid("S", []any{"=1+1", 53, 1.5, true, day}, nil, []any{nil, "x", ""}, []any{nil}),
	}})
	tests := []struct {
		name, value, date, dimension string
		want                         [][]any
	}{
		{"formatted is all text", "FORMATTED_VALUE", "", "", [][]any{{"=1+1", "53", "1.5", "TRUE", "2020-01-01"}, {}, {"", "x"}}},
		{"formatted ignores the date option", "FORMATTED_VALUE", "SERIAL_NUMBER", "", [][]any{{"=1+1", "53", "1.5", "TRUE", "2020-01-01"}, {}, {"", "x"}}},
		{"unformatted: dates are serial numbers", "UNFORMATTED_VALUE", "", "", [][]any{{"=1+1", 53.0, 1.5, true, 43831.0}, {}, {"", "x"}}},
		{"unless requested as text", "UNFORMATTED_VALUE", "FORMATTED_STRING", "", [][]any{{"=1+1", 53.0, 1.5, true, "2020-01-01"}, {}, {"", "x"}}},
		{"formula: numbers stay numbers", "FORMULA", "", "", [][]any{{"=1+1", 53.0, 1.5, true, 43831.0}, {}, {"", "x"}}},
		{"columns", "UNFORMATTED_VALUE", "", "COLUMNS", [][]any{{"=1+1"}, {53.0, "", "x"}, {1.5}, {true}, {43831.0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			get := me.sheets.Spreadsheets.Values.Get(id, "S").ValueRenderOption(tt.value)
			if tt.date != "" {
				get.DateTimeRenderOption(tt.date)
			}
			if tt.dimension != "" {
				get.MajorDimension(tt.dimension)
			}
			got, err := get.Do()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmptyRangeHasNoValues(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	_, _, body := me.send(t, "GET", sheetsURL+id+"/values/A1:D2", "")
	if want := "{\n  \"majorDimension\": \"ROWS\",\n  \"range\": \"Sheet1!A1:D2\"\n}\n"; body != want {
		t.Errorf("body = %s, want %s", body, want)
	}
}

func TestUpdateValues(t *testing.T) {
	before := [][]any{{"a", "b", "c"}, {"d", "e", "f"}}
	tests := []struct {
		name, at, option string
		values           [][]any
		want             string // the updated range, or a part of the error
		cells            int64
		after            [][]any
	}{
		{"a cell is an origin", "A2", "RAW", [][]any{{1, 2}, {3}}, "S!A2:B3", 3, [][]any{{"a", "b", "c"}, {1.0, 2.0, "f"}, {3.0}}},
		{"an open range is an origin", "A2:A", "RAW", [][]any{{1, 2}}, "S!A2:B2", 2, [][]any{{"a", "b", "c"}, {1.0, 2.0, "f"}}},
		{"null keeps, an empty string empties", "A1:B1", "RAW", [][]any{{nil, ""}}, "S!A1:B1", 1, [][]any{{"a", "", "c"}, {"d", "e", "f"}}},
		{"fewer rows than the range", "A1:C9", "RAW", [][]any{{"z"}}, "S!A1", 1, [][]any{{"z", "b", "c"}, {"d", "e", "f"}}},
		{"raw text stays text", "A1", "RAW", [][]any{{"=1+1", "007", "'x"}}, "S!A1:C1", 3, [][]any{{"=1+1", "007", "'x"}, {"d", "e", "f"}}},
		{"too many rows for a closed range", "A1:C2", "RAW", [][]any{{1}, {2}, {3}}, "Requested writing within range ['S'!A1:C2], but tried writing to row [3]", 0, before},
		{"too many columns", "A1:A2", "RAW", [][]any{{1, 2}}, "Requested writing within range ['S'!A1:A2], but tried writing to column [B]", 0, before},
		{"the grid does not grow", "A1000", "RAW", [][]any{{1}, {2}}, "exceeds grid limits. Max rows: 1000, max columns: 26", 0, before},
		{"50,000 characters fit", "A1", "RAW", [][]any{{strings.Repeat("é", 50_000)}}, "S!A1", 1, nil},
		{"one more does not", "A1", "RAW", [][]any{{"x", strings.Repeat("é", 50_001)}}, "Error 400: Your input contains more than the maximum of 50000 characters in a single cell.", 0, before},
		{"the option is required", "A1", "", [][]any{{1}}, "'valueInputOption' is required but not specified", 0, before},
		{"a formula that is not emulated is stored", "A1", "USER_ENTERED", [][]any{{"x", "=QUERY(A1)"}}, "S!A1:B1", 2, [][]any{{"x", nil, "c"}, {"d", "e", "f"}}},
		{"an object is not a value", "A1", "RAW", [][]any{{map[string]any{"a": 1}}}, "Invalid values[0][0]", 0, before},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", before...)}})
			update := me.sheets.Spreadsheets.Values.Update(id, "S!"+tt.at, &sheets.ValueRange{Values: tt.values})
			if tt.option != "" {
				update.ValueInputOption(tt.option)
			}
			got, err := update.Do()
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Update = %v, want %s", err, tt.want)
				}
			} else if got.UpdatedRange != tt.want || got.UpdatedCells != tt.cells {
				t.Errorf("Update = %s, %d cells, want %s, %d", got.UpdatedRange, got.UpdatedCells, tt.want, tt.cells)
			}
			if diff := cmp.Diff(tt.after, google.Values(id, "S")); tt.after != nil && diff != "" {
				t.Errorf("sheet (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUserEntered(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }
	google := emulator.New(emulator.Options{Now: now})
	id := google.Create(emulator.Spreadsheet{})
	me := newUser(t, google, google.ServiceAccount(), "spreadsheets")
	tests := []struct {
		in     any
		stored any
		shown  string
	}{
		{"0042", 42.0, "42"},
		{"-1.5", -1.5, "-1.5"},
		{"2,000,000.01", 2000000.01, "2,000,000.01"},
		{"1,000", 1000.0, "1,000"},
		{"1,00", "1,00", "1,00"},
		{"$100.15", 100.15, "$100.15"},
		{"2020-01-01", 43831.0, "2020-01-01"},
		{"1999-01-02", 36162.0, "1999-01-02"},
		{"2020-13-01", "2020-13-01", "2020-13-01"},
		{"1-2", 46024.0, "1-2"},
		{"true", true, "TRUE"},
		{"'0123", "0123", "0123"},
		{"3_1_0", "3_1_0", "3_1_0"},
		{"two\nlines", "two\nlines", "two\nlines"},
		{"12%", 0.12, "12%"},
		{"12.5%", 0.125, "12.50%"},
		{"$1,234", 1234.0, "$1,234"},
		{"-$5", -5.0, "-$5"},
		{"1e3", 1000.0, "1.00E+03"},
		{"10:30", 0.4375, "10:30"},
		{"6:00:00 PM", 0.75, "6:00:00 PM"},
		{"1/31/2020", 43861.0, "1/31/2020"},
		{"2/30/2020", "2/30/2020", "2/30/2020"},
		{"Jan 31, 2020", 43861.0, "Jan 31, 2020"},
		{"31-Jan-2020", 43861.0, "31-Jan-2020"},
		{"1/31/2020 18:00", 43861.75, "1/31/2020 18:00"},
		{"2/29", "2/29", "2/29"},
		{"1e999", "1e999", "1e999"},
		{"10:30 today", "10:30 today", "10:30 today"},
		{"$", "$", "$"},
		{".", ".", "."},
		{true, true, "TRUE"},
		{53, 53.0, "53"},
	}
	var lines [][]any
	for _, tt := range tests {
		lines = append(lines, []any{tt.in})
	}
	if _, err := me.sheets.Spreadsheets.Values.Update(id, "A1", &sheets.ValueRange{Values: lines}).ValueInputOption("USER_ENTERED").Do(); err != nil {
		t.Fatal(err)
	}
	shown, err := me.sheets.Spreadsheets.Values.Get(id, "A:A").Do()
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		if got := google.Values(id, "Sheet1")[i][0]; got != tt.stored {
			t.Errorf("%q is stored as %#v, want %#v", tt.in, got, tt.stored)
		}
		if got := shown.Values[i][0]; got != tt.shown {
			t.Errorf("%q is shown as %q, want %q", tt.in, got, tt.shown)
		}
	}
}

func TestBatchUpdateValues(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	body := &sheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", IncludeValuesInResponse: true, Data: []*sheets.ValueRange{
		{Range: "A1:D1", Values: [][]any{{"A1", "B1", "", "D1"}}},
		{Range: "A4:D4", Values: [][]any{{"A4", "B4", "", "D4"}}},
	}}
	got, err := me.sheets.Spreadsheets.Values.BatchUpdate(id, body).Do()
	if err != nil {
		t.Fatal(err)
	}
	if got.TotalUpdatedRows != 2 || got.TotalUpdatedColumns != 4 || got.TotalUpdatedCells != 8 || got.TotalUpdatedSheets != 1 {
		t.Errorf("totals = %+v, want 2 rows, 4 distinct columns, 8 cells, 1 sheet", got)
	}
	if echo := got.Responses[1].UpdatedData; echo == nil || echo.Range != "Sheet1!A4:D4" || len(echo.Values) != 1 {
		t.Errorf("updatedData = %+v, want the values as stored", echo)
	}
	body.Data[1].Range = "A5000"
	body.Data[0].Values[0][0] = "changed"
	_, err = me.sheets.Spreadsheets.Values.BatchUpdate(id, body).Do()
	if err == nil || !strings.Contains(err.Error(), "Invalid data[1]: Range (Sheet1!A5000) exceeds") {
		t.Errorf("with a bad range: %v, want a refusal that names data[1]", err)
	}
	if google.Values(id, "Sheet1")[0][0] != "A1" {
		t.Error("a refused batch changed something; it is all or nothing")
	}
}

func TestClearValues(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a", "b"}, []any{"c", "d"})}})
	one, err := me.sheets.Spreadsheets.Values.Clear(id, "S!B1:B", &sheets.ClearValuesRequest{}).Do()
	if err != nil || one.ClearedRange != "S!B1:B1000" {
		t.Errorf("Clear = %+v, %v, want the range cut to the grid", one, err)
	}
	if diff := cmp.Diff([][]any{{"a"}, {"c"}}, google.Values(id, "S")); diff != "" {
		t.Errorf("sheet (-want +got):\n%s", diff)
	}
	all, err := me.sheets.Spreadsheets.Values.BatchClear(id, &sheets.BatchClearValuesRequest{Ranges: []string{"A1", "A2"}}).Do()
	if err != nil || len(all.ClearedRanges) != 2 || len(google.Values(id, "S")) != 0 {
		t.Errorf("BatchClear = %+v, %v, want both cells empty", all, err)
	}
}
