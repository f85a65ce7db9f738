package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Summarize returns the names of a sheet's columns, which row 1 has, and the number of
// rows below it that have a value. It returns names that are there twice too, which
// [RowsBuilder.Add] refuses.
func Summarize(grid [][]any) (columns []string, rows int) {
	columns = []string{}
	if len(grid) == 0 {
		return columns, 0
	}
	for i, cell := range grid[0] {
		columns = append(columns, columnName(i, cell))
	}
	for _, row := range grid[1:] {
		if slices.ContainsFunc(row, func(cell any) bool { return !IsEmpty(cell) }) {
			rows++
		}
	}
	return columns, rows
}

// IsEmpty reports whether a cell's value is none: nil, or the empty string that Google
// has for an empty cell before one with a value.
func IsEmpty(cell any) bool { return cell == nil || cell == "" }

// columns holds the names of a sheet's columns.
type columns struct {
	title string
	names []string
	index map[string]int
}

func newColumns(title string) *columns { return &columns{title: title, index: map[string]int{}} }

// extend names the columns that the header has, and those right of it up to width,
// as far as they have no name yet. A name that two columns have is an error, because
// a record could not say which of them it means.
func (c *columns) extend(header []any, width int) error {
	for i := len(c.names); i < max(len(header), width); i++ {
		var cell any
		if i < len(header) {
			cell = header[i]
		}
		name := columnName(i, cell)
		if first, ok := c.index[name]; ok {
			return &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("sheet %q has two columns named %q: %s and %s", c.title, name, columnLetters(first), columnLetters(i)),
				Hint:   "give each column its own name in the header row",
			}
		}
		c.names, c.index[name] = append(c.names, name), i
	}
	return nil
}

// columnName returns the name in a header cell, or the column's letters if it is blank.
func columnName(i int, header any) string {
	name := ""
	switch v := header.(type) {
	case string:
		name = strings.TrimSpace(v)
	case float64:
		name = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		name = strings.ToUpper(strconv.FormatBool(v))
	}
	if name == "" {
		return columnLetters(i)
	}
	return name
}
