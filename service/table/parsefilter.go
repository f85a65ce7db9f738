package table

import (
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
		return c, false, err
	}
	if len(value) > 4*maxCondition {
		return c, false, badRequest("the condition of %s is longer than %d characters", Quote(column), maxCondition)
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
		c.Values, err = parseIn(column, operand)
	case c.Quantifier != "":
		c.Values, err = parseBraces(column, operand)
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

// parseIn parses the list of in: (1,2,"a,b").
func parseIn(column, list string) ([]string, error) {
	if !strings.HasPrefix(list, "(") {
		return nil, &Error{
			Code: BadRequest, Detail: "the list of in for column " + Quote(column) + " is not in parentheses",
			Hint: parameter(column, "in.("+strings.Trim(list, "()[]{}")+")"),
		}
	}
	return parseWholeList(column, list, ')')
}

// parseBraces parses the list of a quantifier: {a*,"b,c"}.
func parseBraces(column, list string) ([]string, error) {
	if !strings.HasPrefix(list, "{") {
		return nil, &Error{
			Code: BadRequest, Detail: "the list of any and all for column " + Quote(column) + " is not in braces",
			Hint: parameter(column, "like(any).{"+strings.Trim(list, "()[]{}")+"}"),
		}
	}
	return parseWholeList(column, list, '}')
}

func parseWholeList(column, list string, closing byte) ([]string, error) {
	s := &scanner{rest: list}
	values, err := s.list(closing)
	if err == nil && s.rest != "" {
		err = badRequest("want nothing after the closing %c", closing)
	}
	if err != nil {
		return nil, badRequest("the list for column %s: %v", Quote(column), err)
	}
	return values, nil
}
