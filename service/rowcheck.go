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

func (c *rowCheck) holds(shown []*sheets.CellData) bool {
	for i := range max(len(c.cells), len(shown)) {
		var value any
		if i < len(c.cells) {
			value = c.cells[i]
		}
		if i < len(shown) && calculated(shown[i]) {
			continue // it may have changed with the rows
		}
		if i < len(shown) && !sameCell(value, shown[i]) || i >= len(shown) && !table.IsEmpty(value) {
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
func calculated(cell *sheets.CellData) bool {
	if entered := cell.UserEnteredValue; entered != nil {
		return entered.FormulaValue != nil
	}
	return cell.EffectiveValue != nil
}

// sameCell compares a value as values.get gives it with a cell as the grid has
// it. A date is text there and a number here, so its text counts too.
func sameCell(value any, cell *sheets.CellData) bool {
	v := cell.EffectiveValue
	switch value := value.(type) {
	case string:
		return v == nil && value == "" || v != nil && (v.StringValue != nil && *v.StringValue == value || cell.FormattedValue == value)
	case float64:
		return v != nil && v.NumberValue != nil && *v.NumberValue == value
	case bool:
		return v != nil && v.BoolValue != nil && *v.BoolValue == value
	}
	return v == nil || v.StringValue != nil && *v.StringValue == ""
}
