package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// Rows are the rows that a [Query] selects, encoded, and what the headers of a
// response say about them. [RowSet.Rows] makes them.
type Rows struct {
	// ETag is different for different content, and quoted as RFC 9110 has it.
	ETag string
	// FromCache reports whether the rows come from a cache, and Age how long ago Google
	// was asked for them.
	FromCache bool
	Age       time.Duration
	// Count is the number of rows here, Total of those that match the query.
	Count, Total int
	// Next is the offset of the first matching row after these; 0 if there is none.
	Next int

	parts [][]byte
}

// WriteTo writes the rows. As JSON they are an array of objects, one a line, whose
// keys are in the order of the columns; empty cells are left out. As CSV (RFC 4180)
// the first line names the columns. The error is the writer's. WriteTo may be called
// again, and concurrently.
func (r Rows) WriteTo(w io.Writer) (n int64, err error) {
	parts := net.Buffers(slices.Clone(r.parts))
	return parts.WriteTo(w)
}

// Size returns the number of bytes that WriteTo writes.
func (r Rows) Size() (size int) {
	for _, part := range r.parts {
		size += len(part)
	}
	return size
}

const (
	listOpen  = "[\n"
	separator = ",\n"
	listClose = "\n]\n"
	listEmpty = "[]\n"
)

// Rows returns the rows that a valid query selects, encoded; see [Query.Validate]. A
// column that the sheet lacks is an [Error] with the code [InvalidRows], a condition
// without a colon one with [BadRequest].
func (s *RowSet) Rows(q Query) (Rows, error) {
	shown, err := s.columns.indexes(q.Select)
	if err != nil {
		return Rows{}, err
	}
	found, err := s.match(q)
	if err != nil {
		return Rows{}, err
	}
	total := len(s.objectEnds)
	if found != nil {
		total = len(found)
	}
	from, to := min(q.Offset, total), total
	if q.Limit > 0 {
		to = from + min(q.Limit, total-from)
	}
	rows := Rows{ETag: fmt.Sprintf(`"%s-%s"`, s.hash, q.tag()), Count: to - from, Total: total}
	if to < total {
		rows.Next = to
	}
	row := func(n int) int { return n }
	if found != nil {
		row = func(n int) int { return found[n] }
	}
	switch {
	case q.CSV:
		rows.parts = [][]byte{s.encodeCSV(row, from, to, shown)}
	case from == to:
		rows.parts = [][]byte{[]byte(listEmpty)}
	case found == nil && shown == nil:
		start := s.objectEnds[from] - len(s.object(from))
		rows.parts = [][]byte{[]byte(listOpen), s.json[start:s.objectEnds[to-1]], []byte(listClose)}
	default:
		rows.parts = [][]byte{[]byte(listOpen), s.encodeJSON(row, from, to, shown), []byte(listClose)}
	}
	return rows, nil
}

// encodeJSON returns objects for the matches from..to, of which row returns the row.
// They have the columns that are shown; nil is all.
func (s *RowSet) encodeJSON(row func(int) int, from, to int, shown []int) []byte {
	var b []byte
	for n := from; n < to; n++ {
		if n > from {
			b = append(b, separator...)
		}
		if shown == nil {
			b = append(b, s.object(row(n))...)
			continue
		}
		open := len(b)
		b = append(b, '{')
		for _, column := range shown {
			if text := s.cellJSON(row(n), column); text != nil {
				if len(b) > open+1 {
					b = append(b, ',')
				}
				b = append(append(b, s.keys[column]...), text...)
			}
		}
		b = append(b, '}')
	}
	return b
}

// encodeCSV returns CSV for the same arguments, with booleans as Sheets exports them.
func (s *RowSet) encodeCSV(row func(int) int, from, to int, shown []int) []byte {
	if shown == nil {
		for column := range s.columns.names {
			shown = append(shown, column)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	record := make([]string, len(shown))
	for i, column := range shown {
		record[i] = s.columns.names[column]
	}
	_ = w.Write(record) // a buffer returns no error
	for n := from; n < to; n++ {
		for i, column := range shown {
			record[i] = csvText(s.cellJSON(row(n), column))
		}
		_ = w.Write(record)
	}
	w.Flush()
	return b.Bytes()
}

func csvText(cell []byte) (text string) {
	switch {
	case len(cell) == 0:
		return ""
	case cell[0] == '"':
		_ = json.Unmarshal(cell, &text) // it was parsed as JSON before
		return text
	case cell[0] == 't' || cell[0] == 'f':
		return strings.ToUpper(string(cell))
	}
	return string(cell)
}
