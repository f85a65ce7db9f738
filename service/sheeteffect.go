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

// finish numbers the rows, and sets the result of every write.
func (e *sheetEffect) finish() {
	e.plan.Number()
	for w, result := range e.results {
		w.Result = result.Encode(e.plan.Title, w.Request)
	}
}

// buildChecks notes what the batch's response has to show if all is stored as planned: the
// headers, and all rows that were changed with those above and below. If
// somebody moves rows in the moment between the read and the batch, they differ.
func (e *sheetEffect) buildChecks() {
	p, rows := e.plan, e.plan.After()
	e.next, e.checks = p.Next(rows), map[int]*rowCheck{}
	for w, result := range e.results {
		for row := range neighbours(result.Changed) {
			e.expect(row, rows, w)
		}
	}
	if len(p.Added) > 0 {
		e.above = p.Before.Last
		if first := p.FirstAdded(rows); len(p.Rows) > 0 && first > 1 {
			e.above = rows[first-2].Cells
		}
	} else if len(e.checks) == 0 {
		return
	}
	for w := range e.results {
		header := w.Request.Header
		if header > p.Before.Grid {
			continue
		}
		if c := e.checks[header]; c == nil || !c.exact {
			e.checks[header] = &rowCheck{exact: true, cells: p.Before.Headers[header]}
		}
		e.checks[header].writes = append(e.checks[header].writes, w)
	}
}

// expect notes that a row, if there is one, has to be as in rows.
func (e *sheetEffect) expect(row int, rows []*table.PlannedRow, w *write) {
	if row < 1 || row > e.next.Grid {
		return
	}
	c := e.checks[row]
	if c == nil {
		c = &rowCheck{}
		e.checks[row] = c
	}
	if c.writes = append(c.writes, w); row <= len(rows) {
		c.cells = rows[row-1].Cells
	}
}

// neighbours returns the rows after the batch of which a change is known: those that were
// changed, and those above and below. Where rows were deleted, those that were around them.
func neighbours(changed []*table.PlannedRow) map[int]bool {
	rows := map[int]bool{}
	for _, l := range changed {
		if l.Deleted {
			rows[l.RowBefore], rows[l.RowBefore+1] = true, true
			continue
		}
		rows[l.At-1], rows[l.At], rows[l.At+1] = true, true, true
	}
	return rows
}

// ranges returns the rows to be shown, adjacent ones in one range: those that are checked,
// the one above new rows, and all from the last one on.
func (e *sheetEffect) ranges() (ranges []string) {
	if len(e.checks) == 0 {
		return nil
	}
	numbers := slices.Collect(maps.Keys(e.checks))
	if n := e.next.Rows - len(e.plan.Added); n > 0 && len(e.plan.Added) > 0 {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, run := range runs(slices.Compact(numbers)) {
		ranges = append(ranges, table.RowRange(e.plan.Title, run[0], run[len(run)-1]))
	}
	return append(ranges, tailRange(e.plan.Title, e.next.Rows))
}

// broken returns the checks that do not hold.
func (e *sheetEffect) broken(rows map[int][]*sheets.CellData, found bool) (broken []*rowCheck) {
	for row, c := range e.checks {
		if !found || !c.holds(rows[row]) {
			broken = append(broken, c)
		}
	}
	return broken
}

// misplaced reports whether new rows are not below the last row: there is a gap above them,
// or another row than the last one, with more rows below.
func (e *sheetEffect) misplaced(rows map[int][]*sheets.CellData) bool {
	above := e.next.Rows - len(e.plan.Added)
	if len(e.plan.Added) == 0 || above < 1 {
		return false
	}
	if blank(rows[above]) {
		return true
	}
	below := false
	for row, cells := range rows {
		below = below || row > e.next.Rows && !blank(cells)
	}
	return below && !(&rowCheck{cells: e.above}).holds(rows[above])
}

// conflict is the error for a write that is stored, but perhaps not where it should be.
func (e *sheetEffect) conflict(w *write) error {
	result := e.results[w]
	err := &table.Error{
		Code: table.Conflict,
		Detail: fmt.Sprintf("the rows are stored at rows %s of sheet %q, but the sheet's title or header was changed meanwhile, so that they may stand under other columns",
			strings.Join(table.RowNumbers(result.Appended), ", "), e.plan.Title),
		Hint: "look at the rows and put them right by hand",
	}
	if len(result.Changed) > 0 {
		err.Detail = fmt.Sprintf("the change was made at rows %s of sheet %q, but what stands there or beside them is not what was found before: somebody moved or changed rows at the same moment",
			strings.Join(table.RowNumbers(result.Changed), ", "), e.plan.Title)
		err.Hint = "look at these rows, and put them right: File > Version history in Google Sheets shows them as they were"
	}
	return err
}

// misplacedError is the error for a write whose new rows are stored elsewhere than below the
// last row.
func (e *sheetEffect) misplacedError(w *write) error {
	return &table.Error{
		Code: table.Conflict,
		Detail: fmt.Sprintf("the rows are stored, once, near rows %s of sheet %q, but not below the last row: somebody inserted, deleted or moved rows at the same moment",
			strings.Join(table.RowNumbers(e.results[w].Appended), ", "), e.plan.Title),
		Hint: "move the rows where they should be; do not send them again",
	}
}
