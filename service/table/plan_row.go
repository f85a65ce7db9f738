package table

import (
	"maps"
	"slices"
)

// Line is a row of a [Page].
type Line struct {
	Number  int   // in the sheet as it was read, from 1; 0 for a new row
	At      int   // number after the batch; of a deleted row, that before
	Cells   []any // after the batch: string, float64, bool, or nil
	Set     []int // columns that edits have set, ascending
	Deleted bool
	Above   int // of a deleted row: the number of the row before it after the batch
}

func (l *Line) cell(column int) any {
	if column < len(l.Cells) {
		return l.Cells[column]
	}
	return nil
}

func (l *Line) blank() bool {
	return !slices.ContainsFunc(l.Cells, func(cell any) bool { return !IsEmpty(cell) })
}

func (l *Line) write(columns []int, cells []any) {
	widest := columns[len(columns)-1] + 1
	// A copy, because other plans use the cells that were read.
	l.Cells = append(slices.Clone(l.Cells), make([]any, max(0, widest-len(l.Cells)))...)
	for i, column := range columns {
		l.Cells[column] = cells[i]
	}
	if l.Set == nil {
		l.Set = columns
		return
	}
	l.Set = slices.Concat(l.Set, columns)
	slices.Sort(l.Set)
	l.Set = slices.Compact(l.Set)
}

// sortByRow sorts lines by their numbers after the batch.
func sortByRow(lines []*Line) {
	slices.SortFunc(lines, func(a, b *Line) int { return a.At - b.At })
}

// After returns the sheet's rows after the batch; only the new ones where the rows
// were not read.
func (p *Page) After() (lines []*Line) {
	for _, l := range p.Lines {
		if !l.Deleted {
			lines = append(lines, l)
		}
	}
	return append(lines, p.Added...)
}

// Number sets the numbers that all rows have after the batch. It is called once all
// edits are done.
func (p *Page) Number() {
	deleted := 0
	for _, l := range p.Lines {
		if l.Deleted {
			l.Above = l.Number - deleted - 1
			deleted++
		} else {
			l.At = l.Number - deleted
		}
	}
	for i, l := range p.Added {
		l.At = p.Tail.Rows - deleted + i + 1
	}
}

// FirstAdded returns the number of the first new row after the batch, given [Page.After].
func (p *Page) FirstAdded(after []*Line) int {
	return p.Tail.Rows + len(after) - len(p.Lines) - len(p.Added) + 1
}

// Next returns the Tail of the sheet after the batch, given [Page.After].
func (p *Page) Next(after []*Line) Tail {
	now := Tail{ID: p.Tail.ID, Headers: map[int][]any{}, Grid: p.Tail.Grid + len(after) - len(p.Lines) + p.Extra(after)}
	if len(p.Lines) > 0 {
		for now.Rows = len(after); now.Rows > 0 && after[now.Rows-1].blank(); {
			now.Rows--
		}
		if now.Rows > 0 {
			now.Last = after[now.Rows-1].Cells
		}
		for header := range p.Tail.Headers {
			now.Headers[header] = nil
			if header <= len(after) {
				now.Headers[header] = after[header-1].Cells
			}
		}
		return now
	}
	now.Rows, now.Last = p.Tail.Rows+len(p.Added), p.Tail.Last
	if n := len(p.Added); n > 0 {
		now.Last = p.Added[n-1].Cells
	}
	for header, cells := range p.Tail.Headers {
		if header <= p.Tail.Rows { // the others may be among the new rows
			now.Headers[header] = cells
		}
	}
	return now
}

// Extra returns how many empty rows the batch has to add, given [Page.After]. Google
// refuses to delete all rows that are not frozen, so one has to be left below the
// headers.
func (p *Page) Extra(after []*Line) int {
	deleted := len(after) < len(p.Lines)+len(p.Added)
	if deleted && p.Tail.Grid+len(after)-len(p.Lines) <= p.Tail.lastHeader() {
		return 1
	}
	return 0
}

// Tail is what has to be known of a sheet to append to it: its headers, and where its
// rows end.
type Tail struct {
	ID      int64         // of the sheet, as the API has it
	Headers map[int][]any // cells of the rows that name columns, by row number
	Rows    int           // number of the last row that has a value; 0 if none has
	Grid    int           // number of rows of the grid, empty ones too
	Last    []any         // cells of the last row that has a value
}

// lastHeader returns the highest number of a row that names columns.
func (t Tail) lastHeader() (last int) {
	for header := range t.Headers {
		last = max(last, header)
	}
	return last
}

// Same reports whether two tails are equal, except for the last row's cells.
func (t Tail) Same(other Tail) bool {
	return t.ID == other.ID && t.Rows == other.Rows && t.Grid == other.Grid &&
		maps.EqualFunc(t.Headers, other.Headers, func(a, b []any) bool { return slices.Equal(a, b) })
}
