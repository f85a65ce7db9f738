package table

import (
	"fmt"
	"slices"
	"strings"
)

// maxNewCells bounds the memory of new rows, which have all columns of the sheet however
// few are sent.
const maxNewCells = 1_000_000

// newRows returns a new row for each of the edit's records. The columns that are set are
// those with a value.
func (p *SheetPlan) newRows(c *columns, e *Edit) ([]*PlannedRow, error) {
	if len(c.real) == 0 {
		return nil, p.errNoHeader(c, e)
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

// unknownField is the error of a field whose column the sheet lacks, with the parameter that
// leaves such fields out.
func (c *columns) unknownField(name string, record Record) error {
	const longest = 500 // bytes of names in a hint
	err := c.unknown(name)
	if err.Hint != "" {
		return err
	}
	var known []string
	for _, field := range record.Fields {
		if c.has(field.Column) {
			known = append(known, parameterName(field.Column))
		}
	}
	if len(known) == 0 {
		err.Hint = "where another row names the columns, add the parameter header with its number, such as header=3"
		return err
	}
	err.Hint = fmt.Sprintf("write %s into the header row, or leave it out", Quote(name))
	if list := escapeParameter.Replace(strings.Join(known, ",")); len(list) <= longest {
		err.Hint += " with columns=" + list
	}
	return err
}

// errNoHeader is the error of new rows where the header row names no column.
func (p *SheetPlan) errNoHeader(c *columns, e *Edit) error {
	hint := fmt.Sprintf("write the column names into row %d", e.Header)
	if c.firstRow > 0 {
		hint = fmt.Sprintf("if row %d names the columns, add the parameter header=%d; else %s", c.firstRow, c.firstRow, hint)
	}
	return &Error{Code: InvalidRows, Detail: fmt.Sprintf("row %d of sheet %q has to name the columns, and is blank", e.Header, c.title), Hint: hint}
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
			return nil, nil, c.unknownField(field.Column, record)
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
