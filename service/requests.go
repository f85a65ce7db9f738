package service

import (
	"slices"

	"google.golang.org/api/sheets/v4"
)

// updates write the cells that were set, neighbours in one request.
func (p *page) updates() (requests []*sheets.Request) {
	written := slices.DeleteFunc(slices.Clone(p.lines), func(l *line) bool { return l.deleted || l.set == nil })
	for len(written) > 0 {
		n := 1
		for n < len(written) && written[n].number == written[n-1].number+1 && slices.Equal(written[n].set, written[0].set) {
			n++
		}
		for _, columns := range runs(written[0].set) {
			var rows []*sheets.RowData
			for _, l := range written[:n] {
				rows = append(rows, toRowData(l.cells[columns[0]:columns[len(columns)-1]+1]))
			}
			requests = append(requests, p.updateCells(written[0].number-1, columns[0], rows))
		}
		written = written[n:]
	}
	return requests
}

// runs cuts ascending numbers into runs without gaps.
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

// inserts puts new rows below the last one: inserting pushes down what a writer
// that we don't know of has put there, where overwriting loses it.
func (p *page) inserts() []*sheets.Request {
	if len(p.added) == 0 {
		return nil
	}
	var rows []*sheets.RowData
	for _, l := range p.added {
		rows = append(rows, toRowData(l.cells))
	}
	last := p.tail.rows
	return []*sheets.Request{
		{InsertDimension: &sheets.InsertDimensionRequest{
			Range: p.dimension(last, last+len(rows)),
			// The header's own format is not for rows; at the end of the grid
			// there is only the row before to inherit from.
			InheritFromBefore: p.tail.headers[last] == nil && last > 0 || last >= p.tail.grid,
		}},
		p.updateCells(last, 0, rows),
	}
}

// deletions takes rows out, from below.
func (p *page) deletions() (requests []*sheets.Request) {
	var numbers []int
	for _, l := range p.lines {
		if l.deleted {
			numbers = append(numbers, l.number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	if p.extra(p.after()) > 0 {
		requests = append(requests, &sheets.Request{AppendDimension: &sheets.AppendDimensionRequest{
			SheetId: p.tail.id, Dimension: "ROWS", Length: 1, ForceSendFields: []string{"SheetId"},
		}})
	}
	for _, run := range slices.Backward(runs(numbers)) {
		requests = append(requests, &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{
			Range: p.dimension(run[0]-1, run[len(run)-1]),
		}})
	}
	return requests
}

func (p *page) dimension(from, to int) *sheets.DimensionRange {
	return &sheets.DimensionRange{
		SheetId: p.tail.id, Dimension: "ROWS", StartIndex: int64(from), EndIndex: int64(to),
		ForceSendFields: []string{"SheetId", "StartIndex"},
	}
}

func (p *page) updateCells(row, column int, rows []*sheets.RowData) *sheets.Request {
	return &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
		Start: &sheets.GridCoordinate{
			SheetId: p.tail.id, RowIndex: int64(row), ColumnIndex: int64(column), ForceSendFields: []string{"SheetId"},
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

// toValue keeps the type: a string is never read as a number or a formula.
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
