package table

import (
	"slices"
)

// PlannedRow is a row of a [SheetPlan].
type PlannedRow struct {
	Number     int   // in the sheet as it was read, from 1; 0 for a row that is inserted
	At         int   // number after the batch; of a deleted row, that before
	Cells      []any // after the batch: string, float64, bool, nil, or a [Cell]
	ColumnsSet []int // columns that edits have set, ascending
	Placed     bool  // the cells of a new row, in a row that the sheet had
	Deleted    bool
	Formulas   []int // of a new row: columns in which a formula continues, ascending
	RowBefore  int   // of a deleted row: the number of the row before it after the batch

	// sent are the columns of a new row's record, ascending, and given what it has for them, as
	// it was sent.
	sent  []int
	given []any
}

// cell returns a cell's value as reads have it.
func (r *PlannedRow) cell(column int) any { return Shown(r.raw(column)) }

// raw returns a cell, which may be a [Cell].
func (r *PlannedRow) raw(column int) any {
	if column < len(r.Cells) {
		return r.Cells[column]
	}
	return nil
}

func (r *PlannedRow) blank() bool { return r.width() == 0 }

// width returns the number of columns up to the last one that shows a value.
func (r *PlannedRow) width() int {
	for i, cell := range slices.Backward(r.Cells) {
		if !IsEmpty(Shown(cell)) {
			return i + 1
		}
	}
	return 0
}

// write sets cells, except those that show the value already: what makes it, such as a
// formula, stays. A text that is a date becomes one in a cell or a column of dates.
func (r *PlannedRow) write(columns []int, cells []any, state *SheetState) {
	var set []int
	copied := false
	for i, column := range columns {
		value := dateFor(cells[i], r.raw(column), state.format(column))
		if equalCell(r.raw(column), cells[i]) || equalCell(r.raw(column), value) {
			continue
		}
		if !copied { // because other plans use the cells that were read
			widest := columns[len(columns)-1] + 1
			r.Cells = append(slices.Clone(r.Cells), make([]any, max(0, widest-len(r.Cells)))...)
			copied = true
		}
		r.Cells[column] = value
		set = append(set, column)
	}
	r.ColumnsSet = union(r.ColumnsSet, set)
}

// dateFor returns a value that is a date where the cell that it replaces, or its column,
// has a format of dates.
func dateFor(value, old any, column *Format) any {
	if f := formatOf(old); f != nil {
		return asDate(value, f)
	}
	date, ok := asDate(value, column).(*Cell)
	if !ok {
		return value
	}
	date.SetFormat = true
	return date
}

// union returns the numbers of two ascending lists, ascending, each once.
func union(a, b []int) []int {
	if len(a) == 0 || len(b) == 0 {
		return append(a[:len(a):len(a)], b...)
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// sortByRow sorts rows by their numbers after the batch.
func sortByRow(rows []*PlannedRow) {
	slices.SortFunc(rows, func(a, b *PlannedRow) int { return a.At - b.At })
}
