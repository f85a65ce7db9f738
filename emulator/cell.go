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
	kindError // the value of a formula; text names the error
)

// cell is one cell: 40 bytes, as there may be ten million of them.
type cell struct {
	text   string  // the text of a text cell, the name of an error
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
	formula    string               // with its '='; the cell's kind and value are the result
	auto       *sheets.NumberFormat // of a formula's result, where the cell has none of its own
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

// inFormat returns c with a number format; an empty pattern changes nothing.
func (c cell) inFormat(pattern string) cell {
	if pattern == "" {
		return c
	}
	x := extra{}
	if c.extra != nil {
		x = *c.extra
	}
	if shared := formatExtras[pattern]; shared != nil {
		x.format = shared.format
	} else {
		x.format = &sheets.CellFormat{NumberFormat: formatOf(pattern)}
	}
	c.extra = &x
	return c
}

// empty tells whether nothing at all is stored in the cell.
func (c cell) empty() bool { return c.kind == kindBlank && c.extra == nil }

// formula returns the formula that the cell holds, or "".
func (c cell) formula() string {
	if c.extra == nil {
		return ""
	}
	return c.extra.formula
}

func errorCell(name string) cell { return cell{kind: kindError, text: name} }

// withValue returns c with the value of v, and its formula; of the rest of what
// v brings along only a number format that parsing found replaces the cell's
// own, as notes and validation survive a new value (recorded).
func (c cell) withValue(v cell) cell {
	if c.extra == nil {
		return v
	}
	if v.extra == nil && c.extra.formula == "" {
		v.extra = c.extra
		return v
	}
	merged := *c.extra
	merged.formula, merged.auto = "", nil
	if v.extra != nil {
		merged.formula, merged.auto = v.extra.formula, v.extra.auto
		if v.extra.format != nil {
			look := sheets.CellFormat{}
			if merged.format != nil {
				look = *merged.format
			}
			look.NumberFormat = v.extra.format.NumberFormat
			merged.format = &look
		}
	}
	v.extra = merged.kept()
	return v
}

// kept returns x, or nil when there is nothing in it.
func (x extra) kept() *extra {
	if x.note == "" && x.format == nil && x.validation == nil && x.runs == nil && x.formula == "" {
		return nil
	}
	return &x
}

// numberFormat returns the format that the cell's number is shown in, or nil.
func (c cell) numberFormat() *sheets.NumberFormat {
	switch {
	case c.extra == nil:
		return nil
	case c.extra.format != nil && c.extra.format.NumberFormat != nil:
		return c.extra.format.NumberFormat
	}
	return c.extra.auto
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

// copied is a cell at another place: what is relative in its formula moves along.
func (c cell) copied(rows, columns int) cell {
	if c.formula() == "" {
		return c
	}
	x := *c.extra
	x.formula = offsetFormula(x.formula, rows, columns)
	c.extra = &x
	return c
}

// changed returns c with something of its extra replaced.
func (c cell) changed(change func(*extra)) cell {
	x := extra{}
	if c.extra != nil {
		x = *c.extra
	}
	change(&x)
	c.extra = x.kept()
	return c
}

// rank orders the kinds of values when they are sorted ascending.
func (c cell) rank() int {
	switch c.kind {
	case kindNumber:
		return 0
	case kindText:
		return 1
	case kindBool:
		return 2
	case kindError:
		return 3
	}
	return 4
}
