package formula

import (
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// function is a function of Sheets with the number of arguments that it takes;
// max -1 = any number.
type function struct {
	min, max int
	call     func(e *evaluator, args []*node, array bool) operand
}

// functions are the functions that are calculated here, by name.
var functions = map[string]function{}

// addAll adds functions; one that is there already is a mistake.
func addAll(list map[string]function) {
	for name, f := range list {
		if _, ok := functions[name]; ok {
			panic("formula: two functions " + name)
		}
		functions[name] = f
	}
}

func init() {
	for _, list := range []map[string]function{
		logicFunctions(), typeFunctions(), mathFunctions(), unaryFunctions(), roundingFunctions(), statisticFunctions(), countingFunctions(), conditionalFunctions(),
		textFunctions(), joiningFunctions(), regexFunctions(), dateFunctions(), lookupFunctions(), arrayFunctions(), operatorFunctions(),
	} {
		addAll(list)
	}
}

// call applies a function.
func (e *evaluator) call(n *node, array bool) operand {
	f, ok := functions[n.text]
	if !ok {
		return e.library(n, array)
	}
	outer := e.function
	defer func() { e.function = outer }()
	e.function = n.text
	if len(n.args) < f.min || f.max >= 0 && len(n.args) > f.max {
		return single(notAvailable) // the error of a wrong number of arguments
	}
	return f.call(e, n.args, array)
}

// ofValues returns a function of single values. Its value is the first error
// among them. In an array expression it is applied to all values of a range.
func ofValues(least, most int, apply func(e *evaluator, v []grid.Cell) grid.Cell) function {
	return ofAnyValues(least, most, func(e *evaluator, v []grid.Cell) grid.Cell {
		if failed, ok := firstError(v); ok {
			return failed
		}
		return apply(e, v)
	})
}

// ofAnyValues is [ofValues] for a function that takes errors.
func ofAnyValues(least, most int, apply func(e *evaluator, v []grid.Cell) grid.Cell) function {
	return function{least, most, func(e *evaluator, args []*node, array bool) operand {
		operands := make([]operand, len(args))
		for i, a := range args {
			operands[i] = e.evaluate(a, array)
		}
		return e.each(array, operands, func(v []grid.Cell) grid.Cell { return apply(e, v) })
	}}
}

// ofNumbers returns a function of single numbers.
func ofNumbers(least, most int, apply func(n []float64) grid.Cell) function {
	return ofValues(least, most, func(_ *evaluator, v []grid.Cell) grid.Cell {
		n, failed := numbers(v)
		if failed != nil {
			return *failed
		}
		return apply(n)
	})
}

// ofRanges returns a function whose arguments are ranges or arrays. With inside,
// its arguments are array expressions.
func ofRanges(least, most int, inside bool, apply func(e *evaluator, args []operand) operand) function {
	return function{least, most, func(e *evaluator, args []*node, array bool) operand {
		operands := make([]operand, len(args))
		for i, a := range args {
			operands[i] = e.evaluate(a, array || inside)
		}
		outer := e.array
		defer func() { e.array = outer }()
		e.array = array || inside
		return apply(e, operands)
	}}
}

// operatorFunctions are the functions that do what an operator does.
func operatorFunctions() map[string]function {
	list := map[string]function{}
	for name, operator := range map[string]string{
		"ADD": "+", "MINUS": "-", "MULTIPLY": "*", "DIVIDE": "/", "POW": "^", "POWER": "^", "CONCAT": "&",
		"EQ": "=", "NE": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<=",
	} {
		list[name] = ofValues(2, 2, func(_ *evaluator, v []grid.Cell) grid.Cell { return binary(operator, v[0], v[1]) })
	}
	list["UMINUS"] = ofNumbers(1, 1, func(n []float64) grid.Cell { return numeric(-n[0]) })
	list["UPLUS"] = ofValues(1, 1, func(_ *evaluator, v []grid.Cell) grid.Cell { return v[0] })
	list["UNARY_PERCENT"] = ofNumbers(1, 1, func(n []float64) grid.Cell { return numeric(n[0] / 100) })
	return list
}

// let is LET: names for values, and an expression that uses them.
func let(e *evaluator, args []*node, array bool) operand {
	if len(args)%2 == 0 {
		return single(notAvailable)
	}
	outer := e.names
	defer func() { e.names = outer }()
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].kind != nameNode {
			return single(valueError)
		}
		inner := map[string]operand{}
		for name, o := range e.names {
			inner[name] = o
		}
		value := e.evaluate(args[i+1], array)
		inner[strings.ToUpper(args[i].use.Name)] = value
		e.names = inner
	}
	return e.evaluate(args[len(args)-1], array)
}
