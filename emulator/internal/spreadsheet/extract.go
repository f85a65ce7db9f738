package spreadsheet

import (
	"strconv"

	"example.com/sheets-function/emulator/internal/grid"
)

// The library evaluates functions nested three deep among operators wrongly,
// and many functions take an error for zero. So pieces of a formula get cells of
// their own, where that changes nothing else, and errors are carried from piece
// to piece here.

// subexpr is a piece of a formula, or all that is left of it.
type subexpr struct {
	cell   string // its cell in the sheet Parts
	strict bool   // an error in anything it uses is its value
	uses   []usedRange
	needs  []*subexpr
	failed string // the error that it came to
}

// extractor gathers the text of a formula, and counts what it is made of.
type extractor struct {
	calculator  *calculator
	text        string
	calls       []functionCall // that are open
	pendingCall *functionCall  // a function whose parenthesis comes next
	uses        []usedRange
	needs       []*subexpr
	// lenient counts functions that may make a value of an error, ranges
	// references to several cells, operators what stands between values.
	lenient, ranges, operators int
}

// position is how far the gathering had come at some point.
type position struct{ text, uses, needs, lenient, ranges, operators int }

func (b *extractor) position() position {
	return position{len(b.text), len(b.uses), len(b.needs), b.lenient, b.ranges, b.operators}
}

// functionCall is a call of a function, or a bare parenthesis without a name.
type functionCall struct {
	name       string
	begin, arg position
	first      string // its first argument
}

func (b *extractor) openCall(name string) {
	b.pendingCall = &functionCall{name: name, begin: b.position()}
	b.text += name
	if !strictFunctions[name] {
		b.lenient++
	}
}

// literal takes what stands between references and names.
func (b *extractor) literal(text string) {
	switch text {
	case "(":
		call := functionCall{begin: b.position()}
		if b.pendingCall != nil {
			call = *b.pendingCall
		}
		b.pendingCall = nil
		b.text += text
		call.arg = b.position()
		b.calls = append(b.calls, call)
		return
	case ",", ")":
		b.endArgument(text)
		return
	case "+", "-", "*", "/", "^", "&", "=", "<", ">", "%":
		b.operators++
	}
	b.text += text
}

func (b *extractor) endArgument(text string) {
	if len(b.calls) == 0 {
		b.text += text
		return
	}
	call := &b.calls[len(b.calls)-1]
	if singleFunctions[call.name] && b.operators > call.arg.operators && b.ranges == call.arg.ranges {
		b.extract(call.arg)
	}
	if text == ")" {
		b.clampArgument(call)
	} else if call.first == "" {
		call.first = b.text[call.arg.text:]
	}
	b.text += text
	if text == "," {
		call.arg = b.position()
		return
	}
	begin, name := call.begin, call.name
	b.calls = b.calls[:len(b.calls)-1]
	nested := false
	for _, outer := range b.calls {
		nested = nested || outer.name != ""
	}
	if nested && (summingFunctions[name] || singleFunctions[name] && b.ranges == begin.ranges) {
		b.extract(begin)
	}
}

// clampArgument keeps the last argument of a function to where its result is an error
// anyway, as the library would count, or repeat a text, for minutes.
func (b *extractor) clampArgument(call *functionCall) {
	limit := ""
	switch call.name {
	case "FACT":
		limit = "171"
	case "FACTDOUBLE":
		limit = "301"
	case "REPT":
		limit = "INT(" + strconv.Itoa(maxResultText) + "/MAX(1,LEN(" + call.first + ")))+1"
	}
	if given := b.text[call.arg.text:]; limit != "" && given != "" {
		b.text = b.text[:call.arg.text] + "MIN(" + given + "," + limit + ")"
	}
}

// maxResultText is the number of characters that a text function answers at
// most (Sheets says so when one is longer).
const maxResultText = 32_000

// extract moves what was gathered since a mark into a cell of its own.
func (b *extractor) extract(m position) {
	k := b.calculator
	place := grid.ColumnLetters(len(k.subexprs)/maxWorkbookRows) + strconv.Itoa(len(k.subexprs)%maxWorkbookRows+1)
	piece := &subexpr{
		cell: place, strict: b.lenient == m.lenient,
		uses: append([]usedRange(nil), b.uses[m.uses:]...), needs: append([]*subexpr(nil), b.needs[m.needs:]...),
	}
	k.subexprs = append(k.subexprs, piece)
	k.file.SetCellFormula(subexprSheet, place, b.text[m.text:])
	b.text = b.text[:m.text] + subexprSheet + "!" + place
	b.uses, b.needs = b.uses[:m.uses], append(b.needs[:m.needs], piece)
	b.lenient, b.ranges, b.operators = m.lenient, m.ranges, m.operators
}

// failure is the error that a piece takes over from what it uses, or "".
func (k *calculator) failure(p *subexpr) string {
	if !p.strict {
		return ""
	}
	for _, other := range p.needs {
		if other.failed != "" {
			return other.failed
		}
	}
	for _, used := range p.uses {
		for _, f := range k.failed[used.sheet] {
			if used.area.Contains(grid.Rect(f.row, f.row+1, f.column, f.column+1)) {
				return f.whole.failed
			}
		}
	}
	return ""
}

// evaluate calculates the pieces of a formula, the innermost first, and returns
// the error that the whole takes over.
func (k *calculator) evaluate(f *formulaCell) string {
	for _, p := range f.subexprs {
		if p.failed = k.failure(p); p.failed != "" {
			k.file.SetCellFormula(subexprSheet, p.cell, errorTerms[p.failed])
		} else if text, err := k.result(subexprSheet, p.cell); err != nil {
			p.failed = errorName(text, err)
		}
	}
	return k.failure(&f.whole)
}

// summingFunctions make one value of any arguments, singleFunctions one of
// single values; an error in an argument of strictFunctions is their value.
var (
	summingFunctions = grid.WordSet("SUM AVERAGE MIN MAX COUNT COUNTA PRODUCT MEDIAN STDEV VAR SUMIF SUMIFS COUNTIF COUNTIFS AVERAGEIF " +
		"AVERAGEIFS SUMPRODUCT AND OR TEXTJOIN CONCATENATE")
	singleFunctions = grid.WordSet(scalars + " NOT ISBLANK ISNUMBER ISTEXT ISLOGICAL IF IFS SWITCH")
	strictFunctions = grid.WordSet(scalars + " NOT SUM AVERAGE MIN MAX PRODUCT MEDIAN STDEV VAR SUMPRODUCT AND OR TEXTJOIN CONCATENATE PI")
)

const scalars = "ABS INT ROUND ROUNDUP ROUNDDOWN TRUNC SQRT POWER LOG LOG10 LN EXP MOD SIGN CEILING FLOOR LEN LEFT RIGHT MID UPPER " +
	"LOWER PROPER TRIM SUBSTITUTE TEXT VALUE YEAR MONTH DAY HOUR MINUTE SECOND DATE TIME EDATE EOMONTH WEEKDAY"
