package emulator

import (
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests that insert or delete cells and shift others.

// cellBlock returns copies of the cells of an area.
func (s *sheet) cellBlock(a area) [][]cell {
	out := make([][]cell, a.rows())
	for r := range out {
		out[r] = make([]cell, a.columns())
		for c := range out[r] {
			out[r][c] = s.at(a.top+r, a.left+c)
		}
	}
	return out
}

// setBlock stores cells from a place on; the grid has room for them.
func (s *sheet) setBlock(top, left int, block [][]cell) {
	for r, line := range block {
		for c, v := range line {
			s.set(top+r, left+c, v)
		}
	}
}

// wipe empties an area of everything.
func (s *sheet) wipe(a area) {
	for r := a.top; r < min(a.bottom, len(s.rows)); r++ {
		for c := a.left; c < min(a.right, len(s.rowCells(r))); c++ {
			s.set(r, c, cell{})
		}
	}
}

// stored cuts an area to the rows and columns that hold anything.
func (s *sheet) stored(a area) area {
	width := 0
	for r := a.top; r < min(a.bottom, len(s.rows)); r++ {
		width = max(width, len(s.rowCells(r)))
	}
	a.bottom = max(a.top, min(a.bottom, len(s.rows)))
	a.right = max(a.left, min(a.right, width))
	return a
}

// shiftCells moves the cells below or right of an area by n, which is negative
// to close the gap that deleting the area leaves. The grid grows for what would
// be pushed out.
func (b batch) shiftCells(s *sheet, a area, along axis, n int) error {
	from := area{a.top, s.height, a.left, a.right}
	if along == byColumn {
		from = area{a.top, a.bottom, a.left, s.width}
	}
	if n < 0 && along == byRow {
		from.top = a.bottom
	} else if n < 0 {
		from.left = a.right
	}
	cells := s.stored(from)
	block := s.cellBlock(cells)
	if n < 0 {
		s.wipe(a)
	}
	s.wipe(cells)
	top, left := cells.top, cells.left
	if along == byRow {
		top += n
	} else {
		left += n
	}
	s.grow(top+cells.rows(), left+cells.columns())
	if err := b.checkSize(); err != nil {
		return err
	}
	s.setBlock(top, left, block)
	at := a.top
	if along == byColumn {
		at = a.left
	}
	b.rewriteFormulas(func(of *sheet, text string) string {
		return relocatedFormula(text, of == s, s.title, func(r area) (area, bool) {
			across := a.left <= r.left && r.right <= a.right && r.right != toEnd
			if along == byColumn {
				across = a.top <= r.top && r.bottom <= a.bottom && r.bottom != toEnd
			}
			if !across {
				return r, true
			}
			return r.shifted(along, at, n)
		})
	})
	return nil
}

// shiftAxis reads the dimension in which cells are shifted.
func shiftAxis(name string) (axis, error) {
	along, ok := axes[name]
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

// shiftRange moves what lies behind the range away from its start (+1), or onto
// it (-1).
func (b batch) shiftRange(r *sheets.GridRange, dimension string, sign int) error {
	s, a, err := b.grid(r)
	if err != nil {
		return err
	}
	along, err := shiftAxis(dimension)
	if err != nil {
		return err
	}
	return b.shiftCells(s, a, along, sign*a.length(along))
}
