package table

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFilter(t *testing.T) {
	one := func(c Condition) []Condition { return []Condition{c} }
	a, b := Condition{Column: "a", Op: OpEq, Values: []string{"1"}}, Condition{Column: "b", Op: OpGt, Values: []string{"2"}}
	tests := []struct {
		name  string
		query string
		want  []Condition
	}{
		{"nothing", "", nil},
		{"other parameters", "select=a&order=b&limit=1&offset=2&columns=c&on_conflict=d&header=1&values=text&format=csv&input=raw", nil},
		{"a value with dots", "v=eq.1.2.3", one(Condition{Column: "v", Op: OpEq, Values: []string{"1.2.3"}})},
		{"quotation marks in a value", `v=eq."x"`, one(Condition{Column: "v", Op: OpEq, Values: []string{`"x"`}})},
		{"an empty value", "v=eq.", one(Condition{Column: "v", Op: OpEq, Values: []string{""}})},
		{"negation", "v=not.ilike.*x", one(Condition{Column: "v", Not: true, Op: OpILike, Values: []string{"*x"}})},
		{"a name with special characters", "Unit+Price+(%E2%82%AC),+No.=lt.2", one(Condition{Column: "Unit Price (€), No.", Op: OpLt, Values: []string{"2"}})},
		{"the name of a parameter", `"limit"=eq.3`, one(Condition{Column: "limit", Op: OpEq, Values: []string{"3"}})},
		{"quotation marks in a name", `"a\"b\\c"=eq.3`, one(Condition{Column: `a"b\c`, Op: OpEq, Values: []string{"3"}})},
		{"the name of an operator", "eq=eq.eq", one(Condition{Column: "eq", Op: OpEq, Values: []string{"eq"}})},
		{"a list", `v=in.(1,"b,c",d"e,"f\"g)\\",)`, one(Condition{Column: "v", Op: OpIn, Values: []string{"1", "b,c", `d"e`, `f"g)\`, ""}})},
		{"an empty list", "v=in.()", one(Condition{Column: "v", Op: OpIn})},
		{"any", `v=like(any).{a*,"b,}c"}`, one(Condition{Column: "v", Op: OpLike, Quantifier: Any, Values: []string{"a*", "b,}c"}})},
		{"not all", "v=not.gt(all).{1,2}", one(Condition{Column: "v", Not: true, Op: OpGt, Quantifier: All, Values: []string{"1", "2"}})},
		{"null", "v=is.null&w=is.NOT_NULL", []Condition{{Column: "v", Op: OpIs, Values: []string{"null"}}, {Column: "w", Op: OpIs, Values: []string{"NOT_NULL"}}}},
		{"sorted by parameter, then as given", "b=gt.2&a=eq.2&a=eq.1", []Condition{{Column: "a", Op: OpEq, Values: []string{"2"}}, a, b}},

		{"a group", "or=(a.eq.1,b.gt.2)", one(Condition{Op: OpOr, Conditions: []Condition{a, b}})},
		{"blanks in a group", "or=(a.eq.1, b.gt.2)", one(Condition{Op: OpOr, Conditions: []Condition{a, b}})},
		{"groups in a group", "not.and=(a.eq.1,not.or(b.gt.2,and(a.eq.1)))", one(Condition{Op: OpAnd, Not: true, Conditions: []Condition{
			a, {Op: OpOr, Not: true, Conditions: []Condition{b, {Op: OpAnd, Conditions: []Condition{a}}}},
		}})},
		{"names in a group", `or=("x,y".not.eq.1,No..eq.2,a.b.is.null,Price (€).gt.1,and.eq.3)`, one(Condition{Op: OpOr, Conditions: []Condition{
			{Column: "x,y", Not: true, Op: OpEq, Values: []string{"1"}}, {Column: "No.", Op: OpEq, Values: []string{"2"}}, {Column: "a.b", Op: OpIs, Values: []string{"null"}},
			{Column: "Price (€)", Op: OpGt, Values: []string{"1"}}, {Column: "and", Op: OpEq, Values: []string{"3"}},
		}})},
		{"values in a group", `or=(v.eq."a,b)",v.eq.x"y,v.in.(1,"2)"),v.like(any).{a,b},v.eq.)`, one(Condition{Op: OpOr, Conditions: []Condition{
			{Column: "v", Op: OpEq, Values: []string{"a,b)"}}, {Column: "v", Op: OpEq, Values: []string{`x"y`}}, {Column: "v", Op: OpIn, Values: []string{"1", "2)"}},
			{Column: "v", Op: OpLike, Quantifier: Any, Values: []string{"a", "b"}}, {Column: "v", Op: OpEq, Values: []string{""}},
		}})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseFilter(queryValues(t, tt.query))
			if diff := cmp.Diff(tt.want, got.Conditions); err != nil || diff != "" {
				t.Errorf("ParseFilter(%s) = %v (-want +got):\n%s", tt.query, err, diff)
			}
		})
	}
}

