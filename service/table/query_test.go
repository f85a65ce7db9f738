package table

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
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

// queryOf parses a query as it is in a URL.
func queryOf(t testing.TB, text string) Query {
	t.Helper()
	p, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseQuery(p)
	if err != nil {
		t.Fatalf("ParseQuery(%s) = %v, hint %s", text, err, hintOf(err))
	}
	return q
}

func TestQuery(t *testing.T) {
	set, err := rowSetOf(t, stock...)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		query string
		total int
		next  int
		want  string
	}{
		{"number equals text", "qty=eq.2&select=id", 2, 0, `[{"id":1},{"id":2}]`},
		{"number in another form", "qty=eq.2.0&select=id", 1, 0, `[{"id":1}]`},
		{"text is exact", "name=eq.Apple&select=id", 1, 0, `[{"id":2}]`},
		{"colon in a name", "time:zone=eq.12:30&select=id", 2, 0, `[{"id":1},{"id":3}]`},
		{"all conditions hold", "time:zone=eq.12:30&name=eq.apple&select=id", 1, 0, `[{"id":3}]`},
		{"several for one column", "id=gte.2&id=lt.4&select=id", 2, 0, `[{"id":2},{"id":3}]`},
		{"several for columns in groups", "or=(qty.eq.10,name.eq.pear,qty.is.null,name.like.*x*)&name=neq.fig&select=id", 2, 0, `[{"id":1},{"id":3}]`},
		{"boolean", "sold=is.false&select=id", 1, 0, `[{"id":2}]`},
		{"blank", "qty=is.null&select=id", 1, 0, `[{"id":3}]`},
		{"no match", "id=eq.9", 0, 0, `[]`},
		{"limit 0", "limit=0", 4, 0, `[]`},

		{"ascending: numbers, text, blanks", "order=qty&select=id", 4, 0, `[{"id":1},{"id":"4"},{"id":2},{"id":3}]`},
		{"descending: text, numbers, blanks", "order=qty.desc&select=id", 4, 0, `[{"id":2},{"id":"4"},{"id":1},{"id":3}]`},
		{"blanks first", "order=qty.nullsfirst&select=id", 4, 0, `[{"id":3},{"id":1},{"id":"4"},{"id":2}]`},
		{"descending, blanks first", "order=qty.desc.nullsfirst&select=id", 4, 0, `[{"id":3},{"id":2},{"id":"4"},{"id":1}]`},
		{"text without regard to case first", "order=name.asc.nullslast&select=name", 4, 0, `[{"name":"Apple"},{"name":"apple"},{"name":"fig"},{"name":"pear"}]`},
		{"several columns", "order=sold,id.desc&select=id", 4, 0, `[{"id":2},{"id":3},{"id":1},{"id":"4"}]`},
		{"several columns, the first only", "order=sold.desc,id.desc&limit=1&select=id", 4, 1, `[{"id":3}]`},
		{"equal rows keep their order", `order="a,b"&select=id`, 4, 0, `[{"id":1},{"id":3},{"id":2},{"id":"4"}]`},
		{"column that begins with a minus", "order=-x&select=id", 4, 0, `[{"id":"4"},{"id":1},{"id":2},{"id":3}]`},

		{"select in the order given, each once", "select=name,id,name&limit=1", 4, 1, `[{"name":"pear","id":1}]`},
		{"select under another name", `select=n:name,"a:b":"time:zone"&limit=1`, 4, 1, `[{"n":"pear","a:b":"12:30"}]`},
		{"all and one of them again", "select=*,n:name&offset=3", 4, 0, `[{"id":"4","name":"fig","qty":10,"time:zone":null,"a,b":null,"-x":-4,"sold":null,"n":"fig"}]`},
		{"select of a blank cell", "select=qty&offset=2", 4, 0, `[{"qty":null},{"qty":10}]`},
		{"order without select", "order=id.desc&limit=1&name=eq.fig", 1, 0, `[{"id":"4","name":"fig","qty":10,"time:zone":null,"a,b":null,"-x":-4,"sold":null}]`},
		{"offset and limit of the matches", `"a,b"=eq.one&offset=1&limit=1&select=id`, 2, 0, `[{"id":3}]`},
		{"more follow", "order=id.desc&offset=1&limit=2&select=id", 4, 3, `[{"id":3},{"id":2}]`},
		{"offset beyond the end", fmt.Sprintf("id=gt.0&offset=%d&limit=%[1]d", math.MaxInt), 4, 0, `[]`},

		{"number of rows", "select=count()", 1, 0, `[{"count":4}]`},
		{"of no rows", "select=count(),qty.sum()&id=eq.9", 1, 0, `[{"count":0,"sum":null}]`},
		{"aggregates of numbers", "select=n:id.count(),id.sum(),id.avg(),id.min(),id.max()", 1, 0, `[{"n":4,"sum":6,"avg":2,"min":1,"max":3}]`},
		{"of texts", "select=name.min(),name.max(),name.sum()", 1, 0, `[{"min":"Apple","max":"pear","sum":null}]`},
		{"groups in the order of their first rows", "select=sold,count()", 3, 0, `[{"sold":true,"count":2},{"sold":false,"count":1},{"sold":null,"count":1}]`},
		{"groups in the order of a result", `select=z:"time:zone",n:count()&order=n.desc,z.desc&limit=2`, 3, 2, `[{"z":"12:30","n":2},{"z":"utc","n":1}]`},
		{"groups of no rows", "select=sold,count()&id=eq.9", 0, 0, `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := set.Rows(queryOf(t, tt.query))
			if err != nil {
				t.Fatal(err)
			}
			if got := encoded(t, rows); got != tt.want {
				t.Errorf("Rows(%s) = %s, want %s", tt.query, got, tt.want)
			}
			if rows.Total != tt.total || rows.Next != tt.next || rows.Count != strings.Count(tt.want, "{") {
				t.Errorf("Rows(%s): count %d, total %d, next %d, want total %d, next %d", tt.query, rows.Count, rows.Total, rows.Next, tt.total, tt.next)
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

// TestGroupsAreBounded holds that a small request cannot take much memory for groups.
func TestGroupsAreBounded(t *testing.T) {
	grid := [][]any{{"id"}}
	for id := range maxGroupValues/2 + 1 {
		grid = append(grid, []any{id})
	}
	set, err := rowSetOf(t, grid...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.Rows(queryOf(t, "select=id,count()")); codeOf(err) != BadRequest || hintOf(err) == "" {
		t.Errorf("Rows of too many groups = %v, want %s with a hint", err, BadRequest)
	}
	rows, err := set.Rows(queryOf(t, "select=id,count()&id=gt.0&limit=1"))
	if err != nil || rows.Total != maxGroupValues/2 {
		t.Errorf("Rows of many groups: total %d, %v, want %d", rows.Total, err, maxGroupValues/2)
	}
}

// TestGroupsOfLongTextsAreBounded holds the same of texts, which each aggregate and each
// name has again.
func TestGroupsOfLongTextsAreBounded(t *testing.T) {
	grid := [][]any{{"id", "text"}}
	for id := range 100 {
		grid = append(grid, []any{id, strings.Repeat("x", 40_000) + strconv.Itoa(id)})
	}
	set, err := rowSetOf(t, grid...)
	if err != nil {
		t.Fatal(err)
	}
	aggregates := ""
	for n := range 19 {
		aggregates += fmt.Sprintf("c%d:text.max(),", n)
	}
	for name, list := range map[string]string{"columns": "text,a:text,b:text,c:text,d:text,count()", "columns more often": "text,a:text,b:text,c:text,d:text,e:text,count()", "aggregates": "id," + aggregates + "count()"} {
		if rows, err := set.Rows(queryOf(t, "select="+list)); codeOf(err) != BadRequest {
			t.Errorf("Rows of groups with the same %s again = %d bytes, %v, want %s", name, rows.Size(), err, BadRequest)
		}
	}
	if _, err := set.Rows(queryOf(t, "select=text,count()")); err != nil {
		t.Errorf("Rows of groups of long texts = %v, want none", err)
	}
}

// TestPatternsAreBounded holds that a small request cannot take much time for patterns.
func TestPatternsAreBounded(t *testing.T) {
	long := strings.Repeat("a", 40_000)
	for _, tt := range []Condition{
		{Op: OpMatch, Values: []string{"(a*?b|a{200}c)d"}},
		{Op: OpLike, Values: []string{"*" + strings.Repeat("_", 900) + "b*"}},
		{Op: OpILike, Values: []string{"*" + strings.Repeat("a_", 450) + "b*"}},
	} {
		p, err := tt.pattern(tt.Values[0])
		if err != nil {
			t.Fatal(err)
		}
		if perByte, _ := (Filter{Conditions: []Condition{{Op: OpAnd, Conditions: []Condition{tt}}}}).cost(); perByte < p.cost() {
			t.Errorf("%s %.20s…: the filter costs %d for each byte, its pattern %d", tt.Op, tt.Values[0], perByte, p.cost())
		}
		w := work{left: 100 * time.Millisecond}
		n := 0
		for start := time.Now(); w.err == nil && time.Since(start) < 5*time.Second; n++ {
			w.match(p, long)
		}
		if codeOf(w.err) != BadRequest || hintOf(w.err) == "" || n > 200 {
			t.Errorf("%s %.20s…: after %d texts %v, want %s with a hint", tt.Op, tt.Values[0], n, w.err, BadRequest)
		}
	}
}

// TestFiltersAreBounded holds that a small request cannot take much time or memory for other
// conditions.
func TestFiltersAreBounded(t *testing.T) {
	b := NewRowsBuilder("T", 1, Typed)
	defer b.Release()
	for row := range 40_001 {
		cell := []byte(`"` + strings.Repeat("b", 30) + `"`)
		if row == 0 {
			cell = []byte(`"text"`)
		}
		if err := b.Add([]jsontext.Value{cell}, nil); err != nil {
			t.Fatal(err)
		}
	}
	set := b.RowSet()
	list := slices.Repeat([]string{strings.Repeat("c", 30)}, 32)
	tests := []struct {
		name      string
		condition Condition
		times     int
		refused   bool
	}{
		{"values of a list that are compared one by one", Condition{Op: OpLt, Quantifier: All, Values: list}, 20, true},
		{"equal values", Condition{Op: OpEq, Quantifier: Any, Values: list}, 20, false},
		{"large classes", Condition{Op: OpMatch, Values: []string{strings.Repeat(`\pL`, 300)}}, 20, true},
		{"one large class", Condition{Op: OpMatch, Values: []string{`^\pL`}}, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.condition.Column = "text"
			filter := Filter{Conditions: slices.Repeat([]Condition{tt.condition}, tt.times)}
			_, err := set.Rows(Query{Filter: filter})
			if refused := codeOf(err) == BadRequest && hintOf(err) != ""; refused != tt.refused || !refused && err != nil {
				t.Errorf("Rows = %v, want it refused with a hint: %v", err, tt.refused)
			}
		})
	}
	if p, ok := newLikePattern(strings.Repeat("*", 1000), false); !ok || len(p.parts) != 2 {
		t.Errorf("1,000 wildcards have %d parts, want 2", len(p.parts))
	}
}

// TestTextIsComparedAsNumbers holds that a sheet that was read as text is sorted and
// filtered like one that was read typed.
func TestTextIsComparedAsNumbers(t *testing.T) {
	b := NewRowsBuilder("T", 1, Text)
	defer b.Release()
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
		{queryOf(t, "order=qty"), `[{"qty":"9"},{"qty":"10"},{"qty":"x"},{"qty":null}]`},
		{queryOf(t, "qty=eq.9.0"), `[{"qty":"9"}]`},
	} {
		tt.query.Select = []Selection{{Column: "qty"}}
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
		{"selected columns", set, queryOf(t, "select=C,a&offset=1"), "C,a\r\nFALSE,\r\n"},
		{"no rows have columns", set, queryOf(t, "a=eq.q"), "a,\"b,c\",C\r\n"},
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
		"select":                                tag(queryOf(t, "select=a"), grid...),
	} {
		if other, ok := seen[got]; ok {
			t.Errorf("ETag of %s is that of %s", name, other)
		}
		seen[got] = name
	}
}
