package table

import (
	"fmt"
	"io"
	"time"
)

// Rows are the rows that a [Query] selects, and what the headers of a response say
// about them. [RowSet.Rows] makes them. They hold the row set, and no encoded rows.
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

	set      *RowSet
	found    []int // the rows that match, in order; nil is all
	from, to int   // which of them are here
	shown    []int // columns; nil is all
	csv      bool
}

// WriteTo encodes the rows and writes them, a part at a time. As JSON they are an array
// of objects, one a line, whose keys are in the order of the columns; empty cells are
// left out. As CSV (RFC 4180) the first line names the columns; a cell's text is as it
// is, also where a program that opens the file takes it for a formula. The error is the
// writer's. WriteTo may be called again, and concurrently.
func (r Rows) WriteTo(w io.Writer) (n int64, err error) {
	e := newEncoder(w)
	switch {
	case r.set == nil:
	case r.csv:
		e.writeCSV(r)
	default:
		e.writeJSON(r)
	}
	return e.finish()
}

// Size returns the number of bytes that WriteTo writes. It takes as long as writing
// them.
func (r Rows) Size() int {
	n, _ := r.WriteTo(io.Discard)
	return int(n)
}

// Set returns the row set that the rows are of, which several Rows may share.
func (r Rows) Set() *RowSet { return r.set }

// Memory returns about how many bytes the rows take beside their row set.
func (r Rows) Memory() int { return encoderSize + 8*cap(r.found) }

const (
	listOpen  = "[\n"
	separator = ",\n"
	listClose = "\n]\n"
	listEmpty = "[]\n"
)

// Rows returns the rows that a valid query selects; see [Query.Validate]. A column that
// the sheet lacks is an [Error] with the code [InvalidRows], a condition without a colon
// one with [BadRequest].
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
	rows := Rows{
		ETag: fmt.Sprintf(`"%s-%s"`, s.hash, q.tag()), Count: to - from, Total: total,
		set: s, found: found, from: from, to: to, shown: shown, csv: q.CSV,
	}
	if to < total {
		rows.Next = to
	}
	return rows, nil
}

// row returns the number of the n-th match.
func (r Rows) row(n int) int {
	if r.found == nil {
		return n
	}
	return r.found[n]
}
