package service

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// sheetEffect is what a plan does to one sheet.
type sheetEffect struct {
	tab     *sheets.SheetProperties // as it was read
	plan    *table.SheetPlan
	results map[*write]*table.EditResult
	checks  map[int]*rowCheck // by row after the batch
	next    table.SheetState  // of the sheet when all is stored as planned
	above   []any             // cells of the row above the first new one
}

// finish numbers the rows, sets the result of every write, and notes what the batch's
// response has to show of the rows that were changed, and of those above and below, if all
// is stored as planned. If somebody moves rows in the moment between the read and the
// batch, they differ.
func (e *sheetEffect) finish() {
	p := e.plan
	p.Number()
	first, rows := p.After()
	e.next, e.checks = p.Next(), map[int]*rowCheck{}
	for w, result := range e.results {
		w.Result = result.Encode(p.Title, w.Request)
		for row := range neighbours(result) {
			e.expect(row, first, rows, w)
		}
	}
	if len(p.Added) > 0 {
		if n := len(rows) - len(p.Added); n > 0 {
			e.above = rows[n-1].Cells
		}
	}
}

// expect notes that a row, if there is one, has to be as in rows, the first of which has
// the number first. What is above them is not known.
func (e *sheetEffect) expect(row, first int, rows []*table.PlannedRow, w *write) {
	if row < first || row > e.next.Grid || row == w.Request.Header { // see headerChanged
		return
	}
	c := e.checks[row]
	if c == nil {
		c = &rowCheck{}
		e.checks[row] = c
	}
	if c.writes = append(c.writes, w); row-first < len(rows) {
		c.cells = rows[row-first].Cells
	}
}

// neighbours returns the rows after the batch of which a change is known: those that were
// changed or are used by new ones, and those above and below. Where rows were deleted,
// those that were around them.
func neighbours(result *table.EditResult) map[int]bool {
	rows := map[int]bool{}
	for _, l := range result.Rows() {
		if l.Number == 0 { // inserted
			continue
		}
		if l.Deleted {
			rows[l.RowBefore], rows[l.RowBefore+1] = true, true
			continue
		}
		rows[l.At-1], rows[l.At], rows[l.At+1] = true, true, true
	}
	return rows
}

// ranges returns the rows to be shown, adjacent ones in one range: the headers, those that
// are checked, the one above new rows, and all from the last one on.
func (e *sheetEffect) ranges() (ranges []string) {
	numbers := slices.Collect(maps.Keys(e.checks))
	for w, result := range e.results {
		if len(result.Rows()) > 0 && w.Request.Header <= e.plan.Before.Grid {
			numbers = append(numbers, w.Request.Header)
		}
		if e.returns(w) {
			for _, l := range result.Rows() {
				numbers = append(numbers, l.At)
			}
		}
	}
	if len(numbers) == 0 && len(e.plan.Added) == 0 {
		return nil
	}
	if above := e.aboveAdded(); above > 0 {
		numbers = append(numbers, above)
	}
	slices.Sort(numbers)
	for _, run := range runs(slices.Compact(numbers)) {
		ranges = append(ranges, table.RowRange(e.plan.Title, run[0], run[len(run)-1]))
	}
	return append(ranges, tailRange(e.plan.Title, e.next.Rows))
}

// conflicts returns the writes that the rows do not show as they were planned.
func (e *sheetEffect) conflicts(rows map[int][]*sheets.CellData) map[*write]error {
	conflicts := map[*write]error{}
	f := formats{}
	for row, c := range e.checks {
		if c.holds(f.row(rows[row])) {
			continue
		}
		for _, w := range c.writes {
			conflicts[w] = e.conflict(w, len(e.results[w].Changed) == 0) // beside rows that new ones use
		}
	}
	misplaced := e.misplaced(rows)
	for w, result := range e.results {
		switch {
		case conflicts[w] != nil:
		case e.headerChanged(w, rows):
			conflicts[w] = e.conflict(w, false)
		case misplaced && len(result.Appended) > 0:
			conflicts[w] = e.conflict(w, true)
		}
	}
	return conflicts
}

// headerChanged reports whether a column that the write sets has another name than it
// was planned from.
func (e *sheetEffect) headerChanged(w *write, rows map[int][]*sheets.CellData) bool {
	planned, known := e.next.Headers[w.Request.Header]
	if !known || w.Request.Header > e.plan.Before.Grid {
		return false
	}
	cells := formats{}.row(rows[w.Request.Header])
	for _, l := range e.results[w].Rows() {
		for _, column := range l.ColumnsSet {
			if column < len(planned) && (column >= len(cells) || !sameCell(planned[column], cells[column])) {
				return true
			}
		}
	}
	return false
}

// aboveAdded returns the number of the row above the first one that is inserted; 0 if there
// is none.
func (e *sheetEffect) aboveAdded() int {
	if len(e.plan.Added) == 0 {
		return 0
	}
	return e.plan.Added[0].At - 1
}

// misplaced reports whether new rows are not below the last row: there is a gap above them,
// or another row than the last one, with more rows below.
func (e *sheetEffect) misplaced(rows map[int][]*sheets.CellData) bool {
	above := e.aboveAdded()
	if above == 0 {
		return false
	}
	if blank(rows[above]) {
		return true
	}
	below := false
	for row, cells := range rows {
		below = below || row > above+len(e.plan.Added) && !blank(cells)
	}
	return below && !(&rowCheck{cells: e.above}).holds(formats{}.row(rows[above]))
}

// returns reports whether the write returns the rows as the batch's response shows them.
func (e *sheetEffect) returns(w *write) bool {
	n := len(e.results[w].Rows())
	return w.Request.Return && w.Request.Kind != table.Deletes && n > 0 && n <= table.MaxReturned
}

// setStored sets the rows that writes return, except of those with a conflict.
func (e *sheetEffect) setStored(shown map[int][]*sheets.CellData, wrong map[*write]error) {
	f := formats{}
	for w, result := range e.results {
		switch {
		case wrong[w] != nil:
		case e.returns(w):
			var rows [][]any
			for _, l := range result.Rows() {
				rows = append(rows, f.row(shown[l.At]))
			}
			w.Request.Stored = e.plan.Stored(w.Request, rows)
		case w.Request.Kind == table.Deletes:
			setPlanned(e.plan, w.Request, result)
		}
	}
}

// conflict is the error for a write that is stored, but perhaps not where it should be. With
// misplaced, its new rows are elsewhere than below the last row.
func (e *sheetEffect) conflict(w *write, misplaced bool) error {
	rows := e.results[w].Appended
	detail := "the rows are stored at rows %s of sheet %q, but the sheet's header was changed meanwhile, so that they may be under other columns"
	hint := "check the rows and correct them by hand"
	if misplaced {
		detail = "the rows are stored, once, near rows %s of sheet %q, but not below the last row: somebody inserted, deleted or moved rows at the same moment"
		hint = "move the rows where they should be; do not send them again"
	} else if changed := e.results[w].Changed; len(changed) > 0 {
		rows = changed
		detail = "the change was made at rows %s of sheet %q, but the cells there or beside them are not what was found before: somebody moved or changed rows at the same moment"
		hint = "check these rows and correct them: File > Version history in Google Sheets shows them as they were"
	}
	numbers := strings.Join(table.RowNumbers(rows), ", ")
	return &table.Error{Code: table.Conflict, Detail: fmt.Sprintf(detail, numbers, e.plan.Title), Hint: hint}
}
