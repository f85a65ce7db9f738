package table

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stock has numbers beside texts that look like them, names with the characters of the
// query's own syntax, and a blank row.
var stock = [][]any{
	{"id", "name", "qty", "time:zone", "a,b", "-x", "sold"},
	{1, "pear", 2, "12:30", "one", 1, true},
	{2, "Apple", "2", "utc", "two", 2, false},
	{},
	{3, "apple", nil, "12:30", "one", 3, true},
	{"4", "fig", 10, "", "", -4, nil},
}

func TestQuery(t *testing.T) {
	set, err := rowSetOf(t, stock...)
	if err != nil {
		t.Fatal(err)
	}
	id := []string{"id"}
	tests := []struct {
		name  string
		query Query
		total int
		next  int
		want  string
	}{
		{"number equals text", Query{Where: []string{"qty:2"}, Select: id}, 2, 0, `[{"id":1},{"id":2}]`},
		{"number in another form", Query{Where: []string{"qty:2.0"}, Select: id}, 1, 0, `[{"id":1}]`},
		{"text is exact", Query{Where: []string{"name:Apple"}, Select: id}, 1, 0, `[{"id":2}]`},
		{"colons in the column and the value", Query{Where: []string{"time:zone:12:30"}, Select: id}, 2, 0, `[{"id":1},{"id":3}]`},
		{"all conditions hold", Query{Where: []string{"time:zone:12:30", "name:apple"}, Select: id}, 1, 0, `[{"id":3}]`},
		{"boolean", Query{Where: []string{"sold:FALSE"}, Select: id}, 1, 0, `[{"id":2}]`},
		{"empty cell", Query{Where: []string{"qty:"}, Select: id}, 1, 0, `[{"id":3}]`},
		{"no match", Query{Where: []string{"id:9"}}, 0, 0, `[]`},

		{"ascending: numbers, text, blanks", Query{Order: []string{"qty"}, Select: id}, 4, 0, `[{"id":1},{"id":"4"},{"id":2},{"id":3}]`},
		{"descending: text, numbers, blanks", Query{Order: []string{"-qty"}, Select: id}, 4, 0, `[{"id":2},{"id":"4"},{"id":1},{"id":3}]`},
		{"text without regard to case first", Query{Order: []string{"name"}, Select: []string{"name"}}, 4, 0, `[{"name":"Apple"},{"name":"apple"},{"name":"fig"},{"name":"pear"}]`},
		{"several columns", Query{Order: []string{"sold", "-id"}, Select: id}, 4, 0, `[{"id":2},{"id":3},{"id":1},{"id":"4"}]`},
		{"equal rows keep their order", Query{Order: []string{"a,b"}, Select: id}, 4, 0, `[{"id":1},{"id":3},{"id":2},{"id":"4"}]`},
		{"column that begins with a minus", Query{Order: []string{"-x"}, Select: id}, 4, 0, `[{"id":"4"},{"id":1},{"id":2},{"id":3}]`},
		{"such a column, descending", Query{Order: []string{"--x"}, Select: id}, 4, 0, `[{"id":3},{"id":2},{"id":1},{"id":"4"}]`},

		{"select in the sheet's order, each once", Query{Select: []string{"name", "id", "name"}, Limit: 1}, 4, 1, `[{"id":1,"name":"pear"}]`},
		{"select of a blank cell", Query{Select: []string{"qty"}, Offset: 2}, 4, 0, `[{},{"qty":10}]`},
		{"order without select", Query{Order: []string{"-id"}, Limit: 1, Where: []string{"name:fig"}}, 1, 0, `[{"id":"4","name":"fig","qty":10,"-x":-4}]`},
		{"offset and limit of the matches", Query{Where: []string{"a,b:one"}, Offset: 1, Limit: 1, Select: id}, 2, 0, `[{"id":3}]`},
		{"more follow", Query{Order: []string{"-id"}, Offset: 1, Limit: 2, Select: id}, 4, 3, `[{"id":3},{"id":2}]`},
		{"offset beyond the end", Query{Where: []string{"a,b:one"}, Offset: math.MaxInt, Limit: math.MaxInt}, 2, 0, `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := set.Rows(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := encoded(t, rows); got != tt.want {
				t.Errorf("Rows(%+v) = %s, want %s", tt.query, got, tt.want)
			}
			if rows.Total != tt.total || rows.Next != tt.next || rows.Count != strings.Count(tt.want, "{") {
				t.Errorf("Rows(%+v): count %d, total %d, next %d, want total %d, next %d", tt.query, rows.Count, rows.Total, rows.Next, tt.total, tt.next)
			}
		})
	}
}

func TestQueryErrors(t *testing.T) {
	set, err := rowSetOf(t, stock...)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := rowSetOf(t)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		rows   *RowSet
		query  Query
		code   Code
		detail string
	}{
		{"where: unknown column", set, Query{Where: []string{"qt:2"}}, InvalidRows, `sheet "T" has no column "qt"; its columns are "id", "name", "qty", "time:zone", "a,b", "-x", "sold"`},
		{"where: columns are case-sensitive", set, Query{Where: []string{"Qty:2"}}, InvalidRows, `no column "Qty"`},
		{"where: part of a column's name", set, Query{Where: []string{"time:12:30"}}, InvalidRows, `no column "time"`},
		{"where: no colon", set, Query{Where: []string{"qty"}}, BadRequest, `where="qty": want column:value`},
		{"where: empty", set, Query{Where: []string{""}}, BadRequest, "want column:value"},
		{"order: unknown column", set, Query{Order: []string{"id", "-qt"}}, InvalidRows, `no column "qt"`},
		{"select: unknown column", set, Query{Select: []string{"id", "qt"}}, InvalidRows, `no column "qt"`},
		{"where: too many", set, Query{Where: slices.Repeat([]string{"id:1"}, 21)}, BadRequest, "21 conditions: want at most 20"},
		{"where: too long", set, Query{Where: []string{"id:1", "id:" + strings.Repeat("é", 998)}}, BadRequest, "condition 2 is longer than 1000 characters"},
		{"where: a million colons", set, Query{Where: []string{strings.Repeat(":", 1<<20)}}, BadRequest, "longer than"},
		{"order: a column twice", set, Query{Order: []string{"id", "-id"}}, BadRequest, `order names column "id" twice`},
		{"order: too many", set, Query{Order: slices.Repeat([]string{"id"}, 17)}, BadRequest, "order names 17 columns: want at most 16"},
		{"a sheet without columns", empty, Query{Select: []string{"id"}}, InvalidRows, `no column "id", nor any other`},
		{"a long name is cut", set, Query{Select: []string{strings.Repeat("x", 200)}}, InvalidRows, `no column "` + strings.Repeat("x", 100) + `…"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.rows.Rows(tt.query); codeOf(err) != tt.code || !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("Rows(%+v) = %v, want %s: %s", tt.query, err, tt.code, tt.detail)
			}
		})
	}
}

