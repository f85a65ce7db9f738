package table

import (
	"slices"
	"strings"
	"testing"
)

func TestColumnNames(t *testing.T) {
	tests := []struct {
		name   string
		header []any
		width  int
		want   []string
	}{
		{"texts", []any{"id", "item"}, 0, []string{"id", "item"}},
		{"blanks around a name", []any{" id\t"}, 0, []string{"id"}},
		{"invisible characters around a name", []any{"\u200bid\ufeff", "\u00a0a b\u2060", "\u200b", "\u202aitem\u202c", "\u00adx\u3164"}, 0, []string{"id", "a b", "C", "item", "x"}},
		{"invisible characters inside a name stay", []any{"a\u200bb"}, 0, []string{"a\u200bb"}},
		{"numbers, booleans and dates", []any{2024.0, 0.5, true, DateCell{46083, Date}}, 0, []string{"2024", "0.5", "TRUE", "2026-03-02"}},
		{"blank names are letters", []any{"a", "", nil, " "}, 0, []string{"a", "B", "C", "D"}},
		{"wider rows", []any{"a"}, 3, []string{"a", "B", "C"}},
		{"narrower rows", []any{"a", "b"}, 1, []string{"a", "b"}},
		{"no header", nil, 2, []string{"A", "B"}},
		{"names differ in case", []any{"a", "A"}, 0, []string{"a", "A"}},
		{"a name twice", []any{"a", "b", " a"}, 0, []string{"a", "b", "a_2"}},
		{"a name three times", []any{"a", "a", "a"}, 0, []string{"a", "a_2", "a_3"}},
		{"a name twice, beside one with a number", []any{"a", "a", "a_2"}, 0, []string{"a", "a_3", "a_2"}},
		{"a name with a number twice", []any{"a", "a", "a_2", "a_2"}, 0, []string{"a", "a_3", "a_2", "a_2_2"}},
		{"the letter of a blank column, before it", []any{"B", ""}, 0, []string{"B", "B_2"}},
		{"the letter of a blank column, after it", []any{"id", "", "B"}, 0, []string{"id", "B_2", "B"}},
		{"the letter of a column without a name", []any{"B"}, 2, []string{"B", "B_2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newColumns("T")
			c.extend(tt.header, tt.width)
			if !slices.Equal(c.names, tt.want) {
				t.Errorf("names = %q, want %q", c.names, tt.want)
			}
			for i, name := range c.names {
				if c.index[name] != i {
					t.Errorf("index of %q = %d, want %d", name, c.index[name], i)
				}
			}
			step := newColumns("T") // as rows of different widths come
			for width := range max(tt.width, len(tt.header)) + 1 {
				step.extend(tt.header, width)
			}
			if !slices.Equal(step.names, tt.want) {
				t.Errorf("names, one column after the other = %q, want %q", step.names, tt.want)
			}
		})
	}
}

// TestCheckClear checks when a write may name one of several columns with the same header.
func TestCheckClear(t *testing.T) {
	c := newColumns("T")
	c.extend([]any{"a", "b", "a", "C", "", "E"}, 0) // a, b, a_2, C, E_2, E
	tests := []struct {
		name  string
		given []string
		want  string
	}{
		{"a", []string{"a"}, `sheet "T" has two columns named "a"`},
		{"a", []string{"a", "b"}, `sheet "T" has two columns named "a": A and C`},
		{"a", []string{"a", "a_2"}, ""},
		{"a_2", []string{"a_2"}, ""},
		{"b", []string{"b"}, ""},
		{"E", []string{"E"}, ""},
		{"E_2", []string{"E_2"}, ""},
	}
	for _, tt := range tests {
		err := c.checkClear(tt.name, func(name string) bool { return slices.Contains(tt.given, name) })
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("checkClear(%q), given %q = %v, want %q", tt.name, tt.given, err, tt.want)
		}
	}
}

// TestCheckClearHint holds that the hint says how each of the columns is named.
func TestCheckClearHint(t *testing.T) {
	c := newColumns("T")
	c.extend([]any{"a", "a", "b", "a"}, 0)
	none := func(string) bool { return false }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a field", c.checkClear("a", none), `send "a_2" for column B; for A, give each column its own name in the header row, or send all of "a", "a_2", "a_3"`},
		{
			"a condition", c.checkConditions(Filter{[]Condition{{Column: "a"}, {Column: "a_2"}}}),
			`test "a_2" for column B; for A, give each column its own name in the header row, or test all of "a", "a_2", "a_3"`,
		},
		{"all of them", c.checkConditions(Filter{[]Condition{{Column: "a"}, {Op: OpOr, Conditions: []Condition{{Column: "a_2"}, {Column: "a_3"}}}}}), ""},
	}
	for _, tt := range tests {
		if got := hintOf(tt.err); got != tt.want {
			t.Errorf("%s: %v, hint %q, want %q", tt.name, tt.err, got, tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	var many []string
	for i := range 52 {
		many = append(many, columnLetters(i))
	}
	tests := []struct{ name, got, want string }{
		{"quotes and line breaks", Quote("a\"b\n"), `"a\"b\n"`},
		{"100 characters", Quote(strings.Repeat("ä", 100)), `"` + strings.Repeat("ä", 100) + `"`},
		{"101 characters", Quote(strings.Repeat("ä", 101)), `"` + strings.Repeat("ä", 100) + `…"`},
		{"list", QuoteList([]string{"a", "b"}), `"a", "b"`},
		{"no names", QuoteList(nil), ""},
		{"long list", QuoteList(many)[len(QuoteList(many))-len(`"AX", and 2 more`):], `"AX", and 2 more`},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s = %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}
