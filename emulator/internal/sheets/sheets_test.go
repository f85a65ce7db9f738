package sheets

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// TestCalls: every call of the API, served for a writer: the fields that identify
// its response, or its error.
func TestCalls(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	const gridFilter = `{"dataFilters":[{"a1Range":"A1"}]}`
	tests := []struct {
		call, target, body string
		reader             bool // the caller may only read
		want               string
	}{
		{"spreadsheets.create", "v4/spreadsheets?fields=properties.title", `{"properties":{"title":"n"}}`, false, `{"properties":{"title":"n"}}`},
		{"spreadsheets.get", "v4/spreadsheets/id?fields=sheets.properties.title", "", true, `{"sheets":[{"properties":{"title":"S"}}]}`},
		{"spreadsheets.get", "v4/spreadsheets/none", "", true, "Requested entity was not found."},
		{"spreadsheets.getByDataFilter", "v4/spreadsheets/id:getByDataFilter?fields=sheets.data.rowData.values.formattedValue", gridFilter, true, `{"sheets":[{"data":[{"rowData":[{"values":[{"formattedValue":"a"}]}]}]}]}`},
		{"spreadsheets.batchUpdate", "v4/spreadsheets/id:batchUpdate?fields=replies", `{"requests":[{"addSheet":{"properties":{"title":"S"}}}]}`, false, `Invalid requests[0].addSheet: A sheet with the name "S" already exists. Please enter another name.`},
		{"spreadsheets.batchUpdate", "v4/spreadsheets/id:batchUpdate", `{"requests":[{"addSheet":{}}]}`, true, "The caller does not have permission"},
		{"spreadsheets.sheets.copyTo", "v4/spreadsheets/id/sheets/0:copyTo?fields=title", `{"destinationSpreadsheetId":"id"}`, false, `{"title":"Copy of S"}`},
		{"spreadsheets.developerMetadata.get", "v4/spreadsheets/id/developerMetadata/7", "", true, "No developer metadata with ID 7"},
		{"spreadsheets.developerMetadata.search", "v4/spreadsheets/id/developerMetadata:search", gridFilter, true, `{}`},
		{"spreadsheets.values.get", "v4/spreadsheets/id/values/A1:B1?valueRenderOption=UNFORMATTED_VALUE&fields=values", "", true, `{"values":[["a",1]]}`},
		{"spreadsheets.values.batchGet", "v4/spreadsheets/id/values:batchGet?ranges=A1&ranges=B1&fields=valueRanges.range", "", true, `{"valueRanges":[{"range":"S!A1"},{"range":"S!B1"}]}`},
		{"spreadsheets.values.batchGetByDataFilter", "v4/spreadsheets/id/values:batchGetByDataFilter?fields=valueRanges.valueRange.values", gridFilter, true, `{"valueRanges":[{"valueRange":{"values":[["a"]]}}]}`},
		{"spreadsheets.values.update", "v4/spreadsheets/id/values/A1?valueInputOption=RAW&fields=updatedRange", `{"values":[["x"]]}`, false, `{"updatedRange":"S!A1"}`},
		{"spreadsheets.values.update", "v4/spreadsheets/id/values/A1?valueInputOption=RAW", `{"values":[["x"]]}`, true, "The caller does not have permission"},
		{"spreadsheets.values.append", "v4/spreadsheets/id/values/A1:append?valueInputOption=RAW&fields=tableRange,updates.updatedRange", `{"values":[["x"]]}`, false, `{"tableRange":"S!A1:B1","updates":{"updatedRange":"S!A2"}}`},
		{"spreadsheets.values.batchUpdate", "v4/spreadsheets/id/values:batchUpdate?fields=totalUpdatedCells", `{"valueInputOption":"RAW","data":[{"range":"A1:B1","values":[["x",2]]}]}`, false, `{"totalUpdatedCells":2}`},
		{"spreadsheets.values.batchUpdateByDataFilter", "v4/spreadsheets/id/values:batchUpdateByDataFilter?fields=totalUpdatedCells", `{"valueInputOption":"RAW","data":[{"dataFilter":{"a1Range":"A1"},"values":[["x"]]}]}`, false, `{"totalUpdatedCells":1}`},
		{"spreadsheets.values.clear", "v4/spreadsheets/id/values/A1:clear?fields=clearedRange", "", false, `{"clearedRange":"S!A1"}`},
		{"spreadsheets.values.batchClear", "v4/spreadsheets/id/values:batchClear?fields=clearedRanges", `{"ranges":["A1","B1"]}`, false, `{"clearedRanges":["S!A1","S!B1"]}`},
		{"spreadsheets.values.batchClearByDataFilter", "v4/spreadsheets/id/values:batchClearByDataFilter?fields=clearedRanges", gridFilter, false, `{"clearedRanges":["S!A1"]}`},
	}
	served := map[string]bool{}
	for _, tt := range tests {
		served["sheets."+tt.call] = true
		t.Run(tt.call, func(t *testing.T) {
			store := files.NewStore(now)
			f := store.Add("id", files.SpreadsheetType, "owner@example.com")
			f.Spreadsheet = spreadsheet.FromTabs("", []spreadsheet.Tab{{Title: "S", Values: [][]any{{"a", 1}}}})
			f.Roles["me@example.com"] = map[bool]files.Role{true: files.Reader, false: files.Writer}[tt.reader]
			if got := serve(t, &API{Files: store, Now: now}, "sheets."+tt.call, tt.target, tt.body); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.target, got, tt.want)
			}
		})
	}
	for _, rt := range (&API{Files: files.NewStore(now), Now: now}).Routes() {
		if rt.Serve != nil && !served[rt.Name] {
			t.Errorf("%s is not tested", rt.Name)
		}
	}
}

// serve serves a call and returns the body of its response, or its error.
func serve(t *testing.T, api *API, name, target, body string) string {
	t.Helper()
	at, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	routes := api.Routes()
	rest.SortRoutes(routes)
	c := &rest.Call{Context: t.Context(), Query: at.Query(), Body: []byte(body), Principal: "me@example.com"}
	i := slices.IndexFunc(routes, func(rt rest.Route) (ok bool) {
		c.Vars, ok = rt.Match(strings.Split(at.Path, "/"))
		return ok && rt.Name == name
	})
	if i < 0 {
		t.Fatalf("no route for %s at %s", name, target)
	}
	c.Route = &routes[i]
	if err := c.ReadQuery(); err != nil {
		return err.Error()
	}
	result, err := c.Route.Serve(c)
	if err != nil {
		return err.Error()
	}
	if lazy, ok := result.(rest.Lazy); ok {
		var b strings.Builder
		if err := lazy.Encode(&b, c.Mask, false); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(b.String())
	}
	return strings.TrimSpace(string(rest.Encode(result, c.Mask, false)))
}
