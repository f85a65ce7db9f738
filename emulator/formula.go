package emulator

import (
	"regexp"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Formulas as text: what they are made of. Their values are in calculate.go.

// partKind tells what a part of a formula is.
type partKind uint8

const (
	plainPart    partKind = iota // operators, numbers, strings, blanks
	rangePart                    // a reference to cells
	namePart                     // a word that names a range
	functionPart                 // the name of a function
)

// formulaPart is a piece of a formula; all pieces in order are its text.
type formulaPart struct {
	kind  partKind
	text  string
	sheet string // of a reference that names its sheet
	cells cellRange
}

// cellRange is a reference as it is written: A1, $A$1:B2, A:A, 1:2, A2:A.
type cellRange struct {
	area     area
	single   bool
	absolute [4]bool // top, bottom, left, right: has a dollar
}

var (
	rangeText    = regexp.MustCompile(`^(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8})(?:(:)(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8}))?`)
	wordText     = regexp.MustCompile(`^[\p{L}_\\][\p{L}\p{N}_.\\]*`)
	numberText   = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)
	stringText   = regexp.MustCompile(`^"(?:[^"]|"")*"?`)
	errorText    = regexp.MustCompile(`^#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|ERROR!)`)
	titleText    = regexp.MustCompile(`^(?:'((?:[^']|'')+)'|([\p{L}_][\p{L}\p{N}_.]*))!`)
	wordContinue = regexp.MustCompile(`^[\p{L}\p{N}_.(!]`)
)

// formulaParts takes a formula apart. Any text comes back whole.
func formulaParts(text string) []formulaPart {
	var parts []formulaPart
	for text != "" {
		p := nextPart(text)
		parts = append(parts, p)
		text = text[len(p.text):]
	}
	return parts
}

func nextPart(text string) formulaPart {
	if m := titleText.FindStringSubmatch(text); m != nil {
		if cells, length := readRange(text[len(m[0]):]); length > 0 {
			title := strings.ReplaceAll(m[1], "''", "'") + m[2]
			return formulaPart{rangePart, text[:len(m[0])+length], title, cells}
		}
		return formulaPart{text: m[0]}
	}
	if cells, length := readRange(text); length > 0 {
		return formulaPart{rangePart, text[:length], "", cells}
	}
	for _, plain := range []*regexp.Regexp{stringText, numberText, errorText} {
		if m := plain.FindString(text); m != "" {
			return formulaPart{text: m}
		}
	}
	if word := wordText.FindString(text); word != "" {
		return formulaPart{kind: wordKind(word, text[len(word):]), text: word}
	}
	for i := range text {
		if i > 0 {
			return formulaPart{text: text[:i]}
		}
	}
	return formulaPart{text: text}
}

func wordKind(word, rest string) partKind {
	switch {
	case strings.HasPrefix(strings.TrimLeft(rest, " "), "("):
		return functionPart
	case strings.EqualFold(word, "true") || strings.EqualFold(word, "false"):
		return plainPart
	}
	return namePart
}

// readRange reads a reference off the beginning of a text, as far as it is one.
func readRange(text string) (r cellRange, length int) {
	m := rangeText.FindStringSubmatch(text)
	if m == nil || wordContinue.MatchString(text[len(m[0]):]) {
		return r, 0
	}
	from, ok := readCorner(m[2], m[4])
	if !ok {
		return r, 0
	}
	if m[5] == "" {
		r.area = area{from.row, from.row + 1, from.column, from.column + 1}
		r.single = true
		r.absolute = [4]bool{m[3] != "", m[3] != "", m[1] != "", m[1] != ""}
		if from.row < 0 || from.column < 0 {
			return r, 0
		}
		return r, len(m[0])
	}
	to, ok := readCorner(m[7], m[9])
	if !ok || from.row < 0 && to.row >= 0 && from.column >= 0 || from.column < 0 && to.column >= 0 {
		return r, 0
	}
	r.area.top, r.area.bottom = span(from.row, to.row)
	r.area.left, r.area.right = span(from.column, to.column)
	rowDollars, columnDollars := [2]bool{m[3] != "", m[8] != ""}, [2]bool{m[1] != "", m[6] != ""}
	if from.row < 0 || from.column < 0 { // 1:2 and A:B have their dollar in front of what they have
		rowDollars[0] = rowDollars[0] || m[1] != "" && from.column < 0
		rowDollars[1] = rowDollars[1] || m[6] != "" && to.column < 0
	}
	r.absolute = [4]bool{rowDollars[0], rowDollars[1], columnDollars[0], columnDollars[1]}
	return r, len(m[0])
}

// readCorner reads one end; a column past ZZZ or a row of zero is none.
func readCorner(letters, digits string) (corner, bool) {
	if digits != "" && digits[0] == '0' {
		return corner{}, false
	}
	return parseCorner(letters + digits)
}

// text writes a reference again.
func (r cellRange) text() string {
	from := cornerName(r.area.top, r.area.left, r.absolute[0], r.absolute[2])
	if r.single {
		return from
	}
	bottom, right := r.area.bottom-1, r.area.right-1
	if r.area.bottom == toEnd {
		bottom = -1
	}
	if r.area.right == toEnd {
		right = -1
	}
	switch {
	case bottom < 0 && r.area.top == 0:
		from = cornerName(-1, r.area.left, false, r.absolute[2])
	case right < 0 && r.area.left == 0:
		from = cornerName(r.area.top, -1, r.absolute[0], false)
	}
	return from + ":" + cornerName(bottom, right, r.absolute[1], r.absolute[3])
}

