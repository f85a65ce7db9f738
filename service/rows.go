package service

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Rows are the rows of a sheet below its header.
type Rows struct {
	Columns []string // names in the sheet's order
	Values  [][]any  // string, float64, bool; nil or "" is an empty cell; a row may be short
}

// newRows names the columns of the grid and drops its rows without a value.
// The header's own cells may come from another reading than the grid's.
func newRows(title string, header []any, grid [][]any) (Rows, error) {
	body := grid[min(1, len(grid)):]
	width := 0
	for _, row := range body {
		width = max(width, len(row))
	}
	columns, err := columnNames(title, header, width)
	if err != nil {
		return Rows{}, err
	}
	return Rows{columns, dropBlank(body)}, nil
}

// describeRows is newRows for an overview: a header that ListRows would refuse
// is shown as it stands.
func describeRows(grid [][]any) Rows {
	columns := []string{}
	if len(grid) > 0 {
		for i, cell := range grid[0] {
			columns = append(columns, columnName(i, cell))
		}
		grid = grid[1:]
	}
	return Rows{columns, dropBlank(grid)}
}

func dropBlank(rows [][]any) [][]any {
	return slices.DeleteFunc(slices.Clone(rows), func(row []any) bool {
		return !slices.ContainsFunc(row, func(cell any) bool { return !isEmpty(cell) })
	})
}

func isEmpty(cell any) bool { return cell == nil || cell == "" }

func (r Rows) page(offset, limit int) Rows {
	r.Values = r.Values[min(offset, len(r.Values)):]
	if limit > 0 {
		r.Values = r.Values[:min(limit, len(r.Values))]
	}
	return r
}

// columnNames returns the names of at least width columns: the header's cells,
// or a column's letter where the cell is blank. A name that stands twice is an
// error, because one of the two columns could not be told apart.
func columnNames(title string, header []any, width int) ([]string, error) {
	names := make([]string, max(len(header), width))
	at := make(map[string]int, len(names))
	for i := range names {
		var cell any
		if i < len(header) {
			cell = header[i]
		}
		name := columnName(i, cell)
		if first, ok := at[name]; ok {
			return nil, &Error{
				Code:   InvalidRows,
				Detail: fmt.Sprintf("sheet %q has two columns named %q: %s and %s", title, name, columnLetters(first), columnLetters(i)),
				Remedy: "give each column its own name in the header row",
			}
		}
		names[i], at[name] = name, i
	}
	return names, nil
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

// columnLetters is the name of the i-th column, from 0: A … Z, AA …
func columnLetters(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

// WriteJSON writes the rows as an array of objects, one a line, whose keys
// stand in the order of the columns. Empty cells are left out.
func (r Rows) WriteJSON(w io.Writer) error {
	keys := make([][]byte, len(r.Columns))
	for i, name := range r.Columns {
		keys[i] = append(appendString(nil, name), ':')
	}
	b := bufio.NewWriter(w)
	line := []byte{'['}
	for n, row := range r.Values {
		if n > 0 {
			line = append(line, ',')
		}
		line = appendObject(append(line, '\n'), keys, row)
		if _, err := b.Write(line); err != nil {
			return err
		}
		line = line[:0]
	}
	if len(r.Values) > 0 {
		line = append(line, '\n')
	}
	_, _ = b.Write(append(line, "]\n"...))
	return b.Flush()
}

func appendObject(b []byte, keys [][]byte, row []any) []byte {
	b = append(b, '{')
	first := true
	for i, cell := range row {
		if isEmpty(cell) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendCell(append(b, keys[i]...), cell)
	}
	return append(b, '}')
}

func appendCell(b []byte, cell any) []byte {
	if s, ok := cell.(string); ok {
		return appendString(b, s)
	}
	encoded, err := json.Marshal(cell)
	if err != nil { // Google sends no value that JSON cannot hold
		return append(b, "null"...)
	}
	return append(b, encoded...)
}

// appendString quotes s for JSON. Unlike [json.Marshal] it leaves <, > and &
// as they are: the answers are not HTML.
func appendString(b []byte, s string) []byte {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return append(b, `""`...)
	}
	return append(b, strings.TrimSuffix(quoted.String(), "\n")...)
}
