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

func TestHasDateText(t *testing.T) {
	for text, want := range map[string]bool{
		"3/2/2026": true, "02.03.2026": true, "2.3.": true, "2026/3/2": true, "2-Mar": true, "Mar 2, 2026": true, "2 March 2026": true, "10:30": true, "10:30:00.5": true,
		"3 PM": true, "Mon, 3/2/2026": true, "3 / 2": true, "May 5": true,
		"apple": false, "item 12": false, "some words of text": false, "A-1234": false, "1.5": false, "12": false, "Monday": false, "12 March Street, in a text that is too long for a date": false,
		// In ISO 8601 the rows have the same text for a date.
		"2026-03-02": false, "2026-03-02T10:30:00Z": false,
	} {
		for _, rows := range [][][]any{{{"name"}, {text}}, {{text}, {"x"}}} {
			s, err := rowSetOf(t, rows...)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.HasDateText(); got != want {
				t.Errorf("HasDateText of %q = %t, want %t", rows, got, want)
			}
		}
	}
}

func TestHashTexts(t *testing.T) {
	hash := func(rows ...[]any) uint64 {
		s, err := rowSetOf(t, rows...)
		if err != nil {
			t.Fatal(err)
		}
		return s.HashTexts()
	}
	first := hash([]any{"n", "text"}, []any{1, "a"}, []any{2, "b"})
	if again := hash([]any{"n", "text"}, []any{3, "a"}, []any{true, "b"}); again != first {
		t.Error("HashTexts depends on cells that are not texts")
	}
	for name, rows := range map[string][][]any{
		"another text":   {{"n", "text"}, {1, "a"}, {2, "c"}},
		"another place":  {{"n", "text"}, {1, "b"}, {2, "a"}},
		"another column": {{"n", "text"}, {"a", 1}, {"b", 2}},
		"another name":   {{"n", "texts"}, {1, "a"}, {2, "b"}},
		"one text more":  {{"n", "text"}, {1, "a"}, {"x", "b"}},
	} {
		if hash(rows...) == first {
			t.Errorf("HashTexts with %s is the same", name)
		}
	}
}
