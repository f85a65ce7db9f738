package spreadsheet

import (
	"slices"

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

// Rendering is how values are returned. The zero value returns rows of what
// cells show.
type Rendering struct {
	option     valueRender
	dateAsText bool // dates are text as the sheet shows it, not serial numbers
	columns    bool // majorDimension is COLUMNS
}

// values returns the values of a closed area, without empty cells and rows at
// the end.
func (s *Sheet) values(a grid.Area, render Rendering) [][]any {
	out := [][]any{}
	filled := 0
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		cells := s.RowCells(r)
		cells = cells[min(a.Left, len(cells)):min(a.Right, len(cells))]
		line := make([]any, grid.LastValue(cells)+1)
		for c := range line {
			line[c] = render.value(cells[c])
		}
		out = append(out, line)
		if len(line) > 0 {
			filled = len(out)
		}
	}
	out = out[:filled]
	if render.columns {
		return transpose(out)
	}
	return out
}

// value returns the value of a cell.
func (render Rendering) value(c grid.Cell) any {
	if render.option == asFormula && c.Extra != nil && c.Extra.Formula != "" {
		return c.Extra.Formula
	}
	if c.Kind == grid.KindUncalculated {
		return nil
	}
	if render.option == formatted || render.dateAsText && c.Kind == grid.KindNumber && grid.IsDate(c.NumberFormat()) {
		return c.Formatted()
	}
	return c.Unformatted()
}

// transpose turns rows into columns, again without empty cells at the end.
func transpose(rows [][]any) [][]any {
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

// ParseEnum returns the value of a query parameter or field whose type is an
// enumeration; name and typeName are for the error.
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

// ParseRendering parses the parameters valueRenderOption, dateTimeRenderOption
// and majorDimension.
func ParseRendering(value, date, dimension string) (render Rendering, err error) {
	if render.option, err = ParseEnum("value_render_option", value, "ValueRenderOption", valueRenders); err != nil {
		return render, err
	}
	if render.dateAsText, err = ParseEnum("date_time_render_option", date, "DateTimeRenderOption", dateRenders); err != nil {
		return render, err
	}
	render.columns, err = ParseEnum("major_dimension", dimension, "Dimension", dimensions)
	return render, err
}

// dimensionName returns the majorDimension of a response.
func (render Rendering) dimensionName() string {
	if render.columns {
		return "COLUMNS"
	}
	return "ROWS"
}

// countDistinct returns the number of distinct values.
func countDistinct(list []int) int64 {
	slices.Sort(list)
	return int64(len(slices.Compact(list)))
}

// UnformattedValues returns the values of a sheet, without empty cells and rows
// at the end; nil if there is no sheet with the title. The value of a formula that
// is not emulated is nil.
func (ss *Spreadsheet) UnformattedValues(title string) [][]any {
	s := ss.sheetByTitle(title)
	if s == nil {
		return nil
	}
	return s.values(grid.WholeSheet.Closed(s.Height, s.Width), Rendering{option: unformatted})
}
