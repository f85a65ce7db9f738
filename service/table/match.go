package table

import (
	"slices"
	"strings"
)

// truth is a value of SQL's logic. Of several, And is the least and Or the greatest.
type truth int8

const (
	isFalse truth = iota
	unknown
	isTrue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// predicate is a condition for the columns of a sheet.
type predicate func(cell func(column int) scalar) truth

// matcher is a [Filter] for the columns of a sheet. It is not safe for concurrent use.
type matcher struct {
	holds predicate
	work  work
}

// compile returns the filter for these columns. A column that the sheet lacks is an
// [Error], and so is what [Filter.Validate] refuses.
func (f Filter) compile(c *columns) (*matcher, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	m := &matcher{work: work{left: maxWork}}
	var err error
	m.holds, err = m.group(c, Condition{Op: OpAnd, Conditions: f.Conditions})
	return m, err
}

// match reports whether the filter holds for a row. The error is an [Error]: searching the
// sheet for the patterns takes too long.
func (m *matcher) match(cell func(column int) scalar) (bool, error) {
	holds := m.holds(cell) == isTrue
	return holds, m.work.err
}

// matchCells is match for cells that are a string, a float64, a bool, a [DateCell], or nil.
func (m *matcher) matchCells(cell func(column int) any) (bool, error) {
	return m.match(func(column int) scalar { return newScalar(cell(column)) })
}

func (m *matcher) predicate(c *columns, condition Condition) (predicate, error) {
	var holds predicate
	var err error
	if condition.Op == OpAnd || condition.Op == OpOr {
		holds, err = m.group(c, condition)
	} else {
		holds, err = m.test(c, condition)
	}
	if err != nil || !condition.Not {
		return holds, err
	}
	return func(cell func(int) scalar) truth { return isTrue - holds(cell) }, nil
}

// group returns the predicate of conditions that are joined by And or Or.
func (m *matcher) group(c *columns, group Condition) (predicate, error) {
	parts := make([]predicate, len(group.Conditions))
	for i, condition := range group.Conditions {
		var err error
		if parts[i], err = m.predicate(c, condition); err != nil {
			return nil, err
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	start, decided := isTrue, isFalse
	if group.Op == OpOr {
		start, decided = isFalse, isTrue
	}
	return func(cell func(int) scalar) truth {
		all := start
		for _, part := range parts {
			one := part(cell)
			if one == decided {
				return decided
			}
			if one == unknown {
				all = unknown
			}
		}
		return all
	}, nil
}

// test returns the predicate of a condition of one column.
func (m *matcher) test(c *columns, condition Condition) (predicate, error) {
	column, err := c.find(condition.Column)
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
	return func(cell func(int) scalar) truth {
		value := cell(column)
		if value.kind == blankKind {
			return unknown
		}
		return truthOf(compare(value))
	}, nil
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

// comparison returns the test of a cell that is not blank.
func (m *matcher) comparison(condition Condition) (func(scalar) bool, error) {
	if condition.Op == OpIn {
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
