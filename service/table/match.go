package table

import "cmp"

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
	err   error // why a row cannot be matched
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
// sheet for the patterns takes too long, or a date is compared with what is not one.
func (m *matcher) match(cell func(column int) scalar) (bool, error) {
	holds := m.holds(cell) == isTrue
	return holds, cmp.Or(m.err, m.work.err)
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
