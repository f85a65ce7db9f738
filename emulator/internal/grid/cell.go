package grid

import (
	"google.golang.org/api/sheets/v4"
)

// Kind tells which of a cell's fields holds its value.
type Kind uint8

const (
	KindBlank Kind = iota
	KindText
	KindNumber
	kindBool
	KindError // the value of a formula; text names the error
)

// Cell is one cell: 40 bytes, as there may be ten million of them.
type Cell struct {
	Text   string     // the text of a text cell, the name of an error
	Number float64    // the number, or 1 for true
	Extra  *CellExtra // what few cells have; nil = nothing
	Kind   Kind
}

// CellExtra is what few cells have. It never changes once a cell points to it, so
// that cells and versions of a spreadsheet can share it.
type CellExtra struct {
	Note       string
	Format     *sheets.CellFormat
	Validation *sheets.DataValidationRule
	Runs       []*sheets.TextFormatRun
	Formula    string               // with its '='; the cell's kind and value are the result
	Auto       *sheets.NumberFormat // of a formula's result, where the cell has none of its own
}

func TextCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: KindText, Text: s}
}

func NumberCell(n float64) Cell { return Cell{Kind: KindNumber, Number: n} }

func BoolCell(b bool) Cell {
	if b {
		return Cell{Kind: kindBool, Number: 1}
	}
	return Cell{Kind: kindBool}
}

// WithFormat returns c with a number format; an empty pattern changes nothing.
func (c Cell) WithFormat(pattern string) Cell {
	if pattern == "" {
		return c
	}
	x := CellExtra{}
	if c.Extra != nil {
		x = *c.Extra
	}
	if shared := formatExtras[pattern]; shared != nil {
		x.Format = shared.Format
	} else {
		x.Format = &sheets.CellFormat{NumberFormat: FormatOf(pattern)}
	}
	c.Extra = &x
	return c
}

// IsEmpty tells whether nothing at all is stored in the cell.
func (c Cell) IsEmpty() bool { return c.Kind == KindBlank && c.Extra == nil }

// Formula returns the formula that the cell holds, or "".
func (c Cell) Formula() string {
	if c.Extra == nil {
		return ""
	}
	return c.Extra.Formula
}

func ErrorCell(name string) Cell { return Cell{Kind: KindError, Text: name} }

// WithValue returns c with the value of v, and its formula; of the rest of what
// v brings along only a number format that parsing found replaces the cell's
// own, as notes and validation survive a new value (recorded).
func (c Cell) WithValue(v Cell) Cell {
	if c.Extra == nil {
		return v
	}
	if v.Extra == nil && c.Extra.Formula == "" {
		v.Extra = c.Extra
		return v
	}
	merged := *c.Extra
	merged.Formula, merged.Auto = "", nil
	if v.Extra != nil {
		merged.Formula, merged.Auto = v.Extra.Formula, v.Extra.Auto
		if v.Extra.Format != nil {
			look := sheets.CellFormat{}
			if merged.Format != nil {
				look = *merged.Format
			}
			look.NumberFormat = v.Extra.Format.NumberFormat
			merged.Format = &look
		}
	}
	v.Extra = merged.OrNil()
	return v
}

// OrNil returns x, or nil when there is nothing in it.
func (x CellExtra) OrNil() *CellExtra {
	if x.Note == "" && x.Format == nil && x.Validation == nil && x.Runs == nil && x.Formula == "" {
		return nil
	}
	return &x
}

// NumberFormat returns the format that the cell's number is shown in, or nil.
func (c Cell) NumberFormat() *sheets.NumberFormat {
	switch {
	case c.Extra == nil:
		return nil
	case c.Extra.Format != nil && c.Extra.Format.NumberFormat != nil:
		return c.Extra.Format.NumberFormat
	}
	return c.Extra.Auto
}

// Unformatted is the value as JSON carries it; "" for an empty cell.
func (c Cell) Unformatted() any {
	switch c.Kind {
	case KindNumber:
		return c.Number
	case kindBool:
		return c.Number != 0
	}
	return c.Text
}

// Formatted is the value as the sheet shows it.
func (c Cell) Formatted() string {
	switch c.Kind {
	case KindNumber:
		return formatNumber(c.Number, c.NumberFormat())
	case kindBool:
		if c.Number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.Text
}

// Offset is a cell at another place: what is relative in its formula moves along.
func (c Cell) Offset(rows, columns int) Cell {
	if c.Formula() == "" {
		return c
	}
	x := *c.Extra
	x.Formula = OffsetFormula(x.Formula, rows, columns)
	c.Extra = &x
	return c
}

// WithExtra returns c with something of its extra replaced.
func (c Cell) WithExtra(change func(*CellExtra)) Cell {
	x := CellExtra{}
	if c.Extra != nil {
		x = *c.Extra
	}
	change(&x)
	c.Extra = x.OrNil()
	return c
}

// SortRank orders the kinds of values when they are sorted ascending.
func (c Cell) SortRank() int {
	switch c.Kind {
	case KindNumber:
		return 0
	case KindText:
		return 1
	case kindBool:
		return 2
	case KindError:
		return 3
	}
	return 4
}
