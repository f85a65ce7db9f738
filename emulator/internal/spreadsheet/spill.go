package spreadsheet

import "example.com/sheets-function/emulator/internal/grid"

// spillResult writes a result of several values to the cells beside a formula,
// and empties those that the last one filled. It returns #REF! if the result does
// not fit: at the end of the grid, over a cell with something in it, and over the
// result of a formula above or to the left.
func (calc *calculator) spillResult(f *formulaCell, values [][]grid.Cell) [][]grid.Cell {
	s, old, wasBlocked := calc.ss.Sheets[f.sheet], f.spill, f.blocked
	f.spill = grid.Rect(f.row, f.row+len(values), f.column, f.column+len(values[0]))
	calc.spilling[f.sheet][f] = true
	f.blocked = f.spill.Bottom > s.Height || f.spill.Right > s.Width || calc.isBlocked(f)
	if old != f.spill || wasBlocked != f.blocked { // other results may fit now, or no longer
		calc.markArea(f.sheet, old)
		calc.markArea(f.sheet, f.spill)
	}
	if f.blocked {
		values = [][]grid.Cell{{grid.ErrorCell(grid.RefError)}}
	}
	visit := func(r, c int) error {
		if r == f.row && c == f.column {
			return nil
		}
		value := grid.Cell{}
		if i, j := r-f.row, c-f.column; i < len(values) && j < len(values[i]) {
			value = values[i][j]
			value.Spilled = value.Kind != grid.KindBlank
		} else if calc.isFilled(f, r, c) {
			return nil
		}
		calc.fill(f.sheet, r, c, value)
		return nil
	}
	EachCell(old.Closed(s.Height, s.Width), visit)
	EachCell(f.spill.Closed(s.Height, s.Width), visit)
	if f.spill.Rows() == 1 && f.spill.Columns() == 1 {
		f.spill = grid.Area{}
		delete(calc.spilling[f.sheet], f)
	}
	return values
}

// withdraw empties the cells that the result of a formula fills, because it
// depends on itself. It still needs them.
func (calc *calculator) withdraw(f *formulaCell) {
	if f.spill == (grid.Area{}) || f.blocked {
		return
	}
	f.blocked = true
	calc.markArea(f.sheet, f.spill)
	s := calc.ss.Sheets[f.sheet]
	EachCell(f.spill.Closed(s.Height, s.Width), func(r, c int) error {
		if (r != f.row || c != f.column) && !calc.isFilled(f, r, c) {
			calc.fill(f.sheet, r, c, grid.Cell{})
		}
		return nil
	})
}

// markArea makes the next round calculate what uses an area, or needs it for a
// result.
func (calc *calculator) markArea(sheet int, a grid.Area) {
	s := calc.ss.Sheets[sheet]
	EachCell(a.Closed(s.Height, s.Width), func(r, c int) error {
		calc.spills[sheet].mark(r, c)
		calc.spilled = true
		return nil
	})
}

// fill writes a value of a result to a cell without a value of its own.
func (calc *calculator) fill(sheet, r, c int, value grid.Cell) {
	s := calc.ss.Sheets[sheet]
	if have := s.At(r, c); (have.Spilled || value.Spilled) && !have.SameValue(value) {
		s.Grid.Set(r, c, have.WithResult(value))
		calc.changes[sheet].mark(r, c)
		calc.spills[sheet].mark(r, c)
		calc.spilled = true
	}
}

// isFilled reports whether the result of another formula fills a cell.
func (calc *calculator) isFilled(f *formulaCell, r, c int) bool {
	cell := grid.Rect(r, r+1, c, c+1)
	for other := range calc.spilling[f.sheet] {
		if other != f && !other.blocked && other.spill.Contains(cell) {
			return true
		}
	}
	return false
}

// isBlocked reports whether a cell that a result would fill has something in it.
func (calc *calculator) isBlocked(f *formulaCell) bool {
	for other := range calc.spilling[f.sheet] {
		first := other.row < f.row || other.row == f.row && other.column < f.column
		if other != f && first && !other.blocked && other.spill.Overlaps(f.spill) {
			return true
		}
	}
	s := calc.ss.Sheets[f.sheet]
	for r := f.spill.Top; r < min(f.spill.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		for c := f.spill.Left; c < min(f.spill.Right, len(cells)); c++ {
			if r == f.row && c == f.column {
				continue
			}
			if have := cells[c]; have.Formula() != "" || have.Kind != grid.KindBlank && !have.Spilled {
				return true
			}
		}
	}
	return false
}
