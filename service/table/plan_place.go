package table

import "slices"

// add puts the new rows of an edit below the last row that is in use, see [SheetState].
// They take the rows that the sheet has there, and below those rows are inserted. Formulas
// of the last row continue in the columns that the edit has not sent.
func (p *SheetPlan) add(d *EditResult, fresh []*PlannedRow, e *Edit) *EditResult {
	if len(fresh) == 0 {
		return d
	}
	set, last := p.below(fresh, e.Header)
	model := p.modelOf(last, e.Header)
	next := last + 1
	for _, row := range fresh {
		row = p.placeRow(row, &next)
		d.Appended = append(d.Appended, row)
		if model == nil {
			continue
		}
		d.FormulasFrom = model.Number
		for _, column := range formulasOf(model) {
			if !slices.Contains(set, column) && isVacant(row.raw(column)) && !p.Before.isProtected(row.At, column) {
				row.Formulas = append(row.Formulas, column)
			}
		}
	}
	return d
}

// below returns the columns that any of the new rows sets, ascending, and the number of the
// row that they go below.
func (p *SheetPlan) below(fresh []*PlannedRow, header int) (set []int, last int) {
	for _, row := range fresh {
		set = union(set, row.ColumnsSet)
	}
	return set, max(p.lastInUse(set), header)
}

// placeRow puts a new row at the number next, or inserts it, and returns it.
func (p *SheetPlan) placeRow(row *PlannedRow, next *int) *PlannedRow {
	if old := p.rowFrom(next); old != nil {
		columns, cells := row.filled()
		old.write(columns, cells, &p.Before)
		old.Placed = true
		*next++
		return old
	}
	for _, cell := range row.Cells {
		if date, ok := cell.(*Cell); ok && len(p.Before.Below) == 0 {
			date.SetFormat = false // it has the format of the row above
		}
	}
	row.At = p.Bottom() + len(p.Added) + 1
	p.Added = append(p.Added, row)
	return row
}

// modelOf returns the row whose formulas continue below the row with the number last; nil
// if there is none.
func (p *SheetPlan) modelOf(last, header int) *PlannedRow {
	if last = min(last, p.Before.Rows); last <= header || last < p.First {
		return nil
	}
	return p.Rows[last-p.First]
}

// filled returns the columns for which a new row was given a value, and these values.
func (r *PlannedRow) filled() (columns []int, cells []any) {
	for i, column := range r.sent {
		if !IsEmpty(r.given[i]) {
			columns, cells = append(columns, column), append(cells, r.given[i])
		}
	}
	return columns, cells
}

// rowFrom returns the row with the number next, or the first one after it that is not
// deleted, and moves next to it. It returns nil where a row has to be inserted. If that is
// not allowed, it returns an empty row.
func (p *SheetPlan) rowFrom(next *int) *PlannedRow {
	if len(p.Added) > 0 {
		return nil
	}
	for ; *next <= p.Bottom(); *next++ {
		if row := p.Rows[*next-p.First]; !row.Deleted {
			return row
		}
	}
	if *next > p.Before.Grid || !p.Before.isProtected(*next) {
		return nil
	}
	row := &PlannedRow{Number: *next, At: *next}
	p.Rows = append(p.Rows, row)
	return row
}

// lastInUse returns the number of the last row in which a table that has one of these
// columns has an entered value.
func (p *SheetPlan) lastInUse(columns []int) (last int) {
	inTable := p.tableColumns(columns)
	if inTable == nil {
		last = p.Before.Rows
	}
	for _, row := range slices.Backward(p.Rows) {
		if row.Number <= last {
			break
		}
		for column, cell := range row.Cells {
			if (inTable == nil && column < p.Before.Width || column < len(inTable) && inTable[column]) && isEntered(cell, row.Number) {
				return row.Number
			}
		}
	}
	return last
}

// tableColumns returns for each column whether it belongs to the same table as one of these:
// there is no empty column between. It is nil where that is the first table.
func (p *SheetPlan) tableColumns(columns []int) []bool {
	if !p.Complete || len(columns) == 0 || columns[len(columns)-1] < p.Before.Width {
		return nil
	}
	rows := make([][]any, len(p.Rows))
	for i, row := range p.Rows {
		rows[i] = row.Cells
	}
	filled := filledColumns(rows)
	inTable := make([]bool, len(filled))
	for _, column := range columns {
		for i := column; i >= 0 && i < len(inTable) && filled[i]; i-- {
			inTable[i] = true
		}
		for i := column; i < len(inTable) && filled[i]; i++ {
			inTable[i] = true
		}
	}
	return inTable
}
