package batch

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests that insert or delete cells and shift others.

// shiftCells moves the cells below or right of an area by n, which is negative
// to close the gap after the area is deleted. The grid grows for cells that
// would be pushed out.
func (b batch) shiftCells(s *spreadsheet.Sheet, a grid.Area, along grid.Axis, n int) error {
	from := grid.Rect(a.Top, s.Height, a.Left, a.Right)
	if along == grid.ByColumn {
		from = grid.Rect(a.Top, a.Bottom, a.Left, s.Width)
	}
	if err := shiftTables(s, a, from, along, n); err != nil {
		return err
	}
	if n < 0 && along == grid.ByRow {
		from.Top = a.Bottom
	} else if n < 0 {
		from.Left = a.Right
	}
	cells := s.UsedArea(from)
	block := s.CopyCells(cells)
	if n < 0 {
		s.Erase(a)
	}
	s.Erase(cells)
	top, left := cells.Top, cells.Left
	if along == grid.ByRow {
		top += n
	} else {
		left += n
	}
	s.Grow(top+cells.Rows(), left+cells.Columns())
	if err := b.CheckSize(); err != nil {
		return err
	}
	s.SetCells(top, left, block)
	at := a.Top
	if along == grid.ByColumn {
		at = a.Left
	}
	b.RewriteFormulas(func(of *spreadsheet.Sheet, text string) string {
		return grid.RelocateFormula(text, of == s, s.Title, func(r grid.Area) (grid.Area, bool) {
			across := a.Left <= r.Left && r.Right <= a.Right && r.Right != grid.ToEnd
			if along == grid.ByColumn {
				across = a.Top <= r.Top && r.Bottom <= a.Bottom && r.Bottom != grid.ToEnd
			}
			if !across {
				return r, true
			}
			return r.Shifted(along, at, n)
		})
	})
	return nil
}

// shiftTables moves the tables in the cells that are shifted, those from an area on.
// A part of a table that is not whole rows or columns of it cannot be shifted, as
// the guide documents.
func shiftTables(s *spreadsheet.Sheet, a, from grid.Area, along grid.Axis, n int) error {
	at := a.Top
	if along == grid.ByColumn {
		at = a.Left
	}
	for _, t := range s.Tables {
		table := s.TableArea(t)
		across := a.Left <= table.Left && table.Right <= a.Right
		if along == grid.ByColumn {
			across = a.Top <= table.Top && table.Bottom <= a.Bottom
		}
		if table.Overlaps(from) && !across {
			return rest.Unsupported("shifting a part of the rows or columns of a table")
		}
	}
	if along == grid.ByRow && n < 0 {
		if err := s.CheckTableRows(a.Top, a.Bottom); err != nil {
			return err
		}
	}
	s.MoveTables(func(table grid.Area) (grid.Area, bool) {
		if !table.Overlaps(from) {
			return table, true
		}
		return table.Shifted(along, at, n)
	}, func(table grid.Area, column int) int {
		if !table.Overlaps(from) {
			return column
		}
		return spreadsheet.ShiftedColumn(column, along, at, n)
	})
	return nil
}

// shiftAxis parses the dimension in which cells are shifted.
func shiftAxis(name string) (grid.Axis, error) {
	along, ok := spreadsheet.Axes[name]
	if !ok {
		return along, rest.BadRequest("A dimension must be specified.")
	}
	return along, nil
}

func (b batch) insertRange(r *sheets.InsertRangeRequest) (*sheets.Response, error) {
	return nil, b.shiftRange(r.Range, r.ShiftDimension, +1)
}

func (b batch) deleteRange(r *sheets.DeleteRangeRequest) (*sheets.Response, error) {
	return nil, b.shiftRange(r.Range, r.ShiftDimension, -1)
}

// shiftRange moves the cells after a range away from its start (+1), or to it
// (-1).
func (b batch) shiftRange(r *sheets.GridRange, dimension string, sign int) error {
	s, a, err := b.ResolveGridRange(r)
	if err != nil {
		return err
	}
	along, err := shiftAxis(dimension)
	if err != nil {
		return err
	}
	return b.shiftCells(s, a, along, sign*a.Length(along))
}