func cornerName(row, column int, rowDollar, columnDollar bool) string {
	dollar := map[bool]string{true: "$"}
	s := ""
	if column >= 0 {
		s = dollar[columnDollar] + columnLetters(column)
	}
	if row >= 0 {
		s += dollar[rowDollar] + automatic(float64(row+1))
	}
	return s
}

// rewritten replaces the references of a formula; change answers the new text
// of the cells, and false to leave a reference alone.
func rewritten(text string, change func(p formulaPart) (string, bool)) string {
	var b strings.Builder
	for _, p := range formulaParts(text) {
		if p.kind == rangePart {
			if now, ok := change(p); ok {
				b.WriteString(now)
				continue
			}
		}
		b.WriteString(p.text)
	}
	return b.String()
}

const refError = "#REF!"

// qualified writes a reference with the sheet that it named, if it did.
func (p formulaPart) qualified(cells string) string {
	if p.sheet == "" {
		return cells
	}
	return quoteTitle(p.sheet) + "!" + cells
}

// shiftedFormula is a formula of the sheet named own after rows or columns of
// the sheet named title were inserted or deleted.
func shiftedFormula(text, own, title string, along axis, at, n int) string {
	return rewritten(text, func(p formulaPart) (string, bool) {
		if of := p.sheet; !strings.EqualFold(of, title) && (of != "" || own != title) {
			return "", false
		}
		moved, ok := p.cells.area.shifted(along, at, n)
		if !ok {
			return refError, true
		}
		p.cells.area = moved
		return p.qualified(p.cells.text()), true
	})
}

// offsetFormula is a formula copied so many rows down and columns right:
// what has no dollar moves along.
func offsetFormula(text string, rows, columns int) string {
	return rewritten(text, func(p formulaPart) (string, bool) {
		a, fixed := &p.cells.area, p.cells.absolute
		by := [4]int{rows, rows, columns, columns}
		for i, end := range []*int{&a.top, &a.bottom, &a.left, &a.right} {
			open := *end == toEnd || (i == 0 && a.bottom == toEnd && a.top == 0) || (i == 2 && a.right == toEnd && a.left == 0)
			if !fixed[i] && !open {
				*end += by[i]
			}
		}
		if a.top < 0 || a.left < 0 || a.bottom != toEnd && a.bottom <= a.top || a.right != toEnd && a.right <= a.left {
			return refError, true
		}
		return p.qualified(p.cells.text()), true
	})
}

// renamedFormula is a formula after a sheet got another title; an empty one
// stands for a sheet that is gone.
func renamedFormula(text, old, title string) string {
	return rewritten(text, func(p formulaPart) (string, bool) {
		switch {
		case p.sheet == "" || !strings.EqualFold(p.sheet, old):
			return "", false
		case title == "":
			return refError, true
		}
		p.sheet = title
		return p.qualified(p.cells.text()), true
	})
}

// Formats that a formula takes on by the function it begins with: a number of
// days would tell nobody anything.
var (
	autoDate     = &sheets.NumberFormat{Type: "DATE", Pattern: "m/d/yyyy"}
	autoDateTime = &sheets.NumberFormat{Type: "DATE_TIME", Pattern: "m/d/yyyy h:mm:ss"}
	autoTime     = &sheets.NumberFormat{Type: "TIME", Pattern: "h:mm:ss am/pm"}
	autoFormats  = map[string]*sheets.NumberFormat{
		"TODAY": autoDate, "DATE": autoDate, "EDATE": autoDate, "EOMONTH": autoDate, "DATEVALUE": autoDate, "WORKDAY": autoDate,
		"NOW": autoDateTime, "TIME": autoTime, "TIMEVALUE": autoTime,
	}
)

// formulaCell makes a cell of a formula with its leading '='. What cannot be
// calculated here is refused rather than shown wrong.
func formulaCell(text string) (cell, error) {
	x := extra{formula: text}
	parts := formulaParts(text)
	for i, p := range parts {
		name := strings.ToUpper(p.text)
		switch {
		case p.kind == functionPart && uncalculated[name]:
			return cell{}, rest.Unsupported("a formula with " + name)
		case p.kind == plainPart && (p.text == "{" || p.text == "}"):
			return cell{}, rest.Unsupported("a formula with an array")
		case p.kind == rangePart && !p.cells.single && operand(parts, i):
			return cell{}, rest.Unsupported("a formula with an operation on a range")
		case p.kind == functionPart && i == 1:
			x.auto = autoFormats[name]
		}
	}
	return cell{kind: kindError, text: "Loading...", extra: &x}, nil
}

// operand tells whether part i of a formula stands beside an operator.
func operand(parts []formulaPart, i int) bool {
	beside := func(j, step int) bool {
		for ; j > 0 && j < len(parts); j += step { // the first is the formula's own '='
			if text := strings.TrimSpace(parts[j].text); text != "" {
				return parts[j].kind == plainPart && strings.Contains("+-*/^&=<>%", text)
			}
		}
		return false
	}
	return beside(i-1, -1) || beside(i+1, 1)
}
