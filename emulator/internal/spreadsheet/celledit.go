package spreadsheet

import (
	"strings"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// CellEdit writes CellData into a sheet, as far as a mask selects it.
type CellEdit struct {
	sheet *Sheet
	mask  *rest.Mask
}

// Edit returns an edit of cells of s that changes what m selects.
func (s *Sheet) Edit(m *rest.Mask) CellEdit { return CellEdit{sheet: s, mask: m} }

// Rows writes rows of cells from the first cell of an area on, which they must
// fit into.
func (e CellEdit) Rows(a grid.Area, rows []*sheets.RowData) error {
	if len(rows) > a.Rows() {
		return rest.BadRequest("Attempting to write row: %d, beyond the last requested row of: %d", a.Bottom, a.Bottom-1)
	}
	for r, line := range rows {
		if line == nil {
			continue
		}
		if len(line.Values) > a.Columns() {
			return rest.BadRequest("Attempting to write column: %d, beyond the last requested column of: %d", a.Right, a.Right-1)
		}
		for i, d := range line.Values {
			if err := e.Cell(a.Top+r, a.Left+i, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Fill writes rows into an area and clears the cells of it that they do not
// have.
func (e CellEdit) Fill(a grid.Area, rows []*sheets.RowData) error {
	if err := e.Rows(a, rows); err != nil {
		return err
	}
	return EachCell(a, func(r, c int) error {
		given := r-a.Top < len(rows) && rows[r-a.Top] != nil && c-a.Left < len(rows[r-a.Top].Values)
		if given || e.sheet.At(r, c).IsEmpty() {
			return nil
		}
		return e.Cell(r, c, nil)
	})
}

// Cell writes one cell: it merges d into what is stored. Without d the selected
// fields are cleared.
func (e CellEdit) Cell(r, c int, d *sheets.CellData) error {
	if d == nil {
		d = &sheets.CellData{}
	}
	stored := e.sheet.At(r, c).UserEntered()
	if e.mask.Selects("userEnteredValue") { // a new value erases the runs of the one before
		stored.TextFormatRuns, stored.ChipRuns = nil, nil
	}
	rest.Merge(stored, d, e.mask)
	made, err := cellOf(stored)
	if err != nil {
		return err
	}
	e.sheet.Set(r, c, made)
	return nil
}

// cellOf returns the cell that CellData describes.
func cellOf(d *sheets.CellData) (grid.Cell, error) {
	var c grid.Cell
	if v := d.UserEnteredValue; v != nil {
		switch {
		case v.FormulaValue != nil:
			return formulaIn(d, *v.FormulaValue)
		case v.StringValue != nil && utf8.RuneCountInString(*v.StringValue) > MaxCellText:
			return c, ErrTooLong
		case v.StringValue != nil:
			c = grid.TextCell(*v.StringValue)
		case v.NumberValue != nil:
			c = grid.NumberCell(*v.NumberValue)
		case v.BoolValue != nil:
			c = grid.BoolCell(*v.BoolValue)
		}
	}
	if d.PivotTable != nil || d.DataSourceTable != nil || d.DataSourceFormula != nil {
		return c, rest.Unsupported("a pivot table or data source in a cell")
	}
	extra := extraOf(d)
	if d.ChipRuns != nil {
		var err error
		if c, err = grid.ChipCell(c.Text, d.ChipRuns); err != nil {
			return c, err
		}
		if c.Extra != nil {
			extra.Chips = c.Extra.Chips
		}
	}
	c.Extra = extra.OrNil()
	return c, nil
}

// formulaIn returns a cell with a formula and the rest of CellData.
func formulaIn(d *sheets.CellData, text string) (grid.Cell, error) {
	switch {
	case utf8.RuneCountInString(text) > MaxCellText:
		return grid.Cell{}, ErrTooLong
	case !strings.HasPrefix(text, "="):
		return grid.Cell{}, rest.BadRequest("Invalid formula: %s", text)
	}
	c := grid.FormulaCell(text)
	x := extraOf(d)
	x.Formula, x.Auto = c.Extra.Formula, c.Extra.Auto
	c.Extra = &x
	return c, nil
}

// extraOf returns what CellData has besides a value.
func extraOf(d *sheets.CellData) grid.CellExtra {
	return grid.CellExtra{Note: d.Note, Format: NormalizeFormat(d.UserEnteredFormat), Validation: d.DataValidation, Runs: d.TextFormatRuns}
}

// NormalizeFormat returns a format as Google returns it: with both fields for
// each colour.
func NormalizeFormat(f *sheets.CellFormat) *sheets.CellFormat {
	if f == nil {
		return nil
	}
	g := *f
	grid.SyncColors(&g.BackgroundColor, &g.BackgroundColorStyle)
	if g.TextFormat != nil {
		text := *g.TextFormat
		grid.SyncColors(&text.ForegroundColor, &text.ForegroundColorStyle)
		g.TextFormat = &text
	}
	return &g
}
