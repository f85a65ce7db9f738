package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DescribeRows names the columns for an overview and counts the rows with a
// value: a header that ListRows would refuse is shown as it stands.
func DescribeRows(grid [][]any) (columns []string, rows int) {
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

func IsEmpty(cell any) bool { return cell == nil || cell == "" }

// columns are the names of a sheet's columns.
type columns struct {
	title string
	names []string
	at    map[string]int
}

func newColumns(title string) *columns { return &columns{title: title, at: map[string]int{}} }

// extend names the columns up to width that have no name yet, and those of the
// whole header. A name that stands twice is an error, because one of the two
// columns could not be told apart.
func (c *columns) extend(header []any, width int) error {
	for i := len(c.names); i < max(len(header), width); i++ {
		var cell any
		if i < len(header) {
			cell = header[i]
		}
		name := columnName(i, cell)
		if first, ok := c.at[name]; ok {
			return &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("sheet %q has two columns named %q: %s and %s", c.title, name, columnLetters(first), columnLetters(i)),
				Remedy: "give each column its own name in the header row",
			}
		}
		c.names, c.at[name] = append(c.names, name), i
	}
	return nil
}

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
