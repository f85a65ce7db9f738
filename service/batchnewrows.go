package service

import (
	"maps"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// newRows returns requests that write new rows. Of rows that are inserted together the same
// columns are written, which keeps the requests few.
func (e *sheetEffect) newRows(result *table.EditResult) []*sheets.Request {
	n := slices.IndexFunc(result.Appended, func(l *table.PlannedRow) bool { return !l.Placed })
	if n < 0 {
		n = len(result.Appended)
	}
	requests := e.writeRows(result.Appended[:n])
	set := map[int]bool{}
	for _, l := range result.Appended[n:] {
		for _, column := range l.ColumnsSet {
			set[column] = true
		}
	}
	requests = append(requests, e.writeColumns(result.Appended[n:], slices.Sorted(maps.Keys(set)))...)
	return append(requests, e.formulas(result)...)
}

// formulas returns requests that continue formulas in new rows, as Sheets does when a
// person copies them down.
func (e *sheetEffect) formulas(result *table.EditResult) (requests []*sheets.Request) {
	for rows := result.Appended; len(rows) > 0; {
		n := e.adjacent(rows, func(a, b *table.PlannedRow) bool { return slices.Equal(a.Formulas, b.Formulas) })
		for _, columns := range runs(rows[0].Formulas) {
			requests = append(requests, &sheets.Request{CopyPaste: &sheets.CopyPasteRequest{
				Source:      e.cells(result.FormulasFrom-1, 1, columns[0], len(columns)),
				Destination: e.cells(e.number(rows[0])-1, n, columns[0], len(columns)),
				PasteType:   "PASTE_FORMULA",
			}})
		}
		rows = rows[n:]
	}
	return requests
}

// growTables returns requests that make new rows below a table of Sheets a part of it.
func (e *sheetEffect) growTables() (requests []*sheets.Request) {
	for _, t := range e.plan.Before.Tables {
		first, last := e.newRowsOf(t.Area)
		if a := t.Area; first > 0 && !t.Footer && a.ToRow >= first-1 && a.ToRow < last && a.FromRow < first {
			grown := e.cells(a.FromRow, last-a.FromRow, a.FromColumn, a.ToColumn-a.FromColumn)
			requests = append(requests, &sheets.Request{UpdateTable: &sheets.UpdateTableRequest{
				Table: &sheets.Table{TableId: t.ID, Range: grown}, Fields: "range",
			}})
		}
	}
	return requests
}

// newRowsOf returns the numbers of the first and the last new row with a value in the
// columns of an area; 0 without one.
func (e *sheetEffect) newRowsOf(a table.Area) (first, last int) {
	for _, result := range e.results {
		for _, l := range result.Appended {
			if !slices.ContainsFunc(l.ColumnsSet, a.HasColumn) {
				continue
			}
			n := e.number(l)
			if last = max(last, n); first == 0 || n < first {
				first = n
			}
		}
	}
	return first, last
}

// insert returns the request that inserts new rows below the last one. Rows that another
// writer has put there meanwhile move down; they would be lost if the cells were only
// written.
func (e *sheetEffect) insert() *sheets.Request {
	last := e.plan.Bottom()
	return &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{
		Range: e.dimension(last, last+len(e.plan.Added)),
		// Rows do not inherit the header's format, except at the end of the grid, where
		// there is no row after it.
		InheritFromBefore: e.plan.Before.Headers[last] == nil && last > 0 || last >= e.plan.Before.Grid,
	}}
}
