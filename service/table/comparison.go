package table

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// test returns the predicate of a condition of one column.
func (m *matcher) test(c *columns, condition Condition) (predicate, error) {
	column, err := c.findTested(condition)
	if err != nil {
		return nil, err
	}
	if condition.Op == OpIs {
		is := isTest(strings.ToLower(condition.Values[0]))
		return func(cell func(int) scalar) truth { return truthOf(is(cell(column))) }, nil
	}
	if len(condition.Values) == 0 { // as SQL has it, also of a blank cell
		return func(func(int) scalar) truth { return truthOf(condition.Quantifier == All) }, nil
	}
	compare, err := m.comparison(condition)
	if err != nil {
		return nil, err
	}
	dateFault := condition.dateFault()
	return func(cell func(int) scalar) truth {
		value := cell(column)
		if value.kind == blankKind {
			return unknown
		}
		if value.date != NoDate && dateFault != nil {
			m.err = dateFault
			return unknown
		}
		return truthOf(compare(value))
	}, nil
}

// dateFault returns the error of comparing a date with the condition's values: one is a date
// in another form than ISO 8601, or with a time zone, or has no place in the order of dates.
// Texts beside the dates may be compared with such values.
func (c Condition) dateFault() error {
	if slices.Contains([]Operator{OpLike, OpILike, OpMatch, OpIMatch}, c.Op) {
		return nil
	}
	inOrder := slices.Contains([]Operator{OpGt, OpGte, OpLt, OpLte}, c.Op)
	for _, value := range c.Values {
		l := newLiteral(value)
		hint := FormatISO(46083, Date)
		at, err := time.Parse(time.RFC3339, value)
		switch {
		case l.isDate || l.isNumber:
			continue
		case err == nil:
			hint = at.Format("2006-01-02T15:04:05")
		case !inOrder && !isDateText(quoteJSON(value)):
			continue
		}
		switch {
		case c.Op == OpIn:
			hint = "(" + hint + ")"
		case c.Quantifier != "":
			hint = "{" + hint + "}"
		}
		return &Error{
			Code:   BadRequest,
			Detail: fmt.Sprintf("column %s has dates, which are compared with dates in ISO 8601 without a time zone", Quote(c.Column)),
			Hint:   parameter(c.Column, c.operator()+hint),
		}
	}
	return nil
}

func isTest(value string) func(scalar) bool {
	switch value {
	case "not_null":
		return func(s scalar) bool { return s.kind != blankKind }
	case "true":
		return func(s scalar) bool { return s == newBoolean(true) }
	case "false":
		return func(s scalar) bool { return s == newBoolean(false) }
	}
	return func(s scalar) bool { return s.kind == blankKind }
}

// isSet reports whether a cell has to equal one of the values, which takes as long as for one
// value.
func (c Condition) isSet() bool { return c.Op == OpIn || c.Op == OpEq && c.Quantifier == Any }

// comparison returns the test of a cell that is not blank.
func (m *matcher) comparison(condition Condition) (func(scalar) bool, error) {
	if condition.isSet() {
		return inTest(condition.Values), nil
	}
	tests := make([]func(scalar) bool, len(condition.Values))
	for i, value := range condition.Values {
		p, err := condition.pattern(value)
		switch {
		case err != nil:
			return nil, err
		case p != nil:
			tests[i] = func(s scalar) bool { return m.work.match(p, s.shown()) }
		case len(tests) > 1:
			test := newLiteral(value).test(condition.Op)
			tests[i] = func(s scalar) bool {
				m.work.compare(value, s.text)
				return test(s)
			}
		default:
			tests[i] = newLiteral(value).test(condition.Op)
		}
	}
	switch {
	case condition.Quantifier == "":
		return tests[0], nil
	case condition.Quantifier == All:
		return func(s scalar) bool {
			return !slices.ContainsFunc(tests, func(test func(scalar) bool) bool { return !test(s) })
		}, nil
	}
	return func(s scalar) bool {
		return slices.ContainsFunc(tests, func(test func(scalar) bool) bool { return test(s) })
	}, nil
}

func (l literal) test(op Operator) func(scalar) bool {
	switch op {
	case OpNeq:
		return func(s scalar) bool { return !l.equal(s) }
	case OpGt:
		return func(s scalar) bool { return l.compare(s) > 0 }
	case OpGte:
		return func(s scalar) bool { return l.compare(s) >= 0 }
	case OpLt:
		return func(s scalar) bool { return l.compare(s) < 0 }
	case OpLte:
		return func(s scalar) bool { return l.compare(s) <= 0 }
	}
	return l.equal
}

// inTest is a test for many values, which takes as long as for one.
func inTest(values []string) func(scalar) bool {
	texts, numbers, serials := map[string]bool{}, map[float64]bool{}, map[float64]bool{}
	var booleans [2]bool
	for _, value := range values {
		l := newLiteral(value)
		texts[value] = true
		if l.isNumber {
			numbers[l.number] = true
		}
		if l.isDate {
			serials[l.serial] = true
		}
		if l.isBoolean {
			booleans[int(l.number)] = true
		}
	}
	return func(s scalar) bool {
		switch {
		case s.date != NoDate:
			return serials[s.number]
		case s.kind == numberKind:
			return numbers[s.number]
		case s.kind == booleanKind:
			return booleans[int(s.number)]
		}
		return texts[s.text]
	}
}
