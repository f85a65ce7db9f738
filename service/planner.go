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

// lacks reports whether a title that is not in the list of sheets is known to be that of none.
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
	for _, w := range planOrder(writes) {
		tab := p.tab(w.Request.Title)
		if tab == nil {
			p.absent.add(w.Request.Title, p.listed)
			made.Done[w] = sheetNotFound(w.Request.Title, visibleTitles(p.tabs))
			continue
		}
		if p.cells.tooLarge[table.QuoteTitle(tab.Title)] {
			made.Done[w] = errCellsTooLarge(tab.Title)
			continue
		}
		if len(w.Request.IfMatch) > 0 {
			if err := w.Request.CheckVersion(p.cells.versions[versionKey{tab.Title, w.Request.Header}]); err != nil {
				made.Done[w] = err
				continue
			}
		}
		if w.Request.Rollback {
			made.Done[w] = p.rollBack(w, tab.Title)
			continue
		}
		i := slices.IndexFunc(made.State, func(e *sheetEffect) bool { return e.tab == tab })
		if i < 0 {
			i = len(made.State)
			made.State = append(made.State, &sheetEffect{
				tab: tab, plan: p.sheetPlan(tab.Title, writes), results: map[*write]*table.EditResult{},
			})
		}
		result, err := made.State[i].plan.Do(w.Request)
		if err != nil {
			made.Done[w] = err
			continue
		}
		if result.Idle() && w.Key == "" { // there is nothing to store
			made.Done[w] = nil
			w.Result = result.Encode(tab.Title, w.Request)
			setPlanned(made.State[i].plan, w.Request, result)
			continue
		}
		made.State[i].results[w] = result
		made.Writes = append(made.Writes, w)
	}
	for _, e := range made.State {
		e.finish()
		e.buildChecks()
		e.addRequests(made)
		made.Ranges = append(made.Ranges, e.ranges()...)
	}
	p.cells = cellsRead{}
	return made
}

// planOrder returns the writes of one batch in the order in which they are planned.
func planOrder(writes []*write) []*write {
	writes = slices.Clone(writes)
	slices.SortStableFunc(writes, func(a, b *write) int { return cmp.Compare(a.Request.Kind, b.Request.Kind) })
	return writes
}

// sheetPlan returns the sheet for planning, with its rows if a write needs them.
func (p *planner) sheetPlan(title string, writes []*write) *table.SheetPlan {
	grid, state := p.grid(title), p.sheets[title]
	if !slices.ContainsFunc(writes, func(w *write) bool { return !state.serves(w.Request) }) {
		grid = nil
	}
	return table.NewSheetPlan(title, state.SheetState, grid)
}

// grid returns the rows of a sheet if they were just read; else nil.
func (p *planner) grid(title string) [][]any { return p.cells.grids[table.QuoteTitle(title)] }

// rollBack sets the result that a write would have, planned by itself.
func (p *planner) rollBack(w *write, title string) error {
	alone := table.NewSheetPlan(title, p.sheets[title].SheetState, p.grid(title))
	result, err := alone.Do(w.Request)
	if err == nil {
		w.Result = result.Encode(title, w.Request)
		setPlanned(alone, w.Request, result)
	}
	return err
}

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

// Verify implements [commit.Planner]. What is not known for certain after the batch is read
// again before the next one. New rows that a later read does not show where they were planned may
// have been moved since, and what nobody has shown may be anywhere: their results say so. A change
// that is not shown as planned is a conflict in any case, because it may have hit other rows.
func (p *planner) Verify(made *plan, shown *sheets.Spreadsheet, at time.Time) map[*write]error {
	later, conflicts := at.IsZero(), map[*write]error{}
	for _, e := range made.State {
		if e.ranges() == nil {
			continue
		}
		p.stored(e.plan.Title) // also where the caller has left
		rows, found := shownRows(shown, e.tab)
		wrong := e.conflicts(rows)
		for w, err := range wrong {
			if result := e.results[w]; (later || !found) && len(result.Changed) == 0 {
				result.PositionUnknown = true
				w.Result = result.Encode(e.plan.Title, w.Request)
				continue
			}
			conflicts[w] = err
		}
		e.setStored(rows, wrong)
		state := &sheetState{SheetState: e.next}
		state.Grid = int(e.tab.GridProperties.RowCount)
		state.setAreas(shown, e.tab)
		if found && len(wrong) == 0 && !later && state.extend(rows) {
			state.at = at
		}
		p.sheets[e.plan.Title] = state
	}
	return conflicts
}
