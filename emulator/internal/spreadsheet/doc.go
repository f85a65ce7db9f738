// Package spreadsheet is a spreadsheet in memory: its sheets, the values of their
// formulas, what is stored about ranges, and how all of it is described and
// changed in the types of the Sheets API.
//
//	s := spreadsheet.New("Demo")
//	values, err := s.Read("Sheet1!A1:B2", spreadsheet.Rendering{})
//
// # Versions
//
// A [Spreadsheet] that others may read is never changed: a change is made on a
// clone, which replaces it only if all of the change succeeded. Clones share rows
// until one of them writes; properties and other generated types are never changed
// in place.
//
// # Formulas
//
// Values of formulas are calculated when they are read after a change, also on a
// clone. [Spreadsheet.Calculate] compares rows with those of the last calculation,
// and calculates what uses a cell that has changed, each formula after those it
// uses. A result of several values fills the cells beside its formula; these are
// marked as spilled, and are not input.
package spreadsheet
