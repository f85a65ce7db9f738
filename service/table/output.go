package table

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Rows are the rows that a [Query] selects, and what the headers of a response say
// about them. [RowSet.Rows] makes them. They hold the row set, and no encoded rows.
type Rows struct {
	// ETag is different for different content, and quoted as RFC 9110 has it.
	ETag string
	// Version is the part of ETag that depends on the sheet's rows and not on the query.
	Version string
	// FromCache reports whether the rows come from a cache, and Age how long ago they were
	// read from Google.
	FromCache bool
	Age       time.Duration
	// Count is the number of rows here, Total of those that match the query.
	Count, Total int
	// Next is the offset of the first matching row after these; 0 if there is none.
	Next int

	set      *RowSet
	found    []int   // the rows that match, in order, up to the last one here; nil is all
	from, to int     // which of them are here
	shown    []shown // columns; nil is all, where all rows have all of them
	csv      bool
}

// WriteTo encodes the rows and writes them, a part at a time. As JSON they are an array
// of objects, one a line, whose keys are in the order of the columns; an empty cell is
// null. As CSV (RFC 4180) the first line names the columns; a cell's text is as it
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

// Memory returns about how many bytes the rows take in addition to their row set.
func (r Rows) Memory() int { return encoderSize + 8*cap(r.found) }

const (
	listOpen  = "[\n"
	separator = ",\n"
	listClose = "\n]\n"
	listEmpty = "[]\n"
)

// Rows returns the rows that a valid query selects; see [Query.Validate]. An [Error] with
// the code [BadRequest] names a column that the sheet lacks.
func (s *RowSet) Rows(q Query) (Rows, error) {
	tag := fmt.Sprintf(`"%s-%s"`, s.hash, q.tag())
	found, err := s.match(q.Filter)
	if err != nil {
		return Rows{}, err
	}
	if q.aggregates() {
		if s, err = s.aggregate(found, q.Select); err != nil {
			return Rows{}, err
		}
		found, q.Select = nil, nil
	}
	columns, err := s.selected(q.Select)
	if err != nil {
		return Rows{}, err
	}
	rows, err := s.slice(found, q)
	if err != nil {
		return Rows{}, err
	}
	rows.ETag, rows.Version, rows.set, rows.shown, rows.csv = tag, s.hash, s, columns, q.CSV
	return rows, nil
}

// slice returns those of the rows that were found, in the query's order, that its offset and
// limit select.
func (s *RowSet) slice(found []int, q Query) (Rows, error) {
	keys, err := s.columns.sortKeys(q.Order)
	if err != nil {
		return Rows{}, err
	}
	total := len(s.objectEnds)
	if found != nil {
		total = len(found)
	}
	from, to := min(q.Offset, total), total
	switch {
	case q.NoRows:
		to = from
	case q.Limit > 0:
		to = from + min(q.Limit, total-from)
	}
	rows := Rows{Count: to - from, Total: total, from: from, to: to}
	if to < total && !q.NoRows {
		rows.Next = to
	}
	if len(keys) > 0 {
		if found == nil {
			found = s.allRows()
		}
		found = s.sort(found, keys, to)
	}
	if rows.found = found; len(found) < cap(found)/2 { // the rows may be written slowly
		rows.found = slices.Clone(found)
	}
	return rows, nil
}

// WorkSize returns about how many bytes of memory it takes to select rows: a number for each
// that is found, what each is sorted by, and the groups.
func (s *RowSet) WorkSize(q Query) int {
	rows, size := len(s.objectEnds), 0
	if !q.Filter.IsZero() || len(q.Order) > 0 {
		size += 8 * rows
	}
	if len(q.Order) > 0 {
		size += sortItemSize * rows
	}
	if q.aggregates() {
		size += groupValueSize * min(rows*len(q.Select), maxGroupValues)
	}
	return size
}

// WorkTime returns about how long it takes at most to match the rows with patterns and lists
// of values; the other work of a selection is short.
func (s *RowSet) WorkTime(q Query) time.Duration {
	perByte, perRow := q.Filter.cost()
	return min(maxWork, time.Duration(perByte*len(s.json)+perRow*len(s.objectEnds)))
}

// row returns the number of the n-th match.
func (r Rows) row(n int) int {
	if r.found == nil {
		return n
	}
	return r.found[n]
}
