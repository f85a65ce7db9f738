package formula

import (
	"math"
	"sort"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

func lookupFunctions() map[string]function {
	return map[string]function{
		"VLOOKUP": {3, 4, func(e *evaluator, args []*node, array bool) operand { return e.tableLookup(args, array, false) }},
		"HLOOKUP": {3, 4, func(e *evaluator, args []*node, array bool) operand { return e.tableLookup(args, array, true) }},
		"XLOOKUP": {3, 6, xlookup},
		"MATCH":   {2, 3, match},
		"INDEX":   ofRanges(1, 3, true, index),
		"ROW":     {0, 1, position(func(o operand) (at, n int, down bool) { return o.top, o.rows, true }, func(e *evaluator) int { return e.Row })},
		"COLUMN":  {0, 1, position(func(o operand) (at, n int, down bool) { return o.left, o.columns, false }, func(e *evaluator) int { return e.Column })},
		"ROWS":    ofRanges(1, 1, false, func(_ *evaluator, args []operand) operand { return single(sizeOf(args[0], args[0].rows)) }),
		"COLUMNS": ofRanges(1, 1, false, func(_ *evaluator, args []operand) operand { return single(sizeOf(args[0], args[0].columns)) }),
	}
}

func sizeOf(o operand, n int) grid.Cell {
	if o.from == nil && isError(o.at(0, 0)) {
		return o.at(0, 0)
	}
	return grid.NumberCell(float64(n))
}

// position returns ROW or COLUMN.
func position(of func(operand) (at, n int, down bool), own func(*evaluator) int) func(*evaluator, []*node, bool) operand {
	return func(e *evaluator, args []*node, array bool) operand {
		if len(args) == 0 {
			return single(grid.NumberCell(float64(own(e) + 1)))
		}
		o := e.evaluate(args[0], array)
		if o.from == nil {
			if v := o.at(0, 0); isError(v) {
				return single(v)
			}
			return single(valueError)
		}
		at, n, down := of(o)
		if !array || n == 1 {
			return single(grid.NumberCell(float64(at + 1)))
		}
		out := newArray(1, n)
		if down {
			out = newArray(n, 1)
		}
		for i := range n {
			out.cells[i] = grid.NumberCell(float64(at + i + 1))
		}
		return out
	}
}

// tableLookup is VLOOKUP, and HLOOKUP on a transposed table.
func (e *evaluator) tableLookup(args []*node, array, across bool) operand {
	keys, table := e.evaluate(args[0], array), e.evaluate(args[1], true)
	rest := []operand{keys, e.evaluate(args[2], array), single(grid.BoolCell(true))}
	if len(args) > 3 {
		rest[2] = e.evaluate(args[3], array)
	}
	if table.from == nil && isError(table.at(0, 0)) && table.rows*table.columns == 1 {
		return single(table.at(0, 0))
	}
	if across {
		table = table.transposed()
	}
	first := table.column(0)
	return e.each(array, rest, func(v []grid.Cell) grid.Cell {
		if failed, ok := firstError(v); ok {
			return failed
		}
		which, ok := number(v[1])
		sorted, alsoOK := truth(v[2])
		switch {
		case !ok || !alsoOK || which < 1:
			return valueError
		case int(which) > table.columns:
			return grid.ErrorCell(grid.RefError)
		}
		i := -1
		if sorted {
			i = e.lastUpTo(first, v[0])
		} else {
			i = e.firstEqual(first, v[0], true)
		}
		if i < 0 {
			return notAvailable
		}
		return table.at(i, int(which)-1)
	})
}

// firstEqual returns the index of the first value of a column that is equal to a
// key, or -1. With patterns, a text key may have wildcards.
func (e *evaluator) firstEqual(column operand, key grid.Cell, patterns bool) int {
	if key.Kind == grid.KindBlank {
		key = grid.NumberCell(0)
	}
	is := func(v grid.Cell) bool { return v.Number == key.Number }
	if key.Kind == grid.KindText {
		is = func(v grid.Cell) bool { return strings.EqualFold(v.Text, key.Text) }
		if patterns {
			matches := wildcard(key.Text)
			is = func(v grid.Cell) bool { return matches(v.Text) }
		}
	}
	n := column.used()
	for i := range n {
		if i%1024 == 0 {
			e.step(1024)
		}
		v := column.at(i, 0)
		if v.Kind == grid.KindUncalculated {
			panic(lacking{v.Text})
		}
		if v.Kind == key.Kind && is(v) {
			return i
		}
	}
	return -1
}

// lastUpTo returns the index of the last value of a sorted column that is not
// greater than a key, or -1.
func (e *evaluator) lastUpTo(column operand, key grid.Cell) int {
	if key.Kind == grid.KindBlank {
		key = grid.NumberCell(0)
	}
	n := column.used()
	e.step(64)
	i := sort.Search(n, func(i int) bool {
		v := column.at(i, 0)
		return v.Kind == grid.KindBlank || order(v, key) > 0
	})
	for i--; i >= 0; i-- {
		if column.at(i, 0).Kind == key.Kind {
			return i
		}
	}
	return -1
}

// firstFrom returns the index of the last value of a column in descending order
// that is not less than a key, or -1.
func (e *evaluator) lastDownTo(column operand, key grid.Cell) int {
	last := -1
	for i := range column.used() {
		e.step(1)
		v := column.at(i, 0)
		if v.Kind != key.Kind || order(v, key) < 0 {
			break
		}
		last = i
	}
	return last
}

func match(e *evaluator, args []*node, array bool) operand {
	line := e.evaluate(args[1], true)
	operands := []operand{e.evaluate(args[0], array), single(grid.NumberCell(1))}
	if len(args) > 2 {
		operands[1] = e.evaluate(args[2], array)
	}
	if line.rows == 1 && line.columns > 1 {
		line = line.transposed()
	}
	if line.columns > 1 {
		return single(notAvailable)
	}
	return e.each(array, operands, func(v []grid.Cell) grid.Cell {
		if failed, ok := firstError(v); ok {
			return failed
		}
		kind, ok := number(v[1])
		i := -1
		switch {
		case !ok:
			return valueError
		case kind == 0:
			i = e.firstEqual(line, v[0], true)
		case kind > 0:
			i = e.lastUpTo(line, v[0])
		default:
			i = e.lastDownTo(line, v[0])
		}
		if i < 0 {
			return notAvailable
		}
		return grid.NumberCell(float64(i + 1))
	})
}

// xlookup is XLOOKUP with an exact match, from the first value on.
func xlookup(e *evaluator, args []*node, array bool) operand {
	if len(args) > 4 {
		return single(uncalculated("XLOOKUP with a match or search mode"))
	}
	key, in, from := e.choice(args[0], array), e.evaluate(args[1], true), e.evaluate(args[2], true)
	across := in.rows == 1 && in.columns > 1
	if across {
		in = in.transposed()
	}
	switch {
	case isError(key):
		return single(key)
	case in.columns != 1 || !across && from.rows != in.rows || across && from.columns != in.rows:
		return single(valueError)
	}
	i := e.firstEqual(in, key, false)
	switch {
	case i < 0 && len(args) > 3:
		return e.evaluate(args[3], array)
	case i < 0:
		return single(notAvailable)
	case across:
		return valuesOf(e, from.column(i))
	}
	return valuesOf(e, from.row(i))
}

// valuesOf returns a range as the values in it, which fill cells.
func valuesOf(e *evaluator, o operand) operand {
	if o.rows == 1 && o.columns == 1 {
		return o
	}
	return e.copied(o)
}

// index is INDEX: one value, or a whole row or column where the other index is 0.
func index(e *evaluator, args []operand) operand {
	given := []grid.Cell{grid.NumberCell(0), grid.NumberCell(0)}
	for i := range args[1:] {
		given[i] = e.one(args[i+1])
	}
	n, failed := numbers(given)
	if failed != nil {
		return single(*failed)
	}
	o := args[0]
	row, column := int(math.Trunc(n[0])), int(math.Trunc(n[1]))
	if o.rows == 1 && len(args) == 2 && o.columns > 1 {
		row, column = 0, row
	}
	switch {
	case row < 0 || column < 0:
		return single(valueError)
	case row > o.rows || column > o.columns:
		return single(grid.ErrorCell(grid.RefError))
	}
	if row > 0 {
		o = o.row(row - 1)
	}
	if column > 0 {
		o = o.column(column - 1)
	}
	return valuesOf(e, o)
}
