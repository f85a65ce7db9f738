package emulator

import (
	"strings"
	"unicode/utf8"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// cellEdit writes CellData into a sheet as far as a mask says.
type cellEdit struct {
	sheet *sheet
	mask  *rest.Mask
}

// rows writes rows of cells from the first cell of an area on; they must fit.
func (e cellEdit) rows(a area, rows []*sheets.RowData) error {
	if len(rows) > a.rows() {
		return rest.BadRequest("Attempting to write row: %d, beyond the last requested row of: %d", a.bottom, a.bottom-1)
	}
	for r, line := range rows {
		if line == nil {
			continue
		}
		if len(line.Values) > a.columns() {
			return rest.BadRequest("Attempting to write column: %d, beyond the last requested column of: %d", a.right, a.right-1)
		}
		for i, d := range line.Values {
			if err := e.cell(a.top+r, a.left+i, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill writes rows into an area; what they leave out of it is cleared.
func (e cellEdit) fill(a area, rows []*sheets.RowData) error {
	if err := e.rows(a, rows); err != nil {
		return err
	}
	return each(a, func(r, c int) error {
		given := r-a.top < len(rows) && rows[r-a.top] != nil && c-a.left < len(rows[r-a.top].Values)
		if given || e.sheet.at(r, c).empty() {
			return nil
		}
		return e.cell(r, c, nil)
	})
}

// cell writes one cell: what is stored, changed as the mask says, stored again.
func (e cellEdit) cell(r, c int, d *sheets.CellData) error {
	if d == nil {
		d = &sheets.CellData{}
	}
	stored := e.sheet.at(r, c).userData()
	rest.Merge(stored, d, e.mask)
	made, err := cellOf(stored)
	if err != nil {
		return err
	}
	e.sheet.set(r, c, made)
	return nil
}

// cellOf turns CellData into a cell.
func cellOf(d *sheets.CellData) (cell, error) {
	var c cell
	if v := d.UserEnteredValue; v != nil {
		switch {
		case v.FormulaValue != nil:
			return formulaIn(d, *v.FormulaValue)
		case v.StringValue != nil && utf8.RuneCountInString(*v.StringValue) > maxCellText:
			return c, errTooLong
		case v.StringValue != nil:
			c = textCell(*v.StringValue)
		case v.NumberValue != nil:
			c = numberCell(*v.NumberValue)
		case v.BoolValue != nil:
			c = boolCell(*v.BoolValue)
		}
	}
	if d.PivotTable != nil || d.DataSourceTable != nil || d.DataSourceFormula != nil || d.ChipRuns != nil {
		return c, rest.Unsupported("a pivot table, data source or chip in a cell")
	}
	c.extra = extraOf(d).kept()
	return c, nil
}

// formulaIn makes a cell of CellData with a formula.
func formulaIn(d *sheets.CellData, text string) (cell, error) {
	switch {
	case utf8.RuneCountInString(text) > maxCellText:
		return cell{}, errTooLong
	case !strings.HasPrefix(text, "="):
		return cell{}, rest.BadRequest("Invalid formula: %s", text)
	}
	c, err := formulaCell(text)
	if err != nil {
		return cell{}, err
	}
	x := extraOf(d)
	x.formula, x.auto = c.extra.formula, c.extra.auto
	c.extra = &x
	return c, nil
}

// extraOf takes what is no value out of CellData.
func extraOf(d *sheets.CellData) extra {
	return extra{note: d.Note, format: storedFormat(d.UserEnteredFormat), validation: d.DataValidation, runs: d.TextFormatRuns}
}

// storedFormat returns a format as Google gives it back: colours in both fields.
func storedFormat(f *sheets.CellFormat) *sheets.CellFormat {
	if f == nil {
		return nil
	}
	g := *f
	twinColors(&g.BackgroundColor, &g.BackgroundColorStyle)
	if g.TextFormat != nil {
		text := *g.TextFormat
		twinColors(&text.ForegroundColor, &text.ForegroundColorStyle)
		g.TextFormat = &text
	}
	return &g
}
