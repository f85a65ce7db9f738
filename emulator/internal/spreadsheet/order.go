package spreadsheet

import (
	"sort"

	"example.com/sheets-function/emulator/internal/grid"
)

// visitState is how far a calculation has come with a formula.
type visitState uint8

const (
	notVisited visitState = iota
	visiting              // what it uses is being calculated
	done
)

// formulaColumn is the formulas of one column, by row.
type formulaColumn struct {
	formulas []*formulaCell
	next     []int // index of a formula that may not be done, at or after each; see after
}

// indexColumns groups the formulas by column.
func (calc *calculator) indexColumns() {
	for i, list := range calc.formulas {
		calc.columns[i] = map[int]*formulaColumn{}
		for _, f := range list {
			col := calc.columns[i][f.column]
			if col == nil {
				col = &formulaColumn{}
				calc.columns[i][f.column] = col
			}
			col.next = append(col.next, len(col.formulas))
			col.formulas = append(col.formulas, f)
		}
	}
}

// after returns the index of the first formula from i on that is not done. Paths
// through next are shortened, so that formulas which are done cost nothing.
func (col *formulaColumn) after(i int) int {
	at := i
	for at < len(col.formulas) && col.formulas[at].state == done {
		if col.next[at] == at {
			col.next[at] = at + 1
		}
		at = col.next[at]
	}
	for i < at {
		i, col.next[i] = col.next[i], at
	}
	return at
}

// first returns the index of the first formula at or below a row.
func (col *formulaColumn) first(row int) int {
	return sort.Search(len(col.formulas), func(i int) bool { return col.formulas[i].row >= row })
}

// visit calculates a formula after all that it uses. Formulas that depend on
// themselves are found by Tarjan's algorithm for strongly connected components. It
// keeps its own stack, as a chain of formulas may be as long as a column.
func (calc *calculator) visit(f *formulaCell) error {
	if f.state != notVisited {
		return nil
	}
	calc.enter(f)
	path := []*formulaCell{f}
	for len(path) > 0 {
		top := path[len(path)-1]
		if needed := calc.neededBy(top); needed != nil {
			calc.enter(needed)
			path = append(path, needed)
			continue
		}
		path = path[:len(path)-1]
		if len(path) > 0 {
			below := path[len(path)-1]
			below.low = min(below.low, top.low)
		}
		if top.low == top.index {
			if err := calc.finish(top); err != nil {
				return err
			}
		}
	}
	return nil
}

// enter begins with a formula.
func (calc *calculator) enter(f *formulaCell) {
	calc.visited++
	f.state, f.index, f.low, f.usesItself = visiting, calc.visited, calc.visited, false
	calc.open = append(calc.open, f)
}

// finish calculates the formulas that were entered from f on, which is f alone
// unless it depends on itself.
func (calc *calculator) finish(f *formulaCell) error {
	from := len(calc.open) - 1
	for calc.open[from] != f {
		from--
	}
	group := calc.open[from:]
	calc.open = calc.open[:from]
	if len(group) == 1 && !f.usesItself {
		f.state = done
		f.changed, f.circular = f.changed || f.circular, false
		return calc.refresh(f)
	}
	for _, one := range group {
		one.state, one.circular = done, true
		calc.withdraw(one)
		calc.storeValue(one, grid.ErrorCell(grid.RefError))
	}
	return nil
}

// neededBy returns a formula that has to be calculated before another and was
// not visited yet, or nil.
func (calc *calculator) neededBy(f *formulaCell) *formulaCell {
	for _, u := range f.uses {
		for other := range calc.spilling[u.sheet] {
			if other.state != done && (!other.blocked || other.circular) && other.spill.Overlaps(u.area) {
				if other.state == notVisited {
					return other
				}
				f.noteVisiting(other)
			}
		}
		columns := calc.columns[u.sheet]
		if u.area.Columns() < len(columns) {
			for column := u.area.Left; column < u.area.Right; column++ {
				if needed := columns[column].neededBy(f, u.area); needed != nil {
					return needed
				}
			}
			continue
		}
		for column, col := range columns {
			if column >= u.area.Left && column < u.area.Right {
				if needed := col.neededBy(f, u.area); needed != nil {
					return needed
				}
			}
		}
	}
	return nil
}

// neededBy returns a formula of the column in the rows of an area that was not
// visited yet, or nil. It notes in f those that are being visited.
func (col *formulaColumn) neededBy(f *formulaCell, a grid.Area) *formulaCell {
	if col == nil {
		return nil
	}
	for i := col.after(col.first(a.Top)); i < len(col.formulas) && col.formulas[i].row < a.Bottom; i = col.after(i + 1) {
		other := col.formulas[i]
		if other.state == notVisited {
			return other
		}
		f.noteVisiting(other)
	}
	return nil
}

// noteVisiting notes that a formula uses one that is being visited.
func (f *formulaCell) noteVisiting(other *formulaCell) {
	f.low = min(f.low, other.index)
	f.usesItself = f.usesItself || other == f
}

// store stores the result of a formula: in its cell and, if it has several
// values, in those to the right and below, which must be empty.
func (calc *calculator) store(f *formulaCell, values [][]grid.Cell) {
	if f.spill != (grid.Area{}) || len(values) > 1 || len(values[0]) > 1 {
		values = calc.spillResult(f, values)
	}
	calc.storeValue(f, values[0][0])
}

// storeValue stores the value of the cell of a formula.
func (calc *calculator) storeValue(f *formulaCell, value grid.Cell) {
	s := calc.ss.Sheets[f.sheet]
	have := s.At(f.row, f.column)
	now := have.WithResult(value)
	if !now.SameValue(have) {
		s.Grid.Set(f.row, f.column, now)
		calc.changes[f.sheet].mark(f.row, f.column)
	}
}
