// Package table holds the rules for rows: how records are parsed, which columns a sheet
// has, which rows a query selects, what an edit does to a sheet, and how rows are
// encoded. It does not use Google's APIs and makes no calls, so every rule can be changed
// and tested with values alone.
//
//	records, err := table.ParseRecords(body) // [{"item": "apple", "qty": 12}]
//	…
//	edit := &table.Edit{Kind: table.Appends, Header: 1, Records: records}
//	if err := edit.Validate(); err != nil {
//		return err
//	}
//	plan := table.NewSheetPlan("Orders", state, nil)
//	result, err := plan.Do(edit)
//
// # Values of cells
//
// A cell is a string, a float64, a bool, or nil where it is empty. What callers send
// becomes one of these without losing anything, or is an error that names the column
// (cellvalue.go, parsejson.go, csv.go).
//
// # Columns
//
// The cells of the header row are the names of the columns (columns.go), without spaces
// and invisible characters around. A column without a name has its letters as its name.
// Where several columns have the same name, the others get a number: qty, qty_2. They are
// read by these names, and written only where it is clear which of them is meant. Names are
// compared exactly.
//
// # Reading
//
// A [RowsBuilder] makes a [RowSet] of a sheet's rows as they arrive, and [RowSet.Rows]
// encodes those that a [Query] selects as JSON or CSV. A query is parsed from the parameters
// of a URL in PostgREST's dialect (query.go, parsefilter.go, selection.go), and answered as
// PostgreSQL answers (match.go, sort.go, grouping.go), except that
//
//   - values have no types: 2 equals the number 2 and the text "2" (compare.go);
//   - a column may hold several types, which are in the order in which Sheets sorts: numbers
//     and dates before texts, without regard to case first, before booleans;
//   - blank cells are last in both directions, unless the order has nullsfirst;
//   - sums are of numbers, and of durations where there are none; texts are ignored;
//   - regular expressions are those of package regexp.
//
// # Writing
//
// A [SheetPlan] is a sheet while the edits of a batch are planned. Each [Edit] marks rows as
// changed or deleted and adds new ones; package service makes requests of them. The rules:
//
//   - Only cells whose column was sent are written, and of these only those that show another
//     value than was sent. So what was read can be sent back, and formulas, dates and texts
//     stay what they are (plan_row.go).
//   - A new row goes below the last one that is in use; see [SheetState]. A null in it is as
//     if the column was not sent. Formulas of the row above that depend on their own row only
//     continue in it, in the columns that no row of the edit has a value for (plan_place.go,
//     formula.go).
//   - A text in ISO 8601 for a cell, or a column, of dates is stored as a date in that format;
//     every other text stays one (cell.go).
//   - The keys of an upsert are compared by value: dates as dates, and a number equals the text
//     that is that number in JSON, so that 1.1 is not "1.10" (plan_upsert.go).
//
// # Errors
//
// Every error is an [Error] whose [Code] says what kind it is. The list of codes has
// those of package service too.
package table
