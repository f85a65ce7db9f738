package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func jsonCells(t testing.TB, cells []any) []jsontext.Value {
	t.Helper()
	row := make([]jsontext.Value, len(cells))
	for i, cell := range cells {
		var err error
		if row[i], err = json.Marshal(cell); err != nil {
			t.Fatal(err)
		}
	}
	return row
}

func rowSetOf(t testing.TB, grid ...[]any) (*RowSet, error) {
	t.Helper()
	b := NewRowsBuilder("T", 1, Typed)
	for _, cells := range grid {
		if err := b.Add(jsonCells(t, cells), nil); err != nil {
			return nil, err
		}
	}
	return b.RowSet(), nil
}

func encoded(t testing.TB, rows Rows) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := rows.WriteTo(&b); err != nil || int(n) != b.Len() {
		t.Fatalf("WriteTo = %d, %v, wrote %d", n, err, b.Len())
	}
	if b.Len() != rows.Size() {
		t.Errorf("WriteTo wrote %d bytes, Size() = %d", b.Len(), rows.Size())
	}
	return strings.ReplaceAll(b.String(), "\n", "")
}

func TestRowsBuilder(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []any
		body   [][]any
		want   string // the JSON
		err    string
	}{
		{"types", []any{"n", "s", "b"}, [][]any{{1.5, "x", true}}, `[{"n":1.5,"s":"x","b":true}]`, ""},
		{"key order is column order", []any{"z", "a"}, [][]any{{1, 2}}, `[{"z":1,"a":2}]`, ""},
		{"empty cells are null", []any{"a", "b", "c"}, [][]any{{"", "x", nil}, {1}}, `[{"a":null,"b":"x","c":null},{"a":1,"b":null,"c":null}]`, ""},
		{"rows without a value are left out", []any{"a"}, [][]any{{}, {""}, {"x"}, {nil}}, `[{"a":"x"}]`, ""},
		{"blank name is the column's letter", []any{"a", " "}, [][]any{{1, 2}}, `[{"a":1,"B":2}]`, ""},
		{"cells right of the header", []any{"a"}, [][]any{{1}, {1, 2}}, `[{"a":1,"B":null},{"a":1,"B":2}]`, ""},
		{"names of other types", []any{2024, true}, [][]any{{1, 2}}, `[{"2024":1,"TRUE":2}]`, ""},
		{"names are escaped", []any{`a"<`}, [][]any{{"\n"}}, `[{"a\"<":"\n"}]`, ""},
		{"no rows", []any{"a"}, nil, `[]`, ""},
		{"name twice", []any{"a", "b", "a"}, [][]any{{1, 2, 3}}, `[{"a":1,"b":2,"a_2":3}]`, ""},
		{"name that is another's letter", []any{"B", ""}, [][]any{{1, 2}}, `[{"B":1,"B_2":2}]`, ""},
		{"name that is the letter of a column before it", []any{"id", "", "B"}, [][]any{{1, 2, 3}}, `[{"id":1,"B_2":2,"B":3}]`, ""},
		{"name that is the letter of a column without a name", []any{"B"}, [][]any{{1, 2}}, `[{"B":1,"B_2":2}]`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := rowSetOf(t, append([][]any{tt.header}, tt.body...)...)
			if tt.err != "" {
				if codeOf(err) != InvalidRows || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("RowSet = %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			rows, err := s.Rows(Query{})
			if got := encoded(t, rows); err != nil || got != tt.want || !json.Valid([]byte(got)) {
				t.Errorf("Rows = %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestOffsetAndLimit(t *testing.T) {
	s, err := rowSetOf(t, []any{"a"}, []any{1}, []any{2}, []any{3})
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, tt := range []struct {
		offset, limit int
		want          string
	}{
		{0, 0, `[{"a":1},{"a":2},{"a":3}]`},
		{1, 1, `[{"a":2}]`},
		{0, 2, `[{"a":1},{"a":2}]`},
		{2, 5, `[{"a":3}]`},
		{1, math.MaxInt, `[{"a":2},{"a":3}]`},
		{math.MaxInt, math.MaxInt, `[]`},
		{9, 1, `[]`},
	} {
		t.Run(fmt.Sprintf("offset %d limit %d", tt.offset, tt.limit), func(t *testing.T) {
			rows, err := s.Rows(Query{Offset: tt.offset, Limit: tt.limit})
			if err != nil {
				t.Fatal(err)
			}
			if got := encoded(t, rows); got != tt.want {
				t.Errorf("Rows = %s, want %s", got, tt.want)
			}
			if tags[rows.ETag] {
				t.Errorf("ETag %s is that of another page too", rows.ETag)
			}
			tags[rows.ETag] = true
		})
	}
}

// TestCellsAreDecodedOnce holds that conditions of a column share what they test: a text that
// is decoded takes memory.
func TestCellsAreDecodedOnce(t *testing.T) {
	const n = 1000
	rows := [][]any{{"item"}}
	for range n {
		rows = append(rows, []any{"apple"})
	}
	set, err := rowSetOf(t, rows...)
	if err != nil {
		t.Fatal(err)
	}
	query := queryOf(t, "or=("+strings.Repeat("item.eq.x,", 9)+"item.eq.y)")
	allocations := testing.AllocsPerRun(5, func() {
		if _, err := set.Rows(query); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 2*n {
		t.Errorf("10 conditions on %d texts take %.0f allocations, want about one for each text", n, allocations)
	}
}
