package spreadsheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// A structured table is what addTable makes: a range with a name, a header row and
// columns of types. The block of cells that values.append finds is another thing;
// see [grid.Grid.LastTable].
//
// The columns of a table have an entry each, in order, whose name is the text of the
// cell in the header row (observed by users in 2026-10).

// TableByID returns the sheet and the index of a structured table; nil if there is
// none.
func (ss *Spreadsheet) TableByID(id string) (*Sheet, int) {
	for _, s := range ss.Sheets {
		if i := slices.IndexFunc(s.Tables, func(t *sheets.Table) bool { return t.TableId == id }); i >= 0 {
			return s, i
		}
	}
	return nil, -1
}

// TableArea returns the closed area of a structured table.
func (s *Sheet) TableArea(t *sheets.Table) grid.Area {
	return AreaOf(t.Range).Closed(s.Height, s.Width)
}

// HasFooter reports whether the last row of a structured table is a footer.
func HasFooter(t *sheets.Table) bool {
	return t.RowsProperties != nil && t.RowsProperties.FooterColorStyle != nil
}

// TableBody returns the area of a structured table without header and footer.
func (s *Sheet) TableBody(t *sheets.Table) grid.Area {
	a := s.TableArea(t)
	a.Top++
	if HasFooter(t) {
		a.Bottom--
	}
	return a
}

// MoveTables moves the structured tables of the sheet with its cells. Function to
// returns the area of a table after the change, and whether any of it is left;
// function column the index of one of its columns, or -1 if it was deleted.
func (s *Sheet) MoveTables(to func(table grid.Area) (grid.Area, bool), column func(table grid.Area, column int) int) {
	var kept []*sheets.Table
	for _, old := range s.Tables {
		was := AreaOf(old.Range)
		now, ok := to(was)
		if !ok {
			continue
		}
		moved := *old
		moved.Range = GridRange(s.ID, now)
		moved.ColumnProperties = make([]*sheets.TableColumnProperties, now.Columns())
		for i, p := range old.ColumnProperties {
			if at := column(was, was.Left+i) - now.Left; at >= 0 && at < now.Columns() {
				moved.ColumnProperties[at] = p
			}
		}
		kept = append(kept, numberColumns(&moved))
	}
	s.Tables = kept
}

// ShiftedColumn returns the index of a column after n rows or columns were inserted
// before at (n > 0) or -n were deleted from at on (n < 0); -1 if it was deleted.
func ShiftedColumn(column int, along grid.Axis, at, n int) int {
	switch {
	case along == grid.ByRow:
		return column
	case n < 0 && column >= at && column < at-n:
		return -1
	}
	return grid.ShiftedStart(column, at, n)
}

// numberColumns sets the indexes of the columns of a table. A column without an
// entry has an empty one then.
func numberColumns(t *sheets.Table) *sheets.Table {
	for i, p := range t.ColumnProperties {
		numbered := sheets.TableColumnProperties{}
		if p != nil {
			numbered = *p
		}
		numbered.ColumnIndex, numbered.ForceSendFields = int64(i), nil
		t.ColumnProperties[i] = &numbered
	}
	return t
}

// CheckTableRows returns an error if the header or the footer of a structured table
// would be deleted with the rows from up to to-1, but not the table: what becomes of
// the table is not documented.
func (s *Sheet) CheckTableRows(from, to int) error {
	for _, t := range s.Tables {
		a := s.TableArea(t)
		header := from <= a.Top && a.Top < to
		footer := HasFooter(t) && from < a.Bottom && a.Bottom <= to
		if whole := header && a.Bottom <= to; (header || footer) && !whole {
			return rest.Unsupported("deleting the header or the footer of a table")
		}
	}
	return nil
}

// GrowTables adds n columns or rows, which were inserted after the last one of a
// structured table, to that table.
func (s *Sheet) GrowTables(along grid.Axis, at, n int) {
	s.MoveTables(func(a grid.Area) (grid.Area, bool) {
		switch {
		case along == grid.ByRow && a.Bottom == at:
			a.Bottom += n
		case along == grid.ByColumn && a.Right == at:
			a.Right += n
		}
		return a, true
	}, func(_ grid.Area, column int) int { return column })
}

// SetHeader writes the name of a column into its header cell, as text without runs.
// Format and note of the cell stay.
func (s *Sheet) SetHeader(t *sheets.Table, column int, name string) {
	a := s.TableArea(t)
	s.Set(a.Top, a.Left+column, s.At(a.Top, a.Left+column).WithValue(grid.TextCell(name)))
}

