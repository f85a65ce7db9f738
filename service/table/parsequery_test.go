package table

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSelect(t *testing.T) {
	tests := []struct {
		list string
		want []Selection
	}{
		{"", nil},
		{"*", []Selection{{Column: "*"}}},
		{"item, price", []Selection{{Column: "item"}, {Column: "price"}}},
		{"total:price", []Selection{{Column: "price", As: "total"}}},
		{`"a,b":"c:d","e.sum()"`, []Selection{{Column: "c:d", As: "a,b"}, {Column: "e.sum()"}}},
		{"count()", []Selection{{Aggregate: Count}}},
		{"n:count(),price.sum(),m:price.max()", []Selection{{As: "n", Aggregate: Count}, {Column: "price", Aggregate: Sum}, {Column: "price", As: "m", Aggregate: Max}}},
		{`"a.b".avg(),No..min()`, []Selection{{Column: "a.b", Aggregate: Avg}, {Column: "No.", Aggregate: Min}}},
		{"Price (€),count", []Selection{{Column: "Price (€)"}, {Column: "count"}}},
	}
	for _, tt := range tests {
		got, err := ParseSelect(tt.list)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("ParseSelect(%s) = %v (-want +got):\n%s", tt.list, err, diff)
		}
	}
}

func TestParseOrder(t *testing.T) {
	tests := []struct {
		list string
		want []Sort
	}{
		{"", nil},
		{"price", []Sort{{Column: "price"}}},
		{"price.asc.nullslast,item.desc", []Sort{{Column: "price"}, {Column: "item", Descending: true}}},
		{"price.nullsfirst,item.desc.nullsfirst", []Sort{{Column: "price", NullsFirst: true}, {Column: "item", Descending: true, NullsFirst: true}}},
		{`"a,b.desc".desc,No.`, []Sort{{Column: "a,b.desc", Descending: true}, {Column: "No."}}},
	}
	for _, tt := range tests {
		got, err := ParseOrder(tt.list)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("ParseOrder(%s) = %v (-want +got):\n%s", tt.list, err, diff)
		}
	}
}

func TestParseNames(t *testing.T) {
	got, err := ParseNames("columns", `"id", item,"a,b"`)
	if want := []string{"id", "item", "a,b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseNames = %q, %v, want %q", got, err, want)
	}
	for _, list := range []string{"", "a,,b", `"a`, `"a"b`} {
		if _, err := ParseNames("columns", list); codeOf(err) != BadRequest {
			t.Errorf("ParseNames(%s) = %v, want %s", list, err, BadRequest)
		}
	}
}

func TestParseQuery(t *testing.T) {
	got := queryOf(t, `item=eq.a&select=item&order=id&limit=2&offset=1&header=3&values=text&format=csv`)
	want := Query{
		Header: 3, Filter: Filter{[]Condition{{Column: "item", Op: OpEq, Values: []string{"a"}}}}, Select: []Selection{{Column: "item"}},
		Order: []Sort{{Column: "id"}}, Offset: 1, Limit: 2, Render: Text, CSV: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseQuery (-want +got):\n%s", diff)
	}
}

func TestParseQueryErrors(t *testing.T) {
	tests := []struct {
		name   string
		query  string
		detail string
		hint   string
	}{
		{"no number", "limit=many", "limit=many: want a whole number from 0", ""},
		{"a negative number", "offset=-1", "offset=-1: want a whole number from 0", ""},
		{"an empty number", "limit=", "limit=: want a whole number", ""},
		{"a number with a sign", "limit=%2B1", "limit=+1: want a whole number", ""},
		{"too great a number", "limit=99999999999999999999", "want a whole number", ""},
		{"a header row too low", "header=101", "header=101: want 1 to 100", ""},
		{"a parameter twice", "select=a&select=b", "select is given 2 times", ""},
		{"a number twice", "limit=1&limit=2", "limit is given 2 times", ""},
		{"a condition of the column limit", "limit=gt.3", "limit=gt.3: want a whole number", `for the column with this name, send "limit"=gt.3`},
		{"a condition of the column values", "values=eq.text", "want typed, text or formula", `for the column with this name, send "values"=eq.text`},
		{"another form", "format=xml", "format=xml: want json or csv", ""},
		{"another rendering", "values=html", "values=html: want typed, text or formula", ""},
		{"no rendering", "values=", "want typed, text or formula", ""},
		{"a parameter of writes", "columns=a", "columns is a parameter of writes", `for the column, send "columns"=eq.a`},
		{"a condition without an operator", "qty=3", "has no operator", "qty=eq.3"},
		{"order by nothing", "order=a,", "order: a column has no name", "order=price.desc,item"},
		{"order in a third direction", `order="a".up`, "nothing after the closing quotation mark; after a column come .asc or .desc", "order=price.desc.nullsfirst,item"},
		{"order by a column twice", "order=a,a.desc", `order names column "a" twice`, ""},
		{"order by too many", "order=" + strings.Repeat("a,", 16) + "a", "order names 17 columns: want at most 16", ""},
		{"select nothing in a list", "select=a,", "select: a column has no name", "select=id,item"},
		{"select all, renamed", "select=x:*", "* can be neither renamed nor aggregated", "select=count()"},
		{"select under a long name", "select=" + strings.Repeat("é", 64) + ":a", "is longer than 63 characters", ""},
		{"select a cast in quotes", `select="a"::text`, "nothing after the closing quotation mark", `casts (::) are not supported: leave out "::text"`},
		{"select too many", "select=" + strings.Repeat("a,", 1000) + "a", "select names 1001 columns: want at most 1000", ""},
		{"too many aggregates", "select=" + strings.Repeat("count(),", 20) + "count()", "more than 20 aggregates", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseQuery(queryValues(t, tt.query))
			if codeOf(err) != BadRequest || !strings.Contains(err.Error(), tt.detail) || hintOf(err) != tt.hint {
				t.Errorf("ParseQuery(%.200s) = %v, hint %q, want %s: %s, hint %q", tt.query, err, hintOf(err), BadRequest, tt.detail, tt.hint)
			}
		})
	}
}

