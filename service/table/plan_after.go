package table

// After returns the rows after the batch that are known, without gaps, and the number of
// the first one.
func (p *SheetPlan) After() (first int, rows []*PlannedRow) {
	for _, row := range p.Rows {
		if !row.Deleted {
			rows = append(rows, row)
		}
	}
	return p.First, append(rows, p.Added...)
}

// Number sets the numbers that all rows have after the batch. It is called once all
// edits are done.
func (p *SheetPlan) Number() {
	deleted := 0
	for _, row := range p.Rows {
		if row.Deleted {
			row.RowBefore = row.Number - deleted - 1
			deleted++
		} else {
			row.At = row.Number - deleted
		}
	}
	for i, row := range p.Added {
		row.At = p.Bottom() - deleted + i + 1
	}
}

// Bottom returns the number of the last row that holds anything, before the batch: rows are
// inserted below it.
func (p *SheetPlan) Bottom() int { return max(p.Before.bottom(), p.First+len(p.Rows)-1) }

// deleted returns how many rows the batch deletes.
func (p *SheetPlan) deleted() (n int) {
	for _, row := range p.Rows {
		if row.Deleted {
			n++
		}
	}
	return n
}

// Next returns the state of the sheet after the batch.
func (p *SheetPlan) Next() SheetState {
	first, after := p.After()
	rows := make([][]any, len(after))
	for i, row := range after {
		rows[i] = row.Cells
	}
	b := p.Before
	now := SheetState{ID: b.ID, Grid: b.Grid + len(p.Added) - p.deleted() + p.Extra(), Headers: map[int][]any{}, Width: b.Width, Protected: b.Protected, Tables: b.Tables}
	for header, cells := range b.Headers {
		switch {
		case p.Complete && header <= len(rows):
			now.Headers[header] = rows[header-1]
		case p.Complete:
			now.Headers[header] = nil
		case header <= b.Rows: // the others may be among the new rows
			now.Headers[header] = cells
		}
	}
	if p.Complete {
		now.Width = widthOf(rows)
	}
	now.setEnd(first, rows)
	return now
}

// Extra returns how many empty rows the batch has to add. Google refuses to delete all rows
// that are not frozen, so one has to be left below the headers.
func (p *SheetPlan) Extra() int {
	deleted := p.deleted()
	if deleted > 0 && p.Before.Grid+len(p.Added)-deleted <= p.Before.lastHeader() {
		return 1
	}
	return 0
}
