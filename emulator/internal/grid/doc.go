// Package grid is the cells of a sheet: their values and formats, the rows that
// hold them, A1 notation, and the text of formulas.
//
//	g := grid.Grid{Height: 1000, Width: 26}
//	g.Set(0, 0, grid.TextCell("id"))
//	g.At(0, 0).Formatted() // "id"
//
// Rows and columns are counted from zero and ranges are half open, as in the
// API's GridRange; see [Area].
//
// # Copies
//
// Copies of a grid share their rows until one of them writes, by the version
// that each row carries. What a [Cell] points to never changes, so that it can
// be shared, too.
//
// # Formulas
//
// A formula is text here: it can be split into tokens, and rewritten when cells move.
// Its value is that of the cell that holds it, and is calculated elsewhere.
package grid
