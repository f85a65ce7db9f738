package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// PlannedRow is a row of a [SheetPlan].
type PlannedRow struct {
	Number     int   // in the sheet as it was read, from 1; 0 for a new row
	At         int   // number after the batch; of a deleted row, that before
	Cells      []any // after the batch: string, float64, bool, or nil
	ColumnsSet []int // columns that edits have set, ascending
	Deleted    bool
	RowBefore  int // of a deleted row: the number of the row before it after the batch
}

func (l *PlannedRow) cell(column int) any {
	if column < len(l.Cells) {
		return l.Cells[column]
	}
	return nil
}

// values returns the cells of these columns.
func (l *PlannedRow) values(columns []int) []any {
	cells := make([]any, len(columns))
	for i, column := range columns {
		cells[i] = l.cell(column)
	}
	return cells
}

func (l *PlannedRow) blank() bool {
	return !slices.ContainsFunc(l.Cells, func(cell any) bool { return !IsEmpty(cell) })
}

func (l *PlannedRow) write(columns []int, cells []any) {
	widest := columns[len(columns)-1] + 1
	// A copy, because other plans use the cells that were read.
	l.Cells = append(slices.Clone(l.Cells), make([]any, max(0, widest-len(l.Cells)))...)
	for i, column := range columns {
		l.Cells[column] = cells[i]
	}
	if l.ColumnsSet == nil {
		l.ColumnsSet = columns
		return
	}
	l.ColumnsSet = slices.Concat(l.ColumnsSet, columns)
	slices.Sort(l.ColumnsSet)
	l.ColumnsSet = slices.Compact(l.ColumnsSet)
}

// digestRows returns a text that differs for rows with other cells.
func digestRows(rows []*PlannedRow) string {
	hash := sha256.New()
	for _, l := range rows {
		text, _ := json.Marshal(l.Cells[:l.width()]) // cells are strings, numbers and booleans
		_, _ = hash.Write(append(text, '\n'))        // a hash takes everything
	}
	return hex.EncodeToString(hash.Sum(nil)[:12])
}

// width returns the number of cells up to the last one that has a value.
func (l *PlannedRow) width() int {
	n := len(l.Cells)
	for n > 0 && IsEmpty(l.Cells[n-1]) {
		n--
	}
	return n
}

// sortByRow sorts rows by their numbers after the batch.
func sortByRow(lines []*PlannedRow) {
	slices.SortFunc(lines, func(a, b *PlannedRow) int { return a.At - b.At })
}

// After returns the sheet's rows after the batch; only the new ones where the rows
// were not read.
func (p *SheetPlan) After() (lines []*PlannedRow) {
	for _, l := range p.Rows {
		if !l.Deleted {
			lines = append(lines, l)
		}
	}
	return append(lines, p.Added...)
}

// Number sets the numbers that all rows have after the batch. It is called once all
// edits are done.
func (p *SheetPlan) Number() {
	deleted := 0
	for _, l := range p.Rows {
		if l.Deleted {
			l.RowBefore = l.Number - deleted - 1
			deleted++
		} else {
			l.At = l.Number - deleted
		}
	}
	for i, l := range p.Added {
		l.At = p.Before.Rows - deleted + i + 1
	}
}

// FirstAdded returns the number of the first new row after the batch, given [SheetPlan.After].
func (p *SheetPlan) FirstAdded(after []*PlannedRow) int {
	return p.Before.Rows + len(after) - len(p.Rows) - len(p.Added) + 1
}

// Next returns the state of the sheet after the batch, given [SheetPlan.After].
func (p *SheetPlan) Next(after []*PlannedRow) SheetState {
	now := SheetState{ID: p.Before.ID, Headers: map[int][]any{}, Grid: p.Before.Grid + len(after) - len(p.Rows) + p.Extra(after)}
	if len(p.Rows) > 0 {
		for now.Rows = len(after); now.Rows > 0 && after[now.Rows-1].blank(); {
			now.Rows--
		}
		if now.Rows > 0 {
			now.Last = after[now.Rows-1].Cells
		}
		for header := range p.Before.Headers {
			now.Headers[header] = nil
			if header <= len(after) {
				now.Headers[header] = after[header-1].Cells
			}
		}
		return now
	}
	now.Rows, now.Last = p.Before.Rows+len(p.Added), p.Before.Last
	if n := len(p.Added); n > 0 {
		now.Last = p.Added[n-1].Cells
	}
	for header, cells := range p.Before.Headers {
		if header <= p.Before.Rows { // the others may be among the new rows
			now.Headers[header] = cells
		}
	}
	return now
}

// Extra returns how many empty rows the batch has to add, given [SheetPlan.After]. Google
// refuses to delete all rows that are not frozen, so one has to be left below the
// headers.
func (p *SheetPlan) Extra(after []*PlannedRow) int {
	deleted := len(after) < len(p.Rows)+len(p.Added)
	if deleted && p.Before.Grid+len(after)-len(p.Rows) <= p.Before.lastHeader() {
		return 1
	}
	return 0
}

// SheetState is what has to be known of a sheet to append to it: its headers, and where its
// rows end.
type SheetState struct {
	ID      int64         // of the sheet, as the API has it
	Headers map[int][]any // cells of the rows that name columns, by row number
	Rows    int           // number of the last row that has a value; 0 if none has
	Grid    int           // number of rows of the grid, empty ones too
	Last    []any         // cells of the last row that has a value
}

// lastHeader returns the highest number of a row that names columns.
func (t SheetState) lastHeader() (last int) {
	for header := range t.Headers {
		last = max(last, header)
	}
	return last
}

// Same reports whether two states are equal, except for the last row's cells.
func (t SheetState) Same(other SheetState) bool {
	return t.ID == other.ID && t.Rows == other.Rows && t.Grid == other.Grid &&
		maps.EqualFunc(t.Headers, other.Headers, func(a, b []any) bool { return slices.Equal(a, b) })
}
