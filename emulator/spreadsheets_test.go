package emulator_test

import (
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

func TestFieldMasks(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Title: "T", Sheets: []emulator.Sheet{grid("One", []any{"a"}, nil, []any{nil, 2}), grid("Two")}})
	tests := []struct {
		name, query string
		status      int
		want        string
	}{
		{"dots", "fields=properties.title,spreadsheetId", 200, `{"properties":{"title":"T"},"spreadsheetId":"ID"}`},
		{"slashes", "fields=sheets/properties/title", 200, `{"sheets":[{"properties":{"title":"One"}},{"properties":{"title":"Two"}}]}`},
		{"parentheses", "fields=sheets(properties(sheetId,gridProperties/rowCount))", 200, `{"sheets":[{"properties":{"gridProperties":{"rowCount":1000},"sheetId":0}},{"properties":{"gridProperties":{"rowCount":1000},"sheetId":1}}]}`},
		{"a message without any of the fields stays", "fields=sheets.properties.tabColor", 200, `{"sheets":[{"properties":{}},{"properties":{}}]}`},
		{"a mask that names the grid reads it", "ranges=One&fields=sheets/data/rowData/values/formattedValue", 200,
			`{"sheets":[{"data":[{"rowData":[{"values":[{"formattedValue":"a"}]},{},{"values":[{},{"formattedValue":"2"}]}]}]}]}`},
		{"nothing of the kind in the grid", "ranges=One&fields=sheets.data.rowData.values.note", 200, `{"sheets":[{"data":[{}]}]}`},
		{"a star", "fields=*&ranges=Nope", 400, ""},
		{"unknown path", "fields=sheets.nope", 400, "Cannot find matching fields for path 'sheets.nope'"},
		{"bad syntax", "fields=sheets(", 400, "Request contains an invalid argument."},
		{"unknown parameter", "includeGrid=true", 400, `Unknown name \"includeGrid\": Cannot bind query parameter.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := me.send(t, "GET", sheetsURL+id+"?prettyPrint=false&"+tt.query, "")
			got := strings.ReplaceAll(strings.TrimSpace(body), id, "ID")
			if status != tt.status || status == 200 && got != tt.want || !strings.Contains(got, tt.want) {
				t.Errorf("GET ?%s = %d %s, want %d %s", tt.query, status, got, tt.status, tt.want)
			}
		})
	}
}

func TestGridDataOnRequest(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("One", []any{"a", 1, true}), grid("Two")}})
	plain, err := me.sheets.Spreadsheets.Get(id).Do()
	if err != nil || plain.Sheets[0].Data != nil || len(plain.Sheets) != 2 {
		t.Fatalf("Get = %+v, %v, want both sheets without cells", plain, err)
	}
	got, err := me.sheets.Spreadsheets.Get(id).IncludeGridData(true).Ranges("One!B1:C3").Do()
	if err != nil || len(got.Sheets) != 1 {
		t.Fatalf("Get(One!B1:C3) = %+v, %v, want the one sheet that the range is in", got, err)
	}
	d := got.Sheets[0].Data[0]
	if d.StartColumn != 1 || len(d.RowMetadata) != 3 || len(d.ColumnMetadata) != 2 || len(d.RowData) != 1 {
		t.Errorf("data = %+v, want one row from column 1, and metadata of 3 rows and 2 columns", d)
	}
	if v := d.RowData[0].Values[1]; v.EffectiveValue.BoolValue == nil || !*v.EffectiveValue.BoolValue || v.FormattedValue != "TRUE" {
		t.Errorf("C1 = %+v, want TRUE", v)
	}
}

func TestCreateSpreadsheet(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "owner@example.com", "spreadsheets", "drive")
	hello := "hello"
	got, err := me.sheets.Spreadsheets.Create(&sheets.Spreadsheet{
		Properties: &sheets.SpreadsheetProperties{Title: "New", Locale: "de_DE"},
		Sheets: []*sheets.Sheet{{
			Properties: &sheets.SheetProperties{Title: "Only", SheetId: 7},
			Data:       []*sheets.GridData{{StartRow: 1, RowData: []*sheets.RowData{{Values: []*sheets.CellData{{UserEnteredValue: &sheets.ExtendedValue{StringValue: &hello}}}}}}},
		}},
	}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if len(got.SpreadsheetId) != 44 || got.Properties.Title != "New" || got.Properties.Locale != "de_DE" || got.Properties.TimeZone != "Etc/GMT" {
		t.Errorf("Create = %+v, want what was given and defaults for the rest", got.Properties)
	}
	if len(got.Sheets) != 1 || got.Sheets[0].Properties.SheetId != 7 || google.Values(got.SpreadsheetId, "Only")[1][0] != "hello" {
		t.Errorf("sheets = %+v, want exactly the one given", got.Sheets)
	}
}

func TestBodies(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	url := sheetsURL + id + "/values/" + "No%20such%20sheet!A1?valueInputOption=RAW"
	tests := []struct{ name, body, want string }{
		{"the body is read before the range", `{"values":"X"}`, `Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\"`},
		{"a row that is none", `{"values":["X"]}`, `Invalid value at 'data.values[0]' (type.googleapis.com/google.protobuf.ListValue), \"X\"`},
		{"unknown field", `{"value":[["X"]]}`, `Invalid JSON payload received. Unknown name \"value\" at 'data': Cannot find field.`},
		{"not JSON", `{"values":`, "Invalid JSON payload received."},
		{"null is as good as absent", `{"values":[["X"]],"majorDimension":null}`, "Unable to parse range: No such sheet!A1"},
		{"an empty body", ``, "Unable to parse range: No such sheet!A1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, _, body := me.send(t, "PUT", url, tt.body); status != 400 || !strings.Contains(body, tt.want) {
				t.Errorf("PUT %s = %d %s, want 400 %s", tt.body, status, body, tt.want)
			}
		})
	}
}

// Google accepts a slash at the end of the path and before its verb, as
// google-spreadsheet for Node sends them.
func TestSlashes(t *testing.T) {
	_, id, me := writerOf(t, emulator.Spreadsheet{})
	if status, _, body := me.send(t, "GET", sheetsURL+id+"/?fields=spreadsheetId", ""); status != 200 {
		t.Errorf("GET ID/ = %d %s", status, body)
	}
	if status, _, body := me.send(t, "POST", sheetsURL+id+"/:batchUpdate", `{"requests":[{"addSheet":{}}]}`); status != 200 {
		t.Errorf("POST ID/:batchUpdate = %d %s", status, body)
	}
}

// TestCreateIgnoresNothing: what spreadsheets.create would ignore is a 501.
func TestCreateIgnoresNothing(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "ada@example.com", "spreadsheets")
	tests := []struct {
		body   string
		status int
		want   string
	}{
		{`{"properties":{"title":"T"},"sheets":[{"properties":{"title":"S"},"data":[{"rowData":[{"values":[{"note":"n"}]}]}]}]}`, 200, `"title": "S"`},
		{`{"namedRanges":[{"name":"n"}]}`, 501, "sheets.spreadsheets.create with namedRanges"},
		{`{"sheets":[{"merges":[{"endRowIndex":2}]}]}`, 501, "sheets.spreadsheets.create with merges"},
		{`{"sheets":[{"data":[{"rowMetadata":[{"pixelSize":5}]}]}]}`, 501, "sheets.spreadsheets.create with rowMetadata"},
	}
	for _, tt := range tests {
		if status, _, body := me.send(t, "POST", strings.TrimSuffix(sheetsURL, "/"), tt.body); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("create %s = %d %s, want %d %s", tt.body, status, body, tt.status, tt.want)
		}
	}
}
