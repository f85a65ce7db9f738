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

// TestDatesAndOtherValues checks that a date is not compared with what is not one, but that
// the texts beside it can be found.
func TestDatesAndOtherValues(t *testing.T) {
	b := NewRowsBuilder("Days", 1, Typed)
	defer b.Release()
	for _, day := range []string{`"day"`, `"2026-03-02"`, `"TBD"`, `"3/2/2026"`} {
		var kinds []DateKind
		if strings.HasPrefix(day, `"20`) {
			kinds = []DateKind{Date}
		}
		if err := b.Add([]jsontext.Value{jsontext.Value(day)}, kinds); err != nil {
			t.Fatal(err)
		}
	}
	set := b.RowSet()
	tests := []struct {
		query string
		rows  int
		hint  string // of an error
	}{
		{"day=eq.TBD", 1, ""},
		{"day=neq.TBD", 2, ""},
		{"day=in.(TBD,2026-03-02)", 2, ""},
		{"day=like.3/*", 1, ""},
		{"day=gt.46082", 2, ""},
		{"day=eq.3/2/2026", 0, "day=eq.2026-03-02"},
		{"day=in.(2026-03-02,2 Mar 2026)", 0, "day=in.(2026-03-02)"},
		{"day=lt.2026-03-02T00:00:00Z", 0, "day=lt.2026-03-02T00:00:00"},
		{"day=eq.2026-03-02T10:30:00.5%2B01:00", 0, "day=eq.2026-03-02T10:30:00"},
		{"or=(day.gte.today,day.is.null)", 0, "day=gte.2026-03-02"},
	}
	for _, tt := range tests {
		rows, err := set.Rows(queryOf(t, tt.query))
		if rows.Total != tt.rows || hintOf(err) != tt.hint || (err != nil) != (tt.hint != "") {
			t.Errorf("Rows(%s) = %d rows, %v, hint %q, want %d, hint %q", tt.query, rows.Total, err, hintOf(err), tt.rows, tt.hint)
		}
	}
}
