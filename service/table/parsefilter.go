package table

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// ParseFilter parses the query parameters that are conditions, in PostgREST's dialect,
// https://docs.postgrest.org/en/stable/references/api/tables_views.html#horizontal-filtering:
//
//	qty=gt.3&item=not.like.a*           conditions of columns, all of which have to hold
//	id=in.(1,2,"a,b")&price=is.null
//	or=(qty.gt.3,and(item.eq.a,not.or(…)))
//
// A column whose name is a parameter's, such as limit, is given in double quotes. The other
// parameters of reads and writes are skipped. The order of parameters of different names
// makes no difference. Errors are an [Error] whose hint is the parameter that is meant,
// where that can be guessed.
func ParseFilter(p url.Values) (f Filter, err error) {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		for _, value := range p[name] {
			c, ok, err := parseParameter(name, value)
			switch {
			case err != nil:
				return Filter{}, err
			case !ok:
				continue
			case len(f.Conditions) == maxConditions:
				return Filter{}, errTooManyConditions
			}
			f.Conditions = append(f.Conditions, c)
		}
	}
	return f, f.Validate()
}

// parseParameter parses one parameter; ok is false if it is not a condition.
func parseParameter(name, value string) (c Condition, ok bool, err error) {
	switch name {
	case "and", "or", "not.and", "not.or":
		c, err = parseGroup(name, value)
		return c, true, err
	}
	if reserved[name] {
		return c, false, nil
	}
	column, err := unquote(name)
	if err != nil {
		hint := ""
		if meant := strings.Trim(name, `"`); meant != "" {
			hint = parameter(meant, value)
		}
		return c, false, &Error{Code: BadRequest, Detail: err.Error(), Hint: hint}
	}
	if len(value) > 4*maxCondition {
		return c, false, errLongCondition(column)
	}
	c, operand, ok := parseOperator(value)
	switch {
	case !ok && column == name:
		return c, false, otherDialect(name, value)
	case !ok:
		return c, false, errNoOperator(column, column, guessCondition(value))
	}
	c.Column = column
	switch {
	case c.Op == OpIn:
		c.Values, err = c.parseList(operand, "()")
	case c.Quantifier != "":
		c.Values, err = c.parseList(operand, "{}")
	default:
		c.Values = []string{operand}
	}
	return c, true, err
}

// parseOperator parses the start of a condition up to its value: "gt.", "not.in.",
// "like(any).".
func parseOperator(text string) (c Condition, operand string, ok bool) {
	text, c.Not = strings.CutPrefix(text, "not.")
	word, operand, found := strings.Cut(text, ".")
	if !found {
		return c, "", false
	}
	op, quantifier, _ := strings.Cut(word, "(")
	c.Op = Operator(op)
	switch word[len(op):] {
	case "":
		return c, operand, slices.Contains(comparisons, c.Op) || c.Op == OpIn || c.Op == OpIs
	case "(any)", "(all)":
		c.Quantifier = Quantifier(strings.TrimSuffix(quantifier, ")"))
		return c, operand, slices.Contains(comparisons, c.Op)
	}
	return c, operand, false
}

// parseList parses the values of in, (1,2,"a,b"), or of a quantifier, {a*,"b,c"}, in a pair of
// brackets.
func (c Condition) parseList(list, brackets string) (values []string, err error) {
	if !strings.HasPrefix(list, brackets[:1]) {
		kind := map[string]string{"()": "in parentheses", "{}": "in braces"}[brackets]
		return nil, &Error{
			Code: BadRequest, Detail: fmt.Sprintf("the list of %s for column %s is not %s", strings.TrimSuffix(c.operator(), "."), Quote(c.Column), kind),
			Hint: parameter(c.Column, c.operator()+brackets[:1]+strings.Trim(list, "()[]{}")+brackets[1:]),
		}
	}
	s := &scanner{rest: list}
	values, err = s.list(brackets[1])
	if err == nil && s.rest != "" {
		err = badRequest("want nothing after the closing %s", brackets[1:])
	}
	if err != nil {
		return nil, &Error{
			Code: BadRequest, Detail: fmt.Sprintf("the list for column %s: %v", Quote(c.Column), err),
			Hint: "put a value with a comma, a bracket or a quotation mark into double quotes, as in " + parameter(c.Column, c.operator()+brackets[:1]+`"a,b",c`+brackets[1:]),
		}
	}
	return values, nil
}
