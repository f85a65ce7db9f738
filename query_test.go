package function

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// stock has what queries tell apart: numbers beside texts that look like them,
// names with the characters of the query's own syntax, and a blank row.
var stock = emulator.Sheet{Title: "Stock", Values: [][]any{
	{"id", "name", "qty", "time:zone", "a,b", "-x", "sold"},
	{1, "pear", 2, "12:30", "one", 1, true},
	{2, "Apple", "2", "utc", "two", 2, false},
	{},
	{3, "apple", nil, "12:30", "one", 3, true},
	{"4", "fig", 10, "", "", -4, nil},
}}

// below has a header that is not in row 1.
var below = emulator.Sheet{Title: "Below", Values: [][]any{
	{"Report of March"},
	{},
	{"id", "qty"},
	{1, 5},
	{2, 6, "wide"},
}}

// withSheets puts these beside the usual ones.
func withSheets(list ...emulator.Sheet) func(*Settings, *emulator.Spreadsheet) {
	return func(_ *Settings, s *emulator.Spreadsheet) { s.Sheets = append(s.Sheets, list...) }
}

func TestQuery(t *testing.T) {
	w := newWorld(t, withSheets(stock, below))
	for _, tt := range []struct {
		name, target string
		total        string
		want         string // without line breaks
	}{
		{"a number meets the text too", "Stock?where=qty:2&select=id", "2", `[{"id":1},{"id":2}]`},
		{"a number in another form", "Stock?where=qty:2.0&select=id", "1", `[{"id":1}]`},
		{"a text is exact", "Stock?where=name:Apple&select=id", "1", `[{"id":2}]`},
		{"all conditions hold", "Stock?where=time:zone:12:30&where=name:apple&select=id", "1", `[{"id":3}]`},
		{"a boolean", "Stock?where=sold:true&select=id", "2", `[{"id":1},{"id":3}]`},
		{"a boolean as Sheets writes it", "Stock?where=sold:FALSE&select=id", "1", `[{"id":2}]`},
		{"an empty cell", "Stock?where=qty:&select=id", "1", `[{"id":3}]`},
		{"nothing matches", "Stock?where=id:9", "0", `[]`},
		{"an ID that is text", "Stock?where=id:4&select=id", "1", `[{"id":"4"}]`},
		{"ascending: numbers, text, blanks", "Stock?order=qty&select=id", "4", `[{"id":1},{"id":"4"},{"id":2},{"id":3}]`},
		{"descending: text, numbers, blanks", "Stock?order=-qty&select=id", "4", `[{"id":2},{"id":"4"},{"id":1},{"id":3}]`},
		{"text without regard to case first", "Stock?order=name&select=name", "4", `[{"name":"Apple"},{"name":"apple"},{"name":"fig"},{"name":"pear"}]`},
		{"several columns", "Stock?order=sold,-id&select=id", "4", `[{"id":2},{"id":3},{"id":1},{"id":"4"}]`},
		{"a name that begins with a minus", "Stock?order=-x&select=id", "4", `[{"id":"4"},{"id":1},{"id":2},{"id":3}]`},
		{"such a name, descending", "Stock?order=--x&select=id&limit=1", "4", `[{"id":3}]`},
		{"columns stand in the sheet's order", "Stock?select=name,id&limit=1", "4", `[{"id":1,"name":"pear"}]`},
		{"a name with a comma", `Stock?select="a,b"&where=a,b:one`, "2", `[{"a,b":"one"},{"a,b":"one"}]`},
		{"a page of what matches", "Stock?where=time:zone:12:30&offset=1&limit=1&select=id", "2", `[{"id":3}]`},
		{"texts, sorted as the numbers that they are", "Stock?values=text&order=qty&select=qty", "4", `[{"qty":"2"},{"qty":"2"},{"qty":"10"},{}]`},
		{"a header below others", "Below?header=3", "2", `[{"id":1,"qty":5},{"id":2,"qty":6,"C":"wide"}]`},
		{"a header below others, as text", "Below?header=3&values=text&where=C:wide", "1", `[{"id":"2","qty":"6","C":"wide"}]`},
		{"a header below all rows", "Below?header=100", "0", `[]`},
		{"a header below all rows, as text", "Below?header=100&values=text", "0", `[]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, query, _ := strings.Cut(tt.target, "?")
			answer := w.do("GET", "/sheets/"+target+"?"+strings.ReplaceAll(query, `"`, "%22"), "")
			if got := strings.ReplaceAll(answer.Body.String(), "\n", ""); answer.Code != 200 || got != tt.want {
				t.Errorf("GET %s = %d %s, want %s", tt.target, answer.Code, got, tt.want)
			}
			if got := answer.Header().Get("X-Total-Count"); got != tt.total {
				t.Errorf("X-Total-Count = %s, want %s", got, tt.total)
			}
		})
	}
}

