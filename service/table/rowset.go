package table

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

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
	keys       [][]byte   // of the columns, as an object has them: "id":
	json       []byte     // JSON objects with separators between them
	objectEnds []int      // where each row's object ends in json
	cells      []span     // of all rows, column after column
	firstCells []int      // index in cells of each row's first cell
	kinds      []DateKind // of cells, as long as up to the last one that is a date
	hash       string
}

// Size returns about how many bytes of memory the rows take.
func (s *RowSet) Size() int {
	return len(s.json) + 16*len(s.objectEnds) + 8*len(s.cells) + len(s.kinds)
}

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

// dateKind returns what kind of date a cell holds.
func (s *RowSet) dateKind(row, column int) DateKind {
	if i := s.firstCells[row] + column; i < len(s.kinds) {
		return s.kinds[i]
	}
	return NoDate
}

// cell returns a cell's value: a string, float64, bool, DateCell, or nil. Where the sheet was
// read as text, a text that is a number is returned as one, so that it is compared
// and sorted as one.
func (s *RowSet) cell(row, column int) any {
	text := s.cellJSON(row, column)
	if text == nil {
		return nil
	}
	value := decodeCell(text)
	if s.dateKind(row, column) != NoDate {
		serial, kind, _ := ParseISO(value.(string))
		return DateCell{serial, kind}
	}
	if shown, ok := value.(string); ok && s.render == Text {
		if number, ok := plainNumber(shown); ok {
			return number
		}
	}
	return value
}

// decodeCell returns the value of a cell's JSON, which is valid.
func decodeCell(text jsontext.Value) (value any) {
	switch {
	case text[0] == 't' || text[0] == 'f':
		return text[0] == 't'
	case text[0] == '"' && bytes.IndexByte(text, '\\') < 0:
		return string(text[1 : len(text)-1])
	case text[0] != '"':
		if number, err := strconv.ParseFloat(string(text), 64); err == nil {
			return number
		}
	}
	_ = json.Unmarshal(text, &value)
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

// sortItem is a row with what it is sorted by.
type sortItem struct {
	row  int
	cell any
	// folded is cell in lower case where it is a text: made once, not for each comparison.
	folded string
}

func newSortItem(row int, cell any) sortItem {
	text, _ := cell.(string)
	return sortItem{row, cell, strings.ToLower(text)}
}

// sort sorts rows by keys. Rows that compare equal keep the sheet's order. It holds the
// cells of one key at a time, and of the next one only for rows that are equal so far.
func (s *RowSet) sort(rows []int, keys []sortKey) {
	if len(keys) == 0 || len(rows) < 2 {
		return
	}
	ends := s.sortByOne(rows, keys[0])
	start := 0
	for _, end := range ends {
		s.sort(rows[start:end], keys[1:])
		start = end
	}
}

// sortByOne sorts rows by one key, and returns where the rows with the same value end.
func (s *RowSet) sortByOne(rows []int, key sortKey) (ends []int) {
	items := make([]sortItem, len(rows))
	for i, row := range rows {
		items[i] = newSortItem(row, s.cell(row, key.column))
	}
	compare := func(a, b sortItem) int { return compareItems(a, b, key.descending) }
	slices.SortStableFunc(items, compare)
	for i, item := range items {
		rows[i] = item.row
		if i+1 == len(items) || compare(item, items[i+1]) != 0 {
			ends = append(ends, i+1)
		}
	}
	return ends
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
