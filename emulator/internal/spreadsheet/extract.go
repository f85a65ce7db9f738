package spreadsheet

import (
	"strconv"

	"example.com/sheets-function/emulator/internal/grid"
)

// subexpr is a subexpression of a formula that has a cell of its own, or what is
// left of the formula.
type subexpr struct {
	cell       string // its cell in the sheet of subexpressions; empty for the formula
	strict     bool   // an error in anything it uses is its value
	uses       []usedRange
	needs      []*subexpr
	errorValue string // if its value is an error
}

// extractor collects the text of a formula for the library, and extracts
// subexpressions from it. The library evaluates functions nested three deep
// among operators wrongly, and many functions treat an error as zero
// (TestFormulaResults has such formulas). So subexpressions get cells of their
// own, where that changes nothing else, and their errors are passed on by the
// calculator.
type extractor struct {
	calculator  *calculator
	text        string
	calls       []functionCall // whose parentheses are open
	pendingCall *functionCall  // whose parenthesis comes next
	uses        []usedRange
	needs       []*subexpr
	// lenient counts functions whose value may not be an error although an
	// argument is one, ranges references to several cells, operators those between
	// values.
	lenient, ranges, operators int
}

// position is a position in the collected text, with the counts up to there.
type position struct{ text, uses, needs, lenient, ranges, operators int }

// position returns the current position.
func (x *extractor) position() position {
	return position{len(x.text), len(x.uses), len(x.needs), x.lenient, x.ranges, x.operators}
}

// functionCall is a call of a function that is being collected; without a name
// it is a parenthesis.
type functionCall struct {
	name       string
	begin, arg position
	first      string // its first argument
}

// openCall adds the name of a function.
func (x *extractor) openCall(name string) {
	x.pendingCall = &functionCall{name: name, begin: x.position()}
	x.text += name
	if !strictFunctions[name] {
		x.lenient++
	}
}

// literal adds text that is not a reference or a name.
func (x *extractor) literal(text string) {
	switch text {
	case "(":
		call := functionCall{begin: x.position()}
		if x.pendingCall != nil {
			call = *x.pendingCall
		}
		x.pendingCall = nil
		x.text += text
		call.arg = x.position()
		x.calls = append(x.calls, call)
		return
	case ",", ")":
		x.endArgument(text)
		return
	case "+", "-", "*", "/", "^", "&", "=", "<", ">", "%":
		x.operators++
	}
	x.text += text
}

// endArgument adds a comma or a closing parenthesis, and extracts the argument
// or the call that it ends if the library needs that.
func (x *extractor) endArgument(text string) {
	if len(x.calls) == 0 {
		x.text += text
		return
	}
	call := &x.calls[len(x.calls)-1]
	if singleFunctions[call.name] && x.operators > call.arg.operators && x.ranges == call.arg.ranges {
		x.extract(call.arg)
	}
	if text == ")" {
		x.clampArgument(call)
	} else if call.first == "" {
		call.first = x.text[call.arg.text:]
	}
	x.text += text
	if text == "," {
		call.arg = x.position()
		return
	}
	begin, name := call.begin, call.name
	x.calls = x.calls[:len(x.calls)-1]
	nested := false
	for _, outer := range x.calls {
		nested = nested || outer.name != ""
	}
	if nested && (summingFunctions[name] || singleFunctions[name] && x.ranges == begin.ranges) {
		x.extract(begin)
	}
}

// clampArgument limits the last argument of a function to where its result is an
// error anyway, as the library would calculate for minutes.
func (x *extractor) clampArgument(call *functionCall) {
	limit := ""
	switch call.name {
	case "FACT":
		limit = "171"
	case "FACTDOUBLE":
		limit = "301"
	case "REPT":
		limit = "INT(" + strconv.Itoa(maxResultText) + "/MAX(1,LEN(" + call.first + ")))+1"
	}
	if given := x.text[call.arg.text:]; limit != "" && given != "" {
		x.text = x.text[:call.arg.text] + "MIN(" + given + "," + limit + ")"
	}
}

// maxResultText is the number of characters that a text function returns at
// most, as the error message of Sheets says.
const maxResultText = 32_000

// extract moves what was collected since a position into a cell of its own.
func (x *extractor) extract(m position) {
	calc := x.calculator
	cell := grid.ColumnLetters(len(calc.subexprs)/maxWorkbookRows) + strconv.Itoa(len(calc.subexprs)%maxWorkbookRows+1)
	piece := &subexpr{
		cell: cell, strict: x.lenient == m.lenient,
		uses: append([]usedRange(nil), x.uses[m.uses:]...), needs: append([]*subexpr(nil), x.needs[m.needs:]...),
	}
	calc.subexprs = append(calc.subexprs, piece)
	calc.file.SetCellFormula(subexprSheet, cell, x.text[m.text:])
	x.text = x.text[:m.text] + subexprSheet + "!" + cell
	x.uses, x.needs = x.uses[:m.uses], append(x.needs[:m.needs], piece)
	x.lenient, x.ranges, x.operators = m.lenient, m.ranges, m.operators
}

// inheritedError returns the error value that a strict subexpression has because
// something that it uses has it, or "".
func (calc *calculator) inheritedError(p *subexpr) string {
	if !p.strict {
		return ""
	}
	for _, other := range p.needs {
		if other.errorValue != "" {
			return other.errorValue
		}
	}
	for _, used := range p.uses {
		for _, f := range calc.failed[used.sheet] {
			if used.area.Contains(grid.Rect(f.row, f.row+1, f.column, f.column+1)) {
				return f.whole.errorValue
			}
		}
	}
	return ""
}

// evaluate calculates the subexpressions of a formula, the innermost first, and
// returns the error value that the formula inherits, or "".
func (calc *calculator) evaluate(f *formulaCell) string {
	for _, p := range f.subexprs {
		if p.errorValue = calc.inheritedError(p); p.errorValue != "" {
			calc.file.SetCellFormula(subexprSheet, p.cell, errorTerms[p.errorValue])
		} else if text, err := calc.result(subexprSheet, p.cell); err != nil {
			p.errorValue = errorName(text, err)
		}
	}
	return calc.inheritedError(&f.whole)
}

// summingFunctions return one value for any arguments, singleFunctions one for
// single values. An error in an argument of strictFunctions is their value.
var (
	summingFunctions = grid.WordSet("SUM AVERAGE MIN MAX COUNT COUNTA PRODUCT MEDIAN STDEV VAR SUMIF SUMIFS COUNTIF COUNTIFS AVERAGEIF " +
		"AVERAGEIFS SUMPRODUCT AND OR TEXTJOIN CONCATENATE")
	singleFunctions = grid.WordSet(scalars + " NOT ISBLANK ISNUMBER ISTEXT ISLOGICAL IF IFS SWITCH")
	strictFunctions = grid.WordSet(scalars + " NOT SUM AVERAGE MIN MAX PRODUCT MEDIAN STDEV VAR SUMPRODUCT AND OR TEXTJOIN CONCATENATE PI")
)

const scalars = "ABS INT ROUND ROUNDUP ROUNDDOWN TRUNC SQRT POWER LOG LOG10 LN EXP MOD SIGN CEILING FLOOR LEN LEFT RIGHT MID UPPER " +
	"LOWER PROPER TRIM SUBSTITUTE TEXT VALUE YEAR MONTH DAY HOUR MINUTE SECOND DATE TIME EDATE EOMONTH WEEKDAY"
