package test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// stock has what queries distinguish: numbers and texts that look like them,
// names with the characters of the query's own syntax, and a blank row.
var stock = emulator.Sheet{Title: "Stock", Values: [][]any{
	{"id", "name", "qty", "time:zone", "a,b", "-x", "sold"},
	{1, "pear", 2, "12:30", "one", 1, true},
	{2, "Apple", "2", "utc", "two", 2, false},
	{},
	{3, "apple", nil, "12:30", "one", 3, true},
	{"4", "fig", 10, "", "", -4, nil},
}}

func TestListQuery(t *testing.T) {
	w := newWorld(t, withSheets(stock, below))
	tests := []struct {
		name, target string
		total        string
		want         string // without line breaks
	}{
		{"a number matches the same text", "Stock?where=qty:2&select=id", "2", `[{"id":1},{"id":2}]`},
		{"a number written differently", "Stock?where=qty:2.0&select=id", "1", `[{"id":1}]`},
		{"a text is exact", "Stock?where=name:Apple&select=id", "1", `[{"id":2}]`},
		{"all conditions hold", "Stock?where=time:zone:12:30&where=name:apple&select=id", "1", `[{"id":3}]`},
		{"a boolean", "Stock?where=sold:true&select=id", "2", `[{"id":1},{"id":3}]`},
		{"a boolean as Sheets writes it", "Stock?where=sold:FALSE&select=id", "1", `[{"id":2}]`},
		{"an empty cell", "Stock?where=qty:&select=id", "1", `[{"id":3}]`},
		{"nothing matches", "Stock?where=id:9", "0", `[]`},
		{"an ID that is text", "Stock?where=id:4&select=id", "1", `[{"id":"4"}]`},
		{"ascending: numbers, text, blanks", "Stock?order=qty&select=id", "4", `[{"id":1},{"id":"4"},{"id":2},{"id":3}]`},
		{"descending: text, numbers, blanks", "Stock?order=-qty&select=id", "4", `[{"id":2},{"id":"4"},{"id":1},{"id":3}]`},
		{"text regardless of case first", "Stock?order=name&select=name", "4", `[{"name":"Apple"},{"name":"apple"},{"name":"fig"},{"name":"pear"}]`},
		{"several columns", "Stock?order=sold,-id&select=id", "4", `[{"id":2},{"id":3},{"id":1},{"id":"4"}]`},
		{"a name that begins with a minus", "Stock?order=-x&select=id", "4", `[{"id":"4"},{"id":1},{"id":2},{"id":3}]`},
		{"such a name, descending", "Stock?order=--x&select=id&limit=1", "4", `[{"id":3}]`},
		{"columns are in the sheet's order", "Stock?select=name,id&limit=1", "4", `[{"id":1,"name":"pear"}]`},
		{"a name with a comma", `Stock?select="a,b"&where=a,b:one`, "2", `[{"a,b":"one"},{"a,b":"one"}]`},
		{"a page of what matches", "Stock?where=time:zone:12:30&offset=1&limit=1&select=id", "2", `[{"id":3}]`},
		{"texts, sorted as the numbers they are", "Stock?values=text&order=qty&select=qty", "4", `[{"qty":"2"},{"qty":"2"},{"qty":"10"},{}]`},
		{"a header below others", "Below?header=3", "2", `[{"id":1,"qty":5},{"id":2,"qty":6,"C":"wide"}]`},
		{"a header below others, as text", "Below?header=3&values=text&where=C:wide", "1", `[{"id":"2","qty":"6","C":"wide"}]`},
		{"a header below all rows", "Below?header=100", "0", `[]`},
		{"a header below all rows, as text", "Below?header=100&values=text", "0", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.do("GET", "/sheets/"+strings.ReplaceAll(tt.target, `"`, "%22"), "")
			if got := strings.ReplaceAll(answer.Body.String(), "\n", ""); answer.Code != 200 || got != tt.want {
				t.Errorf("GET %s = %d %s, want %s", tt.target, answer.Code, got, tt.want)
			}
			if got := answer.Header().Get("X-Total-Count"); got != tt.total {
				t.Errorf("GET %s: X-Total-Count = %s, want %s", tt.target, got, tt.total)
			}
		})
	}
}

func TestListQueryProblems(t *testing.T) {
	w := newWorld(t, withSheets(stock))
	tests := []struct {
		name, query  string
		status       int
		code, detail string
	}{
		{"unknown column in where", "where=qt:2", 422, "invalid-rows", `sheet "Stock" has no column "qt"; its columns are "id", "name"`},
		{"unknown column in order", "order=-qt", 422, "invalid-rows", `no column "qt"`},
		{"unknown column in select", "select=id,qt", 422, "invalid-rows", `no column "qt"`},
		{"where without a value", "where=qty", 400, "bad-request", "column:value"},
		{"too many conditions", strings.Repeat("where=id:1&", 21), 400, "bad-request", "21 times"},
		{"order twice", "order=id&order=qty", 400, "bad-request", "2 times"},
		{"an empty list", "select=", 400, "bad-request", "select="},
		{"a broken list", "select=%22id", 400, "bad-request", "double quotes"},
		{"two lines", "order=id%0Aqty", 400, "bad-request", "order="},
		{"no such format", "format=xml", 400, "bad-request", "json or csv"},
		{"no such header row", "header=0", 400, "bad-request", "from 1 to 100"},
		{"a header row too far down", "header=101", 400, "bad-request", "from 1 to 100"},
		{"a typo is not the absence of a filter", "were=id:1", 400, "bad-request", `unknown parameter "were"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkProblem(t, "GET ?"+tt.query, w.do("GET", "/sheets/Stock?"+tt.query, ""), tt.status, tt.code, tt.detail)
		})
	}
}

// TestListPages reads a sheet by its links alone, which is one call to Google.
func TestListPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, spreadsheet *emulator.Spreadsheet) {
			withCacheTTL(time.Hour)(s, spreadsheet)
			withSheets(stock)(s, spreadsheet)
		})
		target, pages := "/sheets/Stock?order=-x&limit=3&select=id", ""
		for target != "" {
			answer := w.do("GET", target, "")
			pages += answer.Body.String()
			link := answer.Header().Get("Link")
			next, ok := strings.CutSuffix(link, `>; rel="next"`)
			if target = strings.TrimPrefix(next, "<"); link != "" && !ok {
				t.Fatalf("Link = %s", link)
			}
		}
		if want := `[{"id":"4"},{"id":1},{"id":2}][{"id":3}]`; strings.ReplaceAll(pages, "\n", "") != want {
			t.Errorf("pages = %s, want %s", pages, want)
		}
		if got := w.countCalls(getCall); got != 1 {
			t.Errorf("%d reads of the sheet, want 1", got)
		}
	})
}
