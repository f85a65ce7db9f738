package spreadsheet

import (
	"example.com/sheets-function/emulator/internal/grid"
	"google.golang.org/api/sheets/v4"
)

// The calls of spreadsheets.values that read or clear.

// Read answers one range of a values call.
func (c *Spreadsheet) Read(a1 string, how Rendering) (*sheets.ValueRange, error) {
	s, a, err := c.ResolveA1(a1)
	if err != nil {
		return nil, err
	}
	return s.ValueRange(a, how), nil
}

func (s *Sheet) ValueRange(a grid.Area, how Rendering) *sheets.ValueRange {
	return &sheets.ValueRange{Range: s.RangeName(a), MajorDimension: how.dimensionName(), Values: s.values(a, how)}
}

func (s *Sheet) ClearValues(a grid.Area) {
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		for col := a.Left; col < min(a.Right, len(s.RowCells(r))); col++ {
			if have := s.At(r, col); have.Kind != grid.KindBlank {
				s.Set(r, col, have.WithValue(grid.Cell{}))
			}
		}
	}
}
