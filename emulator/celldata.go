package emulator

import (
	"reflect"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// defaultFormat is the format of a cell that has none, as recorded.
func defaultFormat() *sheets.CellFormat {
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

// describe answers a cell with all that is known about it.
func (c cell) describe() *sheets.CellData {
	d := c.userData()
	if c.kind != kindBlank {
		d.EffectiveValue = c.effective()
		d.FormattedValue = c.shown()
	}
	if d.UserEnteredFormat != nil {
		effective := defaultFormat()
		overlay(reflect.ValueOf(effective).Elem(), reflect.ValueOf(d.UserEnteredFormat).Elem())
		effective.NumberFormat = c.numberFormat()
		d.EffectiveFormat = effective
	}
	return d
}

// overlay sets in dst what is set in src, field by field.
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

// userData is what was stored in a cell: what a request can set.
func (c cell) userData() *sheets.CellData {
	d := &sheets.CellData{UserEnteredValue: c.effective()}
	if text := c.formula(); text != "" {
		d.UserEnteredValue = &sheets.ExtendedValue{FormulaValue: &text}
	}
	if x := c.extra; x != nil {
		d.Note, d.UserEnteredFormat, d.DataValidation, d.TextFormatRuns = x.note, x.format, x.validation, x.runs
	}
	return d
}

// effective is the value, of a formula its result; nil for an empty cell.
func (c cell) effective() *sheets.ExtendedValue {
	switch c.kind {
	case kindText:
		return &sheets.ExtendedValue{StringValue: &c.text}
	case kindNumber:
		return &sheets.ExtendedValue{NumberValue: &c.number}
	case kindBool:
		b := c.number != 0
		return &sheets.ExtendedValue{BoolValue: &b}
	case kindError:
		return &sheets.ExtendedValue{ErrorValue: &sheets.ErrorValue{Type: errorTypes[c.text]}}
	}
	return nil
}

// errorTypes are the API's names of error values
// (developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType).
var errorTypes = map[string]string{
	"#ERROR!": "ERROR", "#NULL!": "NULL_VALUE", "#DIV/0!": "DIVIDE_BY_ZERO", "#VALUE!": "VALUE", "#REF!": "REF",
	"#NAME?": "NAME", "#NUM!": "NUM", "#N/A": "N_A", "Loading...": "LOADING",
}
