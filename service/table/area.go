package table

import "slices"

// Area is a part of a sheet: the rows from FromRow up to and without ToRow, and the columns
// likewise. They are numbered from 0; an end of 0 is the end of the sheet.
type Area struct{ FromRow, ToRow, FromColumn, ToColumn int }

func (a Area) hasRow(row int) bool { return row >= a.FromRow && (row < a.ToRow || a.ToRow == 0) }

// HasColumn reports whether the area has cells of a column, numbered from 0.
func (a Area) HasColumn(column int) bool {
	return column >= a.FromColumn && (column < a.ToColumn || a.ToColumn == 0)
}

// Table is a table of Sheets, as Format > Convert to table makes it. Its area includes its
// header row.
type Table struct {
	ID     string
	Area   Area
	Footer bool // its last row is a footer
}

// isProtected reports whether the row with this number, from 1, has a protected cell in one
// of the columns; in any, without columns.
func (s *SheetState) isProtected(row int, columns ...int) bool {
	return slices.ContainsFunc(s.Protected, func(a Area) bool {
		return a.hasRow(row-1) && (len(columns) == 0 || slices.ContainsFunc(columns, a.HasColumn))
	})
}
