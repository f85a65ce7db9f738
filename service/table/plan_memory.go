package table

import (
	"errors"
	"fmt"
	"slices"
)

// ErrBatchFull is the error of an edit that changes so much that the other edits of the
// batch leave no memory for it. It can be planned with the next batch.
var ErrBatchFull = errors.New("the other edits of the batch take all its memory")

const (
	// maxReserved bounds the memory of what one batch changes, in bytes. Its request has what
	// is set, and its response all cells of the rows that were changed.
	maxReserved = 128 << 20
	// perChangedCell is what a cell takes in the request or the response, besides its text,
	// and perTextByte what each byte of the text does: it is encoded and decoded several times.
	perChangedCell = 600
	perTextByte    = 8
	// perNewCell is what each column of the sheet takes in a new row, whether it is set or not.
	perNewCell = 32
)

// fewerRows is the hint for new rows that take too much.
const fewerRows = "send fewer rows in one request"

// reserve counts the memory that an edit needs to add or change a number of rows. The hint is
// for an edit that takes too much by itself.
func (p *SheetPlan) reserve(rows, need int, hint string) error {
	switch {
	case need > maxReserved:
		return &Error{
			Code:   TooLarge,
			Detail: fmt.Sprintf("the %d rows with what is set in them take %d MB of memory, and %d MB are for one request", rows, need>>20, maxReserved>>20),
			Hint:   hint,
		}
	case p.Reserved+p.Elsewhere+need > maxReserved:
		return ErrBatchFull
	}
	p.Reserved += need
	return nil
}

// memoryOfNew returns about how many bytes an edit with these new rows takes in a batch: what
// is sent, and the cells of rows that the sheet has and new ones take, in the response.
func (p *SheetPlan) memoryOfNew(fresh []*PlannedRow, columns int, e *Edit) int {
	_, last := p.below(fresh, e.Header)
	placed := min(len(fresh), max(0, p.Bottom()-last))
	return perTextByte*e.Size() + perNewCell*columns*len(fresh) + perChangedCell*columns*placed
}

// memory returns about how many bytes the row's cells take in the response of a batch, besides
// the texts of those in the columns, ascending, that an edit sets.
func (r *PlannedRow) memory(set []int) int {
	n := perChangedCell * len(r.Cells)
	for column := range r.Cells {
		text, ok := r.cell(column).(string)
		if _, replaced := slices.BinarySearch(set, column); ok && !replaced {
			n += perTextByte * len(text)
		}
	}
	return n
}

// endsOfRuns returns the first and the last row of each run of adjacent rows. The response
// has their neighbours where they are deleted.
func endsOfRuns(rows []*PlannedRow) []*PlannedRow {
	inside := func(i int) bool {
		return i > 0 && i < len(rows)-1 && rows[i-1].At == rows[i].At-1 && rows[i+1].At == rows[i].At+1
	}
	var ends []*PlannedRow
	for i, row := range rows {
		if !inside(i) {
			ends = append(ends, row)
		}
	}
	return ends
}
