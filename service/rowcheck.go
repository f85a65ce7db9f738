package service

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// rowCheck is what a row has to show after a batch: the cells, except those that formulas
// calculate.
type rowCheck struct {
	cells  []any
	writes []*write // that were planned from the row
}

func (c *rowCheck) holds(cells []any) bool {
	for i := range max(len(c.cells), len(cells)) {
		var planned, now any
		if i < len(c.cells) {
			planned = c.cells[i]
		}
		if i < len(cells) {
			now = cells[i]
		}
		if calculated(now) {
			continue // it may have changed with the rows
		}
		if !sameCell(planned, now) {
			return false
		}
	}
	return true
}

func blank(cells []*sheets.CellData) bool {
	return !slices.ContainsFunc(cells, func(c *sheets.CellData) bool { return c.EffectiveValue != nil })
}

// calculated reports whether a formula makes the cell's value, its own or one
// that spills into it.
func calculated(cell any) bool {
	c, ok := cell.(*table.Cell)
	return ok && c.Calculated
}

// sameCell reports whether two cells show the same.
func sameCell(a, b any) bool {
	a, b = table.Shown(a), table.Shown(b)
	return a == b || table.IsEmpty(a) && table.IsEmpty(b)
}
