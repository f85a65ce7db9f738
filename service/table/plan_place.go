package table

import "slices"

// add puts the new rows of an edit below the last row that is in use, see [SheetState].
// They take the rows that the sheet has there, and below those rows are inserted. Formulas
// of the last row continue in the columns that the edit has not sent.
func (p *SheetPlan) add(d *EditResult, fresh []*PlannedRow, e *Edit) *EditResult {
	if len(fresh) == 0 {
		return d
	}
	var set []int // by the edit, in any row
	for _, l := range fresh {
		set = union(set, l.ColumnsSet)
	}
	last := max(p.lastInUse(set), e.Header)
	model := p.modelOf(last, e.Header)
	next := last + 1
	for _, l := range fresh {
		l = p.placeRow(l, &next)
		d.Appended = append(d.Appended, l)
		if model == nil {
			continue
		}
		d.FormulasFrom = model.Number
		for _, column := range formulasOf(model) {
			if !slices.Contains(set, column) && isVacant(l.raw(column)) && !p.Before.isProtected(l.At, column) {
				l.Formulas = append(l.Formulas, column)
			}
		}
	}
	return d
}

// placeRow puts a new row at the number next, or inserts it, and returns it.
func (p *SheetPlan) placeRow(l *PlannedRow, next *int) *PlannedRow {
	if old := p.rowFrom(next); old != nil {
		columns, cells := l.filled()
		old.write(columns, cells, &p.Before)
		old.Placed = true
		*next++
		return old
	}
	for _, cell := range l.Cells {
		if date, ok := cell.(*Cell); ok && len(p.Before.Below) == 0 {
			date.SetFormat = false // it has the format of the row above
		}
	}
	l.At = p.Bottom() + len(p.Added) + 1
	p.Added = append(p.Added, l)
	return l
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
func (l *PlannedRow) filled() (columns []int, cells []any) {
	for i, column := range l.sent {
		if !IsEmpty(l.given[i]) {
			columns, cells = append(columns, column), append(cells, l.given[i])
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
		if l := p.Rows[*next-p.First]; !l.Deleted {
			return l
		}
	}
	if *next > p.Before.Grid || !p.Before.isProtected(*next) {
		return nil
	}
	l := &PlannedRow{Number: *next, At: *next}
	p.Rows = append(p.Rows, l)
	return l
}

// lastInUse returns the number of the last row in which a table that has one of these
// columns has an entered value.
func (p *SheetPlan) lastInUse(columns []int) (last int) {
	of := p.tables(columns)
	if of == nil {
		last = p.Before.Rows
	}
	for _, l := range slices.Backward(p.Rows) {
		if l.Number <= last {
			break
		}
		for column, cell := range l.Cells {
			if (of == nil && column < p.Before.Width || column < len(of) && of[column]) && isEntered(cell, l.Number) {
				return l.Number
			}
		}
	}
	return last
}

// tables returns for each column whether it belongs to the same table as one of these:
// there is no empty column between. It is nil where that is the first table.
func (p *SheetPlan) tables(columns []int) []bool {
	if !p.Complete || len(columns) == 0 || columns[len(columns)-1] < p.Before.Width {
		return nil
	}
	rows := make([][]any, len(p.Rows))
	for i, l := range p.Rows {
		rows[i] = l.Cells
	}
	filled := filledColumns(rows)
	of := make([]bool, len(filled))
	for _, column := range columns {
		for i := column; i >= 0 && i < len(of) && filled[i]; i-- {
			of[i] = true
		}
		for i := column; i < len(of) && filled[i]; i++ {
			of[i] = true
		}
	}
	return of
}
