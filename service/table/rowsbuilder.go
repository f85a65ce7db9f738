package table

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// RowsBuilder makes a [RowSet] of a sheet's rows, which are added one after the
// other, from row 1. It is not safe for concurrent use.
type RowsBuilder struct {
	set        RowSet
	rowsAbove  int   // rows before the header's that are still to come
	row        int   // number of the last row that was added, from the header's on
	header     []any // typed; nil until it was added
	headerSeen bool
	fewest     int // values that a row has; -1 if there is no row
}

// builders keeps the memory that building takes: growing it from nothing each time
// costs more than everything else.
var builders = sync.Pool{New: func() any { return new(RowsBuilder) }}

// NewRowsBuilder returns a builder for the sheet with this title, whose columns are named
// in the row with the number header, from 1, and whose cells are in this rendering. The
// caller has to call [RowsBuilder.Release].
func NewRowsBuilder(title string, header int, render Render) *RowsBuilder {
	b := builders.Get().(*RowsBuilder)
	*b = RowsBuilder{
		set: RowSet{
			render: render, columns: newColumns(title),
			json: b.set.json[:0], objectEnds: b.set.objectEnds[:0], cells: b.set.cells[:0], firstCells: b.set.firstCells[:0], kinds: b.set.kinds[:0],
		},
		rowsAbove: header - 1, row: header, fewest: -1,
	}
	return b
}

// Release keeps the builder's memory for the next one, unless it is more than 4 MB. The
// builder must not be used after it; row sets that it has returned may.
func (b *RowsBuilder) Release() {
	const most = 4 << 20
	if b.set.Size() > most {
		*b = RowsBuilder{}
	}
	builders.Put(b)
}

// Size returns about how many bytes the rows added so far take.
func (b *RowsBuilder) Size() int { return b.set.Size() }

// Add adds the sheet's next row, whose cells are JSON as Google wrote it. A date is a text
// in ISO 8601, and has its kind in kinds, which has one for each cell, or is nil for a row
// without dates. Add keeps nothing of its arguments. It returns an error if a header cell is
// not the JSON of a string, a number, a boolean or null.
func (b *RowsBuilder) Add(row []jsontext.Value, kinds []DateKind) error {
	if b.rowsAbove > 0 {
		b.rowsAbove--
		return nil
	}
	if !b.headerSeen {
		b.headerSeen, b.set.datedNames = true, kinds != nil
		var err error
		if b.header, err = DecodeCells(row); err != nil {
			return err
		}
		b.addKeys(0)
		return nil
	}
	b.addKeys(len(row))
	b.row++
	if !HasValue(row) { // not a row for callers, and not counted
		return nil
	}
	if len(b.set.objectEnds) == 0 && len(b.set.columns.real) == 0 {
		b.set.columns.firstRow = b.row
	}
	b.addRow(row, kinds)
	return nil
}

func (b *RowsBuilder) addRow(row []jsontext.Value, kinds []DateKind) {
	if len(b.set.objectEnds) > 0 {
		b.set.json = append(b.set.json, separator...)
	}
	b.addKinds(kinds)
	b.addObject(row)
	b.set.objectEnds = append(b.set.objectEnds, len(b.set.json))
}

// addKinds notes which of the next cells are dates.
func (b *RowsBuilder) addKinds(kinds []DateKind) {
	s := &b.set
	for i, kind := range kinds {
		if kind == NoDate {
			continue
		}
		for n := len(s.cells) + i; len(s.kinds) <= n; {
			s.kinds = append(s.kinds, NoDate)
		}
		s.kinds[len(s.cells)+i] = kind
	}
}

func (b *RowsBuilder) addObject(row []jsontext.Value) {
	s := &b.set
	s.firstCells = append(s.firstCells, len(s.cells))
	s.json = append(s.json, '{')
	open, values := len(s.json), 0
	for i, cell := range row {
		if isBlank(cell) {
			s.cells = append(s.cells, span{})
			continue
		}
		if len(s.json) > open {
			s.json = append(s.json, ',')
		}
		s.json = append(s.json, s.keys[i]...)
		from := len(s.json)
		s.json = append(s.json, cell...)
		s.cells = append(s.cells, span{uint32(from), uint32(len(s.json))})
		values++
	}
	s.json = append(s.json, '}')
	if b.fewest < 0 || values < b.fewest {
		b.fewest = values
	}
}

// addKeys makes keys for a row of this width; rows may be wider than the header.
func (b *RowsBuilder) addKeys(width int) {
	b.set.columns.extend(b.header, width)
	for _, name := range b.set.columns.names[len(b.set.keys):] {
		b.set.keys = append(b.set.keys, append(quoteJSON(name), ':'))
	}
}

// RowSet returns the rows that were added. It shares no memory with the builder.
func (b *RowsBuilder) RowSet() *RowSet {
	built := b.set
	built.json, built.objectEnds = bytes.Clone(b.set.json), slices.Clone(b.set.objectEnds)
	built.cells, built.firstCells, built.kinds = slices.Clone(b.set.cells), slices.Clone(b.set.firstCells), slices.Clone(b.set.kinds)
	built.complete = b.fewest == len(built.columns.names)
	hash := sha256.New()
	_, _ = hash.Write(append([]byte(built.render), bytes.Join(built.keys, nil)...)) // a hash takes everything
	_, _ = hash.Write(built.json)
	for i, kind := range built.kinds { // a text may be the same as that of a date
		if kind != NoDate {
			_, _ = fmt.Fprint(hash, built.cells[i].from, kind)
		}
	}
	built.hash = hex.EncodeToString(hash.Sum(nil)[:12])
	return &built
}

// HasValue reports whether a row, whose cells are JSON as Google wrote it, has a value.
func HasValue(row []jsontext.Value) bool {
	for _, cell := range row {
		if !isBlank(cell) {
			return true
		}
	}
	return false
}

// isBlank reports whether a cell, as JSON, has no value. In a ValueRange an empty cell before
// one with a value is "", and those after it are left out:
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values#ValueRange.
func isBlank(cell jsontext.Value) bool {
	return len(cell) == 0 || string(cell) == `""` || string(cell) == "null"
}

// quoteJSON returns s as JSON. Unlike [json.Marshal] it leaves <, > and & as they are:
// responses are not HTML.
func quoteJSON(s string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string can be encoded
	return bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))
}

// DecodeCells makes Go values of a row's cells: string, float64, bool, or nil.
func DecodeCells(row []jsontext.Value) ([]any, error) {
	decoded := make([]any, len(row))
	for i, cell := range row {
		if len(cell) == 0 {
			continue
		}
		if err := json.Unmarshal(cell, &decoded[i]); err != nil {
			return nil, err
		}
	}
	return decoded, nil
}
