package grid

import (
	"slices"
	"sync/atomic"
)

// versions counts the versions that grids have had.
var versions atomic.Uint64

// NewVersion returns a version that no grid has had. A grid with it shares its
// rows until it writes.
func NewVersion() uint64 { return versions.Add(1) }

// Row holds the cells of one row up to the last that is not empty. Only the grid
// of the same version may change it; others copy it first.
type Row struct {
	Cells   []Cell
	Version uint64
}

// Grid holds the cells of a sheet. Copies share rows until one of them writes: a
// copy of 100,000 rows costs one slice of pointers. So a change can be made on a
// copy, which replaces the original only if all of the change succeeded.
type Grid struct {
	Rows          []*Row // up to the last one in use; nil = an empty row
	Height, Width int
	Version       uint64
	Formulas      bool  // some cell may have one
	HasChips      bool  // some cell may have one
	Table         *Area // that the last append found, if it is still valid; never changed in place
	// RowLines and ColumnLines record where rows and columns were when the grid was made.
	RowLines, ColumnLines Lines
}

// At returns a cell, an empty one where nothing is stored.
func (g *Grid) At(r, c int) Cell {
	cells := g.RowCells(r)
	if c < 0 || c >= len(cells) {
		return Cell{}
	}
	return cells[c]
}

// RowCells returns the stored cells of a row, which must not be changed.
func (g *Grid) RowCells(r int) []Cell {
	if r < 0 || r >= len(g.Rows) || g.Rows[r] == nil {
		return nil
	}
	return g.Rows[r].Cells
}

// Set stores a cell, which must be in the grid.
func (g *Grid) Set(r, c int, v Cell) {
	have := g.At(r, c)
	if v.IsEmpty() && c >= len(g.RowCells(r)) {
		return
	}
	if (have.Kind == KindBlank) != (v.Kind == KindBlank) {
		g.Table = nil
	}
	if v.Extra != nil && v.Extra.Chips != nil {
		g.HasChips = true
	}
	if v.Extra != nil && v.Extra.Formula != "" {
		g.Formulas = true
	}
	cells := g.WritableRow(r, c+1)
	cells.Cells[c] = v
}

// WritableRow returns row r with at least n cells, which may be changed.
func (g *Grid) WritableRow(r, n int) *Row {
	for len(g.Rows) <= r {
		g.Rows = append(g.Rows, nil)
	}
	have := g.Rows[r]
	if have == nil || have.Version != g.Version {
		fresh := &Row{Version: g.Version}
		if have != nil {
			fresh.Cells = slices.Clone(have.Cells)
		}
		g.Rows[r], have = fresh, fresh
	}
	if short := n - len(have.Cells); short > 0 {
		have.Cells = append(have.Cells, make([]Cell, short)...)
	}
	return have
}

// Resize cuts or extends the grid to a size.
func (g *Grid) Resize(height, width int) {
	g.Table = nil
	if len(g.Rows) > height {
		g.Rows = g.Rows[:height]
	}
	if width < g.Width {
		for r := range g.Rows {
			if len(g.RowCells(r)) > width {
				own := g.WritableRow(r, 0)
				own.Cells = own.Cells[:width]
			}
		}
	}
	g.Height, g.Width = height, width
}

// InsertRows inserts n empty rows before row at.
func (g *Grid) InsertRows(at, n int) {
	g.Table = nil
	g.RowLines = g.RowLines.Insert(at, n)
	if at < len(g.Rows) {
		g.Rows = slices.Insert(g.Rows, at, make([]*Row, n)...)
	}
	g.Height += n
}

// DeleteRows deletes the rows from up to to-1.
func (g *Grid) DeleteRows(from, to int) {
	g.Table = nil
	g.RowLines = g.RowLines.Delete(from, to)
	if from < len(g.Rows) {
		g.Rows = slices.Delete(g.Rows, from, min(to, len(g.Rows)))
	}
	g.Height -= to - from
}

// InsertColumns inserts n empty columns before column at.
func (g *Grid) InsertColumns(at, n int) {
	g.Table = nil
	g.ColumnLines = g.ColumnLines.Insert(at, n)
	for r := range g.Rows {
		if at < len(g.RowCells(r)) {
			own := g.WritableRow(r, 0)
			own.Cells = slices.Insert(own.Cells, at, make([]Cell, n)...)
		}
	}
	g.Width += n
}

// DeleteColumns deletes the columns from up to to-1.
func (g *Grid) DeleteColumns(from, to int) {
	g.Table = nil
	g.ColumnLines = g.ColumnLines.Delete(from, to)
	for r := range g.Rows {
		if from < len(g.RowCells(r)) {
			own := g.WritableRow(r, 0)
			own.Cells = slices.Delete(own.Cells, from, min(to, len(own.Cells)))
		}
	}
	g.Width -= to - from
}

// LastRow returns the last row that holds a value, or -1.
func (g *Grid) LastRow() int {
	for r := len(g.Rows) - 1; r >= 0; r-- {
		if LastValue(g.RowCells(r)) >= 0 {
			return r
		}
	}
	return -1
}

// LastValue returns the index of the last cell that holds a value, or -1.
func LastValue(cells []Cell) int {
	for c := len(cells) - 1; c >= 0; c-- {
		if cells[c].Kind != KindBlank {
			return c
		}
	}
	return -1
}

// Lines returns where the rows or columns were when the grid was made, to be changed.
func (g *Grid) Lines(along Axis) *Lines {
	if along == ByColumn {
		return &g.ColumnLines
	}
	return &g.RowLines
}
