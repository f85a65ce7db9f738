package table

import (
	"fmt"
	"slices"
)

// maxNewCells bounds the memory of new rows, which have all columns of the sheet however
// few are sent.
const maxNewCells = 1_000_000

// newRows returns a new row for each of the edit's records. The columns that are set are
// those with a value.
func (p *SheetPlan) newRows(c *columns, e *Edit) ([]*PlannedRow, error) {
	header := p.Before.Headers[e.Header]
	if len(header) == 0 || IsEmpty(Shown(header[0])) {
		// spreadsheets.values.append would find the table right of column A, and
		// put the rows below its first column.
		return nil, &Error{
			Code:   InvalidRows,
			Detail: fmt.Sprintf("sheet %q has no column name in cell A%d", c.title, e.Header),
			Hint:   fmt.Sprintf("write the column names into row %d, starting in column A, or name the row that has them: header=N", e.Header),
		}
	}
	for _, name := range e.Columns {
		if !c.has(name) {
			return nil, c.unknown(name)
		}
	}
	if len(e.Records)*len(c.names) > maxNewCells {
		return nil, &Error{
			Code:   TooLarge,
			Detail: fmt.Sprintf("%d rows of the %d columns that sheet %q has are more than %d cells", len(e.Records), len(c.names), c.title, maxNewCells),
			Hint:   "send the rows in several requests",
		}
	}
	rows := make([]*PlannedRow, len(e.Records))
	for n, record := range e.Records {
		columns, cells, err := c.setCells(record)
		if err != nil {
			return nil, record.within(n, err)
		}
		row := &PlannedRow{Cells: make([]any, len(c.names)), sent: columns, given: cells}
		row.write(columns, cells, &p.Before)
		switch {
		case row.blank():
			return nil, record.invalid(n, "no column has a value")
		case !slices.ContainsFunc(row.Cells, func(cell any) bool { return isEntered(cell, 0) }):
			return nil, record.invalid(n, "FALSE is the only value, as in an unused row with checkboxes: send another value too")
		}
		rows[n] = row
	}
	return rows, nil
}

// setCells returns the columns that a record sets, ascending, and their values.
func (c *columns) setCells(record Record) (set []int, cells []any, err error) {
	values := make(map[int]any, len(record.Fields))
	given := func(name string) bool {
		return slices.ContainsFunc(record.Fields, func(f Field) bool { return f.Column == name })
	}
	for _, field := range record.Fields {
		column, ok := c.index[field.Column]
		if !ok {
			return nil, nil, c.unknown(field.Column)
		}
		if err := c.checkClear(field.Column, given); err != nil {
			return nil, nil, err
		}
		set = append(set, column)
		values[column] = field.Value
	}
	slices.Sort(set)
	for _, column := range set {
		cells = append(cells, values[column])
	}
	return set, cells, nil
}
