package table

import (
	"encoding/json"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// span is the part of a row set's JSON that holds a cell; of a blank cell it is empty.
type span struct{ from, to uint32 }

// RowSet holds all rows of a sheet below its header that have a value, in one
// rendering. They are kept as the JSON that is sent, so that most answers are a slice
// of it. A RowSet does not change and is safe for concurrent use; a [RowsBuilder]
// makes it.
type RowSet struct {
	render     Render
	columns    *columns
	keys       [][]byte // of the columns, as an object has them: "id":
	json       []byte   // JSON objects with separators between them
	objectEnds []int    // where each row's object ends in json
	cells      []span   // of all rows, column after column
	firstCells []int    // index in cells of each row's first cell
	hash       string
}

// Size returns about how many bytes of memory the rows take.
func (s *RowSet) Size() int { return len(s.json) + 16*len(s.objectEnds) + 8*len(s.cells) }

// object returns the n-th row, from 0.
func (s *RowSet) object(n int) []byte {
	if n == 0 {
		return s.json[:s.objectEnds[0]]
	}
	return s.json[s.objectEnds[n-1]+len(separator) : s.objectEnds[n]]
}

// cellJSON returns a cell as JSON; nil if it is blank.
func (s *RowSet) cellJSON(row, column int) jsontext.Value {
	cells := s.cells[s.firstCells[row]:]
	if row+1 < len(s.firstCells) {
		cells = s.cells[s.firstCells[row]:s.firstCells[row+1]]
	}
	if column >= len(cells) || cells[column].to == 0 {
		return nil
	}
	return jsontext.Value(s.json[cells[column].from:cells[column].to])
}

// cell returns a cell's value: a string, float64, bool, or nil. Where the sheet was
// read as text, a text that is a number is returned as one, so that it is compared
// and sorted as one.
func (s *RowSet) cell(row, column int) any {
	text := s.cellJSON(row, column)
	if text == nil {
		return nil
	}
	var value any
	_ = json.Unmarshal(text, &value) // it was parsed as JSON before
	if shown, ok := value.(string); ok && s.render == Text {
		if number, ok := plainNumber(shown); ok {
			return number
		}
	}
	return value
}

// match returns the rows that match the query, in its order; nil means all of them in
// the sheet's order.
func (s *RowSet) match(q Query) ([]int, error) {
	conditions, err := s.columns.conditions(q.Where)
	if err != nil {
		return nil, err
	}
	keys, err := s.columns.sortKeys(q.Order)
	if err != nil || len(conditions) == 0 && len(keys) == 0 {
		return nil, err
	}
	found := []int{}
	for row := range s.objectEnds {
		if matchAll(conditions, func(column int) any { return s.cell(row, column) }) {
			found = append(found, row)
		}
	}
	s.sort(found, keys)
	return found, nil
}

// sort sorts rows by keys. Rows that compare equal keep the sheet's order.
func (s *RowSet) sort(rows []int, keys []sortKey) {
	if len(keys) == 0 {
		return
	}
	values := make(map[int][]any, len(rows))
	for _, row := range rows {
		for _, key := range keys {
			values[row] = append(values[row], s.cell(row, key.column))
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

// Render says how cells are rendered. The zero value is [Typed].
type Render string

// The renderings of cells, which are Google's UNFORMATTED_VALUE, FORMATTED_VALUE and
// FORMULA,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueRenderOption.
const (
	Typed   Render = "typed"   // numbers and booleans as such, dates as text in the sheet's format
	Text    Render = "text"    // what Google Sheets shows, as text
	Formula Render = "formula" // the formula where there is one, else as Typed
)
