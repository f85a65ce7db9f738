package table

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// CheckConditions reports whether conditions "column:value" are too many or too long, as an
// [Error]. It reads no more of them than it needs for that. It is replaced by [ParseFilter].
func CheckConditions(where []string) error {
	if len(where) > maxConditions {
		return badRequest("%d conditions: want at most %d", len(where), maxConditions)
	}
	for n, text := range where {
		if len(text) > maxCondition && utf8.RuneCountInString(text) > maxCondition {
			return badRequest("condition %d is longer than %d characters", n+1, maxCondition)
		}
	}
	return nil
}

// filterOf parses conditions "column:value". Both parts may contain colons: the column is
// the longest name that the sheet has.
func (c *columns) filterOf(where []string) (f Filter, err error) {
	if err := CheckConditions(where); err != nil {
		return f, err
	}
	for _, text := range where {
		end := strings.LastIndexByte(text, ':')
		if end < 0 {
			return f, badRequest("where=%s: want column:value", Quote(text))
		}
		for end >= 0 && !c.has(text[:end]) {
			end = strings.LastIndexByte(text[:end], ':')
		}
		if end < 0 {
			name, _, _ := strings.Cut(text, ":")
			return f, c.unknown(name)
		}
		condition := Condition{Column: text[:end], Op: OpEq, Values: []string{text[end+1:]}}
		if text[end+1:] == "" {
			condition = Condition{Column: text[:end], Op: OpIs, Values: []string{"null"}}
		}
		f.Conditions = append(f.Conditions, condition)
	}
	return f, nil
}

// convert replaces the fields of a query that are to be removed.
func (c *columns) convert(q *Query) error {
	if len(q.Where) > 0 {
		f, err := c.filterOf(q.Where)
		if err != nil {
			return err
		}
		q.Filter = f
	}
	if len(q.OldOrder) > maxSortKeys {
		return badRequest("order names %d columns: want at most %d", len(q.OldOrder), maxSortKeys)
	}
	for _, text := range q.OldOrder {
		name, descending := text, false
		if !c.has(text) {
			name, descending = strings.CutPrefix(text, "-")
		}
		if !c.has(name) {
			return c.unknown(name)
		}
		q.Order = append(q.Order, Sort{Column: name, Descending: descending})
	}
	if err := validateOrder(q.Order); err != nil {
		return err
	}
	var columns []int
	for _, name := range q.OldSelect {
		if !c.has(name) {
			return c.unknown(name)
		}
		columns = append(columns, c.index[name])
	}
	slices.Sort(columns)
	for _, column := range slices.Compact(columns) {
		q.Select = append(q.Select, Selection{Column: c.names[column]})
	}
	return nil
}
