package table

import (
	"fmt"
	"slices"
	"strings"
)

// lines puts the edit's records into the order of the columns, for rows below a
// header with these cells.
func (c *columns) lines(header []any, e *Edit) ([]*Line, error) {
	if len(header) == 0 || IsEmpty(header[0]) {
		// Google would take the block of cells right of column A for the table,
		// and shift rows that are entered as if typed to its first column.
		return nil, &Error{
			Code:   InvalidRows,
			Detail: fmt.Sprintf("sheet %q has no column name in cell A%d", c.title, e.Header),
			Remedy: fmt.Sprintf("write the column names into row %d, starting in column A, or name the row that has them: header=N", e.Header),
		}
	}
	lines := make([]*Line, len(e.Records))
	for n, record := range e.Records {
		l := &Line{Cells: make([]any, len(c.names))}
		for _, field := range record.Fields {
			column, ok := c.at[field.Column]
			if !ok {
				return nil, record.invalid(n, "%s", c.lacks(field.Column))
			}
			l.Cells[column] = field.Value
		}
		if l.blank() {
			return nil, record.invalid(n, "no column has a value")
		}
		lines[n] = l
	}
	return lines, nil
}

// changes are the columns that a record sets, ascending, and their cells.
func (c *columns) changes(record Record) (set []int, cells []any, err error) {
	if len(record.Fields) == 0 {
		return nil, nil, &Error{Code: InvalidRows, Detail: "there is no column to set"}
	}
	values := map[int]any{}
	for _, field := range record.Fields {
		column, ok := c.at[field.Column]
		if !ok {
			return nil, nil, c.unknown(field.Column)
		}
		set = append(set, column)
		values[column] = field.Value
	}
	slices.Sort(set)
	for _, column := range set {
		cells = append(cells, values[column])
	}
	return set, cells, nil
}

// QuoteList quotes as many names as a person reads.
func QuoteList(names []string) string {
	const limit = 50
	var quoted []string
	for _, name := range names[:min(limit, len(names))] {
		quoted = append(quoted, QuoteName(name))
	}
	if more := len(names) - limit; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
