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
		{"a number matches the same text", "Stock?qty=eq.2&select=id", "2", `[{"id":1},{"id":2}]`},
		{"a text is exact", "Stock?name=eq.Apple&select=id", "1", `[{"id":2}]`},
		{"all conditions hold", `Stock?"time:zone"=eq.12:30&name=eq.apple&select=id`, "1", `[{"id":3}]`},
		{"a name with a colon needs no quotes", "Stock?time:zone=eq.12:30&name=eq.apple&select=id", "1", `[{"id":3}]`},
		{"one of two conditions", "Stock?or=(id.eq.1,name.eq.fig)&select=id", "2", `[{"id":1},{"id":"4"}]`},
		{"two groups", "Stock?or=(id.eq.1,id.eq.2)&or=(name.eq.pear,name.eq.fig)&select=id", "1", `[{"id":1}]`},
		{"nested groups", "Stock?not.or=(id.eq.1,and(id.eq.2,name.eq.Apple))&select=id", "2", `[{"id":3},{"id":"4"}]`},
		{"a boolean", "Stock?sold=is.true&select=id", "2", `[{"id":1},{"id":3}]`},
		{"a boolean as Sheets writes it", "Stock?sold=eq.FALSE&select=id", "1", `[{"id":2}]`},
		{"an empty cell", "Stock?qty=is.null&select=id", "1", `[{"id":3}]`},
		{"a pattern", "Stock?name=ilike.a*&select=id", "2", `[{"id":2},{"id":3}]`},
		{"a list", "Stock?id=in.(1,4)&select=id", "2", `[{"id":1},{"id":"4"}]`},
		{"nothing matches", "Stock?id=eq.9", "0", `[]`},
		{"an ID that is text", "Stock?id=eq.4&select=id", "1", `[{"id":"4"}]`},
		{"ascending: numbers, text, blanks", "Stock?order=qty&select=id", "4", `[{"id":1},{"id":"4"},{"id":2},{"id":3}]`},
		{"descending: text, numbers, blanks", "Stock?order=qty.desc&select=id", "4", `[{"id":2},{"id":"4"},{"id":1},{"id":3}]`},
		{"blanks first", "Stock?order=qty.desc.nullsfirst&select=id", "4", `[{"id":3},{"id":2},{"id":"4"},{"id":1}]`},
		{"text regardless of case first", "Stock?order=name&select=name", "4", `[{"name":"Apple"},{"name":"apple"},{"name":"fig"},{"name":"pear"}]`},
		{"several columns", "Stock?order=sold,id.desc&select=id", "4", `[{"id":2},{"id":3},{"id":1},{"id":"4"}]`},
		{"a name that begins with a minus", "Stock?order=-x&select=id", "4", `[{"id":"4"},{"id":1},{"id":2},{"id":3}]`},
		{"such a name, descending", "Stock?order=-x.desc&select=id&limit=1", "4", `[{"id":3}]`},
		{"columns as they are selected", "Stock?select=name,no:id&limit=1", "4", `[{"name":"pear","no":1}]`},
		{"a name with a comma", `Stock?select="a,b"&"a,b"=eq.one`, "2", `[{"a,b":"one"},{"a,b":"one"}]`},
		{"a page of what matches", "Stock?time:zone=eq.12:30&offset=1&limit=1&select=id", "2", `[{"id":3}]`},
		{"the number of rows alone", "Stock?limit=0", "4", `[]`},
		{"groups", "Stock?select=sold,n:count(),id.max()&order=sold", "3", `[{"sold":false,"n":1,"max":2},{"sold":true,"n":2,"max":3},{"sold":null,"n":1,"max":"4"}]`},
		{"texts, sorted as the numbers they are", "Stock?values=text&order=qty&select=qty", "4", `[{"qty":"2"},{"qty":"2"},{"qty":"10"},{"qty":null}]`},
		{"a header below others", "Below?header=3", "2", `[{"id":1,"qty":5,"C":null},{"id":2,"qty":6,"C":"wide"}]`},
		{"a header below others, as text", "Below?header=3&values=text&C=eq.wide", "1", `[{"id":"2","qty":"6","C":"wide"}]`},
		{"a header below all rows", "Below?header=100", "0", `[]`},
		{"a header below all rows, as text", "Below?header=100&values=text", "0", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.do("GET", "/sheets/"+strings.ReplaceAll(tt.target, `"`, "%22"), "", "Prefer", "count=exact")
			if got := strings.ReplaceAll(answer.Body.String(), "\n", ""); answer.Code >= 300 || got != tt.want {
				t.Errorf("GET %s = %d %s, want %s", tt.target, answer.Code, got, tt.want)
			}
			if _, got, _ := strings.Cut(answer.Header().Get("Content-Range"), "/"); got != tt.total {
				t.Errorf("GET %s: Content-Range counts %s, want %s", tt.target, got, tt.total)
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
		{"unknown column in a condition", "qt=eq.2", 400, "bad-request", `sheet "Stock" has no column "qt"; its columns are "id", "name"`},
		{"unknown column in order", "order=qt.desc", 400, "bad-request", `no column "qt"`},
		{"unknown column in select", "select=id,qt", 400, "bad-request", `no column "qt"`},
		{"a condition without an operator", "qty=3", 400, "bad-request", "qty=eq.3"},
		{"the operator of another dialect", "qty=>3", 400, "bad-request", "qty=gt.3"},
		{"the condition of another dialect", "where=qty:3", 400, "bad-request", "qty=eq.3"},
		{"the order of another dialect", "order=-qty", 400, "bad-request", "order=qty.desc"},
		{"full-text search", "name=fts.pear", 400, "bad-request", "full-text search"},
		{"embedding", "select=id,Orders(id)", 400, "bad-request", "embedding"},
		{"a cast", "select=id::text", 400, "bad-request", "cast"},
		{"a parameter of writes", "on_conflict=id", 400, "bad-request", "on_conflict"},
		{"too many conditions", strings.Repeat("id=eq.1&", 21), 400, "bad-request", "21 times"},
		{"order twice", "order=id&order=qty", 400, "bad-request", "2 times"},
		{"a broken list", "select=%22id", 400, "bad-request", "select"},
		{"no such format", "format=xml", 400, "bad-request", "json or csv"},
		{"no such header row", "header=0", 400, "bad-request", "1 to 100"},
		{"a header row too far down", "header=101", 400, "bad-request", "1 to 100"},
		{"a typo is not the absence of a filter", "ide=eq.1", 400, "bad-request", `no column "ide"`},
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
