// Package xlsx rewrites cells of an .xlsx file and leaves all else in it as it is.
//
//	lost, err := xlsx.Edit(original, []xlsx.Sheet{{
//		From: "Orders", Title: "Orders",
//		Cells: []xlsx.Cell{{Row: 4, Column: 0, Value: "A-5"}},
//	}}, w)
//
// A file is a zip of XML parts (ECMA-376). Parts in which nothing changes are copied byte
// for byte, and so is what surrounds a change inside of a part: styles, widths, images,
// charts, and what this package has no name for. Where rows or columns have moved
// ([grid.Lines]), all that refers to them by position moves along: formulas, merged cells,
// validation, conditional formats, links, filters, tables, notes, drawings, the ranges of
// charts, and names. Programs that open the file calculate its formulas again.
package xlsx

import "example.com/sheets-function/emulator/internal/grid"

// Sheet is what a sheet becomes. Sheets of the file that none of them comes from are
// deleted.
type Sheet struct {
	// From is the sheet's title in the file; empty = it is added.
	From   string
	Title  string
	Hidden bool
	// Rows and Columns are where those of the file are now.
	Rows, Columns grid.Lines
	// Cells are those to write, by row and column as they are now, in this order. The
	// others keep what the file has.
	Cells []Cell
}

// Cell is a cell to write. It keeps its format; one in an inserted row takes on that of
// the row's model.
type Cell struct {
	Row, Column int // from 0
	// Value is a string, float64, bool, [Error], or nil for none.
	Value any
	// Formula is the formula, with its '='; Value is then the result.
	Formula string
	// Result says that the cell keeps the formula that it has in the file, and that Value
	// is its result.
	Result bool
	// Pattern is a number format that replaces the cell's; empty = it keeps its own.
	Pattern string
}

// Error is the value of a cell that holds an error, such as #REF!.
type Error string

// The size of a sheet in a file.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)