// TestFilterJSON holds the JSON of filters, which is part of digests that are stored.
func TestFilterJSON(t *testing.T) {
	tests := []struct{ query, want string }{
		{"", `{}`},
		{"a=eq.1", `{"conditions":[{"column":"a","op":"eq","values":["1"]}]}`},
		{"or=(a.not.in.(1,2),b.like(all).{x})", `{"conditions":[{"op":"or","conditions":[{"column":"a","not":true,"op":"in","values":["1","2"]},{"column":"b","op":"like","quantifier":"all","values":["x"]}]}]}`},
	}
	for _, tt := range tests {
		f, err := ParseFilter(queryValues(t, tt.query))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(f); string(got) != tt.want {
			t.Errorf("JSON of %q = %s, want %s", tt.query, got, tt.want)
		}
		if f.IsZero() != (tt.query == "") {
			t.Errorf("IsZero of %q = %v", tt.query, f.IsZero())
		}
	}
}

// TestParseFilterErrors holds what is refused, with the parameter that is meant.
func TestParseFilterErrors(t *testing.T) {
	const noOperator = "has no operator"
	const patternHint = "put a backslash before a character that is to be found as it is, or use like, as in item=like.*text*"
	const listedHint = "test several values in one, as in id=in.(1,2,3)"
	const shorterHint = "send a shorter value, or the values of a list in several requests"
	const listHint = `put a value with a comma, a bracket or a quotation mark into double quotes, as in qty=in.("a,b",c)`
	tests := []struct {
		name   string
		query  string
		detail string
		hint   string
	}{
		{"no operator", "qty=3", noOperator, "qty=eq.3"},
		{"no operator, with a dot", "qty=1.5", noOperator, "qty=eq.1.5"},
		{"no operator, an empty value", "qty=", noOperator, "qty=is.null"},
		{"no operator, null", "qty=null", noOperator, "qty=is.null"},
		{"no operator, a wildcard", "item=a*", noOperator, "item=like.a*"},
		{"a comparison in the value", "qty=>3", noOperator, "qty=gt.3"},
		{"a comparison with a blank", "qty=<=+3", noOperator, "qty=lte.3"},
		{"a comparison in the name", "qty>3", noOperator, "qty=gt.3"},
		{"a comparison around =", "qty>=3", noOperator, "qty=gte.3"},
		{"unequal", "item!=a b", noOperator, "item=neq.a+b"},
		{"brackets", "qty[gt]=3", noOperator, "qty=gt.3"},
		{"brackets with a dollar sign", "qty[$ne]=3", noOperator, "qty=neq.3"},
		{"underscores", "price__gte=3", noOperator, "price=gte.3"},
		{"underscores, text", "item__icontains=app", noOperator, "item=ilike.*app*"},
		{"underscores, a list", "item__in=a,b", noOperator, "item=in.(a,b)"},
		{"an operator with a colon", "qty=gt:3", noOperator, "qty=gt.3"},
		{"an operator without a dot", "qty=gte-3.5", noOperator, "qty=gte.-3.5"},
		{"an operator as a call", "qty=gt(3)", noOperator, "qty=gt.3"},
		{"an operator in capitals", "qty=GT.3", noOperator, "qty=gt.3"},
		{"the name of a parameter", `"limit"=3`, noOperator, `"limit"=eq.3`},
		{"special characters", "Unit+Price=a%26b", noOperator, "Unit+Price=eq.a%26b"},
		{"where", "where=qty:>3", "not a parameter", "qty=gt.3"},
		{"where, equal", "where=item:a b", "not a parameter", "item=eq.a+b"},
		{"where, a wildcard", "where=item:a*", "not a parameter", "item=like.a*"},
		{"filter", "filter=qty=3", "not a parameter", "qty=eq.3"},
		{"sort", "sort=-price,item", "not a parameter", "order=price.desc,item"},
		{"sort with a direction", "sort=price:DESC", "not a parameter", "order=price.desc"},
		{"OData", "$top=5", "not a parameter", "limit=5"},
		{"capitals", "Limit=5", "not a parameter", "limit=5"},
		{"fields", "fields=a,b", "not a parameter", "select=a,b"},
		{"skip", "skip=5", "not a parameter", "offset=5"},
		{"page", "page=3", "not a parameter", "limit=100&offset=200"},
		{"a page too far", "page=99999999999999999999", "not a parameter", "limit=100&offset=214748364600"},
		{"key", "key=id", "not a parameter", "on_conflict=id, with the header Prefer: resolution=merge-duplicates"},
		{"dry_run", "dry_run=true", "not a parameter", "the header Prefer: tx=rollback"},

		{"full-text search", "item=fts.apple", "fts (full-text search) is not supported", "item=ilike.*apple*"},
		{"full-text search in a language", "item=not.plfts(english).apple", "plfts (full-text search) is not supported", "item=not.ilike.*apple*"},
		{"arrays", "tags=cs.{a}", "cs (arrays and ranges) is not supported", "tags=ilike.*{a}*"},
		{"is distinct from", "qty=isdistinct.3", "isdistinct (IS DISTINCT FROM) is not supported", "or=(qty.neq.3,qty.is.null)"},
		{"is distinct from, for a name with a dot", "No.=isdistinct.3 4", "IS DISTINCT FROM", `or=("No.".neq.3+4,"No.".is.null)`},
		{"is not distinct from", "qty=not.isdistinct.3", "isdistinct (IS DISTINCT FROM) is not supported", "qty=eq.3"},
		{"is distinct from null", "qty=isdistinct.null", "isdistinct (IS DISTINCT FROM) is not supported", "qty=not.is.null"},
		{"not supported, in a group", "or=(item.fts.x,qty.eq.1)", "fts (full-text search) is not supported", "item.ilike.*x*"},
		{"is distinct from, in a group", "or=(item.eq.x,qty.isdistinct.1)", "isdistinct (IS DISTINCT FROM) is not supported", "or(qty.neq.1,qty.is.null)"},

		{"a similar parameter", "limt=5", "not a parameter", "limit=5, or for a column with this name limt=eq.5"},
		{"a similar parameter of names", "selct=a,b", "not a parameter", "select=a,b, or for a column with this name selct=eq.a,b"},
		{"a similar parameter, in order", "ordr=price.desc", "not a parameter", "order=price.desc, or for a column with this name ordr=eq.price.desc"},
		{"a similar parameter that has not such a value", "value=3", "not a parameter", "value=eq.3"},
		{"a similar operator", "item=ilke.a*", noOperator, "item=ilike.a*"},
		{"another dialect's operator with a dot", "item=startswith.a", noOperator, "item=like.a*"},
		{"not without an operator", "qty=not.3", noOperator, "qty=neq.3"},
		{"many dots", "qty=" + strings.Repeat("a.", 500), noOperator, "qty=eq." + strings.Repeat("a.", 500)},

		{"a list without parentheses", "qty=in.1,2", "not in parentheses", "qty=in.(1,2)"},
		{"a negated list without parentheses", "qty=not.in.1,2", "not in parentheses", "qty=not.in.(1,2)"},
		{"a list that is not closed", "qty=in.(1,2", "want a comma or )", listHint},
		{"text after a list", "qty=in.(1,2)x", "nothing after the closing )", listHint},
		{"a list without braces", "item=like(any).a*", "not in braces", "item=like(any).{a*}"},
		{"a list of all without braces", "item=not.ilike(all).a*", "not in braces", "item=not.ilike(all).{a*}"},
		{"is of a similar value", "sold=not.is.tru", "is takes one of", "sold=not.is.true"},
		{"is of a value", "qty=is.3", "is takes one of null, not_null, true, false, unknown", "qty=is.null"},
		{"an expression that does not parse", "item=match.(", "missing closing )", patternHint},
		{"a long expression", "item=match.a{999}b{2}", "longer than 500 characters with its repetitions", ""},
		{"a long expression of groups", "item=imatch.((ab){30}c){11,12}", "longer than 500 characters with its repetitions", ""},
		{"a negated pattern that ends in a backslash", `item=not.like.a\`, "ends in a backslash", `item=not.like.a\\`},
		{"a pattern that ends in a backslash", `item=like.a\`, "ends in a backslash", `item=like.a\\`},
		{"a quotation mark that is not closed", `"qty=eq.3`, "not closed", "qty=eq.3"},
		{"text after a quoted name", `"qty"x=eq.3`, "nothing after the closing quotation mark", `qty"x=eq.3`},

		{"an empty group", "or=()", noOperator, "column.eq.value, as in or=(qty.gt.3,item.eq.a)"},
		{"no parentheses", "or=qty.eq.3,item.eq.a b", "want conditions in parentheses", "or=(qty.eq.3,item.eq.a+b)"},
		{"no parentheses around a negated group", "not.and=qty.eq.3", "want conditions in parentheses", "not.and=(qty.eq.3)"},
		{"no conditions", "or=3", "want conditions in parentheses", "or=(qty.gt.3,item.eq.a)"},
		{"a group that is not closed", "or=(qty.eq.3", "closing parenthesis", `or=(item.eq."a,b",qty.gt.3)`},
		{"text after a group", "or=(qty.eq.3)x", "nothing after the closing parenthesis", ""},
		{"a comparison in a group", "or=(qty>3,item.eq.a)", noOperator, "qty.gt.3"},
		{"a comparison of a name with a blank in a group", "or=(Unit Price=3,item.eq.a)", noOperator, "Unit+Price.eq.3"},
		{"a value without an operator in a group", "or=(qty.3,item.eq.a)", noOperator, "qty.eq.3"},
		{"a list without parentheses in a group", "or=(qty.in.3,item.eq.a)", "begins with (", "as in id.in.(1,2)"},
		{"no operator in a group", `or=("qty",item.eq.a)`, noOperator, "column.eq.value, as in or=(qty.gt.3,item.eq.a)"},

		{"too many", strings.Repeat("a=eq.1&", 21), "more than 20 conditions", listedHint},
		{"too many in groups", "or=(" + strings.Repeat("a.eq.1,", 19) + "a.eq.1)&b=eq.1", "more than 20 conditions", listedHint},
		{"too many in a group", "or=(" + strings.Repeat("a.eq.1,", 1000) + "a.eq.1)", "more than 20 conditions", listedHint},
		{"too deep", "or=(" + strings.Repeat("and(", 10) + "a.eq.1" + strings.Repeat(")", 11), "nested deeper than 10", "leave out groups of one condition, and groups that are joined as the one around them"},
		{"too long", "a=eq." + strings.Repeat("é", 1000), "longer than 1000 characters", shorterHint},
		{"a long list", "a=in.(" + strings.Repeat(",", 1001) + ")", "longer than 1000 characters", shorterHint},
		{"much too long", "a=eq." + strings.Repeat(":", 1<<20), "longer than 1000 characters", shorterHint},
		{"a group much too long", "or=(" + strings.Repeat("(.", 1<<20), "or is longer than 20000 characters", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseFilter(queryValues(t, tt.query))
			if codeOf(err) != BadRequest || !strings.Contains(err.Error(), tt.detail) {
				t.Fatalf("ParseFilter(%.200s) = %v, want %s: %s", tt.query, err, BadRequest, tt.detail)
			}
			if got := hintOf(err); got != tt.hint {
				t.Errorf("ParseFilter(%.200s): hint %q, want %q", tt.query, got, tt.hint)
			}
			if len(err.Error()) > 1000 {
				t.Errorf("ParseFilter(%.200s): an error of %d bytes", tt.query, len(err.Error()))
			}
		})
	}
}

