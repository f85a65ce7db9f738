package web

import (
	"math"
	"net/url"
	"strings"
	"testing"
)

func TestCheckParameters(t *testing.T) {
	a := newAPI(t, nil)
	for _, tt := range []struct{ name, target, detail string }{
		{"none", "/things/x", ""},
		{"one", "/things/x?limit=1", ""},
		{"a repeatable one", "/things/x?tag=1&tag=2", ""},
		{"unknown", "/things/x?limt=1", `unknown parameter "limt"; this route takes limit, tag`},
		{"any, tag any is taken", "/any?limit=1&x=2&x=3", ""},
		{"any too often", "/any?" + strings.Repeat("x=1&", MaxRepeats+1), `parameter "x" is given 21 times`},
		{"a known one twice, tag any is taken", "/any?limit=1&limit=2", `parameter "limit" is given 2 times`},
		{"unknown, tag none is known", "/health?x=1", `unknown parameter "x"; this route takes no parameters`},
		{"a long name", "/things/x?" + strings.Repeat("x", 1000), "unknown parameter"},
		{"twice", "/things/x?limit=1&limit=2", `parameter "limit" is given 2 times`},
		{"too often", "/things/x?" + strings.Repeat("tag=1&", MaxRepeats+1), `parameter "tag" is given 21 times`},
		{"a semicolon", "/things/x?limit=1;tag=2", "the query cannot be read"},
		{"a bad escape", "/things/x?limit=%zz", "the query cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := a.do("GET", tt.target)
			if tt.detail == "" {
				if w.Code != 200 {
					t.Errorf("GET %s = %d %s, want 200", tt.target, w.Code, w.Body)
				}
				return
			}
			if p := problemOf(t, w); p.Code != CodeBadRequest || !strings.Contains(p.Detail, tt.detail) || len(p.Detail) > 300 {
				t.Errorf("GET %s = %+v, want %q", tt.target, p, tt.detail)
			}
		})
	}
}

func TestUnknownParameterHint(t *testing.T) {
	a := newAPI(t, nil)
	for _, tt := range []struct{ target, hint string }{
		{"/things/x?limt=1", "the parameter is named limit"},
		{"/things/x?Tags=1", "the parameter is named tag"},
		{"/things/x?ta=1", "the parameter is named tag"},
		{"/things/x?ti=1", ""}, // two edits of two letters
		{"/things/x?colour=1", ""},
		{"/things/x?=1", ""},
		{"/health?limt=1", ""},
	} {
		if p := problemOf(t, a.do("GET", tt.target)); p.Hint != tt.hint {
			t.Errorf("GET %s: hint %q, want %q", tt.target, p.Hint, tt.hint)
		}
	}
}

func TestInt(t *testing.T) {
	for _, tt := range []struct {
		query    string
		min, max int
		want     int
		err      string
	}{
		{"", 1, 9, 0, ""},
		{"n=1", 1, 9, 1, ""},
		{"n=9", 1, 9, 9, ""},
		{"n=10", 1, 9, 0, "n=10: want a whole number from 1 to 9"},
		{"n=0", 1, math.MaxInt, 0, "n=0: want a whole number from 1"},
		{"n=", 0, 9, 0, "n=: want"},
		{"n=x", 0, 9, 0, "n=x: want"},
		{"n=1.5", 0, 9, 0, "n=1.5: want"},
		{"n=99999999999999999999", 0, math.MaxInt, 0, "want a whole number from 0"},
	} {
		query, _ := url.ParseQuery(tt.query)
		got, err := Int(query, "n", tt.min, tt.max)
		if got != tt.want || tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("Int(%q, %d, %d) = %d, %v, want %d, %q", tt.query, tt.min, tt.max, got, err, tt.want, tt.err)
		}
	}
}
