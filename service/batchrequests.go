package service

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// addRequests adds the requests that write, then those that insert and then those that
// delete, so that all of them have the numbers of the rows as they were read.
func (e *sheetEffect) addRequests(p *plan) {
	var changing, appending, deleting []*write
	for _, w := range p.Writes {
		result := e.results[w]
		switch {
		case result == nil:
		case w.Request.Kind == table.Deletes:
			deleting = append(deleting, w)
		case len(result.Changed) > 0:
			changing = append(changing, w)
		}
		if result != nil && len(result.Appended) > 0 {
			appending = append(appending, w)
		}
	}
	add := func(owners []*write, requests ...*sheets.Request) {
		for _, r := range requests {
			p.Requests, p.Owners = append(p.Requests, r), append(p.Owners, owners)
		}
	}
	add(changing, e.updates()...)
	if len(appending) > 0 {
		add(appending, e.insert())
	}
	for _, w := range appending { // each its own, so that Google names one that it refuses
		add([]*write{w}, e.writeRows(e.results[w].Appended, e.newRow)...)
	}
	add(deleting, e.deletions()...)
}

// updates returns requests that write the cells that were set.
func (e *sheetEffect) updates() (requests []*sheets.Request) {
	written := slices.DeleteFunc(slices.Clone(e.plan.Rows), func(l *table.PlannedRow) bool { return l.Deleted || l.ColumnsSet == nil })
	return e.writeRows(written, func(l *table.PlannedRow) int { return l.Number })
}

// newRow returns the number of a new row before rows are deleted.
func (e *sheetEffect) newRow(l *table.PlannedRow) int {
	return e.plan.Before.Rows + 1 + l.At - e.plan.Added[0].At
}

// writeRows returns requests that write the cells that were set of ascending rows, adjacent
// ones in one. Other cells are left alone: they may be protected, or hold a formula.
func (e *sheetEffect) writeRows(written []*table.PlannedRow, number func(*table.PlannedRow) int) (requests []*sheets.Request) {
	for len(written) > 0 {
		n := 1
		for n < len(written) && number(written[n]) == number(written[n-1])+1 && slices.Equal(written[n].ColumnsSet, written[0].ColumnsSet) {
			n++
		}
		for _, columns := range runs(written[0].ColumnsSet) {
			var rows []*sheets.RowData
			for _, line := range written[:n] {
				rows = append(rows, toRowData(line.Cells[columns[0]:columns[len(columns)-1]+1]))
			}
			requests = append(requests, e.updateCells(number(written[0])-1, columns[0], rows))
		}
		written = written[n:]
	}
	return requests
}

// insert returns the request that inserts new rows below the last one. Rows that another
// writer has put there meanwhile move down; they would be lost if the cells were only
// written.
func (e *sheetEffect) insert() *sheets.Request {
	last := e.plan.Before.Rows
	return &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{
		Range: e.dimension(last, last+len(e.plan.Added)),
		// Rows do not inherit the header's format, except at the end of the grid, where
		// there is no row after it.
		InheritFromBefore: e.plan.Before.Headers[last] == nil && last > 0 || last >= e.plan.Before.Grid,
	}}
}

// deletions returns requests that delete rows, the last ones first, so that the numbers of
// the others stay valid.
func (e *sheetEffect) deletions() (requests []*sheets.Request) {
	var numbers []int
	for _, line := range e.plan.Rows {
		if line.Deleted {
			numbers = append(numbers, line.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	if e.plan.Extra(e.plan.After()) > 0 {
		requests = append(requests, &sheets.Request{AppendDimension: &sheets.AppendDimensionRequest{
			SheetId: e.plan.Before.ID, Dimension: "ROWS", Length: 1, ForceSendFields: []string{"SheetId"},
		}})
	}
	for _, run := range slices.Backward(runs(numbers)) {
		requests = append(requests, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{
			Range: e.dimension(run[0]-1, run[len(run)-1]),
		}})
	}
	return requests
}

func (e *sheetEffect) dimension(from, to int) *sheets.DimensionRange {
	return &sheets.DimensionRange{
		SheetId: e.plan.Before.ID, Dimension: "ROWS", StartIndex: int64(from), EndIndex: int64(to),
		ForceSendFields: []string{"SheetId", "StartIndex"},
	}
}

func (e *sheetEffect) updateCells(row, column int, rows []*sheets.RowData) *sheets.Request {
	return &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
		Start: &sheets.GridCoordinate{
			SheetId: e.plan.Before.ID, RowIndex: int64(row), ColumnIndex: int64(column), ForceSendFields: []string{"SheetId"},
		},
		Rows: rows, Fields: "userEnteredValue",
	}}
}

func toRowData(cells []any) *sheets.RowData {
	row := &sheets.RowData{Values: make([]*sheets.CellData, len(cells))}
	for i, cell := range cells {
		row.Values[i] = &sheets.CellData{UserEnteredValue: toValue(cell)}
	}
	return row
}

// toValue returns a value in its type: a string is not parsed as a number or a formula.
func toValue(value any) *sheets.ExtendedValue {
	switch v := value.(type) {
	case string:
		return &sheets.ExtendedValue{StringValue: &v}
	case float64:
		return &sheets.ExtendedValue{NumberValue: &v}
	case bool:
		return &sheets.ExtendedValue{BoolValue: &v}
	}
	return nil
}

// runs splits ascending numbers into runs without gaps.
func runs(numbers []int) (runs [][]int) {
	for from := 0; from < len(numbers); {
		to := from + 1
		for to < len(numbers) && numbers[to] == numbers[to-1]+1 {
			to++
		}
		runs = append(runs, numbers[from:to])
		from = to
	}
	return runs
}
