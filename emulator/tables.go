package emulator

// Tables, as values.append finds them: blocks of cells with values.

// block returns the table that a cell with a value belongs to: the cells around
// it up to empty rows and empty columns.
func (g *grid) block(r, c int) area {
	a := area{r, r + 1, c, c + 1}
	for {
		wider := a
		for g.anyValue(area{wider.top - 1, wider.top, wider.left - 1, wider.right + 1}) {
			wider.top--
		}
		for g.anyValue(area{wider.bottom, wider.bottom + 1, wider.left - 1, wider.right + 1}) {
			wider.bottom++
		}
		for g.anyValue(area{wider.top - 1, wider.bottom + 1, wider.left - 1, wider.left}) {
			wider.left--
		}
		for g.anyValue(area{wider.top - 1, wider.bottom + 1, wider.right, wider.right + 1}) {
			wider.right++
		}
		if wider == a {
			return a
		}
		a = wider
	}
}

func (g *grid) anyValue(a area) bool {
	for r := max(a.top, 0); r < min(a.bottom, len(g.rows)); r++ {
		cells := g.rowCells(r)
		for c := max(a.left, 0); c < min(a.right, len(cells)); c++ {
			if cells[c].kind != kindBlank {
				return true
			}
		}
	}
	return false
}

// lastTable returns the table that the last value in a belongs to.
func (g *grid) lastTable(a area) (area, bool) {
	for r := min(a.bottom, len(g.rows)) - 1; r >= a.top; r-- {
		cells := g.rowCells(r)
		for c := min(a.right, len(cells)) - 1; c >= a.left; c-- {
			if cells[c].kind == kindBlank {
				continue
			}
			if g.table == nil || !g.table.contains(area{r, r + 1, c, c + 1}) {
				found := g.block(r, c)
				g.table = &found
			}
			return *g.table, true
		}
	}
	return area{}, false
}

// lengthen remembers a table that rows were appended to, so that the next
// append need not look at all of it again. Where the new rows may touch other
// cells it is forgotten instead.
func (g *grid) lengthen(table, added area) {
	longer := area{table.top, added.bottom, table.left, table.right}
	g.table = nil
	for r := added.top; r < added.bottom; r++ {
		if !g.anyValue(area{r, r + 1, table.left, table.right}) {
			return
		}
	}
	around := []area{
		{added.top - 1, added.bottom + 1, table.left - 1, table.left},
		{added.top - 1, added.bottom + 1, table.right, table.right + 1},
		{added.bottom, added.bottom + 1, table.left, table.right},
	}
	for _, a := range around {
		if g.anyValue(a) {
			return
		}
	}
	g.table = &longer
}
