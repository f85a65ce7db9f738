package service

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// cell decodes a CellData, and returns about how many bytes of text it has. See
// [formats.cell], which does the same with the typed client's.
func (c *cellDecoder) cell(data jsontext.Value) (cell any, size int) {
	var made table.Cell
	entered := false
	for name, field := range members(data) {
		switch string(name) {
		case `"effectiveValue"`:
			made.Value = decodeValue(effectiveValue(field))
		case `"userEnteredValue"`:
			entered = true
			for name, formula := range members(field) {
				if string(name) == `"formulaValue"` {
					made.Formula, _ = decodeValue(formula).(string)
					made.Calculated, size = true, len(made.Formula)
				}
			}
		case `"effectiveFormat"`:
			for name, format := range members(field) {
				if string(name) == `"numberFormat"` {
					made.Format = c.format(format)
				}
			}
		}
	}
	if text, ok := made.Value.(string); ok {
		size += len(text)
	}
	made.Calculated = made.Calculated || !entered && made.Value != nil // spilled
	if made.Format == nil && !made.Calculated {
		return made.Value, size
	}
	return &made, size
}

// format returns a NumberFormat if it is one of dates. A sheet has few different ones.
func (c *cellDecoder) format(text jsontext.Value) *table.Format {
	format, ok := c.texts[string(text)]
	if !ok {
		var f sheets.NumberFormat
		_ = json.Unmarshal(text, &f) // it was parsed before
		format = table.NewFormat(f.Type, f.Pattern)
		c.texts[string(text)] = format
	}
	return format
}

// decodeValue returns a JSON string, number, boolean or null as a string, float64, bool or
// nil.
func decodeValue(text jsontext.Value) any {
	switch {
	case len(text) == 0 || text[0] == 'n':
		return nil
	case text[0] == 't' || text[0] == 'f':
		return text[0] == 't'
	case text[0] == '"' && bytes.IndexByte(text, '\\') < 0:
		return string(text[1 : len(text)-1])
	case text[0] == '"':
		unquoted, _ := jsontext.AppendUnquote(nil, text) // it was parsed before
		return string(unquoted)
	}
	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return nil
	}
	return number
}

// formats holds the number formats of dates that cells have: nil for other formats.
type formats map[[2]string]*table.Format

func (f formats) of(cell *sheets.CellData) *table.Format {
	if cell.EffectiveFormat == nil || cell.EffectiveFormat.NumberFormat == nil {
		return nil
	}
	key := [2]string{cell.EffectiveFormat.NumberFormat.Type, cell.EffectiveFormat.NumberFormat.Pattern}
	format, ok := f[key]
	if !ok {
		format = table.NewFormat(key[0], key[1])
		f[key] = format
	}
	return format
}

// cell returns a cell as edits have it: a value, or a [table.Cell].
func (f formats) cell(c *sheets.CellData) any {
	value := valueOf(c)
	made := table.Cell{Value: value, Format: f.of(c)}
	entered := c.UserEnteredValue
	if entered != nil && entered.FormulaValue != nil {
		made.Formula, made.Calculated = *entered.FormulaValue, true
	} else if entered == nil && c.EffectiveValue != nil { // spilled
		made.Calculated = true
	}
	if made.Format == nil && !made.Calculated {
		return value
	}
	return &made
}

func (f formats) row(cells []*sheets.CellData) []any {
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = f.cell(c)
	}
	return row
}

// valueOf returns a cell's value, an error as the text that the sheet shows.
func valueOf(c *sheets.CellData) any {
	switch v := c.EffectiveValue; {
	case v == nil:
		return nil
	case v.StringValue != nil:
		return *v.StringValue
	case v.BoolValue != nil:
		return *v.BoolValue
	case v.NumberValue != nil:
		return *v.NumberValue
	}
	return strings.Clone(c.FormattedValue)
}
