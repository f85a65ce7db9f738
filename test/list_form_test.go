package test

import (
	"strings"
	"testing"
)

const oneObject = "application/vnd.pgrst.object+json"

// TestListRanges checks how much of the rows an answer says that it holds.
func TestListRanges(t *testing.T) {
	w := newWorld(t, nil)
	const counted = "count=exact"
	tests := []struct {
		name, query  string
		prefer       string
		itemRange    string // the header Range
		status       int
		contentRange string
		link         string
	}{
		{"all", "", "", "", 200, "0-2/*", ""},
		{"a part, not counted", "?limit=2", "", "", 200, "0-1/*", "?limit=2&offset=2"},
		{"beyond the end, not counted", "?offset=9", "", "", 200, "*/*", ""},
		{"all, counted", "", counted, "", 200, "0-2/3", ""},
		{"a part", "?limit=2", counted, "", 206, "0-1/3", "?limit=2&offset=2"},
		{"a part of what matches", "?id=gt.1&limit=1", counted, "", 206, "0-0/2", "?id=gt.1&limit=1&offset=1"},
		{"the rest", "?offset=2", counted, "", 206, "2-2/3", ""},
		{"nothing matches", "?id=eq.9", counted, "", 200, "*/0", ""},
		{"by the header", "", counted, "1-1", 206, "1-1/3", "?limit=1&offset=2"},
		{"by the header, without an end", "", "", "1-", 200, "1-2/*", ""},
		{"a range of bytes is ignored", "", "", "bytes=0-9", 200, "0-2/*", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				answer := w.do(method, "/sheets/Orders"+tt.query, "", "Prefer", tt.prefer, "Range", tt.itemRange)
				link := ""
				if tt.link != "" {
					link = "</sheets/Orders" + tt.link + `>; rel="next"`
				}
				header := answer.Header()
				if answer.Code != tt.status || header.Get("Content-Range") != tt.contentRange || header.Get("Link") != link || header.Get("Preference-Applied") != tt.prefer {
					t.Errorf("%s %s = %d %v, want %d, Content-Range %s, Link %s, Preference-Applied %s", method, tt.query, answer.Code, header, tt.status, tt.contentRange, link, tt.prefer)
				}
			}
		})
	}
	t.Run("beyond the end", func(t *testing.T) {
		answer := w.do("GET", "/sheets/Orders?offset=9", "", "Prefer", counted)
		checkProblem(t, "GET ?offset=9", answer, 416, "range-not-satisfiable", "offset 9 is beyond the end: there are 3")
		if got := answer.Header().Get("Content-Range"); got != "*/3" {
			t.Errorf("Content-Range = %q, want */3", got)
		}
	})
	t.Run("twice", func(t *testing.T) {
		checkProblem(t, "GET ?limit=1 with Range", w.do("GET", "/sheets/Orders?limit=1", "", "Range", "0-9"), 400, "bad-request", "either Range or limit")
	})
}

func TestListOneObject(t *testing.T) {
	w := newWorld(t, nil)
	answer := w.do("GET", "/sheets/Orders?id=eq.2&select=id,item", "", "Accept", oneObject)
	if got, media := answer.Body.String(), answer.Header().Get("Content-Type"); answer.Code != 200 || got != `{"id":2,"item":"bread"}` || media != oneObject {
		t.Errorf("GET = %d %s %q, want the object", answer.Code, media, got)
	}
	for query, details := range map[string]string{"": "3 rows", "?id=eq.9": "0 rows", "?id=lt.3": "2 rows"} {
		answer := w.do("GET", "/sheets/Orders"+query, "", "Accept", oneObject)
		checkProblem(t, "GET "+query, answer, 406, "PGRST116", "not exactly one row")
		if want := `"details": "The result contains ` + details; !strings.Contains(answer.Body.String(), want) {
			t.Errorf("GET %s = %s, want %s", query, answer.Body, want)
		}
	}
}

func TestListPreferenceProblems(t *testing.T) {
	w := newWorld(t, nil)
	tests := []struct {
		name, header, value string
		status              int
		code, detail        string
	}{
		{"an estimated count", "Prefer", "count=estimated", 400, "bad-request", "count=estimated: want exact"},
		{"a preference of writes, strict", "Prefer", "return=minimal, handling=strict", 400, "bad-request", "return with handling=strict"},
		{"an execution plan", "Accept", "application/vnd.pgrst.plan+text", 406, "not-acceptable", "vnd.pgrst.plan"},
		{"rows without nulls", "Accept", "application/vnd.pgrst.array+json;nulls=stripped", 406, "not-acceptable", "nulls=stripped"},
		{"geometries", "Accept", "application/geo+json", 406, "not-acceptable", "geo+json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkProblem(t, tt.header+": "+tt.value, w.do("GET", "/sheets/Orders", "", tt.header, tt.value), tt.status, tt.code, tt.detail)
		})
	}
	if answer := w.do("GET", "/sheets/Orders", "", "Prefer", "return=minimal, timezone=UTC"); answer.Code != 200 || answer.Header().Get("Preference-Applied") != "" {
		t.Errorf("GET with preferences that are not known = %d %v, want 200 and none applied", answer.Code, answer.Header())
	}
}
