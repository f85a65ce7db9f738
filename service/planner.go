package service

import (
	"cmp"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// shownFields is what an answer shows of the rows that were written and of
// their neighbours: enough to tell values from what formulas make.
const shownFields = "sheets(properties(sheetId,title),data(startRow,rowData(values(userEnteredValue,effectiveValue,formattedValue))))"

// plan makes requests of the writes. All of them see the same rows, those that
// were read; the changes come first, so that what is appended is not changed.
func (t *tails) plan(works []*commit.Work) *commit.Plan {
	p := &commit.Plan{Settled: map[*commit.Work]error{}, Fields: shownFields}
	var landings []*landing
	for _, work := range inTurn(works) {
		e := work.Request.(*table.Edit)
		tab := t.tab(e.Title)
		if tab == nil {
			p.Settled[work] = sheetNotFound(e.Title, visible(t.tabs))
			continue
		}
		if e.DryRun {
			p.Settled[work] = t.rehearse(work, tab.Title)
			continue
		}
		i := slices.IndexFunc(landings, func(l *landing) bool { return l.page.Title == tab.Title })
		if i < 0 {
			i = len(landings)
			landings = append(landings, &landing{page: t.page(tab.Title, works), done: map[*commit.Work]*table.Done{}})
		}
		did, err := landings[i].page.Do(e)
		if err != nil {
			p.Settled[work] = err
			continue
		}
		landings[i].done[work] = did
		if len(did.Hits)+len(did.Added) == 0 && work.Key == "" { // nobody has to remember that
			p.Settled[work] = nil
			work.Result = did.Result(tab.Title, e)
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

// inTurn is the order in which writes of one batch are planned.
func inTurn(works []*commit.Work) []*commit.Work {
	works = slices.Clone(works)
	slices.SortStableFunc(works, func(a, b *commit.Work) int {
		return cmp.Compare(a.Request.(*table.Edit).Kind, b.Request.(*table.Edit).Kind)
	})
	return works
}

// page is the sheet for planning, with its rows if a write needs them.
func (t *tails) page(title string, works []*commit.Work) *table.Page {
	grid := t.grids[title]
	if !slices.ContainsFunc(works, func(work *commit.Work) bool { return work.Request.(*table.Edit).NeedsRows() }) {
		grid = nil
	}
	return table.NewPage(title, t.known[title], grid)
}

// rehearse finds out what a write would do, on a page of its own.
func (t *tails) rehearse(work *commit.Work, title string) error {
	e := work.Request.(*table.Edit)
	did, err := table.NewPage(title, t.known[title], t.grids[title]).Do(e)
	if err == nil {
		work.Result = did.Result(title, e)
	}
	return err
}

// finish gives every write its result, when the rows have their places.
func (l *landing) finish() {
	l.page.Number()
	for work, did := range l.done {
		work.Result = did.Result(l.page.Title, work.Request.(*table.Edit))
	}
}

// requests write first, then insert and then delete, from below: each goes by
// the rows as they were read.
func (l *landing) requests() []*sheets.Request {
	requests := l.updates()
	requests = append(requests, l.inserts()...)
	return append(requests, l.deletions()...)
}
