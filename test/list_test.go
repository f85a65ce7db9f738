package test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

func TestList(t *testing.T) {
	w := newWorld(t, nil)
	tests := []struct {
		name, target, want string
	}{
		{"rows as objects", "/sheets/Orders", `[
{"id":1,"item":"apple","qty":12,"price":0.35,"ordered":"2026-03-02"},
{"id":2,"item":"bread","qty":2,"price":2.8,"ordered":"2026-03-02"},
{"id":3,"item":"coffee","qty":1,"price":7.95,"ordered":"2026-03-03"}
]
`},
		{"a page", "/sheets/Orders?offset=1&limit=1", "[\n{\"id\":2,\"item\":\"bread\",\"qty\":2,\"price\":2.8,\"ordered\":\"2026-03-02\"}\n]\n"},
		{"as text", "/sheets/Orders?limit=1&values=text", "[\n{\"id\":\"1\",\"item\":\"apple\",\"qty\":\"12\",\"price\":\"0.35\",\"ordered\":\"2026-03-02\"}\n]\n"},
		{"beyond the end", "/sheets/Orders?offset=9", "[]\n"},
		{"an empty sheet has no rows", "/sheets/Empty", "[]\n"},
		{"two columns with one name", "/sheets/Twice", `[
{"a":1,"b":2,"a_2":3}
]
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do("GET", tt.target, "")
			if got.Code != 200 {
				t.Errorf("GET %s = %d %s, want 200", tt.target, got.Code, got.Body)
			}
			if diff := cmp.Diff(tt.want, got.Body.String()); diff != "" {
				t.Errorf("GET %s (-want +got):\n%s", tt.target, diff)
			}
		})
	}
}

func TestListProblems(t *testing.T) {
	w := newWorld(t, withSheets(emulator.Sheet{Title: keysSheet, Values: [][]any{{"secret-key"}}}))
	tests := []struct {
		name, target string
		status       int
		code, detail string
	}{
		{"unknown sheet", "/sheets/orders!A1", 404, "sheet-not-found", `"Orders"`},
		{"sheet of idempotency keys", "/sheets/_keys", 404, "sheet-not-found", `"Orders"`},
		{"sheet of idempotency keys, in capitals", "/sheets/_KEYS", 404, "sheet-not-found", `"Orders"`},
		{"sheet of idempotency keys, as text", "/sheets/_keys?values=text", 404, "sheet-not-found", `"Orders"`},
		{"limit=-1", "/sheets/Orders?limit=-1", 400, "bad-request", "limit=-1: want a whole number from 0"},
		{"limit=x", "/sheets/Orders?limit=x", 400, "bad-request", "limit=x"},
		{"offset beyond int", "/sheets/Orders?offset=99999999999999999999", 400, "bad-request", "offset="},
		{"values=x", "/sheets/Orders?values=x", 400, "bad-request", "typed, text or formula"},
		{"unknown parameter", "/sheets/Orders?limt=1", 400, "bad-request", "limt"},
		{"parameter twice", "/sheets/Orders?limit=1&limit=2", 400, "bad-request", "2 times"},
		{"parameter without a value", "/sheets/Orders?limit=", 400, "bad-request", "limit="},
		{"query with a semicolon", "/sheets/Orders?limit=1;offset=1", 400, "bad-request", "the query cannot be read"},
		{"query with a bad escape", "/sheets/Orders?limit=1%zz", 400, "bad-request", "the query cannot be read"},
		{"no title", "/sheets/", 404, "route-not-found", "/sheets/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.do("GET", tt.target, "")
			checkProblem(t, "GET "+tt.target, answer, tt.status, tt.code, tt.detail)
			for _, secret := range []string{`"_keys",`, "secret-key"} {
				if strings.Contains(answer.Body.String(), secret) {
					t.Errorf("GET %s shows the sheet of keys: %s", tt.target, answer.Body)
				}
			}
		})
	}
}

func TestListRefusals(t *testing.T) { testRefusals(t, "GET", "/sheets/Orders", "") }

func TestListFetchesOneToken(t *testing.T) { testOneToken(t, "/sheets/Orders", "/health") }

// TestListHint checks that a function on a platform, which anyone may call, does
// not say how its operator can fix it.
func TestListHint(t *testing.T) {
	tests := []struct {
		callers, service string
		shown            bool
	}{{"anyone", "", true}, {"anyone", "svc", false}, {"iam", "svc", true}}
	for _, tt := range tests {
		t.Run(tt.callers+" "+tt.service, func(t *testing.T) {
			w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) {
				s.Callers, g.Unshared = callers(t, tt.callers), true
			})
			t.Setenv("K_SERVICE", tt.service)
			answer := w.do("GET", "/sheets/Orders", "", "Authorization", "Bearer x")
			if p := problemOf(t, answer); (p.Hint != "") != tt.shown {
				t.Errorf("GET = hint %q, shown: want %v", p.Hint, tt.shown)
			}
			// What is wrong with the request itself is not about the function.
			checkProblem(t, "GET ?qty=3", w.do("GET", "/sheets/Orders?qty=3", "", "Authorization", "Bearer x"), 400, "bad-request", "qty=eq.3")
		})
	}
}

func TestListOnPlatform(t *testing.T) {
	env := serveGoogle(t, emulator.New(emulator.Options{}), emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	p := start(t, buildMain(t, generatedMain), env...)
	if got := p.get(t, "/sheets/Orders?limit=1"); !strings.Contains(got, `"item":"apple"`) {
		t.Errorf("GET /sheets/Orders = %s", got)
	}
}

func TestListHead(t *testing.T) {
	checkHead(t, newWorld(t, nil), "/sheets/Orders", "/sheets/Orders?limit=1", "/sheets/Empty", "/sheets/None", "/sheets/Twice")
}

func TestListHeaders(t *testing.T) {
	w := newWorld(t, nil)
	rows := w.do("GET", "/sheets/Orders", "")
	checkCommonHeaders(t, "GET /sheets/Orders", rows, "private, no-cache")
	same := w.do("GET", "/sheets/Orders", "", "If-None-Match", rows.Header().Get("ETag"))
	if same.Code != 304 {
		t.Errorf("GET /sheets/Orders with its ETag = %d, want 304", same.Code)
	}
	checkCommonHeaders(t, "GET /sheets/Orders with its ETag", same, "private, no-cache")
}

// TestListForOtherSites checks that reads are served to pages of all sites: it is
// the browser that keeps the answer from a page which may not read it.
func TestListForOtherSites(t *testing.T) {
	for _, origins := range [][]string{nil, {origin}, {"*"}} {
		w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.Origins = origins })
		for _, from := range []string{origin, foreignOrigin, "null"} {
			if got := w.do("GET", "/sheets/Orders", "", "Origin", from, "Sec-Fetch-Site", "cross-site"); got.Code != 200 {
				t.Errorf("GET from a page of %s, ORIGINS=%v = %d %s, want 200", from, origins, got.Code, got.Body)
			}
		}
	}
}

func TestListLinkEscapesTitle(t *testing.T) {
	w := newWorld(t, func(_ *function.Settings, s *emulator.Spreadsheet) {
		s.Sheets[3].Values = [][]any{{"x"}, {1}, {2}}
	})
	answer := w.do("GET", "/sheets/"+url.PathEscape(`It's; a/b 🌵`)+"?limit=1", "")
	if got, want := answer.Header().Get("Link"), `</sheets/It%27s%3B%20a%2Fb%20%F0%9F%8C%B5?limit=1&offset=1>; rel="next"`; got != want {
		t.Errorf("Link = %s, want %s", got, want)
	}
}
