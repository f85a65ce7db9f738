package spreadsheet

import (
	"slices"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// valueRender is a ValueRenderOption.
type valueRender int

const (
	formatted valueRender = iota
	unformatted
	asFormula
)

var valueRenders = map[string]valueRender{
	"": formatted, "FORMATTED_VALUE": formatted, "UNFORMATTED_VALUE": unformatted, "FORMULA": asFormula,
}

// Rendering says how values are answered.
type Rendering struct {
	value      valueRender
	dateAsText bool // dates as the sheet shows them, instead of serial numbers
	columns    bool // majorDimension COLUMNS
}

// values returns the values of an area, without trailing empty cells and rows.
func (s *Sheet) values(a grid.Area, how Rendering) [][]any {
	out := [][]any{}
	filled := 0
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		cells = cells[min(a.Left, len(cells)):min(a.Right, len(cells))]
		line := make([]any, grid.LastValue(cells)+1)
		for c := range line {
			line[c] = how.cell(cells[c])
		}
		out = append(out, line)
		if len(line) > 0 {
			filled = len(out)
		}
	}
	out = out[:filled]
	if how.columns {
		return transposed(out)
	}
	return out
}

func (how Rendering) cell(c grid.Cell) any {
	if how.value == asFormula && c.Extra != nil && c.Extra.Formula != "" {
		return c.Extra.Formula
	}
	if how.value == formatted || how.dateAsText && c.Kind == grid.KindNumber && grid.IsDate(c.NumberFormat()) {
		return c.Formatted()
	}
	return c.Unformatted()
}

// transposed turns rows into columns, again without trailing empty cells.
func transposed(rows [][]any) [][]any {
	width := 0
	for _, line := range rows {
		width = max(width, len(line))
	}
	out := make([][]any, width)
	for c := range out {
		line := []any{}
		for r, cells := range rows {
			if c >= len(cells) || cells[c] == "" {
				continue
			}
			for len(line) < r {
				line = append(line, "")
			}
			line = append(line, cells[c])
		}
		out[c] = line
	}
	return out
}

// ParseEnum reads a query parameter that is one of an enumeration.
func ParseEnum[T any](name, text, typeName string, known map[string]T) (T, error) {
	v, ok := known[text]
	if !ok {
		text := "Invalid value at '" + name + "' (type.googleapis.com/google.apps.sheets.v4." + typeName + "), \"" + text + "\""
		return v, rest.Invalid(name, text)
	}
	return v, nil
}

var (
	dateRenders = map[string]bool{"": false, "SERIAL_NUMBER": false, "FORMATTED_STRING": true}
	dimensions  = map[string]bool{"": false, "DIMENSION_UNSPECIFIED": false, "ROWS": false, "COLUMNS": true}
)

func ParseRendering(value, date, dimension string) (how Rendering, err error) {
	if how.value, err = ParseEnum("value_render_option", value, "ValueRenderOption", valueRenders); err != nil {
		return how, err
	}
	if how.dateAsText, err = ParseEnum("date_time_render_option", date, "DateTimeRenderOption", dateRenders); err != nil {
		return how, err
	}
	how.columns, err = ParseEnum("major_dimension", dimension, "Dimension", dimensions)
	return how, err
}

// dimensionName is the majorDimension of an answer.
func (how Rendering) dimensionName() string {
	if how.columns {
		return "COLUMNS"
	}
	return "ROWS"
}

// countDistinct counts the different values of a list.
func countDistinct(list []int) int64 {
	slices.Sort(list)
	return int64(len(slices.Compact(list)))
}

// UnformattedValues returns the values of a sheet, without trailing empty cells
// and rows; nil if there is no sheet with the title.
func (c *Spreadsheet) UnformattedValues(title string, now time.Time) [][]any {
	s := c.sheetByTitle(title)
	if s == nil {
		return nil
	}
	c.Calculate(now)
	return s.values(grid.WholeSheet.Closed(s.Height, s.Width), Rendering{value: unformatted})
}
