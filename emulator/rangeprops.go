package emulator

import (
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
	"google.golang.org/api/sheets/v4"
)

// What a sheet keeps about ranges and only gives back: protection, filters,
// bands, conditional formats. The values are never changed in place.
type kept struct {
	protected []*sheets.ProtectedRange
	filter    *sheets.BasicFilter
	views     []*sheets.FilterView
	bands     []*sheets.BandedRange
	rules     []*sheets.ConditionalFormatRule
}

func (k kept) clone() kept {
	k.protected, k.views = slices.Clone(k.protected), slices.Clone(k.views)
	k.bands, k.rules = slices.Clone(k.bands), slices.Clone(k.rules)
	return k
}

// changeRanges moves all ranges; what has no range left is dropped.
func (s *sheet) changeRanges(to func(grid.Area) (grid.Area, bool)) {
	change := func(g *sheets.GridRange) *sheets.GridRange {
		a, ok := to(areaOf(g))
		if !ok {
			return nil
		}
		return gridRange(s.id, a)
	}
	s.protected = changeEach(s.protected, change, func(p *sheets.ProtectedRange) **sheets.GridRange { return &p.Range })
	s.views = changeEach(s.views, change, func(v *sheets.FilterView) **sheets.GridRange { return &v.Range })
	s.bands = changeEach(s.bands, change, func(b *sheets.BandedRange) **sheets.GridRange { return &b.Range })
	if s.filter != nil {
		filter := *s.filter
		if s.filter = &filter; change(filter.Range) == nil {
			s.filter = nil
		}
		filter.Range = change(filter.Range)
	}
	var rules []*sheets.ConditionalFormatRule
	for _, r := range s.rules {
		rule := *r
		rule.Ranges = nil
		for _, g := range r.Ranges {
			if moved := change(g); moved != nil {
				rule.Ranges = append(rule.Ranges, moved)
			}
		}
		if len(rule.Ranges) > 0 {
			rules = append(rules, &rule)
		}
	}
	s.rules = rules
}

// changeEach copies a list of things with a range, with other ranges.
func changeEach[T any](list []*T, change func(*sheets.GridRange) *sheets.GridRange, rangeOf func(*T) **sheets.GridRange) []*T {
	var out []*T
	for _, old := range list {
		moved := *old
		at := rangeOf(&moved)
		if *at = change(*at); *at != nil {
			out = append(out, &moved)
		}
	}
	return out
}
