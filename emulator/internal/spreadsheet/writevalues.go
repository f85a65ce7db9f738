package spreadsheet

import (
	"time"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// ValuesWriter is one values call that writes: how values come in and are answered.
type ValuesWriter struct {
	Input         ValueInput
	includeValues bool // the values as stored are part of the answer
	rendering     Rendering
}

// WrittenRange is where one range of values went.
type WrittenRange struct {
	spreadsheet   *Spreadsheet
	sheet         *Sheet
	area          grid.Area
	rows, columns []int // that got a value or were emptied
	cells         int64
}

func NewValuesWriter(inputOption string, echo bool, value, date string, now time.Time) (*ValuesWriter, error) {
	in, err := parseValueInput(inputOption, now)
	if err != nil {
		return nil, err
	}
	how, err := ParseRendering(value, date, "")
	return &ValuesWriter{in, echo, how}, err
}

// Update writes a value range where it says. A closed range of several cells is
// a bound, any other an origin; the grid does not grow.
func (w *ValuesWriter) Update(c *Spreadsheet, v *sheets.ValueRange) (WrittenRange, error) {
	s, ref, err := c.findRange(v.Range)
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
	return c.storeCells(s, to, lines), nil
}

func (w *ValuesWriter) lines(v *sheets.ValueRange) ([][]*grid.Cell, error) {
	columns, err := ParseEnum("data.major_dimension", v.MajorDimension, "Dimension", dimensions)
	if err != nil {
		return nil, err
	}
	return w.Input.parseCells(v.Values, columns)
}

// extent is the area that lines take from a's first cell on; at least that cell.
func extent(a grid.Area, lines [][]*grid.Cell) grid.Area {
	width := 1
	for _, line := range lines {
		width = max(width, len(line))
	}
	return grid.Rect(a.Top, a.Top+max(1, len(lines)), a.Left, a.Left+width)
}

// storeCells stores lines; the grid has room for them.
func (c *Spreadsheet) storeCells(s *Sheet, to grid.Area, lines [][]*grid.Cell) WrittenRange {
	done := WrittenRange{spreadsheet: c, sheet: s, area: to}
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

// Append writes below the last table in the range, or at the range's own first
// cell where it holds none, and returns the table's name
// (developers.google.com/workspace/sheets/api/guides/values, "Append values").
func (w *ValuesWriter) Append(c *Spreadsheet, a1 string, v *sheets.ValueRange, insert bool) (done WrittenRange, table string, err error) {
	s, ref, err := c.findRange(a1)
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
		return c.storeCells(s, to, lines), table, nil
	}
	if insert {
		c.Insert(s, grid.ByRow, to.Top, len(lines))
	}
	s.Grow(to.Bottom, to.Right)
	if err := c.CheckSize(); err != nil {
		return done, "", err
	}
	done = c.storeCells(s, to, lines)
	if found {
		s.ExtendTable(t, to)
	}
	return done, table, nil
}

// Response describes what was written, the values too if they were asked for.
func (w *ValuesWriter) Response(id string, done WrittenRange) *sheets.UpdateValuesResponse {
	out := &sheets.UpdateValuesResponse{SpreadsheetId: id}
	if done.sheet == nil {
		return out
	}
	out.UpdatedRange = done.sheet.RangeName(done.area)
	out.UpdatedRows, out.UpdatedColumns = countDistinct(done.rows), countDistinct(done.columns)
	out.UpdatedCells = done.cells
	if w.includeValues {
		done.spreadsheet.Calculate(w.Input.Now)
		out.UpdatedData = done.sheet.ValueRange(done.area, w.rendering)
	}
	return out
}

// Totals sums up a batch: rows and columns that several ranges share count once
// (recorded).
func (w *ValuesWriter) Totals(id string, all []WrittenRange) *sheets.BatchUpdateValuesResponse {
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
		out.Responses = append(out.Responses, w.Response(id, done))
	}
	out.TotalUpdatedRows, out.TotalUpdatedColumns = int64(len(rows)), int64(len(columns))
	out.TotalUpdatedSheets = int64(len(touched))
	return out
}

// SameRange refuses a body that names another range than the path.
func (c *Spreadsheet) SameRange(path, body string) error {
	if body == "" {
		return nil
	}
	s, a, err := c.findRange(path)
	if err != nil {
		return err
	}
	other, b, err := c.findRange(body)
	if err == nil && (s != other || a.Area != b.Area) {
		err = rest.BadRequest("Requested range %s does not match value range %s", path, body)
	}
	return err
}
