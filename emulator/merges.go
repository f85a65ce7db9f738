package emulator

import (
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

const partMerged = rest.BadRequestError("You must select all cells in a merged range to merge or unmerge them.")

// unmerge removes the merges in an area, which may not cut one in two.
func (s *sheet) unmerge(a grid.Area) error {
	var kept []grid.Area
	for _, m := range s.merges {
		if !m.Overlaps(a) {
			kept = append(kept, m)
		} else if !a.Contains(m) {
			return partMerged
		}
	}
	s.merges = kept
	return nil
}

// pasteMerges repeats the merges of a source in a destination.
func (s *sheet) pasteMerges(from *sheet, source, dest grid.Area) {
	var copies []grid.Area
	for _, m := range from.merges {
		if !source.Contains(m) {
			continue
		}
		for top := dest.Top; top < dest.Bottom; top += source.Rows() {
			for left := dest.Left; left < dest.Right; left += source.Columns() {
				copies = append(copies, m.Offset(top-source.Top, left-source.Left))
			}
		}
	}
	if len(copies) > 0 && s.unmerge(dest) == nil {
		s.merges = append(s.merges, copies...)
	}
}
