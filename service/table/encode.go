package table

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encoderSize is how many bytes an encoder collects before it writes them.
const encoderSize = 32 << 10

// encoder writes rows in parts.
type encoder struct {
	w       io.Writer
	part    []byte
	written int64
	err     error // the writer's first
}

func newEncoder(w io.Writer) *encoder {
	return &encoder{w: w, part: make([]byte, 0, encoderSize)}
}

// flush writes what was collected.
func (e *encoder) flush() {
	e.write(e.part)
	e.part = e.part[:0]
}

func (e *encoder) write(b []byte) {
	if e.err == nil && len(b) > 0 {
		n, err := e.w.Write(b)
		e.written += int64(n)
		e.err = err
	}
}

// flushFull writes what was collected if it is a part.
func (e *encoder) flushFull() {
	if len(e.part) >= encoderSize*3/4 {
		e.flush()
	}
}

func (e *encoder) finish() (int64, error) {
	e.flush()
	return e.written, e.err
}

func (e *encoder) writeJSON(r Rows) {
	if r.from == r.to {
		e.part = append(e.part, listEmpty...)
		return
	}
	e.part = append(e.part, listOpen...)
	if r.found == nil && r.shown == nil { // all columns, which all rows have
		e.flush()
		start := r.set.objectEnds[r.from] - len(r.set.object(r.from))
		e.write(r.set.json[start:r.set.objectEnds[r.to-1]])
	} else {
		e.writeObjects(r)
	}
	e.part = append(e.part, listClose...)
}

func (e *encoder) writeObjects(r Rows) {
	for n := r.from; n < r.to && e.err == nil; n++ {
		if n > r.from {
			e.part = append(e.part, separator...)
		}
		if r.shown == nil {
			e.part = append(e.part, r.set.object(r.row(n))...)
		} else {
			e.part = r.set.appendObject(e.part, r.row(n), r.shown)
		}
		e.flushFull()
	}
}

// appendObject appends the object of a row with only these columns.
func (s *RowSet) appendObject(b []byte, row int, columns []shown) []byte {
	b = append(b, '{')
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.key...)
		if text := s.cellJSON(row, c.column); text != nil {
			b = append(b, text...)
		} else {
			b = append(b, jsonNull...)
		}
	}
	return append(b, '}')
}

// writeCSV writes booleans as Sheets exports them.
func (e *encoder) writeCSV(r Rows) {
	columns := r.shown
	if columns == nil {
		columns = r.set.all()
	}
	for i, c := range columns {
		e.field(i, len(columns), c.name, false)
	}
	for n := r.from; n < r.to && e.err == nil && len(columns) > 0; n++ {
		for i, c := range columns {
			text := csvText(r.set.cellJSON(r.row(n), c.column))
			e.field(i, len(columns), text, r.set.readsOtherwise(r.row(n), c.column, text))
		}
	}
}

// readsOtherwise reports whether a cell is a text that [ReadCSV] would take for a number or a
// boolean without quotes.
func (s *RowSet) readsOtherwise(row, column int, text string) bool {
	cell := s.cellJSON(row, column)
	if s.render == Text || len(cell) == 0 || cell[0] != '"' {
		return false
	}
	_, plain := csvValue(text).(string)
	return !plain && text != ""
}

// field appends the i-th of n fields of a line, in quotes if it needs them or with quoted.
// It is not done by encoding/csv, which drops a carriage return in a field where lines end
// in CRLF.
func (e *encoder) field(i, n int, text string, quoted bool) {
	if i > 0 {
		e.part = append(e.part, ',')
	}
	if quoted || needsQuotes(text) {
		e.part = append(e.part, '"')
		e.part = append(e.part, quoteField.Replace(text)...)
		e.part = append(e.part, '"')
	} else {
		e.part = append(e.part, text...)
	}
	if i == n-1 {
		e.part = append(e.part, "\r\n"...)
	}
	e.flushFull()
}

// quoteField doubles quotes, and makes all line breaks those of the text.
var quoteField = strings.NewReplacer(`"`, `""`, "\r\n", "\r\n", "\n", "\r\n")

// needsQuotes is the rule of encoding/csv, and \. is the end of data for Postgres.
func needsQuotes(field string) bool {
	if field == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(field)
	return field == `\.` || strings.ContainsAny(field, ",\"\r\n") || unicode.IsSpace(first)
}

func csvText(cell []byte) (text string) {
	switch {
	case len(cell) == 0:
		return ""
	case cell[0] == '"' && bytes.IndexByte(cell, '\\') < 0: // most texts
		return string(cell[1 : len(cell)-1])
	case cell[0] == '"':
		_ = json.Unmarshal(cell, &text) // it was parsed as JSON before
		return text
	case cell[0] == 't' || cell[0] == 'f':
		return strings.ToUpper(string(cell))
	case bytes.ContainsAny(cell, "eE") || bytes.IndexByte(cell, '.') >= 0 && cell[len(cell)-1] == '0' || cell[0] == '-':
		number, _ := strconv.ParseFloat(string(cell), 64)
		return jsonNumber(number + 0) // not -0
	}
	return string(cell)
}
