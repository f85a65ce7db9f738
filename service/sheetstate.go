package service

import (
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// missingTTL is how long a title that no sheet has is remembered: a caller with a mistyped
// title must not use up the quota of reads.
const missingTTL = 30 * time.Second

// tails holds what is known of the sheets that are written to. Only the writer's
// goroutine uses it.
type tails struct {
	stored func(title string)        // is called for each sheet whose rows have changed
	tabs   []*sheets.SheetProperties // all there are
	listed time.Time                 // when
	known  map[string]table.Tail     // by title
	grids  map[string][][]any        // by title: what was just read, for the next plan only
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
// already, with the rows of their headers.
func (t *tails) wanted(works []*commit.Work) map[string]map[int]bool {
	wanted := map[string]map[int]bool{}
	for title, known := range t.known {
		if tab := t.tab(title); tab != nil && tab.Title == title {
			wanted[title] = map[int]bool{}
			for header := range known.Headers {
				wanted[title][header] = true
			}
		}
	}
	for _, work := range works {
		e := work.Request.(*table.Edit)
		tab := t.tab(e.Title)
		if tab == nil {
			continue
		}
		if wanted[tab.Title] == nil {
			wanted[tab.Title] = map[int]bool{}
		}
		wanted[tab.Title][e.Header] = true
	}
	return wanted
}

// ranges are the whole sheets: where a sheet ends is known only by its values.
func (t *tails) ranges(tabs []*sheets.SheetProperties, works []*commit.Work) []string {
	t.tabs, t.listed = tabs, time.Now()
	var ranges []string
	for _, title := range slices.Sorted(maps.Keys(t.wanted(works))) {
		ranges = append(ranges, table.QuoteTitle(title))
	}
	return ranges
}

// load takes over the sheets that ranges has named.
func (t *tails) load(_ []*sheets.SheetProperties, grids [][][]any, works []*commit.Work) (changed bool) {
	wanted, before := t.wanted(works), t.known
	t.known, t.grids = make(map[string]table.Tail, len(wanted)), make(map[string][][]any, len(wanted))
	for i, title := range slices.Sorted(maps.Keys(wanted)) {
		tab := t.tab(title)
		now := table.Tail{ID: tab.SheetId, Headers: map[int][]any{}, Rows: len(grids[i]), Grid: int(tab.GridProperties.RowCount)}
		for header := range wanted[title] {
			now.Headers[header] = nil
			if header <= len(grids[i]) {
				now.Headers[header] = grids[i][header-1]
			}
		}
		t.known[title], t.grids[title] = now, grids[i]
		old, ok := before[title]
		changed = changed || !ok || !old.Same(now)
	}
	return changed || len(before) != len(t.known)
}

// loaded reports whether all is known that planning these writes takes. Those
// that change rows are planned from what was read just before, never from memory.
func (t *tails) loaded(works []*commit.Work) bool {
	return !slices.ContainsFunc(works, func(work *commit.Work) bool {
		e := work.Request.(*table.Edit)
		tab := t.tab(e.Title)
		if tab == nil {
			return time.Since(t.listed) >= missingTTL
		}
		_, ok := t.known[tab.Title].Headers[e.Header]
		return !ok || e.NeedsRows()
	})
}
