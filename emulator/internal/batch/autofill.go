package batch

import (
	"math"
	"regexp"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// fill is the extension of the cells of an area along an axis, by n rows or columns
// after it or, if n is negative, before it.
type fill struct {
	sheet *spreadsheet.Sheet
	from  grid.Area
	along grid.Axis
	n     int
}

// autoFill continues cells as the fill handle of the menu does: formulas and text are
// repeated, references of formulas move, numbers with a constant step go on.
func (b batch) autoFill(r *sheets.AutoFillRequest) (*sheets.Response, error) {
	if r.UseAlternateSeries {
		return nil, rest.Unsupported("autoFill with the alternate series")
	}
	var f fill
	var err error
	switch {
	case r.SourceAndDestination != nil:
		f, err = b.explicitFill(r.SourceAndDestination)
	default:
		f, err = b.detectedFill(r.Range)
	}
	if err != nil {
		return nil, err
	}
	if err := b.calculate(f.sheet, f.from); err != nil { // numbers among formulas
		return nil, err
	}
	across := f.from.Length(!f.along)
	for i := range across {
		if err := f.line(i); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// explicitFill returns the fill of a source by a length.
func (b batch) explicitFill(given *sheets.SourceAndDestination) (fill, error) {
	s, a, err := b.ResolveGridRange(given.Source)
	if err != nil {
		return fill{}, err
	}
	along, err := shiftAxis(given.Dimension)
	f := fill{s, a, along, int(given.FillLength)}
	start, end := a.Top, a.Bottom
	if along == grid.ByColumn {
		start, end = a.Left, a.Right
	}
	if to := f.target(); err == nil && (start+min(f.n, 0) < 0 || end+max(f.n, 0) > s.Size(along)) {
		err = s.ExceedsGrid(grid.QuoteTitle(s.Title), to)
	}
	return f, err
}

// detectedFill returns the fill of a range from the cells at one end of it, which have
// values over its whole width or height, into the rest.
func (b batch) detectedFill(g *sheets.GridRange) (fill, error) {
	s, a, err := b.ResolveGridRange(g)
	if err != nil {
		return fill{}, err
	}
	rows, columns := a, a
	for rows.Bottom > rows.Top && s.IsBlank(grid.Rect(rows.Bottom-1, rows.Bottom, a.Left, a.Right)) {
		rows.Bottom--
	}
	for columns.Right > columns.Left && s.IsBlank(grid.Rect(a.Top, a.Bottom, columns.Right-1, columns.Right)) {
		columns.Right--
	}
	down, right := a.Bottom-rows.Bottom, a.Right-columns.Right
	switch {
	case down > 0 && right == 0 && rows.Rows() > 0:
		return fill{s, rows, grid.ByRow, down}, nil
	case right > 0 && down == 0 && columns.Columns() > 0:
		return fill{s, columns, grid.ByColumn, right}, nil
	}
	return fill{}, rest.Unsupported("autoFill of a range in whose first rows or columns no values are found")
}

// target returns the area that is filled.
func (f fill) target() grid.Area {
	a := f.from
	start, end := &a.Top, &a.Bottom
	if f.along == grid.ByColumn {
		start, end = &a.Left, &a.Right
	}
	if f.n < 0 {
		*start, *end = *start+f.n, *start
	} else {
		*start, *end = *end, *end+f.n
	}
	return a
}

// at returns the place of cell i of a line, counted from the start of the source.
func (f fill) at(line, i int) (row, column int) {
	if f.along == grid.ByColumn {
		return f.from.Top + line, f.from.Left + i
	}
	return f.from.Top + i, f.from.Left + line
}

// line fills one line: a column if rows are filled, or a row.
func (f fill) line(line int) error {
	length := f.from.Length(f.along)
	source := make([]grid.Cell, length)
	for i := range source {
		source[i] = f.sheet.At(f.at(line, i))
	}
	step, series, err := numberSeries(source)
	if err != nil {
		return err
	}
	start, end := length, length+f.n
	if f.n < 0 {
		start, end = f.n, 0
	}
	for i := start; i < end; i++ {
		k := ((i % length) + length) % length // the cell of the source that is repeated here
		row, column := f.at(line, i)
		fromRow, fromColumn := f.at(line, k)
		made := source[k].Offset(row-fromRow, column-fromColumn)
		if series {
			made.Number = source[0].Number + step*float64(i)
		}
		f.sheet.Set(row, column, made)
	}
	return nil
}

// seriesText matches text that the menu may count on: with digits, names of days and
// months.
var seriesText = regexp.MustCompile(`(?i)\d|^(mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`)

// numberSeries returns the step of cells that are numbers. Cells without numbers are
// repeated. How the menu continues anything else is not documented.
func numberSeries(source []grid.Cell) (step float64, ok bool, err error) {
	numbers := 0
	for _, c := range source {
		switch {
		case c.Formula() != "":
		case c.Kind == grid.KindText && seriesText.MatchString(c.Text):
			return 0, false, rest.Unsupported("autoFill of text with numbers or dates")
		case c.Kind == grid.KindNumber && grid.IsDate(c.NumberFormat()):
			return 0, false, rest.Unsupported("autoFill of dates")
		case c.Kind == grid.KindNumber:
			numbers++
		}
	}
	switch {
	case numbers == 0:
		return 0, false, nil
	case numbers < len(source) || numbers == 1:
		return 0, false, rest.Unsupported("autoFill of a single number, or of numbers among other cells")
	}
	step = source[1].Number - source[0].Number
	for i, c := range source[1:] {
		if math.Abs(c.Number-source[i].Number-step) > 1e-9*math.Abs(step) {
			return 0, false, rest.Unsupported("autoFill of numbers without a constant step")
		}
	}
	return step, true, nil
}
