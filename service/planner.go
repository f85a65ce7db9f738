package service

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

type (
	write = commit.Write[*table.Edit]
	plan  = commit.Plan[*table.Edit, []*sheetEffect]
)

// planner is the [commit.Planner] of edits. It holds what is known of the sheets that are
// written to. Only the writer's goroutine uses it.
type planner struct {
	stored func(title string) // is called for each sheet whose rows have changed
	now    func() time.Time
	tabs   []*sheets.SheetProperties // all there are
	listed time.Time                 // when
	absent absentTitles
	exists func(title string) bool // reports whether a read has found the sheet
	sheets map[string]*sheetState  // by title
	cells  cellsRead               // what was just read, for the next plan only
	full   *write                  // the first that the last batch had no memory for
	read   func(ctx context.Context, ranges []string, headers []int) (*cellsRead, error)
}

// versionKey identifies rows by the sheet's title and the row that names the columns.
type versionKey struct {
	title  string
	header int
}

// tab returns the sheet for rows with this title, which Google compares without regard to
// case; nil if there is none.
func (p *planner) tab(title string) *sheets.SheetProperties {
	for _, tab := range p.tabs {
		if tab.SheetType == "GRID" && strings.EqualFold(tab.Title, title) && !commit.IsKeysSheet(title) {
			return tab
		}
	}
	return nil
}

// lacks reports whether it is known that no sheet has this title, which is not in the list.
func (p *planner) lacks(title string) bool {
	return p.absent.hold(title, p.listed) && (!p.exists(title) || time.Since(p.listed) < listInterval)
}

// Ready implements [commit.Planner]. Writes that change rows are planned from what was
// read just before, never from memory.
func (p *planner) Ready(writes []*write) bool {
	return !slices.ContainsFunc(writes, func(w *write) bool {
		tab := p.tab(w.Request.Title)
		if tab == nil {
			return !p.lacks(w.Request.Title)
		}
		state := p.sheets[tab.Title]
		return state == nil || !commit.Fresh(p.now(), state.at) || !state.serves(w.Request)
	})
}

// Plan implements [commit.Planner]. All writes are planned from the same rows, those that
// were read; changes come before appends, so that they do not change new rows.
func (p *planner) Plan(writes []*write) *plan {
	made := &plan{Done: map[*write]error{}}
	if i := slices.Index(writes, p.full); i >= 0 {
		writes = writes[:i+1] // those that came later would take its memory again
	}
	full := map[*write]bool{}
	for _, w := range planOrder(writes) {
		switch stores, err := p.planWrite(made, w, writes); {
		case stores:
			made.Writes = append(made.Writes, w)
		case err == table.ErrBatchFull: // it is planned with the next batch
			full[w] = true
		default:
			made.Done[w] = err
		}
	}
	p.full = nil
	if i := slices.IndexFunc(writes, func(w *write) bool { return full[w] }); i >= 0 {
		p.full = writes[i]
	}
	for _, e := range made.State {
		e.finish()
		e.addRequests(made)
		made.Ranges = append(made.Ranges, e.ranges()...)
	}
	p.cells = cellsRead{}
	return made
}

// planWrite plans one of the writes. It returns false with an error, and where there is
// nothing to store.
func (p *planner) planWrite(made *plan, w *write, writes []*write) (stores bool, err error) {
	tab, e := p.tab(w.Request.Title), w.Request
	switch {
	case tab == nil:
		p.absent.add(e.Title, p.listed)
		return false, sheetNotFound(e.Title, visibleTitles(p.tabs))
	case p.cells.tooLarge[table.QuoteTitle(tab.Title)]:
		return false, errCellsTooLarge(tab.Title)
	case len(e.IfMatch) > 0:
		if err := e.CheckVersion(p.cells.versions[versionKey{tab.Title, e.Header}]); err != nil {
			return false, err
		}
	}
	var effect *sheetEffect
	var sheet *table.SheetPlan
	if e.Rollback { // planned by itself
		sheet = table.NewSheetPlan(tab.Title, p.sheets[tab.Title].SheetState, p.grid(tab.Title))
	} else {
		effect = p.effectOn(made, tab, writes)
		sheet = effect.plan
		sheet.Elsewhere = -sheet.Reserved
		for _, other := range made.State {
			sheet.Elsewhere += other.plan.Reserved
		}
	}
	result, err := sheet.Do(e)
	if err != nil {
		return false, err
	}
	if e.Rollback || result.Idle() && w.Key == "" {
		w.Result = result.Encode(tab.Title, e)
		setPlanned(sheet, e, result)
		return false, nil
	}
	effect.results[w] = result
	return true, nil
}

// effectOn returns what the plan does to a sheet. The plan has all of the sheet's rows only
// if a write needs them.
func (p *planner) effectOn(made *plan, tab *sheets.SheetProperties, writes []*write) *sheetEffect {
	if i := slices.IndexFunc(made.State, func(e *sheetEffect) bool { return e.tab == tab }); i >= 0 {
		return made.State[i]
	}
	grid, state := p.grid(tab.Title), p.sheets[tab.Title]
	if !slices.ContainsFunc(writes, func(w *write) bool { return !state.serves(w.Request) }) {
		grid = nil
	}
	e := &sheetEffect{tab: tab, plan: table.NewSheetPlan(tab.Title, state.SheetState, grid), results: map[*write]*table.EditResult{}}
	made.State = append(made.State, e)
	return e
}

// planOrder returns the writes of one batch in the order in which they are planned.
func planOrder(writes []*write) []*write {
	writes = slices.Clone(writes)
	slices.SortStableFunc(writes, func(a, b *write) int { return cmp.Compare(a.Request.Kind, b.Request.Kind) })
	return writes
}

// grid returns the rows of a sheet if they were just read; else nil.
func (p *planner) grid(title string) [][]any { return p.cells.grids[table.QuoteTitle(title)] }

// setPlanned sets the rows that an edit returns as they were planned.
func setPlanned(p *table.SheetPlan, e *table.Edit, result *table.EditResult) {
	var rows [][]any
	for _, l := range result.Rows() {
		rows = append(rows, l.Cells)
	}
	if e.Return {
		e.Stored = p.Stored(e, rows)
	}
}

// Verify implements [commit.Planner]. A sheet that is not shown as planned is read again
// before the next batch. If new rows are not where they were planned in a later read, or
// their sheet is not shown at all, they may have been moved after they were stored: then
// their results have PositionUnknown. A change of rows that is not shown as planned is a
// conflict in any case, because it may have hit other rows.
func (p *planner) Verify(made *plan, shown *sheets.Spreadsheet, at time.Time) map[*write]error {
	later, conflicts := at.IsZero(), map[*write]error{}
	for _, e := range made.State {
		if e.ranges() == nil {
			continue
		}
		p.stored(e.plan.Title) // also where the caller has left
		sheet, rows := shownSheet(shown, e.tab)
		wrong := e.conflicts(rows)
		for w, err := range wrong {
			if result := e.results[w]; (later || sheet == nil) && len(result.Changed) == 0 {
				result.PositionUnknown = true
				w.Result = result.Encode(e.plan.Title, w.Request)
				continue
			}
			conflicts[w] = err
		}
		e.setStored(rows, wrong)
		state := &sheetState{SheetState: e.next}
		state.Grid = int(e.tab.GridProperties.RowCount)
		state.Protected, state.Tables = areasOf(sheet)
		if sheet != nil && len(wrong) == 0 && !later && state.extend(rows) {
			state.at = at
		}
		p.sheets[e.plan.Title] = state
	}
	return conflicts
}
