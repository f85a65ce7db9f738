package table

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Lister makes a listing row by row, the header's first.
type Lister struct {
	Listing
	above  int   // rows before the header's that are still to come
	header []any // typed; nil until it was seen
	begun  bool  // behind the header's row
}

// listers keeps the memory that making a listing takes: growing it from nothing
// each time costs more than everything else.
var listers = sync.Pool{New: func() any { return new(Lister) }}

// NewLister returns a [Lister] for a sheet with this title whose columns are named
// in the row header, from 1. It has to be released.
func NewLister(title string, header int, as Values) *Lister {
	l := listers.Get().(*Lister)
	*l = Lister{
		Listing: Listing{as: as, columns: newColumns(title), lines: l.lines[:0], ends: l.ends[:0], cells: l.cells[:0], firsts: l.firsts[:0]},
		above:   header - 1,
	}
	return l
}

// Release gives the lister's memory to the next one. It must not be used any more.
func (l *Lister) Release() { listers.Put(l) }

// SetHeader names the columns by these cells instead of those that are added.
func (l *Lister) SetHeader(cells []any) { l.header = cells }

// Add takes the next row. The cells are JSON as Google wrote it.
func (l *Lister) Add(row []jsontext.Value) error {
	if l.above > 0 {
		l.above--
		return nil
	}
	if !l.begun {
		l.begun = true
		if l.header == nil {
			var err error
			if l.header, err = DecodeCells(row); err != nil {
				return err
			}
		}
		return l.name(0)
	}
	if err := l.name(len(row)); err != nil {
		return err
	}
	if !hasValue(row) { // not a row for callers, and not counted
		return nil
	}
	if len(l.ends) > 0 {
		l.lines = append(l.lines, separator...)
	}
	l.addObject(row)
	l.ends = append(l.ends, len(l.lines))
	return nil
}

func (l *Lister) addObject(row []jsontext.Value) {
	l.firsts = append(l.firsts, len(l.cells))
	l.lines = append(l.lines, '{')
	open := len(l.lines)
	for i, cell := range row {
		if isBlank(cell) {
			l.cells = append(l.cells, span{})
			continue
		}
		if len(l.lines) > open {
			l.lines = append(l.lines, ',')
		}
		l.lines = append(l.lines, l.keys[i]...)
		from := len(l.lines)
		l.lines = append(l.lines, cell...)
		l.cells = append(l.cells, span{uint32(from), uint32(len(l.lines))})
	}
	l.lines = append(l.lines, '}')
}

// name makes keys for a row of this width; rows may be wider than the header.
func (l *Lister) name(width int) error {
	if err := l.columns.extend(l.header, width); err != nil {
		return err
	}
	for _, name := range l.columns.names[len(l.keys):] {
		l.keys = append(l.keys, append(quoteJSON(name), ':'))
	}
	return nil
}

// List is what was added. It shares no memory with the lister.
func (l *Lister) List() *Listing {
	made := l.Listing
	made.lines, made.ends = bytes.Clone(l.lines), slices.Clone(l.ends)
	made.cells, made.firsts = slices.Clone(l.cells), slices.Clone(l.firsts)
	hash := sha256.New()
	_, _ = hash.Write(bytes.Join(l.keys, nil)) // a hash takes everything
	_, _ = hash.Write(l.lines)
	made.hash = hex.EncodeToString(hash.Sum(nil)[:12])
	return &made
}

func hasValue(row []jsontext.Value) bool {
	for _, cell := range row {
		if !isBlank(cell) {
			return true
		}
	}
	return false
}

// isBlank: an empty cell before one with a value is "",
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values#ValueRange.
func isBlank(cell jsontext.Value) bool { return string(cell) == `""` || string(cell) == "null" }

// quoteJSON makes JSON of s. Unlike [json.Marshal] it leaves <, > and & as they
// are: the answers are not HTML.
func quoteJSON(s string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string can be encoded
	return bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))
}

// DecodeCells makes Go values of a row's cells: string, float64 or bool.
func DecodeCells(row []jsontext.Value) ([]any, error) {
	decoded := make([]any, len(row))
	for i, cell := range row {
		if err := json.Unmarshal(cell, &decoded[i]); err != nil {
			return nil, err
		}
	}
	return decoded, nil
}
