package service

import (
	"maps"
	"slices"
)

// line is a row of a sheet while writes are planned.
type line struct {
	number  int   // where it was read, from 1; 0 for a new one
	at      int   // where it is after the batch; of a deleted one, where it was
	cells   []any // as they will be: string, float64, bool, or nil
	set     []int // columns that a write has set, ascending
	deleted bool
	above   int // of a deleted one: the row before it after the batch
}

func (l *line) cell(column int) any {
	if column < len(l.cells) {
		return l.cells[column]
	}
	return nil
}

func (l *line) blank() bool {
	return !slices.ContainsFunc(l.cells, func(cell any) bool { return !isEmpty(cell) })
}

func (l *line) write(columns []int, cells []any) {
	widest := columns[len(columns)-1] + 1
	// What was read is shared with other plans.
	l.cells = append(slices.Clone(l.cells), make([]any, max(0, widest-len(l.cells)))...)
	for i, column := range columns {
		l.cells[column] = cells[i]
	}
	if l.set == nil {
		l.set = columns
		return
	}
	l.set = slices.Concat(l.set, columns)
	slices.Sort(l.set)
	l.set = slices.Compact(l.set)
}

// inOrder sorts lines as they stand in the sheet.
func inOrder(lines []*line) {
	slices.SortFunc(lines, func(a, b *line) int { return a.at - b.at })
}

// after are the sheet's rows when all is done, if they were read.
func (p *page) after() (lines []*line) {
	for _, l := range p.lines {
		if !l.deleted {
			lines = append(lines, l)
		}
	}
	return append(lines, p.added...)
}

// number says where each line is after the batch.
func (p *page) number() {
	deleted := 0
	for _, l := range p.lines {
		if l.deleted {
			l.above = l.number - deleted - 1
			deleted++
		} else {
			l.at = l.number - deleted
		}
	}
	for i, l := range p.added {
		l.at = p.tail.rows - deleted + i + 1
	}
}

// firstAdded is where the first new row is after the batch, given all rows.
func (p *page) firstAdded(after []*line) int {
	return p.tail.rows + len(after) - len(p.lines) - len(p.added) + 1
}

// next is what the sheet goes by after the batch, given all rows.
func (p *page) next(after []*line) tail {
	now := tail{id: p.tail.id, headers: map[int][]any{}, grid: p.tail.grid + len(after) - len(p.lines) + p.extra(after)}
	if len(p.lines) > 0 {
		for now.rows = len(after); now.rows > 0 && after[now.rows-1].blank(); {
			now.rows--
		}
		for header := range p.tail.headers {
			now.headers[header] = nil
			if header <= len(after) {
				now.headers[header] = after[header-1].cells
			}
		}
		return now
	}
	now.rows = p.tail.rows + len(p.added)
	for header, cells := range p.tail.headers {
		if header <= p.tail.rows { // the others may be among the new rows
			now.headers[header] = cells
		}
	}
	return now
}

// extra is how many rows have to be added because Google lets nobody delete all
// rows that are not frozen: none would be left below the headers.
func (p *page) extra(after []*line) int {
	deleted := len(after) < len(p.lines)+len(p.added)
	if deleted && p.tail.grid+len(after)-len(p.lines) <= p.tail.lastHeader() {
		return 1
	}
	return 0
}

// tail is what writing to a sheet goes by: its headers, and its last row. It
// is kept in memory while each answer shows that it still holds.
type tail struct {
	id      int64
	headers map[int][]any // typed cells of the rows that name columns, by row
	rows    int           // rows up to the last one that holds any value, with the header
	grid    int           // rows of the grid
}

// lastHeader is the lowest row that names columns.
func (t tail) lastHeader() (last int) {
	for header := range t.headers {
		last = max(last, header)
	}
	return last
}

func (t tail) same(other tail) bool {
	return t.id == other.id && t.rows == other.rows && t.grid == other.grid &&
		maps.EqualFunc(t.headers, other.headers, func(a, b []any) bool { return slices.Equal(a, b) })
}
