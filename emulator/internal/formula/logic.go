package formula

import (
	"example.com/sheets-function/emulator/internal/grid"
)

func logicFunctions() map[string]function {
	return map[string]function{
		"IF": {2, 3, ifFunction}, "IFERROR": {1, 2, onError(isError)},
		"IFNA": {1, 2, onError(func(c grid.Cell) bool { return c == notAvailable || c.Kind == grid.KindUncalculated })},
		"IFS":  {2, -1, ifs}, "SWITCH": {3, -1, switchFunction}, "CHOOSE": {2, -1, choose}, "LET": {3, -1, let},
		"TRUE":  ofValues(0, 0, func(*evaluator, []grid.Cell) grid.Cell { return grid.BoolCell(true) }),
		"FALSE": ofValues(0, 0, func(*evaluator, []grid.Cell) grid.Cell { return grid.BoolCell(false) }),
		"NA":    ofValues(0, 0, func(*evaluator, []grid.Cell) grid.Cell { return notAvailable }),
		"NOT": ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell {
			b, ok := truth(v[0])
			if !ok {
				return valueError
			}
			return grid.BoolCell(!b)
		}),
		"AND": ofRanges(1, -1, false, allTrue(func(yes, no int) bool { return no == 0 })),
		"OR":  ofRanges(1, -1, false, allTrue(func(yes, no int) bool { return yes > 0 })),
		"XOR": ofRanges(1, -1, false, allTrue(func(yes, no int) bool { return yes%2 == 1 })),
		"ISBETWEEN": ofValues(3, 5, func(_ *evaluator, v []grid.Cell) grid.Cell {
			low, high := order(v[0], v[1]), order(v[0], v[2])
			including := func(i int) bool { return len(v) <= i || v[i].Number != 0 }
			return grid.BoolCell((low > 0 || low == 0 && including(3)) && (high < 0 || high == 0 && including(4)))
		}),
		"N": ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell {
			if v[0].Kind == grid.KindText {
				return grid.NumberCell(0)
			}
			return grid.NumberCell(v[0].Number)
		}),
		"T": ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell {
			if v[0].Kind == grid.KindText {
				return v[0]
			}
			return textValue("")
		}),
	}
}

// typeFunctions are the functions that report the type of a value, which may be
// an error.
func typeFunctions() map[string]function {
	list := map[string]function{}
	for name, is := range map[string]func(grid.Cell) bool{
		"ISBLANK":   func(c grid.Cell) bool { return c.Kind == grid.KindBlank },
		"ISNUMBER":  func(c grid.Cell) bool { return c.Kind == grid.KindNumber },
		"ISTEXT":    func(c grid.Cell) bool { return c.Kind == grid.KindText },
		"ISNONTEXT": func(c grid.Cell) bool { return c.Kind != grid.KindText },
		"ISLOGICAL": func(c grid.Cell) bool { return c.Kind == grid.KindBool },
		"ISERROR":   isError,
		"ISERR":     func(c grid.Cell) bool { return isError(c) && c != notAvailable },
		"ISNA":      func(c grid.Cell) bool { return plainValue(c) == notAvailable },
	} {
		list[name] = ofAnyValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell {
			if v[0].Kind == grid.KindUncalculated {
				return v[0]
			}
			return grid.BoolCell(is(v[0]))
		})
	}
	return list
}

// ifFunction evaluates only the branch that is taken, except in an array
// expression.
func ifFunction(e *evaluator, args []*node, array bool) operand {
	test := e.evaluate(args[0], array)
	other := &node{value: grid.BoolCell(false)}
	if len(args) > 2 {
		other = args[2]
	}
	if !array || test.rows == 1 && test.columns == 1 {
		switch yes, failed := branchOn(e.scalar(test, array)); {
		case failed != nil:
			return single(*failed)
		case yes:
			return e.evaluate(args[1], array)
		}
		return e.evaluate(other, array)
	}
	branches := []operand{test, e.evaluate(args[1], array), e.evaluate(other, array)}
	return e.each(array, branches, func(v []grid.Cell) grid.Cell {
		switch yes, failed := branchOn(v[0]); {
		case failed != nil:
			return *failed
		case yes:
			return v[1]
		}
		return v[2]
	})
}

