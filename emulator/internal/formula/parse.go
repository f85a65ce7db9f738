package formula

import (
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/grid"
)

// Formula is a parsed formula. It does not depend on the cell that holds it, and
// is never changed.
type Formula struct {
	root     *node
	uses     []Use
	volatile bool
}

// Use is a reference of a formula: to cells or, if Name is set, to a named range.
type Use struct {
	Sheet string // title of the sheet, empty = that of the formula
	Area  grid.Area
	Name  string
}

// Uses returns all references of the formula, also of one that cannot be parsed.
func (f *Formula) Uses() []Use { return f.uses }

// Volatile reports whether the value depends on the time or on chance.
func (f *Formula) Volatile() bool { return f.volatile }

type nodeKind uint8

const (
	literalNode   nodeKind = iota // value
	missingNode                   // an argument that is left out
	referenceNode                 // use
	nameNode                      // use.Name
	prefixNode                    // text, args[0]
	percentNode                   // args[0]
	binaryNode                    // text, args
	callNode                      // text, args
	arrayNode                     // rows of args, each a node with the cells of a row as args
)

// node is an expression.
type node struct {
	kind  nodeKind
	value grid.Cell
	use   Use
	text  string
	args  []*node
}

// parser is a recursive descent parser of the parts of a formula.
type parser struct {
	formula *Formula
	parts   []grid.FormulaPart
	failed  *grid.Cell // the value of a formula that cannot be parsed
	depth   int
}

// maxDepth limits how deep expressions nest, so that none exhausts the stack.
const maxDepth = 500

// Parse parses a formula, which begins with '='. One that cannot be parsed is a
// formula whose value is #ERROR!.
func Parse(text string) *Formula {
	f := &Formula{}
	p := parser{formula: f}
	for _, part := range grid.SplitFormula(strings.TrimPrefix(text, "=")) {
		switch part.Kind {
		case grid.RangePart:
			f.uses = append(f.uses, Use{Sheet: part.Sheet, Area: part.Cells.Area})
		case grid.NamePart:
			f.uses = append(f.uses, Use{Name: part.Text})
		}
		if strings.TrimSpace(part.Text) != "" {
			p.parts = append(p.parts, part)
		}
	}
	f.root = p.comparison()
	if len(p.parts) > 0 && p.failed == nil {
		p.fail()
	}
	if p.failed != nil {
		f.root = &node{value: *p.failed}
	}
	return f
}

// fail makes the value of the formula that of a syntax error at the next part.
func (p *parser) fail() *node {
	if p.failed == nil {
		value := grid.ErrorCell("#ERROR!")
		if len(p.parts) > 0 && p.parts[0].Kind == grid.PlainPart && (p.parts[0].Text == ":" || p.parts[0].Text == ";") {
			value = uncalculated("a formula with " + p.parts[0].Text + " between expressions")
		}
		p.failed = &value
	}
	p.parts = nil
	return &node{kind: missingNode}
}

// peek returns the text of the next part if it is an operator, a separator, or
// a literal.
func (p *parser) peek() string {
	if len(p.parts) == 0 || p.parts[0].Kind != grid.PlainPart {
		return ""
	}
	return p.parts[0].Text
}

func (p *parser) accept(text string) bool {
	if p.peek() != text {
		return false
	}
	p.parts = p.parts[1:]
	return true
}

// operators are the binary operators, those that bind least first. All are left
// associative.
var operators = [][]string{{"&"}, {"+", "-"}, {"*", "/"}, {"^"}}

func (p *parser) comparison() *node {
	if p.depth++; p.depth > maxDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	left := p.binary(0)
	for {
		operator := ""
		for _, c := range []string{"<", ">", "="} {
			if (operator == "" || operator == "<" && c != "=" || c == "=" && operator != "=") && p.accept(c) {
				operator += c
			}
		}
		if operator == "" {
			return left
		}
		left = &node{kind: binaryNode, text: operator, args: []*node{left, p.binary(0)}}
	}
}

func (p *parser) binary(level int) *node {
	if level == len(operators) {
		return p.prefix()
	}
	left := p.binary(level + 1)
	for {
		found := ""
		for _, o := range operators[level] {
			if p.accept(o) {
				found = o
				break
			}
		}
		if found == "" {
			return left
		}
		left = &node{kind: binaryNode, text: found, args: []*node{left, p.binary(level + 1)}}
	}
}

// prefix parses an operand with its signs, which bind more than any binary
// operator.
func (p *parser) prefix() *node {
	for _, sign := range []string{"-", "+"} {
		if p.accept(sign) {
			if p.depth++; p.depth > maxDepth {
				return p.fail()
			}
			defer func() { p.depth-- }()
			return &node{kind: prefixNode, text: sign, args: []*node{p.prefix()}}
		}
	}
	n := p.operand()
	for p.accept("%") {
		n = &node{kind: percentNode, args: []*node{n}}
	}
	return n
}

func (p *parser) operand() *node {
	if len(p.parts) == 0 {
		return p.fail()
	}
	part := p.parts[0]
	switch part.Kind {
	case grid.RangePart:
		p.parts = p.parts[1:]
		return &node{kind: referenceNode, use: Use{Sheet: part.Sheet, Area: part.Cells.Area}}
	case grid.NamePart:
		p.parts = p.parts[1:]
		return &node{kind: nameNode, use: Use{Name: part.Text}}
	case grid.FunctionPart:
		p.parts = p.parts[1:]
		return p.call(strings.ToUpper(part.Text))
	}
	switch {
	case p.accept("("):
		n := p.comparison()
		if !p.accept(")") {
			return p.fail()
		}
		return n
	case p.accept("{"):
		return p.array()
	}
	return p.literal(part.Text)
}

// literal parses a number, a text, a boolean, or an error.
func (p *parser) literal(text string) *node {
	var value grid.Cell
	switch {
	case len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"':
		value = textValue(strings.ReplaceAll(text[1:len(text)-1], `""`, `"`))
	case strings.EqualFold(text, "true") || strings.EqualFold(text, "false"):
		value = grid.BoolCell(strings.EqualFold(text, "true"))
	case grid.ErrorPattern.MatchString(text):
		value = grid.ErrorCell(text)
	default:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || text[0] > '9' {
			return p.fail()
		}
		value = grid.NumberCell(n)
	}
	p.parts = p.parts[1:]
	return &node{value: value}
}

// call parses the arguments of a function.
func (p *parser) call(name string) *node {
	n := &node{kind: callNode, text: name}
	p.formula.volatile = p.formula.volatile || volatileFunctions[name]
	if !p.accept("(") {
		return p.fail()
	}
	if p.accept(")") {
		return n
	}
	for {
		if next := p.peek(); next == "," || next == ")" {
			n.args = append(n.args, &node{kind: missingNode})
		} else {
			n.args = append(n.args, p.comparison())
		}
		switch {
		case p.accept(","):
		case p.accept(")"):
			return n
		default:
			return p.fail()
		}
	}
}

// array parses the rest of an array such as {1,2;3,4}.
func (p *parser) array() *node {
	n := &node{kind: arrayNode}
	row := &node{kind: arrayNode}
	for {
		row.args = append(row.args, p.comparison())
		switch {
		case p.accept(","):
			continue
		case p.accept(";"):
			n.args = append(n.args, row)
			row = &node{kind: arrayNode}
			continue
		case p.accept("}"):
			n.args = append(n.args, row)
			return n
		}
		return p.fail()
	}
}

// volatileFunctions have another value at another time.
var volatileFunctions = grid.WordSet("NOW TODAY RAND RANDBETWEEN RANDARRAY")
