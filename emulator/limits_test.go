package emulator_test

import (
	"strconv"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestProtectedRanges: only the owner and the editors of a protected range change
// it; a batch that would is refused whole.
func TestProtectedRanges(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Owner: "boss@example.com", Sheets: []emulator.Sheet{grid("S", []any{"head", "er"}, []any{1, 2}, []any{3, 4})}})
	google.Share(id, "friend@example.com", "writer")
	google.Share(id, "other@example.com", "writer")
	boss, friend, other := newUser(t, google, "boss@example.com", "spreadsheets"), newUser(t, google, "friend@example.com", "spreadsheets"), newUser(t, google, "other@example.com", "spreadsheets")
	reply := boss.batch(t, id, &sheets.Request{AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: &sheets.ProtectedRange{
		Range: &sheets.GridRange{EndRowIndex: 2}, UnprotectedRanges: []*sheets.GridRange{{StartRowIndex: 1, EndRowIndex: 2, StartColumnIndex: 1, EndColumnIndex: 2}},
		Editors: &sheets.Editors{Users: []string{"friend@example.com"}},
	}}})
	if got := reply.Replies[0].AddProtectedRange.ProtectedRange.Editors.Users; len(got) != 1 || got[0] != "friend@example.com" {
		t.Errorf("the reply has the editors %v, want friend@example.com", got)
	}
	const refusal = "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit."
	write := func(at string) (method, path, body string) {
		return "PUT", "/values/" + at + "?valueInputOption=RAW", `{"values":[["x"]]}`
	}
	batch := func(request string) (method, path, body string) {
		return "POST", ":batchUpdate", `{"requests":[{"updateCells":{"start":{"rowIndex":5},"fields":"note","rows":[{"values":[{"note":"n"}]}]}},` + request + `]}`
	}
	tests := []struct {
		name    string
		who     user
		call    func() (method, path, body string)
		refused bool
	}{
		{"another writer", other, func() (string, string, string) { return write("S!A1") }, true},
		{"outside of the range", other, func() (string, string, string) { return write("S!A3") }, false},
		{"in a part that is not protected", other, func() (string, string, string) { return write("S!B2") }, false},
		{"an editor of the range", friend, func() (string, string, string) { return write("S!A1") }, false},
		{"the owner", boss, func() (string, string, string) { return write("S!A2") }, false},
		{"clearing", other, func() (string, string, string) { return "POST", "/values/S!A1:clear", "" }, true},
		{"a format", other, func() (string, string, string) {
			return batch(`{"repeatCell":{"range":{"endRowIndex":1},"cell":{"userEnteredFormat":{"wrapStrategy":"CLIP"}},"fields":"userEnteredFormat"}}`)
		}, true},
		{"deleting a row of it", other, func() (string, string, string) {
			return batch(`{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":3}}}`)
		}, true},
		{"inserting a row into it", other, func() (string, string, string) {
			return batch(`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}`)
		}, true},
		{"inserting a row below it", other, func() (string, string, string) {
			return batch(`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":3}}}`)
		}, false},
		{"removing the protection", other, func() (string, string, string) {
			return batch(`{"deleteProtectedRange":{"protectedRangeId":` + strconv.FormatInt(reply.Replies[0].AddProtectedRange.ProtectedRange.ProtectedRangeId, 10) + `}}`)
		}, true},
		{"deleting the sheet", other, func() (string, string, string) {
			return batch(`{"addSheet":{}},{"deleteSheet":{"sheetId":0}}`)
		}, true},
		{"appending below", other, func() (string, string, string) {
			return "POST", "/values/S!A1:append?valueInputOption=RAW", `{"values":[["x"]]}`
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method, path, body := tt.call()
			status, _, got := tt.who.send(t, method, sheetsURL+id+path, body)
			if want := map[bool]int{false: 200, true: 400}[tt.refused]; status != want || tt.refused && !strings.Contains(got, refusal) {
				t.Errorf("%s %s = %d %s, want %d", method, path, status, got, want)
			}
		})
	}
}

// TestLimits: limits that requests run into, and the texts of their errors.
func TestLimits(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	title := func(n int) string { return `{"addSheet":{"properties":{"title":"` + strings.Repeat("é", n) + `"}}}` }
	tests := []struct {
		name, request string
		status        int
		want          string
	}{
		{"a title of 100 characters", title(100), 200, ""},
		{"of 101", title(101), 400, "Invalid requests[0].addSheet: The sheet name cannot be longer than 100 characters."},
		{"a time zone", `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Asia/Tokyo"},"fields":"timeZone"}}`, 200, ""},
		{"one that does not exist", `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Mars/Base"},"fields":"timeZone"}}`, 400, "Invalid time zone: Mars/Base"},
		{"a locale", `{"updateSpreadsheetProperties":{"properties":{"locale":"de"},"fields":"locale"}}`, 200, ""},
		{"a language and a country", `{"updateSpreadsheetProperties":{"properties":{"locale":"fil_PH"},"fields":"locale"}}`, 200, ""},
		{"a language that does not exist", `{"updateSpreadsheetProperties":{"properties":{"locale":"zz_DE"},"fields":"locale"}}`, 400, "Unsupported locale: zz_DE"},
		{"one of which it is not known whether Google supports it", `{"updateSpreadsheetProperties":{"properties":{"locale":"sw_KE"},"fields":"locale"}}`, 501, "the locale sw_KE"},
		{"none", `{"updateSpreadsheetProperties":{"properties":{"locale":"english"},"fields":"locale"}}`, 400, "Unsupported locale: english"},
		{"paths in snake_case", `{"addSheet":{"properties":{"gridProperties":{"rows":1}}}}`, 400, `Unknown name \"rows\" at 'requests[0].add_sheet.properties.grid_properties': Cannot find field.`},
		{"a list for one value", `{"addSheet":{"properties":{"title":["a"]}}}`, 400, `Unknown name \"title\" at 'requests[0].add_sheet.properties': Proto field is not repeating, cannot start list.`},
		{"a list for an object", `{"addSheet":{"properties":[]}}`, 400, `Unknown name \"properties\" at 'requests[0].add_sheet': Proto field is not repeating, cannot start list.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := me.post(t, id, tt.request); status != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("batch = %d %s, want %d %s", status, body, tt.status, tt.want)
			}
		})
	}
}

func TestHyperlinks(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	me.entry(t, id, "A1", `=HYPERLINK("https://example.com","site")`)
	format := `{"updateCells":{"start":{"columnIndex":1},"fields":"*","rows":[{"values":[{"userEnteredValue":{"stringValue":"x"},"userEnteredFormat":{"textFormat":{"link":{"uri":"https://example.org"}}}}]}]}}`
	if status, body := me.post(t, id, format); status != 200 {
		t.Fatalf("batch = %d %s", status, body)
	}
	got, err := me.sheets.Spreadsheets.Get(id).Fields("sheets.data.rowData.values(hyperlink,formattedValue)").Do()
	if err != nil {
		t.Fatal(err)
	}
	cells := got.Sheets[0].Data[0].RowData[0].Values
	if cells[0].Hyperlink != "https://example.com" || cells[0].FormattedValue != "site" || cells[1].Hyperlink != "https://example.org" {
		t.Errorf("cells = %+v and %+v, want both links and the label", cells[0], cells[1])
	}
}
