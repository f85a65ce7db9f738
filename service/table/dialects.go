package table

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// otherDialect returns the error of a query parameter that is not a condition: what
// PostgREST has and this package lacks, or the way in which other APIs have conditions,
// with the parameter that is meant as the hint.
func otherDialect(name, value string) error {
	if err := unsupportedOperator(name, value, false); err != nil {
		return err
	}
	if hint := otherName(name, value); hint != "" {
		return &Error{Code: BadRequest, Detail: Quote(name) + " is not a parameter, and has no operator that makes it a condition of a column", Hint: hint}
	}
	if m := suffixedName().FindStringSubmatch(name); m != nil {
		return errNoOperator(name, cmp.Or(m[1], m[3]), withOperator(cmp.Or(m[2], m[4]), value))
	}
	if strings.ContainsAny(name, "<>!") { // qty>=3 is the parameter "qty>" with the value 3
		if m := comparedText().FindStringSubmatch(strings.TrimSuffix(name+"="+value, "=")); m != nil {
			return errNoOperator(name, m[1], withOperator(m[2], m[3]))
		}
	}
	err := errNoOperator(name, name, guessCondition(value))
	if hint := meantParameter(name, value); hint != "" {
		err.Hint = hint + ", or for a column with this name " + err.Hint
	}
	return err
}

// meantParameter returns the parameter of a similar name that takes the value; "" if none
// does.
func meantParameter(name, value string) string {
	meant := nearest(name, slices.Sorted(maps.Keys(reserved)))
	if meant == "" {
		return ""
	}
	if _, err := ParseQuery(url.Values{meant: {value}}); err != nil && meant != "columns" {
		return ""
	}
	return meant + "=" + escapeParameter.Replace(value)
}

func errNoOperator(name, column, condition string) *Error {
	return &Error{Code: BadRequest, Detail: Quote(name) + " is not a parameter, and as a condition of a column it has no operator: " + operatorList, Hint: parameter(column, condition)}
}

const operatorList = "eq, neq, gt, gte, lt, lte, like, ilike, match, imatch, in or is, each with not. before it on request, and a dot before the value"

// noOperator returns the error of a condition of a group without an operator.
func noOperator(text string) error {
	const detail = "a condition has no operator: " + operatorList
	if m := comparedText().FindStringSubmatch(text); m != nil {
		return &Error{Code: BadRequest, Detail: detail, Hint: escapeParameter.Replace(m[1] + "." + withOperator(m[2], m[3]))}
	}
	name, operand, found := strings.Cut(text, ".")
	if err := unsupportedOperator(name, operand, true); err != nil {
		return err
	}
	if found && name != "" && operand != "" && !strings.HasPrefix(name, `"`) { // qty.3
		return &Error{Code: BadRequest, Detail: detail, Hint: escapeParameter.Replace(name + "." + guessCondition(operand))}
	}
	return &Error{Code: BadRequest, Detail: detail, Hint: "column.eq.value, as in or=(qty.gt.3,item.eq.a)"}
}

// otherName returns the hint for a parameter that other APIs have; "" for any other name.
func otherName(name, value string) string {
	lower := strings.ToLower(strings.TrimPrefix(name, "$"))
	if reserved[lower] { // Limit, $select
		return lower + "=" + escapeParameter.Replace(value)
	}
	switch lower {
	case "where", "filter", "q", "query":
		if m := comparedText().FindStringSubmatch(value); m != nil {
			return parameter(m[1], withOperator(m[2], m[3]))
		}
		return "a condition is column=operator.value, as in qty=gt.3"
	case "sort", "sortby", "sort_by", "orderby", "order_by":
		return "order=" + escapeParameter.Replace(orderOf(value))
	case "fields":
		return "select=" + escapeParameter.Replace(value)
	case "top", "per_page", "page_size", "pagesize":
		return "limit=" + escapeParameter.Replace(value)
	case "skip":
		return "offset=" + escapeParameter.Replace(value)
	case "page":
		n, _ := strconv.Atoi(value)
		return "limit=100&offset=" + strconv.Itoa(100*max(0, min(n, math.MaxInt32)-1))
	case "key":
		return "on_conflict=" + escapeParameter.Replace(value) + ", with the header Prefer: resolution=merge-duplicates"
	case "dry_run":
		return "the header Prefer: tx=rollback"
	}
	return ""
}

