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
		err    string
	}{
		{"texts", []any{"id", "item"}, 0, []string{"id", "item"}, ""},
		{"blanks around a name", []any{" id\t"}, 0, []string{"id"}, ""},
		{"numbers and booleans", []any{2024.0, 0.5, true}, 0, []string{"2024", "0.5", "TRUE"}, ""},
		{"blank names are letters", []any{"a", "", nil, " "}, 0, []string{"a", "B", "C", "D"}, ""},
		{"wider rows", []any{"a"}, 3, []string{"a", "B", "C"}, ""},
		{"narrower rows", []any{"a", "b"}, 1, []string{"a", "b"}, ""},
		{"no header", nil, 2, []string{"A", "B"}, ""},
		{"names differ in case", []any{"a", "A"}, 0, []string{"a", "A"}, ""},
		{"name twice", []any{"a", "b", " a"}, 0, nil, `two columns named "a": A and C`},
		{"letter of a blank column", []any{"B", ""}, 0, nil, `two columns named "B": A and B`},
		{"letter of a column without a name", []any{"B"}, 2, nil, `two columns named "B": A and B`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newColumns("T")
			err := c.extend(tt.header, tt.width)
			if tt.err != "" {
				if codeOf(err) != InvalidRows || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("extend = %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || !slices.Equal(c.names, tt.want) {
				t.Errorf("names = %q, %v, want %q", c.names, err, tt.want)
			}
			for i, name := range c.names {
				if c.index[name] != i {
					t.Errorf("index of %q = %d, want %d", name, c.index[name], i)
				}
			}
		})
	}
}

func TestSummarize(t *testing.T) {
	tests := []struct {
		name    string
		grid    [][]any
		columns []string
		rows    int
	}{
		{"empty sheet", nil, nil, 0},
		{"header only", [][]any{{"a", ""}}, []string{"a", "B"}, 0},
		{"blank rows do not count", [][]any{{"a"}, {1.0}, {}, {"", nil}, {"", false}}, []string{"a"}, 2},
		{"a name twice is returned", [][]any{{"a", "a"}, {1.0}}, []string{"a", "a"}, 1},
	}
	for _, tt := range tests {
		if columns, rows := Summarize(tt.grid); columns == nil || !slices.Equal(columns, tt.columns) || rows != tt.rows {
			t.Errorf("%s: Summarize = %q, %d, want %q, %d", tt.name, columns, rows, tt.columns, tt.rows)
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
