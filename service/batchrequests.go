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
		if result == nil { // of another sheet
			continue
		}
		if len(result.Appended) > 0 {
			appending = append(appending, w)
		}
		if w.Request.Kind == table.Deletes {
			deleting = append(deleting, w)
		} else if len(result.Changed) > 0 {
			changing = append(changing, w)
		}
	}
	add := func(owners []*write, requests ...*sheets.Request) {
		for _, r := range requests {
			p.Requests, p.Owners = append(p.Requests, r), append(p.Owners, owners)
		}
	}
	add(changing, e.updates()...)
	if len(e.plan.Added) > 0 {
		add(appending, e.insert())
	}
	for _, w := range appending { // each its own, so that Google names one that it refuses
		add([]*write{w}, e.newRows(e.results[w])...)
	}
	add(appending, e.growTables()...)
	add(deleting, e.deletions()...)
}

// updates returns requests that write the cells that were set of rows that were there.
func (e *sheetEffect) updates() []*sheets.Request {
	return e.writeRows(slices.DeleteFunc(slices.Clone(e.plan.Rows), func(l *table.PlannedRow) bool {
		return l.Deleted || l.Placed || l.ColumnsSet == nil
	}))
}

// number returns the number that a row has before rows are deleted.
func (e *sheetEffect) number(l *table.PlannedRow) int {
	if l.Number > 0 {
		return l.Number
	}
	return e.plan.Bottom() + 1 + l.At - e.plan.Added[0].At
}

// adjacent returns how many of the first rows are neighbors that are alike.
func (e *sheetEffect) adjacent(rows []*table.PlannedRow, alike func(a, b *table.PlannedRow) bool) int {
	n := 1
	for n < len(rows) && e.number(rows[n]) == e.number(rows[n-1])+1 && alike(rows[0], rows[n]) {
		n++
	}
	return n
}

// writeRows returns requests that write the cells that were set of ascending rows, adjacent
// ones in one. Other cells are left alone: they may be protected, or hold a formula.
func (e *sheetEffect) writeRows(rows []*table.PlannedRow) (requests []*sheets.Request) {
	for len(rows) > 0 {
		n := e.adjacent(rows, func(a, b *table.PlannedRow) bool { return slices.Equal(a.ColumnsSet, b.ColumnsSet) })
		requests = append(requests, e.writeColumns(rows[:n], rows[0].ColumnsSet)...)
		rows = rows[n:]
	}
	return requests
}

// writeColumns returns requests that write columns of adjacent rows.
func (e *sheetEffect) writeColumns(rows []*table.PlannedRow, columns []int) (requests []*sheets.Request) {
	for _, run := range runs(columns) {
		from, to := run[0], run[len(run)-1]+1
		var data []*sheets.RowData
		for _, l := range rows {
			data = append(data, toRowData(l.Cells[min(from, len(l.Cells)):min(to, len(l.Cells))]))
		}
		requests = append(requests, e.updateCells(e.number(rows[0])-1, from, data))
	}
	for _, column := range columns {
		requests = append(requests, e.setFormats(rows, column)...)
	}
	return requests
}

// setFormats returns requests that give dates in a column of adjacent rows their format,
// where they would not have it.
func (e *sheetEffect) setFormats(rows []*table.PlannedRow, column int) (requests []*sheets.Request) {
	format := func(l *table.PlannedRow) *table.Format {
		if column < len(l.Cells) {
			if date, ok := l.Cells[column].(*table.Cell); ok && date.SetFormat {
				return date.Format
			}
		}
		return nil
	}
	for len(rows) > 0 {
		n := e.adjacent(rows, func(a, b *table.PlannedRow) bool { return format(a) == format(b) })
		if f := format(rows[0]); f != nil {
			requests = append(requests, &sheets.Request{RepeatCell: &sheets.RepeatCellRequest{
				Range:  e.cells(e.number(rows[0])-1, n, column, 1),
				Cell:   &sheets.CellData{UserEnteredFormat: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: f.Type, Pattern: f.Pattern}}},
				Fields: "userEnteredFormat.numberFormat",
			}})
		}
		rows = rows[n:]
	}
	return requests
}

// cells returns the range of these rows and columns, numbered from 0.
func (e *sheetEffect) cells(row, rows, column, columns int) *sheets.GridRange {
	return &sheets.GridRange{
		SheetId: e.plan.Before.ID, StartRowIndex: int64(row), EndRowIndex: int64(row + rows),
		StartColumnIndex: int64(column), EndColumnIndex: int64(column + columns),
		ForceSendFields: []string{"SheetId", "StartRowIndex", "StartColumnIndex"},
	}
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
	if e.plan.Extra() > 0 {
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
	if cell, ok := value.(*table.Cell); ok {
		value = cell.Value
	}
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
