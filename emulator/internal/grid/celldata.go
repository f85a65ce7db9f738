package grid

import (
	"reflect"
	"regexp"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
)

// DefaultFormat returns the format of a cell without one (recorded).
func DefaultFormat() *sheets.CellFormat {
	white := func() *sheets.Color { return &sheets.Color{Red: 1, Green: 1, Blue: 1} }
	return &sheets.CellFormat{
		BackgroundColor:      white(),
		BackgroundColorStyle: &sheets.ColorStyle{RgbColor: white()},
		Padding:              &sheets.Padding{Top: 2, Right: 3, Bottom: 2, Left: 3},
		VerticalAlignment:    "BOTTOM",
		WrapStrategy:         "OVERFLOW_CELL",
		TextFormat: &sheets.TextFormat{
			ForegroundColor:      &sheets.Color{},
			ForegroundColorStyle: &sheets.ColorStyle{RgbColor: &sheets.Color{}},
			FontFamily:           "arial,sans,sans-serif",
			FontSize:             10,
			ForceSendFields:      []string{"Bold", "Italic", "Strikethrough", "Underline"},
		},
	}
}

// DataInto describes all of the cell as the API does.
func (c Cell) DataInto(d *sheets.CellData) {
	*d = sheets.CellData{}
	c.enteredInto(d)
	if c.Kind != KindBlank {
		d.EffectiveValue = d.UserEnteredValue
		if c.Formula() != "" || c.Spilled {
			d.EffectiveValue = c.effectiveValue()
		}
		d.FormattedValue = c.Formatted()
	}
	d.Hyperlink = c.hyperlink()
	if number := c.NumberFormat(); d.UserEnteredFormat != nil || number != nil { // a formula's result may have one
		effective := DefaultFormat()
		if d.UserEnteredFormat != nil {
			overlay(reflect.ValueOf(effective).Elem(), reflect.ValueOf(d.UserEnteredFormat).Elem())
		}
		effective.NumberFormat = number
		d.EffectiveFormat = effective
	}
}

// linkFormula matches a formula that is a link with a URL as it is written.
var linkFormula = regexp.MustCompile(`(?i)^=\s*HYPERLINK\(\s*"([^"]*)"\s*[,)]`)

// hyperlink returns the URL of the one link of the cell, or "".
func (c Cell) hyperlink() string {
	if c.Extra == nil {
		return ""
	}
	if m := linkFormula.FindStringSubmatch(c.Extra.Formula); m != nil {
		return m[1]
	}
	if f := c.Extra.Format; f != nil && f.TextFormat != nil && f.TextFormat.Link != nil {
		return f.TextFormat.Link.Uri
	}
	links := map[string]bool{}
	last := ""
	for _, run := range c.Extra.Runs {
		if run.Format != nil && run.Format.Link != nil && run.Format.Link.Uri != "" {
			last = run.Format.Link.Uri
			links[last] = true
		}
	}
	if len(links) == 1 {
		return last
	}
	return ""
}

// overlay sets in dst the fields that are set in src.
func overlay(dst, src reflect.Value) {
	for _, f := range rest.FieldsOf(src.Type()).List {
		from, to := src.Field(f.Index), dst.Field(f.Index)
		switch {
		case rest.IsOmitted(from):
		case from.Kind() == reflect.Pointer && !to.IsNil() && from.Type().Elem().Kind() == reflect.Struct && !strings.HasSuffix(f.Name, "olor"):
			overlay(to.Elem(), from.Elem())
		default:
			to.Set(from)
		}
	}
}

// UserEntered returns what was stored in the cell: the fields of CellData that a
// request can set.
func (c Cell) UserEntered() *sheets.CellData {
	d := &sheets.CellData{}
	c.enteredInto(d)
	return d
}

// enteredInto is [Cell.UserEntered] into an empty CellData.
func (c Cell) enteredInto(d *sheets.CellData) {
	d.UserEnteredValue = c.effectiveValue()
	if text := c.Formula(); text != "" {
		d.UserEnteredValue = &sheets.ExtendedValue{FormulaValue: &text}
	} else if c.Spilled {
		d.UserEnteredValue = nil
	}
	if x := c.Extra; x != nil {
		if x.Chips != nil {
			d.UserEnteredValue, d.ChipRuns = &sheets.ExtendedValue{StringValue: &x.Chips.Text}, x.Chips.Runs
		}
		d.Note, d.UserEnteredFormat, d.DataValidation, d.TextFormatRuns = x.Note, x.Format, x.Validation, x.Runs
	}
}

// effectiveValue returns the value, for a formula that of its result; nil for an
// empty cell.
func (c Cell) effectiveValue() *sheets.ExtendedValue {
	switch c.Kind {
	case KindText:
		return &sheets.ExtendedValue{StringValue: &c.Text}
	case KindNumber:
		return &sheets.ExtendedValue{NumberValue: &c.Number}
	case KindBool:
		b := c.Number != 0
		return &sheets.ExtendedValue{BoolValue: &b}
	case KindError:
		return &sheets.ExtendedValue{ErrorValue: &sheets.ErrorValue{Type: errorTypes[c.Text]}}
	}
	return nil
}

// errorTypes are the API's names of error values
// (developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType).
var errorTypes = map[string]string{
	"#ERROR!": "ERROR", "#NULL!": "NULL_VALUE", "#DIV/0!": "DIVIDE_BY_ZERO", "#VALUE!": "VALUE", "#REF!": "REF",
	"#NAME?": "NAME", "#NUM!": "NUM", "#N/A": "N_A", "Loading...": "LOADING",
}