// SyncTables sets the names of the columns of all structured tables to the text of
// their header cells. A header cell that is a formula, or that is empty because its column is
// new, becomes "Column n". It returns an error for a header cell that was emptied.
func (ss *Spreadsheet) SyncTables() error {
	for _, s := range ss.Sheets {
		if len(s.Tables) == 0 {
			continue
		}
		s.MoveTables(func(a grid.Area) (grid.Area, bool) { // the grid may have been cut
			a = a.Closed(s.Height, s.Width)
			return a, a.Rows() > 0 && a.Columns() > 0
		}, func(_ grid.Area, column int) int { return column })
		for i, t := range s.Tables {
			synced, err := s.syncColumns(t)
			if err != nil {
				return err
			}
			s.Tables[i] = synced
		}
	}
	return nil
}

// syncColumns returns a table with the names that its header cells have.
func (s *Sheet) syncColumns(t *sheets.Table) (*sheets.Table, error) {
	a := s.TableArea(t)
	made := *t
	made.ColumnProperties = slices.Clone(t.ColumnProperties)
	for i, p := range made.ColumnProperties {
		header := s.At(a.Top, a.Left+i)
		if header.Kind == grid.KindBlank && header.Formula() == "" && p.ColumnName != "" {
			return nil, rest.Unsupported("emptying a cell in the header of a table")
		}
		if header.Kind == grid.KindBlank || header.Formula() != "" {
			s.SetHeader(t, i, newColumnName(made.ColumnProperties, i))
			header = s.At(a.Top, a.Left+i)
		}
		if name := header.Formatted(); name != p.ColumnName {
			renamed := *p
			renamed.ColumnName = name
			made.ColumnProperties[i] = &renamed
		}
	}
	return &made, nil
}

// newColumnName returns a name for a column without one: its place in the table, or
// the next number that no other column has.
func newColumnName(columns []*sheets.TableColumnProperties, i int) string {
	for n := i + 1; ; n++ {
		name := "Column " + strconv.Itoa(n)
		if !slices.ContainsFunc(columns, func(p *sheets.TableColumnProperties) bool { return p.ColumnName == name }) {
			return name
		}
	}
}

// NewTableID returns an ID that no table and no banded range of the spreadsheet has.
func (ss *Spreadsheet) NewTableID() string {
	return fmt.Sprint(NewID(func(id int64) bool {
		s, _ := ss.TableByID(fmt.Sprint(id))
		return s != nil || slices.ContainsFunc(ss.Sheets, func(s *Sheet) bool {
			return slices.ContainsFunc(s.Bands, func(b *sheets.BandedRange) bool { return b.BandedRangeId == id })
		})
	}))
}

// formulaNames returns the names that formulas can use for ranges.
func (ss *Spreadsheet) formulaNames() []NamedRange {
	return slices.Concat(ss.NamedRanges, ss.tableNames())
}

// tableNames returns the names that formulas can use for structured tables (their
// data, without header and footer; spaces are written as underscores) and for their
// columns, such as Tasks[Amount] (support.google.com/docs/answer/15637642).
func (ss *Spreadsheet) tableNames() []NamedRange {
	var names []NamedRange
	for _, s := range ss.Sheets {
		for _, t := range s.Tables {
			name, body := strings.ReplaceAll(t.Name, " ", "_"), s.TableBody(t)
			names = append(names, NamedRange{Name: name, SheetID: s.ID, Area: body})
			for i, p := range t.ColumnProperties {
				column := grid.Rect(body.Top, body.Bottom, body.Left+i, body.Left+i+1)
				names = append(names, NamedRange{Name: name + "[" + p.ColumnName + "]", SheetID: s.ID, Area: column})
			}
		}
	}
	return names
}

// tableBand returns the banded range of a structured table as spreadsheets.get lists
// it. Its ID is that of the table; bandedRangeReference has it if it is not a number.
func tableBand(t *sheets.Table) *sheets.BandedRange {
	band := &sheets.BandedRange{Range: t.Range}
	if id, err := strconv.ParseInt(t.TableId, 10, 32); err == nil {
		band.BandedRangeId = id
	} else {
		band.BandedRangeReference = t.TableId
	}
	if p := t.RowsProperties; p != nil {
		band.RowProperties = &sheets.BandingProperties{HeaderColorStyle: p.HeaderColorStyle, FooterColorStyle: p.FooterColorStyle,
			FirstBandColorStyle: p.FirstBandColorStyle, SecondBandColorStyle: p.SecondBandColorStyle}
	}
	return band
}

// tablesIn returns the structured tables of the sheet that overlap one of the areas,
// or all if there are none: a response has the tables in the ranges of the request.
func (s *Sheet) tablesIn(areas []grid.Area) []*sheets.Table {
	var out []*sheets.Table
	for _, t := range s.Tables {
		if len(areas) == 0 || slices.ContainsFunc(areas, s.TableArea(t).Overlaps) {
			out = append(out, t)
		}
	}
	return out
}
