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
		q    string
		want string
	}{
		{"in the order of days", "order=day", "5 8 7 6 3 4 1 2"},
		{"descending", "order=day.desc", "2 1 3 4 6 7 8 5"},
		{"the day, and the text", "day=eq.2026-03-02", "2 3 4"},
		{"a duration in another form", "day=eq.PT600M", "7"},
		{"one of several", "day=in.(2026-11-02,PT9H)", "1 8"},
		{"not the day", "day=neq.2026-03-02", "1 5 6 7 8"},
		{"from a day on", "day=gte.2026-03-02T00:00&day=lt.2026-11-02", "3 4"},
		{"as text", "day=like.2026-*", "1 2 3 4"},
		{"the last day", "select=id:day.max()", "2026-11-02"},
		{"durations", "day=like.PT*&select=id:day.sum()", "PT19H"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := queryOf(t, tt.q)
			if q.CSV = true; q.Select == nil {
				q.Select = []Selection{{Column: "id"}}
			}
			found, err := set.Rows(q)
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			_, _ = found.WriteTo(&text)
			if got := strings.Join(strings.Fields(text.String())[1:], " "); got != tt.want {
				t.Errorf("Rows(%s) = rows %s, want %s", tt.q, got, tt.want)
			}
		})
	}
}
