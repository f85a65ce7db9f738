package table

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// TestRowsOfDates checks that dates are compared and sorted as such, beside a text that
// looks like one.
func TestRowsOfDates(t *testing.T) {
	b := NewRowsBuilder("Days", 1, Typed)
	defer b.Release()
	rows := []struct {
		id    string
		day   string
		kinds []DateKind
	}{
		{`"id"`, `"day"`, nil},
		{`1`, `"2026-11-02"`, []DateKind{NoDate, Date}},
		{`2`, `"2026-03-02"`, nil},
		{`3`, `"2026-03-02"`, []DateKind{NoDate, Date}},
		{`4`, `"2026-03-02T00:00:00"`, []DateKind{NoDate, DateTime}},
		{`5`, `"-PT1H"`, []DateKind{NoDate, Duration}},
		{`6`, `46000`, nil},
		{`7`, `"PT10H"`, []DateKind{NoDate, Duration}},
		{`8`, `"PT9H"`, []DateKind{NoDate, Duration}},
	}
	for _, row := range rows {
		if err := b.Add([]jsontext.Value{jsontext.Value(row.id), jsontext.Value(row.day)}, row.kinds); err != nil {
			t.Fatal(err)
		}
	}
	set := b.RowSet()
	tests := []struct {
		name string
		q    Query
		want string
	}{
		{"in the order of days", Query{Order: []string{"day"}}, "5 8 7 6 3 4 1 2"},
		{"descending", Query{Order: []string{"-day"}}, "2 1 3 4 6 7 8 5"},
		{"the day, and the text", Query{Where: []string{"day:2026-03-02"}}, "2 3 4"},
		{"a duration in another form", Query{Where: []string{"day:PT600M"}}, "7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.q.Select = []string{"id"}
			tt.q.CSV = true
			found, err := set.Rows(tt.q)
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			_, _ = found.WriteTo(&text)
			if got := strings.Join(strings.Fields(text.String())[1:], " "); got != tt.want {
				t.Errorf("Rows(%v) = rows %s, want %s", tt.q, got, tt.want)
			}
		})
	}
}
