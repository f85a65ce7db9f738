package emulator

import (
	"reflect"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// usual sizes of a row and a column, in pixels (recorded for columns).
const (
	rowPixels    = 21
	columnPixels = 100
)

// gridData answers the cells of areas, one block each; of the whole sheet when
// there are none. Cells and rows at the end without anything that the mask
// takes are left out (recorded for notes).
func (s *sheet) gridData(areas []area, m *mask) []*sheets.GridData {
	if len(areas) == 0 {
		areas = []area{wholeSheet.closed(s.height, s.width)}
	}
	var out []*sheets.GridData
	for _, a := range areas {
		d := &sheets.GridData{StartRow: int64(a.top), StartColumn: int64(a.left)}
		if m.takes("rowData") {
			d.RowData = s.rowData(a, m.below("rowData", "values"))
		}
		if m.takes("rowMetadata") {
			d.RowMetadata = dimensionData(a.top, a.bottom, s.rowLook, rowPixels)
		}
		if m.takes("columnMetadata") {
			d.ColumnMetadata = dimensionData(a.left, a.right, s.columnLook, columnPixels)
		}
		out = append(out, d)
	}
	return out
}

func (s *sheet) rowData(a area, m *mask) []*sheets.RowData {
	var out []*sheets.RowData
	filled := 0
	for r := a.top; r < min(a.bottom, len(s.rows)); r++ {
		line := &sheets.RowData{}
		some := 0
		for col := a.left; col < min(a.right, len(s.rowCells(r))); col++ {
			d := s.at(r, col).describe()
			line.Values = append(line.Values, d)
			if m.names(d) {
				some = len(line.Values)
			}
		}
		line.Values = line.Values[:some]
		if out = append(out, line); some > 0 {
			filled = len(out)
		}
	}
	return out[:filled]
}

func dimensionData(from, to int, look map[int]*sheets.DimensionProperties, pixels int64) []*sheets.DimensionProperties {
	var out []*sheets.DimensionProperties
	for i := from; i < to; i++ {
		p := sheets.DimensionProperties{}
		if look[i] != nil {
			p = *look[i]
		}
		if p.PixelSize == 0 {
			p.PixelSize = pixels
		}
		p.ForceSendFields = nil
		out = append(out, &p)
	}
	return out
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
	for _, f := range fieldsOf(src.Type()).list {
		from, to := src.Field(f.index), dst.Field(f.index)
		switch {
		case absent(from):
		case from.Kind() == reflect.Pointer && !to.IsNil() && from.Type().Elem().Kind() == reflect.Struct && !strings.HasSuffix(f.name, "olor"):
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

// takes tells whether m takes anything at the path.
func (m *mask) takes(path ...string) bool {
	for _, name := range path {
		sub, ok := m.at(name)
		if !ok {
			return false
		}
		m = sub
	}
	return true
}

// below returns the mask at the path.
func (m *mask) below(path ...string) *mask {
	for _, name := range path {
		m, _ = m.at(name)
	}
	return m
}
