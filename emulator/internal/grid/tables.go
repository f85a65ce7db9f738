package grid

// tableAround returns the table that a cell with a value belongs to: the cells
// around it up to empty rows and empty columns.
func (g *Grid) tableAround(r, c int) Area {
	a := Rect(r, r+1, c, c+1)
	for {
		wider := a
		for g.anyValue(Rect(wider.Top-1, wider.Top, wider.Left-1, wider.Right+1)) {
			wider.Top--
		}
		for g.anyValue(Rect(wider.Bottom, wider.Bottom+1, wider.Left-1, wider.Right+1)) {
			wider.Bottom++
		}
		for g.anyValue(Rect(wider.Top-1, wider.Bottom+1, wider.Left-1, wider.Left)) {
			wider.Left--
		}
		for g.anyValue(Rect(wider.Top-1, wider.Bottom+1, wider.Right, wider.Right+1)) {
			wider.Right++
		}
		if wider == a {
			return a
		}
		a = wider
	}
}

// IsBlank reports whether no cell of a closed area holds a value.
func (g *Grid) IsBlank(a Area) bool { return !g.anyValue(a) }

// anyValue reports whether a cell of a closed area holds a value.
func (g *Grid) anyValue(a Area) bool {
	for r := max(a.Top, 0); r < min(a.Bottom, len(g.Rows)); r++ {
		cells := g.RowCells(r)
		for c := max(a.Left, 0); c < min(a.Right, len(cells)); c++ {
			if cells[c].Kind != KindBlank {
				return true
			}
		}
	}
	return false
}

// LastTable returns the table that the last value in a closed area belongs to,
// and whether there is a value.
func (g *Grid) LastTable(a Area) (Area, bool) {
	for r := min(a.Bottom, len(g.Rows)) - 1; r >= a.Top; r-- {
		cells := g.RowCells(r)
		for c := min(a.Right, len(cells)) - 1; c >= a.Left; c-- {
			if cells[c].Kind == KindBlank {
				continue
			}
			if g.Table == nil || !g.Table.Contains(Rect(r, r+1, c, c+1)) {
				found := g.tableAround(r, c)
				g.Table = &found
			}
			return *g.Table, true
		}
	}
	return Area{}, false
}

// ExtendTable stores a table with the rows that were appended to it, so that the
// next append need not search for it. If the new rows may touch other cells,
// none is stored.
func (g *Grid) ExtendTable(table, added Area) {
	longer := Rect(table.Top, added.Bottom, table.Left, table.Right)
	g.Table = nil
	for r := added.Top; r < added.Bottom; r++ {
		if !g.anyValue(Rect(r, r+1, table.Left, table.Right)) {
			return
		}
	}
	around := []Area{
		{added.Top - 1, added.Bottom + 1, table.Left - 1, table.Left},
		{added.Top - 1, added.Bottom + 1, table.Right, table.Right + 1},
		{added.Bottom, added.Bottom + 1, table.Left, table.Right},
	}
	for _, a := range around {
		if g.anyValue(a) {
			return
		}
	}
	g.Table = &longer
}
