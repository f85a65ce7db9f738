package table

import "slices"

// SheetState is what has to be known of a sheet to append to it: its headers, and where its
// rows end.
//
// # Where a new row goes
//
// A new row goes below the last row that is in use: one with a value that a person or a
// program has entered. Formulas that show nothing or depend on their own row, and unticked
// checkboxes, do not count. So rows that were prepared with them are filled in one after the
// other, and what they hold stays. Columns right of an empty column are a table of their own:
// it matters only to writes that name one of its columns.
type SheetState struct {
	ID      int64         // of the sheet, as the API has it
	Headers map[int][]any // cells of the rows that name columns, by row number
	Grid    int           // number of rows of the grid, empty ones too
	Width   int           // number of columns left of the first one that is empty in all rows, and right of one that is not
	Rows    int           // number of the last row that is in use; 0 if none is
	Last    []any         // cells of the last row that is in use
	// Below are the cells of the rows after it, up to the last one that holds anything.
	Below [][]any
	// Protected are the cells that the writer may not edit. No row is inserted there, because
	// Google refuses that too: new rows take empty rows of the grid.
	Protected []Area
	Tables    []Table // those that Sheets calls tables
	// Formats are the formats of dates that a new row has, by column; nil is another format.
	Formats []*Format
}

// NewState returns the state of a sheet with these rows, from row 1 on, whose columns are
// named in the rows with these numbers. grid is the number of rows of the grid.
func NewState(id int64, grid int, rows [][]any, headers []int) SheetState {
	s := SheetState{ID: id, Grid: grid, Headers: map[int][]any{}, Width: widthOf(rows)}
	for _, header := range headers {
		s.Headers[header] = nil
		if header <= len(rows) {
			s.Headers[header] = rows[header-1]
		}
	}
	s.setEnd(1, rows)
	return s
}

// widthOf returns the number of columns before the first empty one that is right of one
// with a value.
func widthOf(rows [][]any) int {
	filled := filledColumns(rows)
	first := max(0, slices.Index(filled, true))
	if i := slices.Index(filled[first:], false); i >= 0 {
		return first + i
	}
	return len(filled)
}

// filledColumns returns for each column whether a row has something there.
func filledColumns(rows [][]any) (filled []bool) {
	for _, cells := range rows {
		for i, cell := range cells {
			if isVacant(cell) {
				continue
			}
			filled = append(filled, make([]bool, max(0, i+1-len(filled)))...)
			filled[i] = true
		}
	}
	return filled
}

// setEnd sets where the rows end, given those from the row first on. It returns false where
// none of them is in use.
func (s *SheetState) setEnd(first int, rows [][]any) bool {
	n := len(rows)
	for n > 0 && !s.isInUse(first+n-1, rows[n-1]) {
		n--
	}
	if s.isHeader(first + n - 1) { // no row was entered, but a formula may have made some
		for i := n; i < len(rows); i++ {
			if len(rows[i]) > 0 && isSpilled(rows[i][0]) {
				n = i + 1
			}
		}
	}
	bottom := len(rows)
	for bottom > n && isVacantRow(rows[bottom-1]) {
		bottom--
	}
	s.Rows, s.Last, s.Below = first+n-1, nil, rows[n:bottom]
	if n > 0 {
		s.Last = rows[n-1]
	}
	model := s.Last
	if s.isHeader(s.Rows) {
		model = nil
		if n < len(rows) {
			model = rows[n]
		}
	}
	s.setFormats(model)
	return n > 0
}

func (s *SheetState) isHeader(row int) bool {
	_, ok := s.Headers[row]
	return ok
}

// isInUse reports whether a row names columns, or has an entered value in one of the first
// columns.
func (s *SheetState) isInUse(row int, cells []any) bool {
	return s.isHeader(row) || slices.ContainsFunc(cells[:min(s.Width, len(cells))], func(cell any) bool { return isEntered(cell, row) })
}

// Extend moves the end of the sheet, given the cells of the rows from the last one in use
// on; Headers are as they are now. It returns false where that does not show where the
// sheet ends: that row is not in use any more, or a column that was empty is not.
func (s *SheetState) Extend(rows [][]any) bool {
	filled := func(cells []any) bool { return len(cells) > s.Width && !isVacant(cells[s.Width]) }
	for _, header := range s.Headers {
		if filled(header) {
			return false
		}
	}
	if s.Rows == 0 || len(rows) == 0 || slices.ContainsFunc(rows, filled) || !s.isInUse(s.Rows, rows[0]) {
		return false
	}
	return s.setEnd(s.Rows, rows)
}

// setFormats takes the formats of a row.
func (s *SheetState) setFormats(cells []any) {
	s.Formats = nil
	for i, cell := range cells {
		if f := formatOf(cell); f != nil {
			s.Formats = append(s.Formats, make([]*Format, max(0, i+1-len(s.Formats)))...)
			s.Formats[i] = f
		}
	}
}

func (s *SheetState) format(column int) *Format {
	if column < len(s.Formats) {
		return s.Formats[column]
	}
	return nil
}

// Covers reports whether the state alone shows where the edit's new rows go: it sets no
// column right of an empty one.
func (s *SheetState) Covers(e *Edit) bool {
	header := s.Headers[e.Header]
	c := newColumns("")
	c.extend(header, 0)
	switch {
	case len(c.real) == 0: // the rows show which one may be meant
		return false
	case len(header) <= s.Width:
		return true
	}
	beyond := map[string]bool{}
	for _, name := range c.names[s.Width:] {
		beyond[name] = true
	}
	for _, record := range e.Records {
		if slices.ContainsFunc(record.Fields, func(f Field) bool { return beyond[f.Column] }) {
			return false
		}
	}
	return true
}

// bottom returns the number of the last row that holds anything.
func (s *SheetState) bottom() int { return s.Rows + len(s.Below) }

// lastHeader returns the highest number of a row that names columns.
func (s *SheetState) lastHeader() (last int) {
	for header := range s.Headers {
		last = max(last, header)
	}
	return last
}

// AppendAt returns the number of the row whose cell in column A is the range with which
// spreadsheets.values.append puts rows below the last one in use: that call looks for blocks
// of cells without an empty row or column between them. It returns false where none does,
// given the sheet's rows and the one that names the columns.
// https://developers.google.com/workspace/sheets/api/guides/values#append_values
func (s *SheetState) AppendAt(header int, rows [][]any) (row int, ok bool) {
	switch {
	case len(s.Below) > 0 || s.Rows < header || s.Rows > len(rows):
		return 0, false
	case len(s.Last) > 0 && !isVacant(s.Last[0]):
		return s.Rows, true
	}
	return header, !slices.ContainsFunc(rows[header-1:s.Rows], isVacantRow)
}
