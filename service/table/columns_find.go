package table

import (
	"fmt"
	"slices"
	"strings"
)

// find returns the index of the column with this name. A column that the sheet lacks is an
// [Error].
func (c *columns) find(name string) (int, error) {
	if at, ok := c.index[name]; ok {
		return at, nil
	}
	return 0, &Error{Code: BadRequest, Detail: c.lacksDetail(name), Hint: c.guessColumn(name)}
}

// guessColumn returns a hint for the name of a column that the sheet lacks.
func (c *columns) guessColumn(name string) string {
	if known := nearest(name, c.names); known != "" {
		return "the column is named " + Quote(known)
	}
	if hint := unsupportedSyntax(name); hint != "" {
		return hint
	}
	column, last, dotted := strings.Cut(name, ".")
	switch {
	case dotted && c.has(column) && slices.Contains(aggregates, Aggregate(last)):
		return "select=" + escapeParameter.Replace(parameterName(column)+"."+last+"()")
	case name == string(Count):
		return "select=count()"
	}
	if c.firstRow > 0 {
		return fmt.Sprintf("the header row is blank, so letters name the columns; if row %d names them, add the parameter header=%d", c.firstRow, c.firstRow)
	}
	if len(c.real) > 0 && 2*len(c.real) <= len(c.names) {
		return "letters name the columns without a name; where another row names them, add the parameter header with its number, such as header=3"
	}
	return ""
}

// findTested is find for the column of a condition, which may be meant as a parameter.
func (c *columns) findTested(condition Condition) (int, error) {
	column, err := c.find(condition.Column)
	if err == nil || hintOf(err) != "" {
		return column, err
	}
	hint := meantParameter(condition.Column, strings.Join(condition.Values, ","))
	if hint == "" && strings.Contains(condition.Column, ".") {
		hint = "conditions of other sheets are not supported: request each sheet by itself"
	}
	return 0, &Error{Code: BadRequest, Detail: c.lacksDetail(condition.Column), Hint: hint}
}

// sortKey is one of Query.Order, with the column's index.
type sortKey struct {
	column                 int
	descending, nullsFirst bool
}

func (c *columns) sortKeys(order []Sort) ([]sortKey, error) {
	keys := make([]sortKey, len(order))
	for n, s := range order {
		column, err := c.find(s.Column)
		if err != nil {
			return nil, c.orderHint(s, err)
		}
		keys[n] = sortKey{column, s.Descending, s.NullsFirst}
	}
	return keys, nil
}

// orderHint adds the order that is meant where the name of an unknown column has a direction
// in another dialect.
func (c *columns) orderHint(s Sort, err error) error {
	meant := orderOf(s.Column)
	name, _, _ := strings.Cut(strings.TrimSuffix(meant, ".descending"), ".")
	if _, ok := c.index[name]; ok && meant != s.Column {
		return &Error{Code: BadRequest, Detail: c.lacksDetail(s.Column), Hint: "order=" + escapeParameter.Replace(meant)}
	}
	if column, _, dotted := strings.Cut(s.Column, "."); dotted && c.has(column) {
		return &Error{Code: BadRequest, Detail: c.lacksDetail(s.Column), Hint: "order=" + escapeParameter.Replace(parameterName(column)) + ".desc; after a column come .asc or .desc, and then .nullsfirst or .nullslast"}
	}
	return err
}

func (c *columns) has(name string) bool {
	_, ok := c.index[name]
	return ok
}

func (c *columns) unknown(name string) *Error {
	return &Error{Code: InvalidRows, Detail: c.lacksDetail(name), Hint: c.guessColumn(name)}
}

// lacksDetail returns the detail of an error: that the sheet lacks the column, and the names
// of the columns that it has.
func (c *columns) lacksDetail(name string) string {
	if len(c.names) == 0 {
		return fmt.Sprintf("sheet %q has no column %s, nor any other", c.title, Quote(name))
	}
	return fmt.Sprintf("sheet %q has no column %s; its columns are %s", c.title, Quote(name), QuoteList(c.names))
}