// branchOn returns whether a value is true, or the error that a function of it
// returns instead of a branch.
func branchOn(v grid.Cell) (yes bool, failed *grid.Cell) {
	if isError(v) {
		return false, &v
	}
	yes, ok := truth(v)
	if !ok {
		return false, &valueError
	}
	return yes, nil
}

// onError returns IFERROR or IFNA: the second argument where the first is such
// an error. What is not emulated is not an error.
func onError(is func(grid.Cell) bool) func(*evaluator, []*node, bool) operand {
	return func(e *evaluator, args []*node, array bool) operand {
		operands := []operand{e.evaluate(args[0], array), single(grid.Cell{})}
		if !array && !is(plainValue(e.scalar(operands[0], array))) {
			return operands[0]
		}
		if len(args) > 1 {
			operands[1] = e.evaluate(args[1], array)
		}
		return e.each(array, operands, func(v []grid.Cell) grid.Cell {
			if is(plainValue(v[0])) && v[0].Kind != grid.KindUncalculated {
				return v[1]
			}
			return v[0]
		})
	}
}

// choice returns the value that selects an argument, which must be a single one.
func (e *evaluator) choice(n *node, array bool) grid.Cell {
	o := e.evaluate(n, array)
	if array && (o.rows > 1 || o.columns > 1) {
		panic(lacking{e.function + " of an array"})
	}
	return e.scalar(o, array)
}

func ifs(e *evaluator, args []*node, array bool) operand {
	for i := 0; i+1 < len(args); i += 2 {
		switch yes, failed := branchOn(e.choice(args[i], array)); {
		case failed != nil:
			return single(*failed)
		case yes:
			return e.evaluate(args[i+1], array)
		}
	}
	return single(notAvailable)
}

func switchFunction(e *evaluator, args []*node, array bool) operand {
	v := e.choice(args[0], array)
	if isError(v) {
		return single(v)
	}
	i := 1
	for ; i+1 < len(args); i += 2 {
		one := e.choice(args[i], array)
		if isError(one) {
			return single(one)
		}
		if equal(v, one) {
			return e.evaluate(args[i+1], array)
		}
	}
	if i < len(args) {
		return e.evaluate(args[i], array)
	}
	return single(notAvailable)
}

func choose(e *evaluator, args []*node, array bool) operand {
	v := e.choice(args[0], array)
	n, ok := number(v)
	switch {
	case isError(v):
		return single(v)
	case !ok:
		return single(valueError)
	case n < 1 || int(n) >= len(args):
		return single(numError)
	}
	return e.evaluate(args[int(n)], array)
}

// allTrue returns AND, OR or XOR. In ranges, text and empty cells are ignored.
func allTrue(decide func(yes, no int) bool) func(*evaluator, []operand) operand {
	return func(e *evaluator, args []operand) operand {
		yes, no := 0, 0
		var failed *grid.Cell
		for _, o := range args {
			e.visit(o, func(_, _ int, v grid.Cell) bool {
				b, ok := truth(v)
				switch {
				case isError(v):
					failed = &v
				case !ok && o.rows == 1 && o.columns == 1 && o.from == nil:
					failed = &valueError
				case v.Kind == grid.KindText && !ok || v.Kind == grid.KindBlank && o.from != nil:
				case b:
					yes++
				default:
					no++
				}
				return failed == nil
			})
			if failed != nil {
				return single(*failed)
			}
		}
		if yes+no == 0 {
			return single(valueError)
		}
		return single(grid.BoolCell(decide(yes, no)))
	}
}
