package formula

import "example.com/sheets-function/emulator/internal/grid"

// operand is the value of an expression: a single value, an array, or cells of a
// sheet, which are not copied.
type operand struct {
	rows, columns int
	value         grid.Cell   // of a single value
	cells         []grid.Cell // of an array, row by row
	from          *grid.Grid  // of a range
	sheet         int         // of a range
	top, left     int         // of a range
}

func single(v grid.Cell) operand { return operand{rows: 1, columns: 1, value: v} }

func newArray(rows, columns int) operand {
	return operand{rows: rows, columns: columns, cells: make([]grid.Cell, rows*columns)}
}

// at returns one value.
func (o operand) at(r, c int) grid.Cell {
	switch {
	case o.from != nil:
		return o.from.At(o.top+r, o.left+c)
	case o.cells != nil:
		return o.cells[r*o.columns+c]
	}
	return o.value
}

// repeated returns one value of an operand that is repeated along a dimension in
// which it has a single value.
func (o operand) repeated(r, c int) grid.Cell {
	if o.rows == 1 {
		r = 0
	}
	if o.columns == 1 {
		c = 0
	}
	if r >= o.rows || c >= o.columns {
		return grid.ErrorCell("#N/A")
	}
	return o.at(r, c)
}

// used returns the number of rows before the empty ones at the end of a sheet.
func (o operand) used() int {
	if o.from == nil {
		return o.rows
	}
	return min(o.rows, max(0, len(o.from.Rows)-o.top))
}

// visit calls do for every value, except empty cells at the end of a sheet,
// until it returns false.
func (e *evaluator) visit(o operand, do func(r, c int, v grid.Cell) bool) {
	for r := range o.used() {
		columns := o.columns
		if o.from != nil {
			columns = min(columns, max(0, len(o.from.RowCells(o.top+r))-o.left))
		}
		e.step(columns + 1)
		for c := range columns {
			if !do(r, c, o.at(r, c)) {
				return
			}
		}
	}
}

// column returns one column of an operand.
func (o operand) column(c int) operand {
	if o.from != nil {
		o.left, o.columns = o.left+c, 1
		return o
	}
	out := newArray(o.rows, 1)
	for r := range o.rows {
		out.cells[r] = o.at(r, c)
	}
	return out
}

// row returns one row of an operand.
func (o operand) row(r int) operand {
	if o.from != nil {
		o.top, o.rows = o.top+r, 1
		return o
	}
	out := newArray(1, o.columns)
	for c := range o.columns {
		out.cells[c] = o.at(r, c)
	}
	return out
}

// transposed returns the operand with rows as columns.
func (o operand) transposed() operand {
	out := newArray(o.columns, o.rows)
	for r := range o.rows {
		for c := range o.columns {
			out.cells[c*o.rows+r] = o.at(r, c)
		}
	}
	return out
}

// pick returns the rows of an operand with the indexes.
func (e *evaluator) pick(o operand, rows []int) operand {
	out := newArray(len(rows), o.columns)
	for i, r := range rows {
		e.step(o.columns)
		for c := range o.columns {
			out.cells[i*o.columns+c] = o.at(r, c)
		}
	}
	return out
}

// joinColumns puts operands side by side. They must have as many rows.
func (e *evaluator) joinColumns(parts []operand) operand {
	if len(parts) == 1 {
		return e.copied(parts[0])
	}
	columns := 0
	for _, p := range parts {
		if columns += p.columns; p.rows != parts[0].rows {
			return single(grid.ErrorCell("#VALUE!"))
		}
	}
	out, at := newArray(parts[0].rows, columns), 0
	for _, p := range parts {
		for r := range p.rows {
			e.step(p.columns)
			for c := range p.columns {
				out.cells[r*columns+at+c] = p.at(r, c)
			}
		}
		at += p.columns
	}
	return out
}

// joinRows puts operands of as many columns below each other.
func (e *evaluator) joinRows(parts []operand) operand {
	out := operand{columns: parts[0].columns}
	for _, p := range parts {
		p = e.copied(p)
		out.cells = append(out.cells, p.cells...)
		out.rows += p.rows
	}
	return out
}

// copied returns an operand as an array.
func (e *evaluator) copied(o operand) operand {
	if o.cells != nil {
		return o
	}
	out := newArray(o.rows, o.columns)
	for r := range o.rows {
		e.step(o.columns)
		for c := range o.columns {
			out.cells[r*o.columns+c] = o.at(r, c)
		}
	}
	return out
}