// TestQueryErrors holds what only a sheet's columns say.
func TestQueryErrors(t *testing.T) {
	set, err := rowSetOf(t, stock...)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := rowSetOf(t)
	if err != nil {
		t.Fatal(err)
	}
	const aggregateHint = "the aggregates are avg, count, max, min and sum, as in select=item,price.sum(),count()"
	lower, err := rowSetOf(t, []any{}, []any{nil}, []any{"id", "item"}, []any{1, "a"})
	if err != nil {
		t.Fatal(err)
	}
	titled, err := rowSetOf(t, []any{"My report"}, []any{"id", "item"}, []any{1, "a"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		rows   *RowSet
		query  string
		detail string
		hint   string
	}{
		{"filter: unknown column", set, "qt=eq.2", `sheet "T" has no column "qt"; its columns are "id", "name", "qty", "time:zone", "a,b", "-x", "sold"`, `the column is named "qty"`},
		{"filter: columns are case-sensitive", set, "Qty=eq.2", `no column "Qty"`, `the column is named "qty"`},
		{"filter: blanks around a name", set, "+qty+=eq.2", `no column " qty "`, `the column is named "qty"`},
		{"filter: unknown column in a group", set, "or=(id.eq.1,not.and(qt.eq.2))", `no column "qt"`, `the column is named "qty"`},
		{"filter: a parameter", set, "limt=eq.3", `no column "limt"`, "limit=3"},
		{"filter: a parameter of names", set, "selct=eq.id", `no column "selct"`, "select=id"},
		{"filter: nothing similar", set, "customer=eq.3", `no column "customer"`, ""},
		{"filter: a JSON path", set, "name->>x=eq.2", `no column "name->>x"`, "JSON paths (->) are not supported; a column whose name has such characters is given in double quotes"},
		{"order: unknown column", set, "order=id,qt.desc", `no column "qt"`, `the column is named "qty"`},
		{"order: descending by a minus", set, "order=-qty,name", `no column "-qty"`, "order=qty.desc"},
		{"order: descending by a word", set, "order=qty desc", `no column "qty desc"`, "order=qty.desc"},
		{"order: ascending by a plus", set, "order=%2Bqty", `no column "+qty"`, "order=qty"},
		{"select: unknown column", set, "select=id,qt", `no column "qt"`, `the column is named "qty"`},
		{"select: embedding", set, "select=id,items(name)", `no column "items(name)"`, "embedding of other sheets is not supported: request each sheet by itself"},
		{"select: spread embedding", set, "select=...items(name)", `no column "...items(name)"`, "embedding of other sheets is not supported: request each sheet by itself"},
		{"select: a cast", set, "select=qty::text", `no column "qty::text"`, `casts (::) are not supported: leave out "::text"`},
		{"select: a cast of an aggregate", set, "select=qty.sum()::int", `no column "qty.sum()::int"`, `casts (::) are not supported: leave out "::int"`},
		{"select: another aggregate", set, "select=qty.median()", `no column "qty.median()"`, aggregateHint},
		{"select: count of all", set, "select=count(*)", `no column "count(*)"`, aggregateHint},
		{"select: count without parentheses", set, "select=count", `no column "count"`, "select=count()"},
		{"select: an aggregate without parentheses", set, "select=id,qty.sum", `no column "qty.sum"`, "select=qty.sum()"},
		{"filter: a column of an embedded table", set, "items.title=eq.x", `no column "items.title"`, "conditions of other sheets are not supported: request each sheet by itself"},
		{"order: another direction", set, "order=qty.down", `no column "qty.down"`, "order=qty.desc; after a column come .asc or .desc, and then .nullsfirst or .nullslast"},
		{"order: a direction after nulls", set, "order=qty.nullsfirst.desc", `no column "qty.nullsfirst"`, "order=qty.desc; after a column come .asc or .desc, and then .nullsfirst or .nullslast"},
		{"select: two of a name", set, "select=id,id:qty", `two columns of the result have the name "id"`, "name one of them, as in select=total:price"},
		{"select: a column many times", set, "select=id,a:id,b:id,c:id,d:id,e:id", "more than 4 columns are selected again", ""},
		{"select: two aggregates of a name", set, "select=id.sum(),qty.sum()", `two columns of the result have the name "sum"`, "name one of them, as in select=total:price"},
		{"select: all, with an aggregate", set, "select=*,count()", "* cannot be grouped by", "select=item,count()"},
		{"select: an aggregate of an unknown column", set, "select=qt.sum()", `no column "qt"`, `the column is named "qty"`},
		{"order: not a column of the result", set, "select=sold,count()&order=id", `no column "id"; its columns are "sold", "count"`, ""},
		{"a blank header row", lower, "item=eq.a", `no column "item"; its columns are "A", "B"`, "the header row is blank, so letters name the columns; if row 3 names them, add the parameter header=3"},
		{"a title above the header row", titled, "item=eq.a", `no column "item"; its columns are "My report", "B"`, "letters name the columns without a name; where another row names them, add the parameter header with its number, such as header=3"},
		{"a sheet without columns", empty, "select=id", `no column "id", nor any other`, ""},
		{"a long name is cut", set, "select=" + strings.Repeat("x", 200), `no column "` + strings.Repeat("x", 100) + `…"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.rows.Rows(queryOf(t, tt.query))
			if codeOf(err) != BadRequest || !strings.Contains(err.Error(), tt.detail) || hintOf(err) != tt.hint {
				t.Errorf("Rows(%s) = %v, hint %q, want %s: %s, hint %q", tt.query, err, hintOf(err), BadRequest, tt.detail, tt.hint)
			}
		})
	}
}

// FuzzParseQuery holds that no query panics or is refused without a code, and that a filter
// that was parsed is the same when it is written and parsed again.
func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{
		"qty=gt.3&item=not.like.a*&order=price.desc.nullsfirst,item&limit=2&select=item,total:price", "a=in.(1,\"b,\\\"c\",)&b=like(any).{x,y}",
		"or=(a.eq.1,not.and(b.is.null,\"c,d\".in.(1,2)))&\"limit\"=eq.1", "select=a.sum(),count()&order=count", "where=qty:>3", "qty[gt]=3", "or=(a.b.eq..eq.x)", "a=match.x{2,}",
	} {
		f.Add(seed)
	}
	set, err := rowSetOf(f, []any{"a", "b", "qty", "c,d"}, []any{"x", 1, true, nil})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q, err := ParseQuery(p)
		if err != nil {
			if codeOf(err) == "" {
				t.Fatalf("ParseQuery(%q) = %v, want a code", text, err)
			}
			return
		}
		if written := groupText(Condition{Op: OpAnd, Conditions: q.Filter.Conditions}); !q.Filter.IsZero() {
			again, err := ParseFilter(url.Values{"and": {strings.TrimPrefix(written, "and")}})
			if err == errTooDeep {
				return
			}
			if diff := cmp.Diff([]Condition{{Op: OpAnd, Conditions: q.Filter.Conditions}}, again.Conditions); err != nil || diff != "" {
				t.Fatalf("ParseFilter(%s) = %v (-first +again):\n%s", written, err, diff)
			}
		}
		if _, err := set.Rows(q); err != nil && codeOf(err) == "" {
			t.Fatalf("Rows(%q) = %v, want a code", text, err)
		}
	})
}

// groupText returns a condition as it is in a group.
func groupText(c Condition) string {
	not, list := "", "()"
	if c.Not {
		not = "not."
	}
	quote := func(text string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	var parts []string
	for _, inner := range c.Conditions {
		parts = append(parts, groupText(inner))
	}
	for _, value := range c.Values {
		parts = append(parts, quote(value))
	}
	switch {
	case c.Op == OpAnd || c.Op == OpOr:
		return not + string(c.Op) + "(" + strings.Join(parts, ",") + ")"
	case c.Quantifier != "":
		not, list = not+string(c.Op)+"("+string(c.Quantifier)+").", "{}"
	case c.Op == OpIn:
		not += "in."
	default:
		not, list = not+string(c.Op)+".", "  "
	}
	return quote(c.Column) + "." + not + strings.TrimSpace(list[:1]) + strings.Join(parts, ",") + strings.TrimSpace(list[1:])
}
