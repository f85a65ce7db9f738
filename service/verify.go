package service

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// landing is what a plan does to one sheet.
type landing struct {
	page   *table.Page
	done   map[*commit.Work]*table.EditResult
	sights map[int]*sight // by row after the batch
	next   table.Tail     // of the sheet when all is stored as planned
}

// look notes what has to be seen for all to have landed as planned: the headers;
// around new rows the last row above and none below; and all rows that were
// changed with the ones above and below. If somebody moves rows in the moment
// between the read and the batch, those are not the same.
func (l *landing) look() {
	p, rows := l.page, l.page.After()
	l.next, l.sights = p.Next(rows), map[int]*sight{}
	for work, did := range l.done {
		for row := range neighbours(did.Changed) {
			l.expect(row, rows, work)
		}
	}
	if first := p.FirstAdded(rows); len(p.Added) > 0 && len(p.Lines) > 0 {
		l.expect(first-1, rows)
		l.expect(first+len(p.Added), rows)
	} else if len(p.Added) > 0 {
		l.sights[first-1] = &sight{want: filled}
		if below := first + len(p.Added); below <= l.next.Grid {
			l.sights[below] = &sight{want: empty}
		}
	}
	if len(l.sights) == 0 {
		return
	}
	for work := range l.done {
		header := work.Request.(*table.Edit).Header
		if header > p.Tail.Grid {
			continue
		}
		if s := l.sights[header]; s == nil || s.want != exact {
			l.sights[header] = &sight{want: exact, cells: p.Tail.Headers[header]}
		}
		l.sights[header].works = append(l.sights[header].works, work)
	}
}

// expect notes that a row, if there is one, has to be as in rows.
func (l *landing) expect(row int, rows []*table.Line, works ...*commit.Work) {
	if row < 1 || row > l.next.Grid {
		return
	}
	s := l.sights[row]
	if s == nil {
		s = &sight{}
		l.sights[row] = s
	}
	if s.works = append(s.works, works...); row <= len(rows) {
		s.cells = rows[row-1].Cells
	}
}

// neighbours are the rows after the batch of which a change is known: those that
// were hit, and those above and below. Where rows were deleted, the ones that
// came together.
func neighbours(hits []*table.Line) map[int]bool {
	rows := map[int]bool{}
	for _, l := range hits {
		if l.Deleted {
			rows[l.Above], rows[l.Above+1] = true, true
			continue
		}
		rows[l.At-1], rows[l.At], rows[l.At+1] = true, true, true
	}
	return rows
}

// ranges are the rows to be shown, neighbours in one range.
func (l *landing) ranges() (ranges []string) {
	for _, run := range runs(slices.Sorted(maps.Keys(l.sights))) {
		ranges = append(ranges, table.RowRange(l.page.Title, run[0], run[len(run)-1]))
	}
	return ranges
}

// landed compares what the spreadsheet shows with what was planned. Rows under
// another header than they were made for, or beside other rows than were found,
// are a conflict; new rows that are not where they should be only mean that the
// sheet has to be read again.
func (t *tails) landed(p *commit.Plan, shown *sheets.Spreadsheet) (conflicts map[*commit.Work]error, again bool) {
	conflicts = map[*commit.Work]error{}
	for _, l := range p.Memo.([]*landing) {
		if len(l.sights) == 0 {
			continue
		}
		t.stored(l.page.Title) // also where the caller has left
		broken := l.compare(shown)
		for _, s := range broken {
			for _, work := range s.works {
				conflicts[work] = l.conflict(work)
			}
		}
		if len(broken) > 0 {
			again = true
			continue
		}
		t.known[l.page.Title] = l.next
	}
	return conflicts, again
}

// conflict is what a caller is told whose write is stored, but perhaps not where
// it should be.
func (l *landing) conflict(work *commit.Work) error {
	did := l.done[work]
	e := &table.Error{
		Code: table.Conflict,
		Detail: fmt.Sprintf("the rows are stored at rows %s of sheet %q, but the sheet's title or header was changed meanwhile, so that they may stand under other columns",
			strings.Join(table.RowNumbers(did.Appended), ", "), l.page.Title),
		Hint: "look at the rows and put them right by hand",
	}
	if len(did.Changed) > 0 {
		e.Detail = fmt.Sprintf("the change was made at rows %s of sheet %q, but what stands there or beside them is not what was found before: somebody moved or changed rows at the same moment",
			strings.Join(table.RowNumbers(did.Changed), ", "), l.page.Title)
		e.Hint = "look at these rows, and put them right: File > Version history in Google Sheets shows them as they were"
	}
	return e
}

// compare returns the sights that the spreadsheet does not show.
func (l *landing) compare(shown *sheets.Spreadsheet) (broken []*sight) {
	rows := map[int][]*sheets.CellData{}
	there := false
	for _, sheet := range shown.Sheets {
		if sheet.Properties.SheetId != l.page.Tail.ID || sheet.Properties.Title != l.page.Title {
			continue
		}
		there = true
		for _, data := range sheet.Data {
			for i, row := range data.RowData {
				rows[int(data.StartRow)+i+1] = row.Values
			}
		}
	}
	for row, s := range l.sights {
		if !there || !s.seen(rows[row]) {
			broken = append(broken, s)
		}
	}
	return broken
}
