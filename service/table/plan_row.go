package table

import (
	"maps"
	"slices"
)

// Line is a row of a sheet while writes are planned.
type Line struct {
	Number  int   // where it was read, from 1; 0 for a new one
	At      int   // where it is after the batch; of a deleted one, where it was
	Cells   []any // as they will be: string, float64, bool, or nil
	Set     []int // columns that a write has set, ascending
	Deleted bool
	Above   int // of a deleted one: the row before it after the batch
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
	// What was read is shared with other plans.
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

// inOrder sorts lines as they stand in the sheet.
func inOrder(lines []*Line) {
	slices.SortFunc(lines, func(a, b *Line) int { return a.At - b.At })
}

// After are the sheet's rows when all is done, if they were read.
func (p *Page) After() (lines []*Line) {
	for _, l := range p.Lines {
		if !l.Deleted {
			lines = append(lines, l)
		}
	}
	return append(lines, p.Added...)
}

// Number says where each line is after the batch.
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

// FirstAdded is where the first new row is after the batch, given all rows.
func (p *Page) FirstAdded(after []*Line) int {
	return p.Tail.Rows + len(after) - len(p.Lines) - len(p.Added) + 1
}

// Next is what the sheet goes by after the batch, given all rows.
func (p *Page) Next(after []*Line) Tail {
	now := Tail{Id: p.Tail.Id, Headers: map[int][]any{}, Grid: p.Tail.Grid + len(after) - len(p.Lines) + p.Extra(after)}
	if len(p.Lines) > 0 {
		for now.Rows = len(after); now.Rows > 0 && after[now.Rows-1].blank(); {
			now.Rows--
		}
		for header := range p.Tail.Headers {
			now.Headers[header] = nil
			if header <= len(after) {
				now.Headers[header] = after[header-1].Cells
			}
		}
		return now
	}
	now.Rows = p.Tail.Rows + len(p.Added)
	for header, cells := range p.Tail.Headers {
		if header <= p.Tail.Rows { // the others may be among the new rows
			now.Headers[header] = cells
		}
	}
	return now
}

// Extra is how many rows have to be added because Google lets nobody delete all
// rows that are not frozen: none would be left below the headers.
func (p *Page) Extra(after []*Line) int {
	deleted := len(after) < len(p.Lines)+len(p.Added)
	if deleted && p.Tail.Grid+len(after)-len(p.Lines) <= p.Tail.lastHeader() {
		return 1
	}
	return 0
}

// Tail is what writing to a sheet goes by: its headers, and its last row. It
// is kept in memory while each answer shows that it still holds.
type Tail struct {
	Id      int64
	Headers map[int][]any // typed cells of the rows that name columns, by row
	Rows    int           // rows up to the last one that holds any value, with the header
	Grid    int           // rows of the grid
}

// lastHeader is the lowest row that names columns.
func (t Tail) lastHeader() (last int) {
	for header := range t.Headers {
		last = max(last, header)
	}
	return last
}

func (t Tail) Same(other Tail) bool {
	return t.Id == other.Id && t.Rows == other.Rows && t.Grid == other.Grid &&
		maps.EqualFunc(t.Headers, other.Headers, func(a, b []any) bool { return slices.Equal(a, b) })
}
