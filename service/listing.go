package service

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Rows are rows of a sheet below its header, and what a cache in front may
// know about them.
type Rows struct {
	// ETag names exactly this answer, as RFC 9110 quotes it.
	ETag string
	// Kept tells that the rows come from memory, and Age how old they are.
	Kept bool
	Age  time.Duration

	objects []byte // separated as in a listing
}

const (
	listOpen  = "[\n"
	separator = ",\n"
	listClose = "\n]\n"
	listEmpty = "[]\n"
)

// WriteJSON writes the rows as an array of objects, one a line, whose keys
// stand in the order of the columns. Empty cells are left out.
func (r Rows) WriteJSON(w io.Writer) error {
	parts := [][]byte{[]byte(listOpen), r.objects, []byte(listClose)}
	if len(r.objects) == 0 {
		parts = [][]byte{[]byte(listEmpty)}
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Size is how many bytes WriteJSON writes.
func (r Rows) Size() int {
	if len(r.objects) == 0 {
		return len(listEmpty)
	}
	return len(listOpen) + len(r.objects) + len(listClose)
}

// listing is all rows of a sheet in one rendering. They are kept in the form in
// which they are answered, so that a page is a slice of them.
type listing struct {
	lines []byte // JSON objects with separators between them
	ends  []int  // where each object ends in lines
	hash  string
}

// page returns the rows from offset on, limit at the most; 0 is all.
func (l *listing) page(offset, limit int) Rows {
	from := min(offset, len(l.ends))
	to := len(l.ends)
	if limit > 0 {
		to = from + min(limit, to-from)
	}
	rows := Rows{ETag: fmt.Sprintf(`"%s-%d-%d"`, l.hash, offset, limit)}
	if from < to {
		start := 0
		if from > 0 {
			start = l.ends[from-1] + len(separator)
		}
		rows.objects = l.lines[start:l.ends[to-1]]
	}
	return rows
}

// lister makes a listing row by row, the header's first.
type lister struct {
	header  []any // typed; nil until it was seen
	begun   bool
	columns *columns
	keys    [][]byte // as they stand in an object: "id":
	lines   []byte
	ends    []int
}

// listers keeps the memory that making a listing takes: growing it from nothing
// each time costs more than everything else.
var listers = sync.Pool{New: func() any { return new(lister) }}

// newLister returns a lister to be put back into listers.
func newLister(title string) *lister {
	l := listers.Get().(*lister)
	*l = lister{columns: newColumns(title), lines: l.lines[:0], ends: l.ends[:0]}
	return l
}

// setHeader takes the typed header of a sheet that is listed in another form.
func (l *lister) setHeader(row []jsontext.Value) (err error) {
	l.header, err = decodeCells(row)
	return err
}

// add takes the next row. The cells are JSON as Google wrote it.
func (l *lister) add(row []jsontext.Value) error {
	if !l.begun {
		l.begun = true
		if l.header == nil {
			if err := l.setHeader(row); err != nil {
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
	l.lines = appendObject(l.lines, l.keys, row)
	l.ends = append(l.ends, len(l.lines))
	return nil
}

// name makes keys for a row of this width; rows may be wider than the header.
func (l *lister) name(width int) error {
	if err := l.columns.extend(l.header, width); err != nil {
		return err
	}
	for _, name := range l.columns.names[len(l.keys):] {
		l.keys = append(l.keys, append(quoteJSON(name), ':'))
	}
	return nil
}

func (l *lister) listing() *listing {
	sum := sha256.Sum256(l.lines)
	return &listing{bytes.Clone(l.lines), slices.Clone(l.ends), hex.EncodeToString(sum[:12])}
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

func appendObject(b []byte, keys [][]byte, row []jsontext.Value) []byte {
	b = append(b, '{')
	first := true
	for i, cell := range row {
		if isBlank(cell) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(b, keys[i]...), cell...)
	}
	return append(b, '}')
}

// quoteJSON makes JSON of s. Unlike [json.Marshal] it leaves <, > and & as they
// are: the answers are not HTML.
func quoteJSON(s string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string can be encoded
	return bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))
}
