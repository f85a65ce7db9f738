package table

import "slices"

// Area is a part of a sheet: rows and columns from, numbered from 0, up to to, without it. 0
// as the end is that of the sheet.
type Area struct{ FromRow, ToRow, FromColumn, ToColumn int }

func (a Area) hasRow(row int) bool { return row >= a.FromRow && (row < a.ToRow || a.ToRow == 0) }

// HasColumn reports whether the area has cells of a column, numbered from 0.
func (a Area) HasColumn(column int) bool {
	return column >= a.FromColumn && (column < a.ToColumn || a.ToColumn == 0)
}

// Table is what Sheets calls a table, which has its header row in the area.
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
