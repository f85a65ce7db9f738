package table

import "fmt"

// shown is a column of the rows that a query selects.
type shown struct {
	column int    // its index in the set
	name   string // in the result
	key    []byte // as an object has it: "id":
}

// all returns all columns.
func (s *RowSet) all() []shown {
	columns := make([]shown, len(s.columns.names))
	for column, name := range s.columns.names {
		columns[column] = shown{column, name, s.keys[column]}
	}
	return columns
}

// isAll reports whether a selection is all columns of the set.
func (s *RowSet) isAll(selection Selection) bool {
	return selection.Column == "*" && selection.Aggregate == "" && !s.columns.has("*")
}

// selected returns the columns of a selection without aggregates; nil is all, where all
// rows have all of them.
func (s *RowSet) selected(selections []Selection) ([]shown, error) {
	if len(selections) == 0 || len(selections) == 1 && s.isAll(selections[0]) {
		if s.complete {
			return nil, nil
		}
		return s.all(), nil
	}
	list := shownList{names: map[string]int{}, different: map[int]bool{}}
	allGiven := false
	for _, selection := range selections {
		if s.isAll(selection) {
			if !allGiven {
				list.add(s.all()...)
			}
			allGiven = true
			continue
		}
		column, err := s.columns.find(selection.Column)
		if err != nil {
			return nil, err
		}
		name := selection.name()
		list.add(shown{column, name, append(quoteJSON(name), ':')})
	}
	return list.columns, list.err
}

// shownList collects columns.
type shownList struct {
	columns   []shown
	names     map[string]int // columns by their names in the result
	different map[int]bool   // columns that are in the result
	err       error          // the first
}

// add adds columns, each once under a name.
func (l *shownList) add(columns ...shown) {
	for _, c := range columns {
		other, twice := l.names[c.name]
		switch {
		case !twice:
			l.columns = append(l.columns, c)
			l.names[c.name], l.different[c.column] = c.column, true
		case other != c.column && l.err == nil:
			l.err = errNameTwice(c.name)
		}
	}
	if len(l.columns)-len(l.different) > maxRepeated && l.err == nil {
		l.err = errRepeated
	}
}

var errRepeated = &Error{Code: BadRequest, Detail: fmt.Sprintf("select: more than %d columns are selected again under other names", maxRepeated)}

func errNameTwice(name string) error {
	return &Error{
		Code: BadRequest, Detail: fmt.Sprintf("select: two columns of the result have the name %s", Quote(name)),
		Hint: "name one of them, as in select=total:price",
	}
}
