package service

import (
	"cmp"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// shownFields are the fields of a batch's response for the rows that were written and
// those around them: enough to distinguish values from results of formulas.
const shownFields = "sheets(properties(sheetId,title),data(startRow,rowData(values(userEnteredValue,effectiveValue,formattedValue))))"

// plan makes requests of the writes. All of them are planned from the same rows, those
// that were read; changes come before appends, so that they do not change new rows.
func (t *tails) plan(works []*commit.Work) *commit.Plan {
	p := &commit.Plan{Settled: map[*commit.Work]error{}, Fields: shownFields}
	var landings []*landing
	for _, work := range planOrder(works) {
		e := work.Request.(*table.Edit)
		tab := t.tab(e.Title)
		if tab == nil {
			p.Settled[work] = sheetNotFound(e.Title, visibleTitles(t.tabs))
			continue
		}
		if e.DryRun {
			p.Settled[work] = t.dryRun(work, tab.Title)
			continue
		}
		i := slices.IndexFunc(landings, func(l *landing) bool { return l.page.Title == tab.Title })
		if i < 0 {
			i = len(landings)
			landings = append(landings, &landing{page: t.page(tab.Title, works), done: map[*commit.Work]*table.EditResult{}})
		}
		did, err := landings[i].page.Do(e)
		if err != nil {
			p.Settled[work] = err
			continue
		}
		landings[i].done[work] = did
		if len(did.Changed)+len(did.Appended) == 0 && work.Key == "" { // there is nothing to store
			p.Settled[work] = nil
			work.Result = did.Encode(tab.Title, e)
			continue
		}
		p.Works = append(p.Works, work)
		p.Perishable = p.Perishable || e.NeedsRows()
	}
	for _, l := range landings {
		l.finish()
		l.look()
		p.Requests = append(p.Requests, l.requests()...)
		p.Ranges = append(p.Ranges, l.ranges()...)
	}
	p.Memo = landings
	t.grids = nil
	return p
}

// planOrder returns the writes of one batch in the order in which they are planned.
func planOrder(works []*commit.Work) []*commit.Work {
	works = slices.Clone(works)
	slices.SortStableFunc(works, func(a, b *commit.Work) int {
		return cmp.Compare(a.Request.(*table.Edit).Kind, b.Request.(*table.Edit).Kind)
	})
	return works
}

// page returns the sheet for planning, with its rows if a write needs them.
func (t *tails) page(title string, works []*commit.Work) *table.Page {
	grid := t.grids[title]
	if !slices.ContainsFunc(works, func(work *commit.Work) bool { return work.Request.(*table.Edit).NeedsRows() }) {
		grid = nil
	}
	return table.NewPage(title, t.known[title], grid)
}

// dryRun sets the result that a write would have, planned on a page of its own.
func (t *tails) dryRun(work *commit.Work, title string) error {
	e := work.Request.(*table.Edit)
	did, err := table.NewPage(title, t.known[title], t.grids[title]).Do(e)
	if err == nil {
		work.Result = did.Encode(title, e)
	}
	return err
}

// finish numbers the rows, and sets the result of every write.
func (l *landing) finish() {
	l.page.Number()
	for work, did := range l.done {
		work.Result = did.Encode(l.page.Title, work.Request.(*table.Edit))
	}
}

// requests returns the requests that write, then those that insert and then those that
// delete, so that all of them have the numbers of the rows as they were read.
func (l *landing) requests() []*sheets.Request {
	requests := l.updates()
	requests = append(requests, l.inserts()...)
	return append(requests, l.deletions()...)
}
