package spreadsheet

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
)

// RangeProps is what a sheet stores about ranges: protection, filters, bands,
// conditional formats, structured tables. The values are never changed in place.
type RangeProps struct {
	Protected []*sheets.ProtectedRange
	Filter    *sheets.BasicFilter
	Views     []*sheets.FilterView
	Bands     []*sheets.BandedRange
	Rules     []*sheets.ConditionalFormatRule
	Tables    []*sheets.Table
}

func (k RangeProps) clone() RangeProps {
	k.Protected, k.Views = slices.Clone(k.Protected), slices.Clone(k.Views)
	k.Bands, k.Rules = slices.Clone(k.Bands), slices.Clone(k.Rules)
	k.Tables = slices.Clone(k.Tables)
	return k
}

// MapRanges replaces all ranges with what a function returns for them; what has
// no range left is deleted. Structured tables are moved by [Sheet.MoveTables].
func (s *Sheet) MapRanges(to func(grid.Area) (grid.Area, bool)) {
	change := func(g *sheets.GridRange) *sheets.GridRange {
		a, ok := to(AreaOf(g))
		if !ok {
			return nil
		}
		return GridRange(s.ID, a)
	}
	s.Protected = mapEach(s.Protected, change, func(p *sheets.ProtectedRange) **sheets.GridRange { return &p.Range })
	s.Views = mapEach(s.Views, change, func(v *sheets.FilterView) **sheets.GridRange { return &v.Range })
	s.Bands = mapEach(s.Bands, change, func(b *sheets.BandedRange) **sheets.GridRange { return &b.Range })
	if s.Filter != nil {
		filter := *s.Filter
		if s.Filter = &filter; change(filter.Range) == nil {
			s.Filter = nil
		}
		filter.Range = change(filter.Range)
	}
	var rules []*sheets.ConditionalFormatRule
	for _, r := range s.Rules {
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
	s.Rules = rules
}

// mapEach copies a list of values that have a range, with other ranges.
func mapEach[T any](list []*T, change func(*sheets.GridRange) *sheets.GridRange, rangeOf func(*T) **sheets.GridRange) []*T {
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