// TestFilterHintsParse holds that a hint that is a parameter can be sent.
func TestFilterHintsParse(t *testing.T) {
	for _, query := range []string{"qty=3", "item=a*", "qty[gt]=3", "qty>=3", `"limit"=3`, "where=item:a b", "a%26b%3D%23=c%26d%25%2B", "item=fts.x y", "qty=isdistinct.3", "qty=in.1,2", "qty=is.3", `x=like.a\`, "%22=3", "a%22b=3", "or=3", "%22qty=eq.3", "qty=not.in.1,2", "qty=like(any).a", "item=not.is.nul"} {
		_, err := ParseFilter(queryValues(t, query))
		if err == nil {
			t.Errorf("ParseFilter(%s) did not fail", query)
			continue
		}
		if _, err := ParseFilter(queryValues(t, hintOf(err))); err != nil {
			t.Errorf("the hint %s of %s: %v", hintOf(err), query, err)
		}
	}
}

func queryValues(t testing.TB, query string) url.Values {
	t.Helper()
	p, err := url.ParseQuery(strings.Trim(query, "&"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFilterValidate has filters of programs, which no text makes.
func TestFilterValidate(t *testing.T) {
	tests := []struct {
		name string
		c    Condition
		want string // of the error; "" is none
	}{
		{"a test", Condition{Column: "a", Op: OpEq, Values: []string{"1"}}, ""},
		{"no operator", Condition{Column: "a", Values: []string{"1"}}, `no operator ""`},
		{"another operator", Condition{Column: "a", Op: "between", Values: []string{"1"}}, `no operator "between"`},
		{"no column", Condition{Op: OpEq, Values: []string{"1"}}, "names no column"},
		{"no value", Condition{Column: "a", Op: OpEq}, "eq takes one value, not 0"},
		{"two values", Condition{Column: "a", Op: OpLt, Values: []string{"1", "2"}}, "lt takes one value, not 2"},
		{"another quantifier", Condition{Column: "a", Op: OpEq, Quantifier: "some", Values: []string{"1"}}, `"some": want any or all`},
		{"in with a quantifier", Condition{Column: "a", Op: OpIn, Quantifier: Any}, `no operator "in"any`},
		{"is without a value", Condition{Column: "a", Op: OpIs}, "is takes one of"},
		{"a group of none", Condition{Op: OpOr}, "or: want a group of conditions"},
		{"a group with a column", Condition{Op: OpAnd, Column: "a", Conditions: []Condition{{Column: "a", Op: OpIs, Values: []string{"null"}}}}, "and: want a group of conditions"},
		{"a test with conditions", Condition{Op: OpEq, Column: "a", Values: []string{"1"}, Conditions: []Condition{{}}}, "conditions of their own"},
	}
	for _, tt := range tests {
		err := Filter{Conditions: []Condition{tt.c}}.Validate()
		if tt.want == "" && err == nil || codeOf(err) == BadRequest && tt.want != "" && strings.Contains(err.Error(), tt.want) {
			continue
		}
		t.Errorf("%s: Validate() = %v, want %q", tt.name, err, tt.want)
	}
}

// TestPatternErrors holds that the error of a pattern says what is wrong with it, and nothing
// of it: it is logged.
func TestPatternErrors(t *testing.T) {
	for _, pattern := range []string{"(secret", "secret**", "[secret", `secret\`, "secret{2000}", "(?P<secret", `secret\y`, strings.Repeat("(", 900) + "secret"} {
		_, err := Condition{Column: "item", Op: OpMatch, Values: []string{pattern}}.pattern(pattern)
		if codeOf(err) != BadRequest || !strings.Contains(err.Error(), "is not a regular expression: ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("pattern %.20s: %v, want what is wrong, without the pattern", pattern, err)
		}
	}
}
