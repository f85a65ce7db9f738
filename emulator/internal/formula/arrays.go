package formula

import (
	"math"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

func arrayFunctions() map[string]function {
	return map[string]function{
		"ARRAYFORMULA": ofRanges(1, 1, true, func(e *evaluator, args []operand) operand { return e.copied(args[0]) }),
		"TRANSPOSE":    ofRanges(1, 1, true, func(_ *evaluator, args []operand) operand { return args[0].transposed() }),
		"FILTER":       ofRanges(2, -1, true, filter),
		"SORT":         ofRanges(1, -1, true, sortFunction),
		"UNIQUE":       ofRanges(1, 3, true, unique),
		"SEQUENCE":     ofRanges(1, 4, false, sequence),
		"FLATTEN":      ofRanges(1, -1, true, flatten),
		"HSTACK":       ofRanges(1, -1, true, stackColumns),
		"VSTACK":       ofRanges(1, -1, true, stackRows),
		"ARRAY_CONSTRAIN": ofRanges(3, 3, true, func(e *evaluator, args []operand) operand {
			n, failed := numbers([]grid.Cell{e.one(args[1]), e.one(args[2])})
			switch {
			case failed != nil:
				return single(*failed)
			case n[0] < 1 || n[1] < 1:
				return single(numError)
			}
			rows, columns := int(min(n[0], float64(args[0].rows))), int(min(n[1], float64(args[0].columns)))
			out := newArray(rows, columns)
			for r := range rows {
				for c := range columns {
					out.cells[r*columns+c] = args[0].at(r, c)
				}
			}
			return out
		}),
	}
}

// filter is FILTER: the rows, or the columns, for which all conditions hold.
func filter(e *evaluator, args []operand) operand {
	o := args[0]
	across := o.rows > 1 && args[1].rows == 1 && args[1].columns == o.columns || o.rows == 1 && o.columns > 1
	n := o.rows
	if across {
		o, n = o.transposed(), o.columns
	}
	var kept []int
	for i := range n {
		keep := true
		for _, c := range args[1:] {
			if across {
				c = c.transposed()
			}
			if c.rows != n || c.columns != 1 {
				return single(notAvailable) // "FILTER has mismatched range sizes"
			}
			v := c.at(i, 0)
			b, ok := truth(v)
			if v.Kind == grid.KindUncalculated {
				return single(v)
			}
			keep = keep && ok && b && !isError(v)
		}
		if keep {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return single(notAvailable)
	}
	out := e.pick(o, kept)
	if across {
		return out.transposed()
	}
	return out
}

// sortFunction is SORT: rows ordered by columns, each a number or a column of
// values, and whether they ascend.
func sortFunction(e *evaluator, args []operand) operand {
	o := args[0]
	type key struct {
		of operand
		up bool
	}
	keys := []key{{o.column(0), true}}
	if len(args) > 1 {
		keys = nil
	}
	for i := 1; i < len(args); i += 2 {
		by, up := args[i], true
		if i+1 < len(args) {
			var ok bool
			if up, ok = truth(e.one(args[i+1])); !ok {
				return single(valueError)
			}
		}
		if by.rows == 1 && by.columns == 1 && o.rows > 1 {
			n, failed := numbers([]grid.Cell{by.at(0, 0)})
			switch {
			case failed != nil:
				return single(*failed)
			case n[0] < 1 || int(n[0]) > o.columns:
				return single(valueError)
			}
			by = o.column(int(n[0]) - 1)
		}
		if by.rows != o.rows || by.columns != 1 {
			return single(notAvailable)
		}
		keys = append(keys, key{by, up})
	}
	rows := make([]int, 0, o.rows)
	for r := range o.rows {
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		e.step(1)
		for _, k := range keys {
			if by := sortOrder(k.of.at(a, 0), k.of.at(b, 0), k.up); by != 0 {
				return by
			}
		}
		return 0
	})
	return e.pick(o, rows)
}

// sortOrder compares two values; empty cells are last in both orders.
func sortOrder(a, b grid.Cell, up bool) int {
	if x, y := a.Kind == grid.KindBlank, b.Kind == grid.KindBlank; x || y {
		switch {
		case x && y:
			return 0
		case x:
			return 1
		}
		return -1
	}
	for _, v := range []grid.Cell{a, b} {
		if v.Kind == grid.KindUncalculated {
			panic(lacking{v.Text})
		}
	}
	by := order(a, b)
	if up {
		return by
	}
	return -by
}

// uniqueKey returns what is the same for values that UNIQUE does not
// distinguish.
func uniqueKey(v grid.Cell) grid.Cell { return plainValue(v) }

// unique is UNIQUE: rows without repetition, in the order of the first ones.
func unique(e *evaluator, args []operand) operand {
	o := args[0]
	flags := [2]bool{}
	for i := range args[1:] {
		b, ok := truth(e.one(args[i+1]))
		if flags[i] = b; !ok {
			return single(valueError)
		}
	}
	if flags[0] {
		o = o.transposed()
	}
	count, first := map[string]int{}, map[string]int{}
	var order []string
	for r := range o.rows {
		var b strings.Builder
		for c := range o.columns {
			v := uniqueKey(o.at(r, c))
			if v.Kind == grid.KindUncalculated {
				return single(v)
			}
			b.WriteByte(byte(v.Kind))
			b.WriteString(text(v))
			b.WriteByte(0)
		}
		e.step(o.columns)
		key := b.String()
		if count[key]++; count[key] == 1 {
			first[key] = r
			order = append(order, key)
		}
	}
	var kept []int
	for _, key := range order {
		if !flags[1] || count[key] == 1 {
			kept = append(kept, first[key])
		}
	}
	if len(kept) == 0 {
		return single(notAvailable)
	}
	out := e.pick(o, kept)
	if flags[0] {
		return out.transposed()
	}
	return out
}

// maxSequence is the number of cells that a spreadsheet may have.
const maxSequence = 10_000_000

func sequence(e *evaluator, args []operand) operand {
	given := []grid.Cell{grid.NumberCell(1), grid.NumberCell(1), grid.NumberCell(1), grid.NumberCell(1)}
	for i, o := range args {
		given[i] = e.one(o)
	}
	n, failed := numbers(given)
	if failed != nil {
		return single(*failed)
	}
	rows, columns := math.Trunc(n[0]), math.Trunc(n[1])
	if rows < 1 || columns < 1 || rows*columns > maxSequence {
		return single(numError)
	}
	out := newArray(int(rows), int(columns))
	for i := range out.cells {
		out.cells[i] = numeric(n[2] + float64(i)*n[3])
	}
	return out
}

// flatten puts all values into one column, row by row.
func flatten(e *evaluator, args []operand) operand {
	out := operand{columns: 1}
	for _, o := range args {
		o = e.copied(o)
		out.cells = append(out.cells, o.cells...)
	}
	out.rows = len(out.cells)
	return out
}

// stackColumns puts arrays side by side; #N/A fills up shorter ones.
func stackColumns(e *evaluator, args []operand) operand {
	for i := range args {
		args[i] = args[i].transposed()
	}
	return stackRows(e, args).transposed()
}

// stackRows puts arrays below each other; #N/A fills up narrower ones.
func stackRows(e *evaluator, args []operand) operand {
	out := operand{}
	for _, o := range args {
		out.columns = max(out.columns, o.columns)
	}
	for _, o := range args {
		for r := range o.rows {
			e.step(out.columns)
			for c := range out.columns {
				v := notAvailable
				if c < o.columns {
					v = o.at(r, c)
				}
				out.cells = append(out.cells, v)
			}
		}
		out.rows += o.rows
	}
	return out
}
