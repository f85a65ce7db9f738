package table

import (
	"errors"
	"fmt"
	"strings"
)

// scanner reads the text of a group of conditions.
type scanner struct{ rest string }

// parseGroup parses the value of the parameter or, and, not.or or not.and.
func parseGroup(name, value string) (c Condition, err error) {
	op, not := strings.CutPrefix(name, "not.")
	c = Condition{Op: Operator(op), Not: not}
	if len(value) > 4*maxConditions*maxCondition {
		return c, badRequest("%s is longer than %d characters", name, maxConditions*maxCondition)
	}
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(value, "(") {
		hint := "or=(qty.gt.3,item.eq.a)"
		if _, err := parseGroup(name, "("+value+")"); err == nil {
			hint = name + "=(" + escapeParameter.Replace(value) + ")"
		}
		return c, &Error{Code: BadRequest, Detail: name + ": want conditions in parentheses", Hint: hint}
	}
	s := &scanner{rest: value}
	n := 0
	c.Conditions, err = s.group(&n, 1)
	if err == nil && s.rest != "" {
		err = badRequest("want nothing after the closing parenthesis")
	}
	if err != nil {
		return c, &Error{Code: BadRequest, Detail: name + ": " + err.Error(), Hint: hintOf(err)}
	}
	return c, nil
}

// group parses conditions in parentheses, the first of which is there. It counts in n the tests of columns.
func (s *scanner) group(n *int, depth int) (conditions []Condition, err error) {
	s.skip('(')
	if depth > maxDepth {
		return nil, errTooDeep
	}
	for {
		s.blanks()
		c, err := s.condition(n, depth)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, c)
		s.blanks()
		switch {
		case s.skip(','):
		case s.skip(')'):
			return conditions, nil
		default:
			return nil, &Error{
				Code: BadRequest, Detail: fmt.Sprintf("want a comma or a closing parenthesis after condition %d; a value with one of these characters is in double quotes", len(conditions)),
				Hint: `or=(item.eq."a,b",qty.gt.3)`,
			}
		}
	}
}

// condition parses one condition of a group, which may be a group.
func (s *scanner) condition(n *int, depth int) (c Condition, err error) {
	for _, word := range []string{"and", "or", "not.and", "not.or"} {
		if rest, ok := strings.CutPrefix(s.rest, word); ok && strings.HasPrefix(rest, "(") {
			op, not := strings.CutPrefix(word, "not.")
			s.rest = rest
			c = Condition{Op: Operator(op), Not: not}
			c.Conditions, err = s.group(n, depth+1)
			return c, err
		}
	}
	if *n++; *n > maxConditions {
		return c, errTooManyConditions
	}
	column, err := s.column()
	if err != nil {
		return c, err
	}
	c, s.rest, _ = parseOperator(s.rest)
	c.Column = column
	switch {
	case c.Op == OpIn:
		c.Values, err = s.list(')')
	case c.Quantifier != "":
		c.Values, err = s.list('}')
	default:
		c.Values = []string{s.value(")")}
	}
	return c, err
}

// column parses the name of a column and the dot after it, and leaves an operator. In a
// name without quotes there may be dots, except before what is an operator.
func (s *scanner) column() (string, error) {
	if name, rest, ok := quoted(s.rest); ok {
		if rest, ok = strings.CutPrefix(rest, "."); ok {
			if _, _, ok = parseOperator(rest); ok {
				s.rest = rest
				return name, nil
			}
		}
		return "", noOperator(s.rest)
	}
	depth := 0
	for at, c := range s.rest {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' || c == ')':
			return "", noOperator(s.rest[:at])
		case c == '.' && depth == 0:
			if _, _, ok := parseOperator(s.rest[at+1:]); ok {
				name := s.rest[:at]
				s.rest = s.rest[at+1:]
				return name, nil
			}
		}
	}
	return "", noOperator(s.rest)
}

// list parses values in parentheses or braces.
func (s *scanner) list(closing byte) (values []string, err error) {
	opening := byte('(')
	if closing == '}' {
		opening = '{'
	}
	if !s.skip(opening) {
		return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("want a list that begins with %c", opening), Hint: fmt.Sprintf("as in %s", map[byte]string{'(': "id.in.(1,2)", '{': "item.like(any).{a*,b*}"}[opening])}
	}
	if s.skip(closing) {
		return nil, nil
	}
	for {
		values = append(values, s.value(string(closing)))
		switch {
		case s.skip(','):
		case s.skip(closing):
			return values, nil
		default:
			return nil, badRequest("want a comma or %c after value %d of the list", closing, len(values))
		}
	}
}

// value parses a value, which ends at a comma or at a closing character unless it is in
// double quotes.
func (s *scanner) value(closing string) string {
	if text, rest, ok := quoted(s.rest); ok && (rest == "" || strings.ContainsRune(","+closing, rune(rest[0]))) {
		s.rest = rest
		return text
	}
	end := strings.IndexAny(s.rest, ","+closing)
	if end < 0 {
		end = len(s.rest)
	}
	value := s.rest[:end]
	s.rest = s.rest[end:]
	return value
}

func (s *scanner) blanks() { s.rest = strings.TrimLeft(s.rest, " ") }

func (s *scanner) skip(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// hintOf returns the hint of an [Error].
func hintOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}
