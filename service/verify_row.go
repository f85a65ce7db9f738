package service

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// sight is what a row has to show after the batch.
type sight struct {
	want  want
	cells []any
	works []*commit.Work // that went by the row
}

// want is how a row has to be.
type want int

const (
	same   want = iota // the cells, apart from what formulas make
	exact              // the cells, whatever makes them
	filled             // some value
	empty
)

func (s *sight) seen(cells []*sheets.CellData) bool {
	switch s.want {
	case filled:
		return !blank(cells)
	case empty:
		return blank(cells)
	}
	for i := range max(len(s.cells), len(cells)) {
		var value any
		if i < len(s.cells) {
			value = s.cells[i]
		}
		if s.want == same && i < len(cells) && calculated(cells[i]) {
			continue // it may have changed with the rows
		}
		if i < len(cells) && !sameCell(value, cells[i]) || i >= len(cells) && !table.IsEmpty(value) {
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
