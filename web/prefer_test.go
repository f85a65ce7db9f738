package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testPreferences = map[string][]string{
	"return":       {"minimal", "representation"},
	"count":        {"exact"},
	"max-affected": {AnyNumber},
	"handling":     {"strict", "lenient"},
}

func TestParsePrefer(t *testing.T) {
	tests := []struct {
		name    string
		header  []string
		want    Preferences
		problem string
		hint    string
	}{
		{name: "none", want: Preferences{}},
		{name: "one", header: []string{"return=minimal"}, want: Preferences{"return": "minimal"}},
		{name: "several in a header", header: []string{"return=minimal, max-affected=3"}, want: Preferences{"return": "minimal", "max-affected": "3"}},
		{name: "several headers", header: []string{"return=minimal", "max-affected=0"}, want: Preferences{"return": "minimal", "max-affected": "0"}},
		{name: "blanks, capitals and quotes", header: []string{` Return = "minimal" ,`}, want: Preferences{"return": "minimal"}},
		{name: "the first of two counts", header: []string{"return=minimal, return=representation"}, want: Preferences{"return": "minimal"}},
		{name: "parameters", header: []string{"return=minimal; x=1, wait=10"}, want: Preferences{"return": "minimal"}},
		{name: "unknown ones are left out", header: []string{"respond-async, timezone=UTC"}, want: Preferences{}},
		{name: "unknown with lenient", header: []string{"respond-async, handling=lenient"}, want: Preferences{"handling": "lenient"}},
		{name: "unknown with strict", header: []string{"respond-async, handling=strict"}, problem: "respond-async with handling=strict: this route accepts count, handling, max-affected, return"},
		{name: "an unknown value", header: []string{"return=all"}, problem: "return=all: want minimal or representation"},
		{name: "a value with a typing error", header: []string{"return=represntation"}, problem: "return=represntation: want minimal or representation", hint: "Prefer: return=representation"},
		{name: "a name with a typing error, with strict", header: []string{"max-afected=3, handling=strict"}, problem: "max-afected with handling=strict", hint: "the preference is named max-affected"},
		{name: "another value than the only one", header: []string{"count=planned"}, problem: "count=planned: want exact", hint: "Prefer: count=exact"},
		{name: "no value", header: []string{"return"}, problem: "want minimal or representation"},
		{name: "not a number", header: []string{"max-affected=many"}, problem: "want a whole number"},
		{name: "a negative number", header: []string{"max-affected=-1"}, problem: "want a whole number"},
		{name: "a number too large", header: []string{"max-affected=99999999999"}, problem: "want a whole number"},
		{name: "too many", header: []string{strings.Repeat("a,", 51)}, problem: "more than 50"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParsePrefer(http.Header{"Prefer": tt.header}, testPreferences)
			if tt.problem != "" {
				if err == nil || AsError(err).Status != http.StatusBadRequest || !strings.Contains(err.Error(), tt.problem) {
					t.Errorf("ParsePrefer(%q) = %v, want status 400 and %q", tt.header, err, tt.problem)
				} else if hint := AsError(err).Hint; hint != tt.hint {
					t.Errorf("ParsePrefer(%q): hint %q, want %q", tt.header, hint, tt.hint)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("ParsePrefer(%q) = %v, -want +got:\n%s", tt.header, err, diff)
			}
		})
	}
}

func TestSetApplied(t *testing.T) {
	header := http.Header{}
	p := Preferences{"return": "minimal", "max-affected": "7", "handling": "strict"}
	p.SetApplied(header, "count", "return", "max-affected")
	if got, want := header.Get("Preference-Applied"), "return=minimal, max-affected=7"; got != want {
		t.Errorf("Preference-Applied = %q, want %q", got, want)
	}
	if got := p.Number("max-affected"); got != 7 {
		t.Errorf("Number(max-affected) = %d, want 7", got)
	}
	header = http.Header{}
	p.SetApplied(header, "count")
	if len(header) != 0 {
		t.Errorf("header = %v, want none where nothing was applied", header)
	}
}

func FuzzParsePrefer(f *testing.F) {
	for _, seed := range []string{"return=minimal, max-affected=3; x=1", `Return = "minimal",,`, "handling=strict, other", "=", ";", "a=b=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, err := ParsePrefer(http.Header{"Prefer": {text}}, testPreferences)
		if err != nil {
			if e := AsError(err); e.Status != http.StatusBadRequest || len(e.Detail) > 500 {
				t.Errorf("ParsePrefer(%q) = %v, want a short problem with status 400", text, err)
			}
			return
		}
		for name, value := range found {
			if !permitted(testPreferences[name], value) {
				t.Errorf("ParsePrefer(%q) has %s=%q", text, name, value)
			}
		}
	})
}
