package spreadsheet

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// SheetRange is a part of a sheet that data filters select
// (developers.google.com/workspace/sheets/api/guides/metadata).
type SheetRange struct {
	Sheet   *Sheet
	Area    grid.Area
	Filters []*sheets.DataFilter
}

// FilterRanges returns the parts of sheets that data filters select. A part that
// several of them select is there once.
func (ss *Spreadsheet) FilterRanges(filters []*sheets.DataFilter) ([]SheetRange, error) {
	var out []SheetRange
	for _, f := range filters {
		found, err := ss.filterRanges(f)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			i := slices.IndexFunc(out, func(q SheetRange) bool { return q.Sheet == p.Sheet && q.Area == p.Area })
			if i < 0 {
				out = append(out, p)
				i = len(out) - 1
			}
			out[i].Filters = append(out[i].Filters, f)
		}
	}
	return out, nil
}

// filterRanges returns what one data filter selects.
func (ss *Spreadsheet) filterRanges(f *sheets.DataFilter) ([]SheetRange, error) {
	switch {
	case f == nil:
		return nil, rest.BadRequest("A data filter must not be empty.")
	case f.DeveloperMetadataLookup != nil:
		return ss.metadataRanges(f)
	case f.A1Range != "":
		s, a, err := ss.ResolveA1(f.A1Range)
		return []SheetRange{{Sheet: s, Area: a}}, err
	case f.GridRange != nil:
		s, a, err := ss.ResolveGridRange(f.GridRange)
		return []SheetRange{{Sheet: s, Area: a}}, err
	}
	return nil, rest.BadRequest("A data filter must have exactly one of 'a1Range', 'gridRange' or 'developerMetadataLookup'.")
}

// metadataRanges returns the rows, columns and sheets whose developer metadata a
// filter selects.
func (ss *Spreadsheet) metadataRanges(f *sheets.DataFilter) ([]SheetRange, error) {
	found, err := ss.MatchingMetadata(f)
	if err != nil {
		return nil, err
	}
	var out []SheetRange
	for _, m := range found {
		id, ok := MetadataSheet(m.Location)
		s := ss.SheetByID(id)
		if !ok || s == nil {
			continue // metadata of the spreadsheet selects no cells
		}
		a := grid.WholeSheet
		if d := m.Location.DimensionRange; d != nil && Axes[d.Dimension] == grid.ByRow {
			a.Top, a.Bottom = int(d.StartIndex), int(d.EndIndex)
		} else if d != nil {
			a.Left, a.Right = int(d.StartIndex), int(d.EndIndex)
		}
		out = append(out, SheetRange{Sheet: s, Area: a.Closed(s.Height, s.Width)})
	}
	return out, nil
}
