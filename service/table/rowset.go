package table

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

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
	datedNames bool       // a date is the name of a column
	complete   bool       // each row has a value in each column
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
	cells := s.rowCells(row)
	if column >= len(cells) || cells[column].to == 0 {
		return nil
	}
	return jsontext.Value(s.json[cells[column].from:cells[column].to])
}

func (s *RowSet) rowCells(row int) []span {
	if row+1 < len(s.firstCells) {
		return s.cells[s.firstCells[row]:s.firstCells[row+1]]
	}
	return s.cells[s.firstCells[row]:]
}

// dateKind returns what kind of date a cell holds.
func (s *RowSet) dateKind(row, column int) DateKind {
	if i := s.firstCells[row] + column; i < len(s.kinds) {
		return s.kinds[i]
	}
	return NoDate
}

// scalar returns a cell's value. Where the sheet was read as text, a text that is a number
// is returned as one, so that it is compared and sorted as one.
func (s *RowSet) scalar(row, column int) scalar {
	text := s.cellJSON(row, column)
	if text == nil {
		return scalar{kind: blankKind}
	}
	value := decodeScalar(text)
	if s.dateKind(row, column) != NoDate {
		serial, kind, _ := ParseISO(value.text)
		return scalar{kind: numberKind, number: serial, text: value.text, date: kind}
	}
	if value.kind == textKind && s.render == Text {
		if number, ok := plainNumber(value.text); ok {
			return scalar{kind: numberKind, number: number, text: value.text}
		}
	}
	return value
}

// decodeScalar returns the value of a cell's JSON, which is valid.
func decodeScalar(text jsontext.Value) scalar {
	switch {
	case text[0] == 't' || text[0] == 'f':
		return newBoolean(text[0] == 't')
	case text[0] == '"' && bytes.IndexByte(text, '\\') < 0:
		return scalar{kind: textKind, text: string(text[1 : len(text)-1])}
	case text[0] != '"':
		if number, err := strconv.ParseFloat(string(text), 64); err == nil {
			return scalar{kind: numberKind, number: number}
		}
	}
	var value any
	_ = json.Unmarshal(text, &value)
	return newScalar(value)
}

// match returns the rows that match the filter; nil means all of them.
func (s *RowSet) match(f Filter) ([]int, error) {
	if f.IsZero() {
		return nil, nil
	}
	m, err := f.compile(s.columns)
	if err != nil {
		return nil, err
	}
	found, row := []int{}, 0
	cell := func(column int) scalar { return s.scalar(row, column) }
	if names := conditionColumns(nil, f.Conditions); len(names) > len(slices.Compact(slices.Sorted(slices.Values(names)))) {
		cell = s.cached(&row)
	}
	for row = range s.objectEnds {
		holds, err := m.match(cell)
		if err != nil {
			return nil, err
		}
		if holds {
			found = append(found, row)
		}
	}
	return found, nil
}

// cached returns a function that returns a cell of the current row, and decodes it once, for
// conditions that test a column several times.
func (s *RowSet) cached(row *int) func(column int) scalar {
	type cell struct {
		row   int // from 1; 0 is none
		value scalar
	}
	cells := make([]cell, len(s.columns.names))
	return func(column int) scalar {
		c := &cells[column]
		if c.row != *row+1 {
			*c = cell{*row + 1, s.scalar(*row, column)}
		}
		return c.value
	}
}

// allRows returns all rows.
func (s *RowSet) allRows() []int {
	rows := make([]int, len(s.objectEnds))
	for row := range rows {
		rows[row] = row
	}
	return rows
}

// Render says how cells are rendered. The zero value is [Typed].
type Render string

// The renderings of cells, which are Google's UNFORMATTED_VALUE, FORMATTED_VALUE and
// FORMULA,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueRenderOption.
const (
	Typed   Render = "typed"   // numbers and booleans as such, dates as text in ISO 8601
	Text    Render = "text"    // what Google Sheets shows, as text
	Formula Render = "formula" // the formula where there is one, else as Typed
)
