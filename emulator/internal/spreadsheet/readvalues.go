package spreadsheet

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
)

// Read returns the values of a range in A1 notation.
func (ss *Spreadsheet) Read(a1 string, render Rendering) (*sheets.ValueRange, error) {
	s, a, err := ss.ResolveA1(a1)
	if err != nil {
		return nil, err
	}
	return s.ValueRange(a, render), nil
}

// ValueRange returns the values of a closed area.
func (s *Sheet) ValueRange(a grid.Area, render Rendering) *sheets.ValueRange {
	return &sheets.ValueRange{Range: s.RangeName(a), MajorDimension: render.dimensionName(), Values: s.values(a, render)}
}

// ClearValues empties the cells of an area. Their formats, notes and validation
// stay.
func (s *Sheet) ClearValues(a grid.Area) {
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		for col := a.Left; col < min(a.Right, len(s.RowCells(r))); col++ {
			if have := s.At(r, col); have.Kind != grid.KindBlank {
				s.Set(r, col, have.WithValue(grid.Cell{}))
			}
		}
	}
}
