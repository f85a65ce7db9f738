package spreadsheet

import (
	"context"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// ValuesWriter writes the values of one call of spreadsheets.values, and
// describes what it wrote.
type ValuesWriter struct {
	Input         ValueInput
	includeValues bool // in the response, as they were stored
	render        Rendering
}

// WrittenRange is a range of values that was written.
type WrittenRange struct {
	ss            *Spreadsheet
	sheet         *Sheet
	area          grid.Area
	rows, columns []int // with cells that were written or emptied
	cells         int64
}

// NewValuesWriter returns a writer for the options of a call: its
// ValueInputOption, whether the response includes the values, and how it renders
// them.
func NewValuesWriter(inputOption string, echo bool, value, date string, now time.Time) (*ValuesWriter, error) {
	in, err := parseValueInput(inputOption, now)
	if err != nil {
		return nil, err
	}
	render, err := ParseRendering(value, date, "")
	return &ValuesWriter{in, echo, render}, err
}

// Update writes a value range. A closed range of several cells is a bound, any
// other an origin; the grid does not grow.
func (w *ValuesWriter) Update(ss *Spreadsheet, v *sheets.ValueRange) (WrittenRange, error) {
	s, ref, err := ss.findRange(v.Range)
	if err != nil {
		return WrittenRange{}, err
	}
	lines, err := w.lines(v)
	if err != nil {
		return WrittenRange{}, err
	}
	if _, err := s.clip(ref.Area); err != nil {
		return WrittenRange{}, err
	}
	bounded := !ref.Single && ref.Area.Bottom != grid.ToEnd && ref.Area.Right != grid.ToEnd
	for r, line := range lines {
		row, column := ref.Area.Top+r+1, ref.Area.Left+len(line)
		within := "'" + s.Title + "'!" + ref.Area.A1()
		switch {
		case bounded && row > ref.Area.Bottom:
			return WrittenRange{}, rest.BadRequest("Requested writing within range [%s], but tried writing to row [%d]", within, row)
		case bounded && column > ref.Area.Right:
			return WrittenRange{}, rest.BadRequest("Requested writing within range [%s], but tried writing to column [%s]", within, grid.ColumnLetters(ref.Area.Right))
		}
	}
	to := extent(ref.Area, lines)
	if to.Bottom > s.Height || to.Right > s.Width {
		return WrittenRange{}, s.ExceedsGrid("'"+s.Title+"'", to)
	}
	return ss.storeCells(s, to, lines), nil
}

// lines returns the cells of a value range, row by row.
func (w *ValuesWriter) lines(v *sheets.ValueRange) ([][]*grid.Cell, error) {
	columns, err := ParseEnum("data.major_dimension", v.MajorDimension, "Dimension", dimensions)
	if err != nil {
		return nil, err
	}
	return w.Input.parseCells(v.Values, columns)
}

// extent returns the area of rows of cells from the first cell of a on; at least
// that cell.
func extent(a grid.Area, lines [][]*grid.Cell) grid.Area {
	width := 1
	for _, line := range lines {
		width = max(width, len(line))
	}
	return grid.Rect(a.Top, a.Top+max(1, len(lines)), a.Left, a.Left+width)
}

// storeCells stores rows of cells in an area of the grid.
func (ss *Spreadsheet) storeCells(s *Sheet, to grid.Area, lines [][]*grid.Cell) WrittenRange {
	done := WrittenRange{ss: ss, sheet: s, area: to}
	for r, line := range lines {
		any := false
		for i, v := range line {
			if v == nil {
				continue
			}
			any = true
			row, column := to.Top+r, to.Left+i
			s.Set(row, column, s.At(row, column).WithValue(*v))
			done.columns = append(done.columns, column)
			done.cells++
		}
		if any {
			done.rows = append(done.rows, to.Top+r)
		}
	}
	return done
}

// Append writes below the last table in a range, or at the first cell of the
// range if it has none, and returns the name of the table
// (developers.google.com/workspace/sheets/api/guides/values, "Append values").
func (w *ValuesWriter) Append(ctx context.Context, ss *Spreadsheet, a1 string, v *sheets.ValueRange, insert bool) (done WrittenRange, table string, err error) {
	if err := ss.Calculate(ctx, w.Input.Now); err != nil { // results may fill cells of the table
		return done, "", err
	}
	s, ref, err := ss.findRange(a1)
	if err != nil {
		return done, "", err
	}
	lines, err := w.lines(v)
	if err != nil {
		return done, "", err
	}
	a, err := s.clip(ref.Area)
	if err != nil {
		return done, "", err
	}
	start := grid.Area{Top: a.Top, Left: a.Left}
	t, found := s.LastTable(a)
	if found {
		table = s.RangeName(t)
		start = grid.Area{Top: t.Bottom, Left: t.Left}
	}
	to := extent(start, lines)
	if len(lines) == 0 {
		return ss.storeCells(s, to, lines), table, nil
	}
	if insert {
		ss.Insert(s, grid.ByRow, to.Top, len(lines))
	}
	s.Grow(to.Bottom, to.Right)
	if err := ss.CheckSize(); err != nil {
		return done, "", err
	}
	done = ss.storeCells(s, to, lines)
	if found {
		s.ExtendTable(t, to)
	}
	return done, table, nil
}

// Response describes what was written, with the values if the call requested
// them.
func (w *ValuesWriter) Response(ctx context.Context, id string, done WrittenRange) (*sheets.UpdateValuesResponse, error) {
	out := &sheets.UpdateValuesResponse{SpreadsheetId: id}
	if done.sheet == nil {
		return out, nil
	}
	out.UpdatedRange = done.sheet.RangeName(done.area)
	out.UpdatedRows, out.UpdatedColumns = countDistinct(done.rows), countDistinct(done.columns)
	out.UpdatedCells = done.cells
	if !w.includeValues {
		return out, nil
	}
	err := done.ss.Calculate(ctx, w.Input.Now)
	if err == nil {
		out.UpdatedData, err = done.sheet.ValueRange(done.area, w.render)
	}
	return out, err
}

// Totals describes what a batch wrote. Rows and columns of several ranges count
// once (recorded).
func (w *ValuesWriter) Totals(ctx context.Context, id string, all []WrittenRange) (*sheets.BatchUpdateValuesResponse, error) {
	out := &sheets.BatchUpdateValuesResponse{SpreadsheetId: id}
	rows, columns, touched := map[[2]int64]bool{}, map[[2]int64]bool{}, map[int64]bool{}
	for _, done := range all {
		for _, r := range done.rows {
			rows[[2]int64{done.sheet.ID, int64(r)}] = true
		}
		for _, c := range done.columns {
			columns[[2]int64{done.sheet.ID, int64(c)}] = true
		}
		touched[done.sheet.ID] = true
		out.TotalUpdatedCells += done.cells
		response, err := w.Response(ctx, id, done)
		if err != nil {
			return nil, err
		}
		out.Responses = append(out.Responses, response)
	}
	out.TotalUpdatedRows, out.TotalUpdatedColumns = int64(len(rows)), int64(len(columns))
	out.TotalUpdatedSheets = int64(len(touched))
	return out, nil
}

// SameRange returns an error if the body of a request names another range than
// the path.
func (ss *Spreadsheet) SameRange(path, body string) error {
	if body == "" {
		return nil
	}
	s, a, err := ss.findRange(path)
	if err != nil {
		return err
	}
	other, b, err := ss.findRange(body)
	if err == nil && (s != other || a.Area != b.Area) {
		err = rest.BadRequest("Requested range %s does not match value range %s", path, body)
	}
	return err
}
