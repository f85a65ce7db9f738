package emulator

import "slices"

// row holds the cells of one row up to the last that is not empty. Only the
// grid version that made it may change it; others copy it first.
type row struct {
	cells   []cell
	version uint64
}

// grid is a sheet's cells. Copies share rows until one of them writes, so that
// a copy of 100,000 rows costs one slice of pointers, and a change is made on a
// copy that replaces the original only when all of it succeeded.
type grid struct {
	rows          []*row // may end before height; nil = an empty row
	height, width int
	version       uint64
	formulas      bool  // there may be some
	table         *area // the table that an append found last, while it is the same; never changed in place
}

// at returns the cell, empty where nothing is stored.
func (g *grid) at(r, c int) cell {
	cells := g.rowCells(r)
	if c < 0 || c >= len(cells) {
		return cell{}
	}
	return cells[c]
}

// rowCells returns the stored cells of a row, not to be changed.
func (g *grid) rowCells(r int) []cell {
	if r < 0 || r >= len(g.rows) || g.rows[r] == nil {
		return nil
	}
	return g.rows[r].cells
}

// set stores a cell; the caller has checked that it lies in the grid.
func (g *grid) set(r, c int, v cell) {
	have := g.at(r, c)
	if v.empty() && c >= len(g.rowCells(r)) {
		return
	}
	if (have.kind == kindBlank) != (v.kind == kindBlank) {
		g.table = nil
	}
	if v.extra != nil && v.extra.formula != "" {
		g.formulas = true
	}
	cells := g.own(r, c+1)
	cells.cells[c] = v
}

// own returns row r, ready to be written, with at least n cells.
func (g *grid) own(r, n int) *row {
	for len(g.rows) <= r {
		g.rows = append(g.rows, nil)
	}
	have := g.rows[r]
	if have == nil || have.version != g.version {
		fresh := &row{version: g.version}
		if have != nil {
			fresh.cells = slices.Clone(have.cells)
		}
		g.rows[r], have = fresh, fresh
	}
	if short := n - len(have.cells); short > 0 {
		have.cells = append(have.cells, make([]cell, short)...)
	}
	return have
}

// resize cuts or extends the grid.
func (g *grid) resize(height, width int) {
	g.table = nil
	if len(g.rows) > height {
		g.rows = g.rows[:height]
	}
	if width < g.width {
		for r := range g.rows {
			if len(g.rowCells(r)) > width {
				own := g.own(r, 0)
				own.cells = own.cells[:width]
			}
		}
	}
	g.height, g.width = height, width
}

// insertRows makes n empty rows before row at.
func (g *grid) insertRows(at, n int) {
	g.table = nil
	if at < len(g.rows) {
		g.rows = slices.Insert(g.rows, at, make([]*row, n)...)
	}
	g.height += n
}

// deleteRows removes the rows from up to to.
func (g *grid) deleteRows(from, to int) {
	g.table = nil
	if from < len(g.rows) {
		g.rows = slices.Delete(g.rows, from, min(to, len(g.rows)))
	}
	g.height -= to - from
}

// insertColumns makes n empty columns before column at.
func (g *grid) insertColumns(at, n int) {
	g.table = nil
	for r := range g.rows {
		if at < len(g.rowCells(r)) {
			own := g.own(r, 0)
			own.cells = slices.Insert(own.cells, at, make([]cell, n)...)
		}
	}
	g.width += n
}

// deleteColumns removes the columns from up to to.
func (g *grid) deleteColumns(from, to int) {
	g.table = nil
	for r := range g.rows {
		if from < len(g.rowCells(r)) {
			own := g.own(r, 0)
			own.cells = slices.Delete(own.cells, from, min(to, len(own.cells)))
		}
	}
	g.width -= to - from
}

// lastRow returns the last row that holds a value, or -1.
func (g *grid) lastRow() int {
	for r := len(g.rows) - 1; r >= 0; r-- {
		if lastValue(g.rowCells(r)) >= 0 {
			return r
		}
	}
	return -1
}

// lastValue returns the index of the last cell that holds a value, or -1.
func lastValue(cells []cell) int {
	for c := len(cells) - 1; c >= 0; c-- {
		if cells[c].kind != kindBlank {
			return c
		}
	}
	return -1
}
