package spreadsheet

import (
	"cmp"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
)

// Tab is what a sheet is made from. Values are rows of cells: strings, numbers
// of any type, bool, [Date], [Number], [Formula], and nil for an empty cell. The
// grid is 1000 x 26, or as large as the values need.
type Tab struct {
	Title  string
	Values [][]any
	Hidden bool
}

// FromTabs returns a spreadsheet with these sheets. The first is visible if all
// were hidden; one without a title is named "Sheet" and its number.
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
	s.Source, s.Hidden = s.Title, t.Hidden
	for r, values := range t.Values {
		s.Grow(r+1, len(values))
		for c, v := range values {
			s.Set(r, c, rawCell(v))
		}
	}
	return s
}
