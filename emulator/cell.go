package emulator

import (
	"google.golang.org/api/sheets/v4"
)

// kind tells which of a cell's fields holds its value.
type kind uint8

const (
	kindBlank kind = iota
	kindText
	kindNumber
	kindBool
)

// cell is one cell: 40 bytes, as there may be ten million of them.
type cell struct {
	text   string  // the text of a text cell
	number float64 // the number, or 1 for true
	extra  *extra  // what few cells have; nil = nothing
	kind   kind
}

// extra is what few cells have. It never changes once a cell points to it, so
// that cells and versions of a spreadsheet can share it.
type extra struct {
	note       string
	format     *sheets.CellFormat
	validation *sheets.DataValidationRule
	runs       []*sheets.TextFormatRun
}

func textCell(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{kind: kindText, text: s}
}

func numberCell(n float64) cell { return cell{kind: kindNumber, number: n} }

func boolCell(b bool) cell {
	if b {
		return cell{kind: kindBool, number: 1}
	}
	return cell{kind: kindBool}
}

// empty tells whether nothing at all is stored in the cell.
func (c cell) empty() bool { return c.kind == kindBlank && c.extra == nil }

// withValue returns c with the value of v; what v brings along (a number format
// that parsing found) replaces that part of c alone, as notes and validation
// survive a new value (recorded).
func (c cell) withValue(v cell) cell {
	v.extra, c.extra = c.extra, v.extra
	if c.extra == nil {
		return v
	}
	format := c.extra.format.NumberFormat
	merged := extra{}
	if v.extra != nil {
		merged = *v.extra
	}
	look := sheets.CellFormat{}
	if merged.format != nil {
		look = *merged.format
	}
	look.NumberFormat = format
	merged.format = &look
	v.extra = &merged
	return v
}

// numberFormat returns the cell's own number format, or nil.
func (c cell) numberFormat() *sheets.NumberFormat {
	if c.extra == nil || c.extra.format == nil {
		return nil
	}
	return c.extra.format.NumberFormat
}

// unformatted is the value as JSON carries it; "" for an empty cell.
func (c cell) unformatted() any {
	switch c.kind {
	case kindNumber:
		return c.number
	case kindBool:
		return c.number != 0
	}
	return c.text
}

// shown is the value as the sheet shows it.
func (c cell) shown() string {
	switch c.kind {
	case kindNumber:
		return formatNumber(c.number, c.numberFormat())
	case kindBool:
		if c.number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.text
}
