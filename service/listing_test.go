package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func toRow(t testing.TB, cells []any) []jsontext.Value {
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

func listingOf(t testing.TB, grid ...[]any) (*listing, error) {
	t.Helper()
	l := newLister(readKey{"T", 1, Typed})
	for _, cells := range grid {
		if err := l.add(toRow(t, cells)); err != nil {
			return nil, err
		}
	}
	return l.list(), nil
}

func written(t testing.TB, rows Rows) string {
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

func TestListing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []any
		body   [][]any
		want   string // the JSON
		err    string
	}{
		{"types", []any{"n", "s", "b"}, [][]any{{1.5, "x", true}}, `[{"n":1.5,"s":"x","b":true}]`, ""},
		{"key order is column order", []any{"z", "a"}, [][]any{{1, 2}}, `[{"z":1,"a":2}]`, ""},
		{"empty cells are left out", []any{"a", "b", "c"}, [][]any{{"", "x", nil}}, `[{"b":"x"}]`, ""},
		{"rows without a value are left out", []any{"a"}, [][]any{{}, {""}, {"x"}, {nil}}, `[{"a":"x"}]`, ""},
		{"blank name is the column's letter", []any{"a", " "}, [][]any{{1, 2}}, `[{"a":1,"B":2}]`, ""},
		{"cells right of the header", []any{"a"}, [][]any{{1}, {1, 2}}, `[{"a":1},{"a":1,"B":2}]`, ""},
		{"names of other types", []any{2024, true}, [][]any{{1, 2}}, `[{"2024":1,"TRUE":2}]`, ""},
		{"names are escaped", []any{`a"<`}, [][]any{{"\n"}}, `[{"a\"<":"\n"}]`, ""},
		{"no rows", []any{"a"}, nil, `[]`, ""},
		{"name twice", []any{"a", "b", "a"}, nil, "", `two columns named "a": A and C`},
		{"name that is another's letter", []any{"B", ""}, [][]any{{1, 2}}, "", `two columns named "B": A and B`},
		{"name that is the letter of a column without a name", []any{"B"}, [][]any{{1}, {1, 2}}, "", `two columns named "B": A and B`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := listingOf(t, append([][]any{tt.header}, tt.body...)...)
			if tt.err != "" {
				if codeOf(err) != InvalidRows || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("listing = %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			rows, err := l.page(Query{})
			if got := written(t, rows); err != nil || got != tt.want || !json.Valid([]byte(got)) {
				t.Errorf("page = %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestPage(t *testing.T) {
	l, err := listingOf(t, []any{"a"}, []any{1}, []any{2}, []any{3})
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
			rows, err := l.page(Query{Offset: tt.offset, Limit: tt.limit})
			if err != nil {
				t.Fatal(err)
			}
			if got := written(t, rows); got != tt.want {
				t.Errorf("page = %s, want %s", got, tt.want)
			}
			if tags[rows.ETag] {
				t.Errorf("ETag %s stands for another page too", rows.ETag)
			}
			tags[rows.ETag] = true
		})
	}
}

func TestDecodeValues(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		want         string // the cells' JSON
		fails        bool
	}{
		{"rows", `{"values":[["a",1.50,true],[],["\u003c"]]}`, `["a" 1.50 true][]["\u003c"]`, false},
		{"other fields", `{"range":"A1","values":[["a"]],"majorDimension":"ROWS"}`, `["a"]`, false},
		{"an empty sheet", `{}`, "", false},
		{"cut in a cell", `{"values":[["a`, "", true},
		{"cut between rows", `{"values":[["a"],`, `["a"]`, true},
		{"cut before the end", `{"values":[["a"]]`, `["a"]`, true},
		{"a page", `<!DOCTYPE html>`, "", true},
		{"values that are no rows", `{"values":[1]}`, "", true},
		{"an array", `[]`, "", true},
		{"nothing", ``, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			err := decodeValues(jsontext.NewDecoder(strings.NewReader(tt.answer)), func(row []jsontext.Value) error {
				got += fmt.Sprint(row)
				return nil
			})
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("decodeValues(%s) = %s, %v, want %s, error %v", tt.answer, got, err, tt.want, tt.fails)
			}
		})
	}
}

func TestCopiesAreBounded(t *testing.T) {
	l, err := listingOf(t, []any{"a"}, []any{strings.Repeat("x", 1000)})
	if err != nil {
		t.Fatal(err)
	}
	key := func(title string) readKey { return readKey{title, 1, Typed} }
	one := (&sheetCopy{key: key("a"), listing: l}).size()
	c := newCopies(3 * one)
	for _, title := range []string{"a", "b", "c"} {
		c.add(&sheetCopy{key: key(title), listing: l})
	}
	c.find(key("a")) // b is now the one used least recently
	c.add(&sheetCopy{key: key("d"), listing: l})
	c.add(&sheetCopy{key: key("d"), listing: l}) // the same again takes no room
	for title, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got := c.find(key(title)) != nil; got != want {
			t.Errorf("copy of %s kept: %v, want %v", title, got, want)
		}
	}
	c.add(&sheetCopy{key: key("huge"), listing: &listing{lines: make([]byte, 3*one)}})
	if c.find(key("huge")) != nil || c.find(key("a")) == nil || c.bytes != 3*one {
		t.Errorf("a copy beyond the bound was kept, or drove out others: %d bytes", c.bytes)
	}
	c.removeSheet("A") // Google finds sheets by their title in any case
	if c.find(key("a")) != nil || c.bytes != 2*one {
		t.Errorf("after removeSheet: %d bytes, want %d", c.bytes, 2*one)
	}
}
