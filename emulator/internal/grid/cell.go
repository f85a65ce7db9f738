package grid

import (
	"google.golang.org/api/sheets/v4"
)

// Kind is the type of a cell's value.
type Kind uint8

const (
	KindBlank Kind = iota
	KindText
	KindNumber
	KindBool
	KindError        // an error value; Text is its name
	KindUncalculated // a formula or a chip that is not emulated; Text names what is missing
)

// Cell is one cell. It has 40 bytes, as there may be ten million of them.
type Cell struct {
	Text   string     // the text of a text cell, the name of an error
	Number float64    // the number, or 1 for true
	Extra  *CellExtra // nil = none
	Kind   Kind
	// Spilled reports that the value is not stored in the cell, but part of the
	// result of a formula to the left or above.
	Spilled bool
}

// SameValue reports whether two cells have the same value, whatever formats and
// notes they have.
func (c Cell) SameValue(d Cell) bool {
	return c.Kind == d.Kind && c.Number == d.Number && c.Text == d.Text && c.Spilled == d.Spilled
}

// WithResult returns the cell with a value that was calculated.
func (c Cell) WithResult(v Cell) Cell {
	v.Extra = c.Extra
	return v
}

// CellExtra is what few cells have. It never changes once a cell points to it,
// so that cells and versions of a spreadsheet can share it.
type CellExtra struct {
	Note       string
	Format     *sheets.CellFormat
	Validation *sheets.DataValidationRule
	Runs       []*sheets.TextFormatRun
	Chips      *Chips
	Formula    string               // with its '='; Kind and value of the cell are its result
	Auto       *sheets.NumberFormat // of a formula's result, if the cell has no format
}

// TextCell returns a cell that holds text; an empty cell for no text.
func TextCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: KindText, Text: s}
}

// NumberCell returns a cell that holds a number.
func NumberCell(n float64) Cell { return Cell{Kind: KindNumber, Number: n} }

// BoolCell returns a cell that holds a boolean.
func BoolCell(b bool) Cell {
	if b {
		return Cell{Kind: KindBool, Number: 1}
	}
	return Cell{Kind: KindBool}
}

// WithFormat returns the cell with a number format; an empty pattern changes
// nothing.
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

// IsEmpty reports whether nothing at all is stored in the cell.
func (c Cell) IsEmpty() bool { return c.Kind == KindBlank && c.Extra == nil }

// Formula returns the formula of the cell, or "".
func (c Cell) Formula() string {
	if c.Extra == nil {
		return ""
	}
	return c.Extra.Formula
}

// ErrorCell returns a cell that holds an error value, such as #REF!.
func ErrorCell(name string) Cell { return Cell{Kind: KindError, Text: name} }

// WithValue returns c with the value and the formula of v. A number format that
// parsing gave to v replaces that of c; notes and validation of c survive a new
// value (recorded). Runs of c do not, as the reference documents for CellData.
func (c Cell) WithValue(v Cell) Cell {
	if c.Extra == nil {
		return v
	}
	if v.Extra == nil && c.Extra.Formula == "" && c.Extra.Runs == nil && c.Extra.Chips == nil {
		v.Extra = c.Extra
		return v
	}
	merged := *c.Extra
	merged.Formula, merged.Auto, merged.Runs, merged.Chips = "", nil, nil, nil
	if v.Extra != nil {
		merged.Formula, merged.Auto = v.Extra.Formula, v.Extra.Auto
		if v.Extra.Format != nil {
			format := sheets.CellFormat{}
			if merged.Format != nil {
				format = *merged.Format
			}
			format.NumberFormat = v.Extra.Format.NumberFormat
			merged.Format = &format
		}
	}
	v.Extra = merged.OrNil()
	return v
}

// OrNil returns a pointer to x, or nil if nothing is set in it.
func (x CellExtra) OrNil() *CellExtra {
	if x.Note == "" && x.Format == nil && x.Validation == nil && x.Runs == nil && x.Chips == nil && x.Formula == "" {
		return nil
	}
	return &x
}

// NumberFormat returns the format in which the cell shows a number; nil for the
// automatic one.
func (c Cell) NumberFormat() *sheets.NumberFormat {
	switch {
	case c.Extra == nil:
		return nil
	case c.Extra.Format != nil && c.Extra.Format.NumberFormat != nil:
		return c.Extra.Format.NumberFormat
	}
	return c.Extra.Auto
}

// Unformatted returns the value as JSON has it: a string, a number or a boolean;
// "" for an empty cell.
func (c Cell) Unformatted() any {
	switch c.Kind {
	case KindNumber:
		return c.Number
	case KindBool:
		return c.Number != 0
	}
	return c.Text
}

// Formatted returns the value as the sheet shows it. A number in a format that is
// not emulated is returned as if it had none; see [Cell.CheckFormat].
func (c Cell) Formatted() string {
	switch c.Kind {
	case KindNumber:
		shown, err := formatNumber(c.Number, c.NumberFormat())
		if err != nil {
			return FormatAutomatic(c.Number)
		}
		return shown
	case KindText:
		return formatText(c.Text, c.NumberFormat())
	case KindBool:
		if c.Number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.Text
}

// CheckFormat returns an error if the value is shown in a number format that is not
// emulated.
func (c Cell) CheckFormat() error {
	if c.Kind != KindNumber || c.Extra == nil {
		return nil
	}
	_, err := formatNumber(c.Number, c.NumberFormat())
	return err
}

// Offset returns the cell as copied down and right: relative references of its
// formula move with it.
func (c Cell) Offset(rows, columns int) Cell {
	c.Spilled = false // the copy of a value that a formula filled in is a value
	if c.Formula() == "" {
		return c
	}
	x := *c.Extra
	x.Formula = OffsetFormula(x.Formula, rows, columns)
	c.Extra = &x
	return c
}

// WithExtra returns the cell with a copy of its extra that change has changed.
func (c Cell) WithExtra(change func(*CellExtra)) Cell {
	x := CellExtra{}
	if c.Extra != nil {
		x = *c.Extra
	}
	change(&x)
	c.Extra = x.OrNil()
	return c
}

// SortRank returns the place of the cell's kind in ascending order: numbers,
// text, booleans, errors, empty cells.
func (c Cell) SortRank() int {
	switch c.Kind {
	case KindNumber:
		return 0
	case KindText:
		return 1
	case KindBool:
		return 2
	case KindError, KindUncalculated:
		return 3
	}
	return 4
}
