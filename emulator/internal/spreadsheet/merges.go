package spreadsheet

import (
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// partMerged is the error of an area that has a part of a merge.
const partMerged = rest.BadRequestError("You must select all cells in a merged range to merge or unmerge them.")

// Unmerge removes the merges in an area. One that is only partly in it is an
// error.
func (s *Sheet) Unmerge(a grid.Area) error {
	var kept []grid.Area
	for _, m := range s.Merges {
		if !m.Overlaps(a) {
			kept = append(kept, m)
		} else if !a.Contains(m) {
			return partMerged
		}
	}
	s.Merges = kept
	return nil
}

// PasteMerges repeats the merges of a source area in a destination.
func (s *Sheet) PasteMerges(from *Sheet, source, dest grid.Area) {
	var copies []grid.Area
	for _, m := range from.Merges {
		if !source.Contains(m) {
			continue
		}
		for top := dest.Top; top < dest.Bottom; top += source.Rows() {
			for left := dest.Left; left < dest.Right; left += source.Columns() {
				copies = append(copies, m.Offset(top-source.Top, left-source.Left))
			}
		}
	}
	if len(copies) > 0 && s.Unmerge(dest) == nil {
		s.Merges = append(s.Merges, copies...)
	}
}
