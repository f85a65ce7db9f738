package spreadsheet

import (
	"cmp"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
)

// Tab is what a sheet is made from: its title, its cells as [raw] takes them,
// and whether it is hidden.
type Tab struct {
	Title  string
	Values [][]any
	Hidden bool
}

// FromTabs returns a spreadsheet with these sheets; its first one is visible if
// all were hidden.
func FromTabs(title string, tabs []Tab) *Spreadsheet {
	var list []*Sheet
	for i, t := range tabs {
		list = append(list, t.build(int64(i)))
	}
	if len(list) > 0 && !slices.ContainsFunc(list, func(s *Sheet) bool { return !s.Hidden }) {
		list[0].Hidden = false
	}
	return New(title, list...)
}

func (t Tab) build(id int64) *Sheet {
	s := newSheet(id, cmp.Or(t.Title, "Sheet"+grid.FormatAutomatic(float64(id+1))), 1000, 26)
	s.Hidden = t.Hidden
	for r, values := range t.Values {
		s.Grow(r+1, len(values))
		for c, v := range values {
			s.Set(r, c, rawCell(v))
		}
	}
	return s
}
