package emulator

import (
	"cmp"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
)

// tab is what a sheet is made from: its title, its cells as [raw] takes them,
// and whether it is hidden.
type tab struct {
	Title  string
	Values [][]any
	Hidden bool
}

// fromTabs returns a spreadsheet with these sheets; its first one is visible if
// all were hidden.
func fromTabs(title string, tabs []tab) *contents {
	var list []*sheet
	for i, t := range tabs {
		list = append(list, t.build(int64(i)))
	}
	if len(list) > 0 && !slices.ContainsFunc(list, func(s *sheet) bool { return !s.hidden }) {
		list[0].hidden = false
	}
	return newContents(title, list...)
}

func (t tab) build(id int64) *sheet {
	s := newSheet(id, cmp.Or(t.Title, "Sheet"+grid.FormatAutomatic(float64(id+1))), 1000, 26)
	s.hidden = t.Hidden
	for r, values := range t.Values {
		s.grow(r+1, len(values))
		for c, v := range values {
			s.Set(r, c, raw(v))
		}
	}
	return s
}