func TestQueryValidate(t *testing.T) {
	tests := []struct {
		name  string
		query Query
		want  string // of the error; "" is none
	}{
		{"zero value", Query{}, ""},
		{"everything", Query{Header: 3, Offset: 1, Limit: 1, Render: Formula, CSV: true}, ""},
		{"negative header row", Query{Header: -1}, "header row -1"},
		{"negative offset", Query{Offset: -1}, "offset -1"},
		{"negative limit", Query{Limit: -1}, "limit -1"},
		{"unknown rendering", Query{Render: "html"}, `"html": want typed, text or formula`},
	}
	for _, tt := range tests {
		err := tt.query.Validate()
		if tt.want == "" && err == nil || codeOf(err) == BadRequest && tt.want != "" && strings.Contains(err.Error(), tt.want) {
			continue
		}
		t.Errorf("%s: Validate() = %v, want %q", tt.name, err, tt.want)
	}
}

// TestTextIsComparedAsNumbers holds that a sheet that was read as text is sorted and
// filtered like one that was read typed.
func TestTextIsComparedAsNumbers(t *testing.T) {
	b := NewRowsBuilder("T", 1, Text)
	defer b.Release()
	b.SetHeader([]any{"qty"})
	for _, cell := range []any{"qty", "10", "9", "x", ""} {
		if err := b.Add(jsonCells(t, []any{cell, "."}), nil); err != nil {
			t.Fatal(err)
		}
	}
	set := b.RowSet()
	for _, tt := range []struct {
		query Query
		want  string
	}{
		{Query{Order: []string{"qty"}}, `[{"qty":"9"},{"qty":"10"},{"qty":"x"},{}]`},
		{Query{Where: []string{"qty:9.0"}}, `[{"qty":"9"}]`},
	} {
		tt.query.Select = []string{"qty"}
		rows, err := set.Rows(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := encoded(t, rows); got != tt.want {
			t.Errorf("Rows(%+v) = %s, want %s", tt.query, got, tt.want)
		}
	}
}

func TestRowsAsCSV(t *testing.T) {
	set, err := rowSetOf(t, []any{"a", "b,c", ""}, []any{"x,\"y\"\nz", "=1+1", true}, []any{"", 1.5, false})
	if err != nil {
		t.Fatal(err)
	}
	empty, err := rowSetOf(t)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		rows  *RowSet
		query Query
		want  string
	}{
		{"all", set, Query{}, "a,\"b,c\",C\r\n\"x,\"\"y\"\"\r\nz\",=1+1,TRUE\r\n,1.5,FALSE\r\n"},
		{"selected columns", set, Query{Select: []string{"C", "a"}, Offset: 1}, "a,C\r\n,FALSE\r\n"},
		{"no rows have columns", set, Query{Where: []string{"a:q"}}, "a,\"b,c\",C\r\n"},
		{"an empty sheet", empty, Query{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.query.CSV = true
			rows, err := tt.rows.Rows(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			_, err = rows.WriteTo(&b)
			if diff := cmp.Diff(tt.want, b.String()); err != nil || diff != "" {
				t.Errorf("WriteTo = %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestETag holds that the tag changes exactly with the content and the query.
func TestETag(t *testing.T) {
	tag := func(q Query, grid ...[]any) string {
		set, err := rowSetOf(t, grid...)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := set.Rows(q)
		if err != nil {
			t.Fatal(err)
		}
		return rows.ETag
	}
	grid := [][]any{{"a"}, {1}, {2}}
	same := tag(Query{}, grid...)
	if got := tag(Query{NoCache: true}, grid...); got != same {
		t.Errorf("ETag of the same rows, read again = %s, want %s", got, same)
	}
	if got := tag(Query{}, []any{"a"}, []any{1}, []any{}, []any{2}); got != same {
		t.Errorf("ETag of the same rows around a blank one = %s, want %s", got, same)
	}
	seen := map[string]string{same: "the first"}
	for name, got := range map[string]string{
		"another value":                         tag(Query{}, []any{"a"}, []any{1}, []any{3}),
		"another type":                          tag(Query{}, []any{"a"}, []any{1}, []any{"2"}),
		"another column":                        tag(Query{}, []any{"b"}, []any{1}, []any{2}),
		"an empty column more, which CSV shows": tag(Query{}, []any{"a", "b"}, []any{1}, []any{2}),
		"a limit":                               tag(Query{Limit: 2}, grid...),
		"CSV":                                   tag(Query{CSV: true}, grid...),
		"select":                                tag(Query{Select: []string{"a"}}, grid...),
	} {
		if other, ok := seen[got]; ok {
			t.Errorf("ETag of %s is that of %s", name, other)
		}
		seen[got] = name
	}
}

// FuzzConditions holds that no text panics, and that a condition that is accepted names
// a column of the sheet.
func FuzzConditions(f *testing.F) {
	for _, seed := range []string{"id:1", "time:zone:12:30", ":", "", "-x:", "a,b:", "zone:1"} {
		f.Add(seed)
	}
	set, err := rowSetOf(f, stock...)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		conditions, err := set.columns.conditions([]string{text})
		if err != nil {
			if codeOf(err) == "" {
				t.Fatalf("conditions(%q) = %v, want a code", text, err)
			}
			return
		}
		if want := set.columns.names[conditions[0].column] + ":" + conditions[0].value.text; want != text {
			t.Fatalf("conditions(%q) = %q", text, want)
		}
	})
}
