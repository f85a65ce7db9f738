package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// toValues puts the records into the order of the columns, for appending below
// a header with these cells.
func toValues(title string, columns []string, header []any, records []Record) ([][]any, error) {
	if len(header) == 0 || isEmpty(header[0]) {
		// Google would take the block of cells right of A1 for the table, and
		// shift the new rows to its first column.
		return nil, &Error{
			Code:   InvalidRows,
			Detail: fmt.Sprintf("sheet %q has no column name in cell A1", title),
			Remedy: "write the column names into row 1, starting in column A",
		}
	}
	index := make(map[string]int, len(columns))
	for i, name := range columns {
		index[name] = i
	}
	values := make([][]any, len(records))
	for n, record := range records {
		row := make([]any, len(columns))
		for _, field := range record {
			i, ok := index[field.Column]
			if !ok {
				return nil, &Error{
					Code:   InvalidRows,
					Detail: fmt.Sprintf("row %d: sheet %q has no column %s; its columns are %s", n+1, title, quoteName(field.Column), quoteList(columns)),
				}
			}
			row[i] = field.Value
		}
		if !slices.ContainsFunc(row, func(cell any) bool { return !isEmpty(cell) }) {
			return nil, &Error{Code: InvalidRows, Detail: fmt.Sprintf("row %d: no column has a value", n+1)}
		}
		values[n] = row
	}
	return values, nil
}

func quoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return strings.Join(quoted, ", ")
}