// orderOf returns an order of another dialect as this one has it: "-price", "price:desc",
// "price desc".
func orderOf(text string) string {
	var items []string
	for _, item := range strings.Split(text, ",") {
		name := strings.TrimLeft(item, "-+ ")
		base, direction, found := strings.Cut(strings.Replace(name, ":", " ", 1), " ")
		switch {
		case strings.HasPrefix(item, "-"):
			name += ".desc"
		case found && (strings.EqualFold(direction, "desc") || strings.EqualFold(direction, "asc")):
			name = base + "." + strings.ToLower(direction)
		}
		items = append(items, name)
	}
	return strings.Join(items, ",")
}

// The patterns of other dialects. They are compiled at first use, because few processes use
// them.
var (
	// suffixedName: qty[gt], qty[$gt], qty__gt.
	suffixedName = lazyPattern(`^(?:(.+)\[\$?(\w+)\]|(.+)__([a-z]+))$`)
	// comparedText: qty>3, qty:>3, qty:3.
	comparedText = lazyPattern(`(?s)^\s*(.+?)\s*(:?>=|:?<=|<>|!=|==|:?>|:?<|=|:|!)\s*(.*)$`)
	// comparedValue: >3, >=3, !3.
	comparedValue = lazyPattern(`(?s)^\s*(>=|<=|<>|!=|==|>|<|=|!)\s*(.*)$`)
	// operatorBefore: gt:3, gt(3), GT.3, gt 3, gt3.
	operatorBefore = lazyPattern(`(?is)^(?:(eq|neq|gte?|lte?|i?like|i?match)[:(. ](.*?)\)?|(eq|neq|gte?|lte?)(-?[0-9].*))$`)
)

func lazyPattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// guessCondition returns a condition with an operator for a value without one.
func guessCondition(value string) string {
	if m := operatorBefore().FindStringSubmatch(value); m != nil {
		return strings.ToLower(m[1]+m[3]) + "." + m[2] + m[4]
	}
	if m := comparedValue().FindStringSubmatch(value); m != nil {
		return withOperator(m[1], m[2])
	}
	if word, operand, found := strings.Cut(value, "."); found { // lik.a*, contains.a, not.3
		if similar := nearest(word, []string{"ilike", "like", "imatch", "match"}); similar != "" {
			return similar + "." + operand
		}
		if condition, ok := translated(word, operand); ok {
			return condition
		}
	}
	switch {
	case value == "" || strings.EqualFold(value, "null"):
		return "is.null"
	case strings.ContainsAny(value, "*%"):
		return "like." + value
	}
	return "eq." + value
}

// withOperator returns the condition that an operator of another dialect makes with a
// value.
func withOperator(op, value string) string {
	if condition, ok := translated(op, value); ok {
		return condition
	}
	return guessCondition(value)
}

// translated is withOperator for an operator that is not the equals sign; ok is false if no
// dialect has it.
func translated(op, value string) (condition string, ok bool) {
	switch strings.ToLower(strings.TrimPrefix(op, ":")) {
	case ">", "gt":
		return "gt." + value, true
	case ">=", "gte", "ge":
		return "gte." + value, true
	case "<", "lt":
		return "lt." + value, true
	case "<=", "lte", "le":
		return "lte." + value, true
	case "!=", "<>", "!", "ne", "neq", "not":
		return "neq." + value, true
	case "in":
		return "in.(" + value + ")", true
	case "contains":
		return "like.*" + value + "*", true
	case "icontains", "like", "ilike":
		return "ilike.*" + value + "*", true
	case "startswith", "starts_with":
		return "like." + value + "*", true
	case "endswith", "ends_with":
		return "like.*" + value, true
	case "isnull":
		return "is.null", true
	}
	return "", false
}
