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

// Rows are rows of a sheet below its header, as an answer, and what a cache in
// front may know about them.
type Rows struct {
	// ETag names exactly this answer, as RFC 9110 quotes it.
	ETag string
	// Kept tells that the rows come from memory, and Age how old they are.
	Kept bool
	Age  time.Duration
	// Count rows are in the answer, of Total that match the query.
	Count, Total int
	// Next is the offset at which more rows follow; 0 if none do.
	Next int

	parts [][]byte
}

// WriteTo writes the rows. As JSON they are an array of objects, one a line,
// whose keys stand in the order of the columns; empty cells are left out. As CSV
// (RFC 4180) the first line names the columns.
func (r Rows) WriteTo(w io.Writer) (n int64, err error) {
	parts := net.Buffers(slices.Clone(r.parts))
	return parts.WriteTo(w)
}

// Size is how many bytes WriteTo writes.
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

// Page answers a query.
func (l *Listing) Page(q Query) (Rows, error) {
	shown, err := l.columns.find(q.Select)
	if err != nil {
		return Rows{}, err
	}
	found, err := l.find(q)
	if err != nil {
		return Rows{}, err
	}
	total := len(l.ends)
	if found != nil {
		total = len(found)
	}
	from, to := min(q.Offset, total), total
	if q.Limit > 0 {
		to = from + min(q.Limit, total-from)
	}
	rows := Rows{ETag: fmt.Sprintf(`"%s-%s"`, l.hash, q.tag()), Count: to - from, Total: total}
	if to < total {
		rows.Next = to
	}
	row := func(n int) int { return n }
	if found != nil {
		row = func(n int) int { return found[n] }
	}
	switch {
	case q.CSV:
		rows.parts = [][]byte{l.csv(row, from, to, shown)}
	case from == to:
		rows.parts = [][]byte{[]byte(listEmpty)}
	case found == nil && shown == nil:
		start := l.ends[from] - len(l.object(from))
		rows.parts = [][]byte{[]byte(listOpen), l.lines[start:l.ends[to-1]], []byte(listClose)}
	default:
		rows.parts = [][]byte{[]byte(listOpen), l.objects(row, from, to, shown), []byte(listClose)}
	}
	return rows, nil
}

// objects are the rows from..to with the columns that are shown; nil is all.
func (l *Listing) objects(row func(int) int, from, to int, shown []int) []byte {
	var b []byte
	for n := from; n < to; n++ {
		if n > from {
			b = append(b, separator...)
		}
		if shown == nil {
			b = append(b, l.object(row(n))...)
			continue
		}
		open := len(b)
		b = append(b, '{')
		for _, column := range shown {
			if text := l.text(row(n), column); text != nil {
				if len(b) > open+1 {
					b = append(b, ',')
				}
				b = append(append(b, l.keys[column]...), text...)
			}
		}
		b = append(b, '}')
	}
	return b
}

// csv is the same as RFC 4180 has it, with booleans as Sheets writes them.
func (l *Listing) csv(row func(int) int, from, to int, shown []int) []byte {
	if shown == nil {
		for column := range l.columns.names {
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
		record[i] = l.columns.names[column]
	}
	_ = w.Write(record) // memory takes it all
	for n := from; n < to; n++ {
		for i, column := range shown {
			record[i] = csvText(l.text(row(n), column))
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
		_ = json.Unmarshal(cell, &text) // it was read as JSON
		return text
	case cell[0] == 't' || cell[0] == 'f':
		return strings.ToUpper(string(cell))
	}
	return string(cell)
}
