// Package formula parses the formulas of a spreadsheet and calculates their
// values.
//
//	f := formula.Parse("=SUM(A1:A3)*2")
//	result, err := f.Evaluate(formula.Context{Cells: cells, Now: now})
//
// [Cells] is the spreadsheet that a formula refers to. It must have the values
// of all cells that the formula refers to, which [Formula.Uses] returns; a caller
// that calculates a spreadsheet orders its formulas by them.
//
// # What is not emulated
//
// The value of a formula that has a function which is not emulated is a cell of
// the kind [grid.KindUncalculated], whose text names the function, and so is the
// value of every formula that uses it. No value is better than a wrong one.
package formula
