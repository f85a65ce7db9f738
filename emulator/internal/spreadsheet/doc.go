// Package spreadsheet is a spreadsheet in memory: its sheets, the values of their
// formulas, what is stored about ranges, and how all of it is described and
// changed in the types of the Sheets API.
//
//	s := spreadsheet.New("Demo")
//	values, err := s.Read("Sheet1!A1:B2", spreadsheet.Rendering{})
//
// # Versions
//
// A [Spreadsheet] is changed on a draft, which replaces it only if all of the
// change succeeded. Drafts share rows with what they were made from; properties
// and other generated types are never changed in place.
//
// # Formulas
//
// Values of formulas are calculated for the whole spreadsheet at once, when it
// is read after a change. The library that calculates has its limits: formulas
// are translated for it, and split into cells where it would be wrong.
package spreadsheet
