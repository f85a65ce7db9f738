package spreadsheet

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Read returns the values of a range in A1 notation.
func (ss *Spreadsheet) Read(a1 string, render Rendering) (*sheets.ValueRange, error) {
	s, a, err := ss.ResolveA1(a1)
	if err != nil {
		return nil, err
	}
	return s.ValueRange(a, render)
}

// ValueRange returns the values of a closed area. It returns an error if one of
// them is that of a formula which is not emulated.
func (s *Sheet) ValueRange(a grid.Area, render Rendering) (*sheets.ValueRange, error) {
	if err := s.check(a, render); err != nil {
		return nil, err
	}
	return &sheets.ValueRange{Range: s.RangeName(a), MajorDimension: render.dimensionName(), Values: s.values(a, render)}, nil
}

// check returns an error for a value of a closed area that cannot be rendered.
func (s *Sheet) check(a grid.Area, render Rendering) error {
	if render.option == formatted || render.dateAsText {
		if err := s.CheckFormats(a); err != nil {
			return err
		}
	}
	return s.checkValues(a, render.option == asFormula)
}

// CheckFormats returns an error if a number of a closed area is shown in a format
// that is not emulated.
func (s *Sheet) CheckFormats(a grid.Area) error {
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		for c := a.Left; c < min(a.Right, len(cells)); c++ {
			if err := cells[c].CheckFormat(); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckValues returns an error if a value of a closed area is that of a formula or a
// chip which is not emulated.
func (s *Sheet) CheckValues(a grid.Area) error { return s.checkValues(a, false) }

// checkValues is [Sheet.CheckValues], except for cells whose formulas are read.
func (s *Sheet) checkValues(a grid.Area, formulas bool) error {
	if !s.Formulas && !s.HasChips {
		return nil
	}
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		for c := a.Left; c < min(a.Right, len(cells)); c++ {
			if cells[c].Kind == grid.KindUncalculated && !(formulas && cells[c].Formula() != "") {
				return rest.Unsupported("the value of " + cells[c].Text)
			}
		}
	}
	return nil
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
