package service

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
)

// tail is what appending to a sheet goes by: its header, and its last row. It
// is kept in memory while each answer shows that it still holds.
type tail struct {
	id     int64
	header []any // the typed cells of row 1
	rows   int   // rows up to the last one that holds any value, with the header
	grid   int   // rows of the grid
}

// appending is the Request of a write.
type appending struct {
	title   string
	records []Record
}

// absence is how long a sheet that was looked for in vain is taken not to be
// there: a caller with a mistyped title must not spend the quota of reads.
const absence = 30 * time.Second

// tails plans appends. The writer's goroutine alone uses it.
type tails struct {
	stored func(title string)        // told of each sheet that rows have come to
	tabs   []*sheets.SheetProperties // all there are
	listed time.Time                 // when
	known  map[string]tail           // by title
}

// tab finds the sheet for rows with this title, as Google does without regard
// to case.
func (t *tails) tab(title string) *sheets.SheetProperties {
	for _, tab := range t.tabs {
		if tab.SheetType == "GRID" && strings.EqualFold(tab.Title, title) && !commit.IsKeysSheet(title) {
			return tab
		}
	}
	return nil
}

// wanted are the titles of the sheets that the writes are for, and of those known
// already.
func (t *tails) wanted(works []*commit.Work) []string {
	wanted := map[string]bool{}
	for _, work := range works {
		if tab := t.tab(work.Request.(*appending).title); tab != nil {
			wanted[tab.Title] = true
		}
	}
	for title := range t.known {
		if tab := t.tab(title); tab != nil && tab.Title == title {
			wanted[title] = true
		}
	}
	return slices.Sorted(maps.Keys(wanted))
}

// ranges are the whole sheets: where a sheet ends is known only by its values.
func (t *tails) ranges(tabs []*sheets.SheetProperties, works []*commit.Work) []string {
	t.tabs, t.listed = tabs, time.Now()
	var ranges []string
	for _, title := range t.wanted(works) {
		ranges = append(ranges, quoteTitle(title))
	}
	return ranges
}

// load takes over the sheets that ranges has named.
func (t *tails) load(_ []*sheets.SheetProperties, grids [][][]any, works []*commit.Work) (changed bool) {
	titles, before := t.wanted(works), t.known
	t.known = make(map[string]tail, len(titles))
	for i, title := range titles {
		tab := t.tab(title)
		now := tail{id: tab.SheetId, rows: len(grids[i]), grid: int(tab.GridProperties.RowCount)}
		if len(grids[i]) > 0 {
			now.header = grids[i][0]
		}
		t.known[title] = now
		old, ok := before[title]
		changed = changed || !ok || !old.same(now)
	}
	return changed || len(before) != len(t.known)
}

func (t tail) same(other tail) bool {
	return t.id == other.id && t.rows == other.rows && t.grid == other.grid && slices.Equal(t.header, other.header)
}

func (t *tails) loaded(works []*commit.Work) bool {
	return !slices.ContainsFunc(works, func(work *commit.Work) bool {
		tab := t.tab(work.Request.(*appending).title)
		if tab == nil {
			return time.Since(t.listed) >= absence
		}
		_, ok := t.known[tab.Title]
		return !ok
	})
}

// plan inserts the rows of each sheet below its last one: inserting pushes down
// what a writer that we don't know of has put there, where overwriting loses it.
func (t *tails) plan(works []*commit.Work) *commit.Plan {
	p := &commit.Plan{Refused: map[*commit.Work]error{}, Fields: "sheets(properties(sheetId,title),data(startRow,rowData(values(effectiveValue,formattedValue))))"}
	var landings []*landing
	rows := map[*landing][]*sheets.RowData{}
	for _, work := range works {
		request := work.Request.(*appending)
		title, values, columns, err := t.values(request)
		if err != nil {
			p.Refused[work] = err
			continue
		}
		i := slices.IndexFunc(landings, func(l *landing) bool { return l.title == title })
		if i < 0 {
			i = len(landings)
			landings = append(landings, &landing{title: title, tail: t.known[title]})
		}
		l := landings[i]
		first := l.tail.rows + l.rows + 1
		work.Result = rangeOf(title, first, columns, len(values))
		rows[l] = append(rows[l], toRowData(values)...)
		l.rows += len(values)
		l.works = append(l.works, work)
		p.Works = append(p.Works, work)
	}
	for _, l := range landings {
		p.Requests = append(p.Requests, l.requests(rows[l])...)
		p.Ranges = append(p.Ranges, l.ranges()...)
	}
	p.Memo = landings
	return p
}

// values puts the records into the order of the sheet's columns.
func (t *tails) values(a *appending) (title string, values [][]any, columns int, err error) {
	tab := t.tab(a.title)
	if tab == nil {
		return "", nil, 0, sheetNotFound(a.title, visible(t.tabs))
	}
	header := t.known[tab.Title].header
	names, err := columnNames(tab.Title, header, 0)
	if err == nil {
		values, err = toValues(tab.Title, names, header, a.records)
	}
	return tab.Title, values, len(names), err
}

func toRowData(values [][]any) []*sheets.RowData {
	rows := make([]*sheets.RowData, len(values))
	for i, row := range values {
		rows[i] = &sheets.RowData{Values: make([]*sheets.CellData, len(row))}
		for j, value := range row {
			rows[i].Values[j] = &sheets.CellData{UserEnteredValue: toValue(value)}
		}
	}
	return rows
}

// toValue keeps the type: a string is never read as a number or a formula.
func toValue(value any) *sheets.ExtendedValue {
	switch v := value.(type) {
	case string:
		return &sheets.ExtendedValue{StringValue: &v}
	case float64:
		return &sheets.ExtendedValue{NumberValue: &v}
	case bool:
		return &sheets.ExtendedValue{BoolValue: &v}
	}
	return nil
}

func rangeOf(title string, first, columns, rows int) string {
	from, to := fmt.Sprint("A", first), fmt.Sprint(columnLetters(columns-1), first+rows-1)
	if !plainTitle.MatchString(title) {
		title = quoteTitle(title)
	}
	if from == to {
		return title + "!" + from
	}
	return title + "!" + from + ":" + to
}
