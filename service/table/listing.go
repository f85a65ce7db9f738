package table

import (
	"encoding/json"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// span is where a cell stands in a listing's lines; a blank one is nowhere.
type span struct{ from, to uint32 }

// Listing is all rows of a sheet in one rendering. They are kept in the form in
// which they are answered, so that a page is a slice of them.
type Listing struct {
	as      Values
	columns *columns
	keys    [][]byte // of the columns, as they stand in an object: "id":
	lines   []byte   // JSON objects with separators between them
	ends    []int    // where each object ends in lines
	cells   []span   // of all rows
	firsts  []int    // where each row's cells begin in cells
	hash    string
}

// Size is about how many bytes of memory the listing takes.
func (l *Listing) Size() int { return len(l.lines) + 16*len(l.ends) + 8*len(l.cells) }

// object is the n-th row.
func (l *Listing) object(n int) []byte {
	if n == 0 {
		return l.lines[:l.ends[0]]
	}
	return l.lines[l.ends[n-1]+len(separator) : l.ends[n]]
}

// text is a cell as JSON; nil if it is blank.
func (l *Listing) text(row, column int) jsontext.Value {
	cells := l.cells[l.firsts[row]:]
	if row+1 < len(l.firsts) {
		cells = l.cells[l.firsts[row]:l.firsts[row+1]]
	}
	if column >= len(cells) || cells[column].to == 0 {
		return nil
	}
	return jsontext.Value(l.lines[cells[column].from:cells[column].to])
}

// cell is a cell's value: a string, float64, bool, or nil. Where a sheet is read
// as text, a text that is a number is compared as one.
func (l *Listing) cell(row, column int) any {
	text := l.text(row, column)
	if text == nil {
		return nil
	}
	var value any
	_ = json.Unmarshal(text, &value) // it was read as JSON
	if s, ok := value.(string); ok && l.as == Text {
		if number, ok := plainNumber(s); ok {
			return number
		}
	}
	return value
}

// find returns the rows that match, in order; nil is all in the sheet's order.
func (l *Listing) find(q Query) ([]int, error) {
	conditions, err := l.columns.conditions(q.Where)
	if err != nil {
		return nil, err
	}
	keys, err := l.columns.sortKeys(q.Order)
	if err != nil || len(conditions) == 0 && len(keys) == 0 {
		return nil, err
	}
	found := []int{}
	for row := range l.ends {
		if hold(conditions, func(column int) any { return l.cell(row, column) }) {
			found = append(found, row)
		}
	}
	l.sort(found, keys)
	return found, nil
}

// sort keeps the sheet's order among rows that compare the same.
func (l *Listing) sort(rows []int, keys []sortKey) {
	if len(keys) == 0 {
		return
	}
	values := make(map[int][]any, len(rows))
	for _, row := range rows {
		for _, key := range keys {
			values[row] = append(values[row], l.cell(row, key.column))
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		for i, key := range keys {
			if by := compareCells(values[a][i], values[b][i], key.descending); by != 0 {
				return by
			}
		}
		return 0
	})
}
