package test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

func TestAppend(t *testing.T) {
	tests := []struct {
		name, title, target, body string
		want                      string
		rows                      string // that are new
	}{
		{"one row", "Orders", "Orders", `{"item":"apple","qty":0.5,"id":4}`, "{\n  \"appended\": 1,\n  \"range\": \"Orders!A5:E5\"\n}\n", `[{"id":4,"item":"apple","qty":0.5}]`},
		{"two rows", "Orders", "Orders", `[{"id":5},{"item":"x","ordered":null}]`, "{\n  \"appended\": 2,\n  \"range\": \"Orders!A5:E6\"\n}\n", `[{"id":5},{"item":"x"}]`},
		{"a string stays a string", "Orders", "Orders", `[{"id":"=1+1"},{"item":"007"}]`, "{\n  \"appended\": 2,\n  \"range\": \"Orders!A5:E6\"\n}\n", `[{"id":"=1+1"},{"item":"007"}]`},
		{"a byte order mark", "Orders", "Orders", "\ufeff" + `{"id":40,"item":"bom"}`, "{\n  \"appended\": 1,\n  \"range\": \"Orders!A5:E5\"\n}\n", `[{"id":40,"item":"bom"}]`},
		{"a title that needs quoting", "It's; a/b 🌵", "It's;%20a%2Fb%20%F0%9F%8C%B5", `{"x":true}`, "{\n  \"appended\": 1,\n  \"range\": \"'It''s; a/b 🌵'!A2\"\n}\n", `[{"x":true}]`},
		{"below a header in row 3", "Below", "Below?header=3", `{"id":3,"qty":7}`, "{\n  \"appended\": 1,\n  \"range\": \"Below!A6:B6\"\n}\n", `[{"Report of March":3,"B":7}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, withSheets(below))
			before := w.rows(tt.title)
			answer := w.do("POST", "/sheets/"+tt.target, tt.body)
			if answer.Code != 201 {
				t.Errorf("POST %s = %d %s, want 201", tt.target, answer.Code, answer.Body)
			}
			if diff := cmp.Diff(tt.want, answer.Body.String()); diff != "" {
				t.Errorf("POST %s (-want +got):\n%s", tt.target, diff)
			}
			if diff := cmp.Diff(tt.rows, w.newRows(tt.title, before)); diff != "" {
				t.Errorf("new rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAppendProblems(t *testing.T) {
	long := strings.Repeat("x", 50_001)
	w := newWorld(t, nil)
	before := w.google.Values(w.id, "Orders")
	tests := []struct {
		name, target, body string
		status             int
		code, detail       string
	}{
		{"not JSON", "/sheets/Orders", "id=4", 400, "bad-request", "not JSON"},
		{"empty body", "/sheets/Orders", "", 400, "bad-request", "empty"},
		{"array of numbers", "/sheets/Orders", "[1]", 422, "invalid-rows", "row 1"},
		{"an unknown column, with those that exist", "/sheets/Orders", `[{"id":4},{"prize":1}]`, 422, "invalid-rows", `row 2: sheet "Orders" has no column "prize"; its columns are "id", "item", "qty", "price", "ordered"`},
		{"nested value", "/sheets/Orders", `{"id":{"a":1}}`, 422, "invalid-rows", `column "id"`},
		{"row without a value", "/sheets/Orders", `[{"id":4},{"id":null}]`, 422, "invalid-rows", "row 2"},
		{"too many rows", "/sheets/Orders", "[" + strings.Repeat(`{"id":4},`, 10_000) + `{"id":4}]`, 413, "too-large", "10000 rows"},
		{"too large", "/sheets/Orders", `{"item":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too-large", "8388608 bytes"},
		{"cell too long", "/sheets/Orders", `{"item":"` + long + `"}`, 422, "invalid-rows", "50000 characters"},
		{"an unknown sheet, with those that exist", "/sheets/Order", `{"id":4}`, 404, "sheet-not-found", `there is no sheet "Order"; the sheets are "Orders", "Twice"`},
		{"duplicate header", "/sheets/Twice", `{"a":1}`, 422, "invalid-rows", `two columns named "a": A and C`},
		{"append to an empty sheet", "/sheets/Empty", `{"id":1}`, 422, "invalid-rows", "row 1 of sheet \"Empty\" has to name the columns, and is blank"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkProblem(t, "POST "+tt.target, w.do("POST", tt.target, tt.body), tt.status, tt.code, tt.detail)
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Errorf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAppendContentTypes(t *testing.T) {
	w := newWorld(t, nil)
	for _, given := range []string{"multipart/form-data; boundary=x", "///", "application/json; charset=latin1", "text/csv; charset=utf-16"} {
		answer := w.do("POST", "/sheets/Orders", `{"id":4}`, "Content-Type", given)
		checkProblem(t, "POST "+given, answer, 400, "bad-request", "application/json")
	}
}

func TestAppendRefusals(t *testing.T) { testRefusals(t, "POST", "/sheets/Orders", `{"id":4}`) }

func TestAppendHeaders(t *testing.T) {
	w := newWorld(t, nil)
	for body, status := range map[string]int{`{"id":4}`: 201, `{"x":4}`: 422} {
		answer := w.do("POST", "/sheets/Orders", body)
		if answer.Code != status {
			t.Errorf("POST %s = %d, want %d", body, answer.Code, status)
		}
		checkCommonHeaders(t, "POST "+body, answer, "no-store")
	}
}

// TestAppendFromOtherSites checks that no foreign page writes by a form's POST,
// which needs no preflight, where anyone may call.
func TestAppendFromOtherSites(t *testing.T) {
	tests := []struct {
		name    string
		origins []string
		callers string
		header  []string
		status  int
	}{
		{"no browser", nil, "anyone", nil, 201},
		{"a page of ORIGINS", []string{origin}, "anyone", []string{"Origin", origin, "Sec-Fetch-Site", "cross-site"}, 201},
		{"a foreign page", []string{origin}, "anyone", []string{"Origin", foreignOrigin, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a foreign page in an old browser", nil, "anyone", []string{"Origin", foreignOrigin}, 403},
		{"a page without an origin", nil, "anyone", []string{"Origin", "null"}, 403},
		{"a page of the same host", nil, "anyone", []string{"Origin", "http://example.com"}, 201}, // the host of httptest's requests
		{"all pages", []string{"*"}, "anyone", []string{"Origin", foreignOrigin, "Sec-Fetch-Site", "cross-site"}, 201},
		{"a foreign page with a token", nil, "iam", []string{"Origin", foreignOrigin, "Authorization", "Bearer x"}, 201},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) {
				s.Origins, s.Callers = tt.origins, callers(t, tt.callers)
			})
			answer := w.do("POST", "/sheets/Orders", `{"id":4}`, append(tt.header, "Content-Type", "application/x-www-form-urlencoded")...)
			stored := len(w.google.Values(w.id, "Orders")) == len(orders.Values)+1
			if answer.Code != tt.status || stored != (tt.status == 201) {
				t.Fatalf("POST = %d %s, want %d; stored: %v", answer.Code, answer.Body, tt.status, stored)
			}
			if tt.status == 403 {
				checkProblem(t, "POST", answer, 403, "forbidden", "another site")
				if p := problemOf(t, answer); !strings.Contains(p.Hint, "ORIGINS") {
					t.Errorf("POST = %+v, want a hint that names ORIGINS", p)
				}
			}
		})
	}
}