func TestBadQueries(t *testing.T) {
	w := newWorld(t, withSheets(stock))
	for _, tt := range []struct {
		name, query string
		status      int
		code        table.Code
		detail      string
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
		{"a typo is not no filter", "were=id:1", 400, "bad-request", `unknown parameter "were"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if p := problemOf(t, w.do("GET", "/sheets/Stock?"+tt.query, "")); p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("GET ?%s = %+v, want %d %s: %s", tt.query, p, tt.status, tt.code, tt.detail)
			}
		})
	}
}

// TestPages goes through a sheet by the links alone, which costs one read.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *Settings, spreadsheet *emulator.Spreadsheet) {
			keepFor(1<<40)(s, spreadsheet)
			spreadsheet.Sheets = append(spreadsheet.Sheets, stock)
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
		if got := w.reads(); got != 1 {
			t.Errorf("%d reads of the sheet, want 1", got)
		}
	})
}

func TestCSVOut(t *testing.T) {
	w := newWorld(t, withSheets(stock, emulator.Sheet{Title: "Odd", Values: [][]any{{"a", "b"}, {"x,\"y\"\nz", "=1+1"}, {"", 1.50}}}))
	const csv = "text/csv; charset=utf-8; header=present"
	for _, tt := range []struct {
		name, target, accept string
		media                string
		want                 string
	}{
		{"by format", "Stock?format=csv&select=id,sold&where=name:pear", "", csv, "id,sold\r\n1,TRUE\r\n"},
		{"by Accept", "Stock?select=name,qty&limit=2", "text/csv", csv, "name,qty\r\npear,2\r\nApple,2\r\n"},
		{"rather CSV", "Stock?select=id&limit=1", "application/json;q=0.5, text/csv", csv, "id\r\n1\r\n"},
		{"rather JSON", "Stock?select=id&limit=1", "application/json, text/csv;q=0.9", "application/json", "[\n{\"id\":1}\n]\n"},
		{"anything", "Stock?select=id&limit=1", "*/*", "application/json", "[\n{\"id\":1}\n]\n"},
		{"CSV is refused", "Stock?select=id&limit=1", "text/csv;q=0, */*", "application/json", "[\n{\"id\":1}\n]\n"},
		{"what is no Accept", "Stock?select=id&limit=1", ";;;", "application/json", "[\n{\"id\":1}\n]\n"},
		{"format wins over Accept", "Stock?select=id&limit=1&format=json", "text/csv", "application/json", "[\n{\"id\":1}\n]\n"},
		{"quotes, line breaks and blanks", "Odd?format=csv", "", csv, "a,b\r\n\"x,\"\"y\"\"\r\nz\",=1+1\r\n,1.5\r\n"},
		{"no rows still have columns", "Stock?format=csv&where=id:9&select=id", "", csv, "id\r\n"},
		{"an empty sheet", "Empty?format=csv", "", csv, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/sheets/"+tt.target, nil)
			if tt.accept != "" {
				r.Header.Set("Accept", tt.accept)
			}
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if got := recorder.Header().Get("Content-Type"); got != tt.media || recorder.Header().Get("Vary") != "Accept" {
				t.Errorf("Content-Type = %q, Vary = %q, want %q, Accept", got, recorder.Header().Get("Vary"), tt.media)
			}
			if diff := cmp.Diff(tt.want, recorder.Body.String()); diff != "" {
				t.Errorf("GET (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCSVIn holds what becomes of a CSV text, and where its first fault is.
func TestCSVIn(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
		want       string // the new rows, or the detail
	}{
		{"types as far as nothing is lost", "id,item,qty\r\n4,007,-0.5\r\n+5,=1+1,1e5\r\n", 201, `[{"id":4,"item":"007","qty":-0.5},{"id":"+5","item":"=1+1","qty":"1e5"}]`},
		{"booleans, blanks, quotes", "item,id,qty\n\"a\nb\",,TRUE\n", 201, `[{"item":"a\nb","qty":true}]`},
		{"a byte order mark", "\ufeffid\n4\n", 201, `[{"id":4}]`},
		{"more digits than a double has", "id\n12345678901234567890\n", 201, `[{"id":"12345678901234567890"}]`},
		{"a blank line is none", "id\n\n4\n\n", 201, `[{"id":4}]`},
		{"unknown column", "id,itm\n4,x\n", 422, `line 2: sheet "Orders" has no column "itm"`},
		{"a line too short", "id,item\n4,x\n5\n6,y\n", 422, "line 3: not as many fields as line 1"},
		{"a line too long", "id\n4\n\n5,x\n", 422, "line 4: not as many"},
		{"a broken quote", "id,item\n4,x\n5,\"x\n6,y\n", 400, "line 3: not CSV"},
		{"a line without a value, after one of two lines", "id,item\n4,\"a\nb\"\n,\n", 422, "line 4: no column has a value"},
		{"a cell too long", "id\n4\n" + strings.Repeat("x", 50_001) + "\n", 422, "line 3: column \"id\" holds more than 50000"},
		{"not UTF-8", "id\n\xff\n", 400, "line 2: the text is not UTF-8"},
		{"a column twice", "id,id\n4,5\n", 422, `line 1: column "id" is given twice`},
		{"no rows", "id\n", 422, "no rows"},
		{"nothing", "", 400, "empty"},
		{"too many rows", "id\n" + strings.Repeat("1\n", 10_001), 413, "10000 rows"},
		{"too large", "id\n" + strings.Repeat(strings.Repeat("x", 9_999)+"\n", 840), 413, "8388608 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			r := httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "text/csv; charset=utf-8")
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if recorder.Code != tt.status {
				t.Fatalf("POST = %d %s, want %d", recorder.Code, recorder.Body, tt.status)
			}
			if tt.status == 201 {
				got := strings.ReplaceAll(w.do("GET", "/sheets/Orders?offset=3", "").Body.String(), "\n", "")
				if got != tt.want {
					t.Errorf("rows = %s, want %s", got, tt.want)
				}
				return
			}
			if p := problemOf(t, recorder); !strings.Contains(p.Detail, tt.want) {
				t.Errorf("POST = %+v, want %s", p, tt.want)
			}
			if n := len(w.google.Values(w.id, "Orders")); n != 4 {
				t.Errorf("%d rows after a refusal, want 4", n)
			}
		})
	}
}

func TestLinkQuotesTitles(t *testing.T) {
	w := newWorld(t, func(_ *Settings, s *emulator.Spreadsheet) {
		s.Sheets[3].Values = [][]any{{"x"}, {1}, {2}}
	})
	answer := w.do("GET", "/sheets/"+url.PathEscape(`It's; a/b 🌵`)+"?limit=1", "")
	if got, want := answer.Header().Get("Link"), `</sheets/It%27s%3B%20a%2Fb%20%F0%9F%8C%B5?limit=1&offset=1>; rel="next"`; got != want {
		t.Errorf("Link = %s, want %s", got, want)
	}
}
