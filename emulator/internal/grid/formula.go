package grid

import (
	"regexp"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Formulas as text: what they are made of. Their values are in calculate.go.

// PartKind tells what a part of a formula is.
type PartKind uint8

const (
	PlainPart    PartKind = iota // operators, numbers, strings, blanks
	RangePart                    // a reference to cells
	NamePart                     // a word that names a range
	FunctionPart                 // the name of a function
)

// FormulaPart is a piece of a formula; all pieces in order are its text.
type FormulaPart struct {
	Kind  PartKind
	Text  string
	Sheet string // of a reference that names its sheet
	Cells CellRange
}

// CellRange is a reference as it is written: A1, $A$1:B2, A:A, 1:2, A2:A.
type CellRange struct {
	Area     Area
	Single   bool
	Absolute [4]bool // top, bottom, left, right: has a dollar
}

var (
	rangeText    = regexp.MustCompile(`^(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8})(?:(:)(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8}))?`)
	wordText     = regexp.MustCompile(`^[\p{L}_\\][\p{L}\p{N}_.\\]*`)
	numberText   = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)
	stringText   = regexp.MustCompile(`^"(?:[^"]|"")*"?`)
	ErrorPattern = regexp.MustCompile(`^#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|ERROR!)`)
	titleText    = regexp.MustCompile(`^(?:'((?:[^']|'')+)'|([\p{L}_][\p{L}\p{N}_.]*))!`)
	wordContinue = regexp.MustCompile(`^[\p{L}\p{N}_.(!]`)
)

// SplitFormula takes a formula apart. Any text comes back whole.
func SplitFormula(text string) []FormulaPart {
	var parts []FormulaPart
	for text != "" {
		p := nextPart(text)
		parts = append(parts, p)
		text = text[len(p.Text):]
	}
	return parts
}

func nextPart(text string) FormulaPart {
	if m := titleText.FindStringSubmatch(text); m != nil {
		if cells, length := readRange(text[len(m[0]):]); length > 0 {
			title := strings.ReplaceAll(m[1], "''", "'") + m[2]
			return FormulaPart{RangePart, text[:len(m[0])+length], title, cells}
		}
		return FormulaPart{Text: m[0]}
	}
	if cells, length := readRange(text); length > 0 {
		return FormulaPart{RangePart, text[:length], "", cells}
	}
	for _, plain := range []*regexp.Regexp{stringText, numberText, ErrorPattern} {
		if m := plain.FindString(text); m != "" {
			return FormulaPart{Text: m}
		}
	}
	if word := wordText.FindString(text); word != "" {
		return FormulaPart{Kind: wordKind(word, text[len(word):]), Text: word}
	}
	for i := range text {
		if i > 0 {
			return FormulaPart{Text: text[:i]}
		}
	}
	return FormulaPart{Text: text}
}

func wordKind(word, rest string) PartKind {
	switch {
	case strings.HasPrefix(strings.TrimLeft(rest, " "), "("):
		return FunctionPart
	case strings.EqualFold(word, "true") || strings.EqualFold(word, "false"):
		return PlainPart
	}
	return NamePart
}

// readRange reads a reference off the beginning of a text, as far as it is one.
func readRange(text string) (r CellRange, length int) {
	m := rangeText.FindStringSubmatch(text)
	if m == nil || wordContinue.MatchString(text[len(m[0]):]) {
		return r, 0
	}
	from, ok := readCorner(m[2], m[4])
	if !ok {
		return r, 0
	}
	if m[5] == "" {
		r.Area = Rect(from.row, from.row+1, from.column, from.column+1)
		r.Single = true
		r.Absolute = [4]bool{m[3] != "", m[3] != "", m[1] != "", m[1] != ""}
		if from.row < 0 || from.column < 0 {
			return r, 0
		}
		return r, len(m[0])
	}
	to, ok := readCorner(m[7], m[9])
	if !ok || from.row < 0 && to.row >= 0 && from.column >= 0 || from.column < 0 && to.column >= 0 {
		return r, 0
	}
	r.Area.Top, r.Area.Bottom = span(from.row, to.row)
	r.Area.Left, r.Area.Right = span(from.column, to.column)
	rowDollars, columnDollars := [2]bool{m[3] != "", m[8] != ""}, [2]bool{m[1] != "", m[6] != ""}
	if from.row < 0 || from.column < 0 { // 1:2 and A:B have their dollar in front of what they have
		rowDollars[0] = rowDollars[0] || m[1] != "" && from.column < 0
		rowDollars[1] = rowDollars[1] || m[6] != "" && to.column < 0
	}
	r.Absolute = [4]bool{rowDollars[0], rowDollars[1], columnDollars[0], columnDollars[1]}
	return r, len(m[0])
}

// readCorner reads one end; a column past ZZZ or a row of zero is none.
func readCorner(letters, digits string) (corner, bool) {
	if digits != "" && digits[0] == '0' {
		return corner{}, false
	}
	return parseCorner(letters + digits)
}

// Text writes a reference again.
func (r CellRange) Text() string {
	from := cornerName(r.Area.Top, r.Area.Left, r.Absolute[0], r.Absolute[2])
	if r.Single {
		return from
	}
	bottom, right := r.Area.Bottom-1, r.Area.Right-1
	if r.Area.Bottom == ToEnd {
		bottom = -1
	}
	if r.Area.Right == ToEnd {
		right = -1
	}
	switch {
	case bottom < 0 && r.Area.Top == 0:
		from = cornerName(-1, r.Area.Left, false, r.Absolute[2])
	case right < 0 && r.Area.Left == 0:
		from = cornerName(r.Area.Top, -1, r.Absolute[0], false)
	}
	return from + ":" + cornerName(bottom, right, r.Absolute[1], r.Absolute[3])
}

func cornerName(row, column int, rowDollar, columnDollar bool) string {
	dollar := map[bool]string{true: "$"}
	s := ""
	if column >= 0 {
		s = dollar[columnDollar] + ColumnLetters(column)
	}
	if row >= 0 {
		s += dollar[rowDollar] + FormatAutomatic(float64(row+1))
	}
	return s
}

// RewriteReferences replaces the references of a formula; change answers the new text
// of the cells, and false to leave a reference alone.
func RewriteReferences(text string, change func(p FormulaPart) (string, bool)) string {
	var b strings.Builder
	for _, p := range SplitFormula(text) {
		if p.Kind == RangePart {
			if now, ok := change(p); ok {
				b.WriteString(now)
				continue
			}
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

const RefError = "#REF!"

// Qualified writes a reference with the sheet that it named, if it did.
func (p FormulaPart) Qualified(cells string) string {
	if p.Sheet == "" {
		return cells
	}
	return QuoteTitle(p.Sheet) + "!" + cells
}

// ShiftFormula is a formula of the sheet named own after rows or columns of
// the sheet named title were inserted or deleted.
func ShiftFormula(text, own, title string, along Axis, at, n int) string {
	return RewriteReferences(text, func(p FormulaPart) (string, bool) {
		if of := p.Sheet; !strings.EqualFold(of, title) && (of != "" || own != title) {
			return "", false
		}
		moved, ok := p.Cells.Area.Shifted(along, at, n)
		if !ok {
			return RefError, true
		}
		p.Cells.Area = moved
		return p.Qualified(p.Cells.Text()), true
	})
}

// OffsetFormula is a formula copied so many rows down and columns right:
// what has no dollar moves along.
func OffsetFormula(text string, rows, columns int) string {
	return RewriteReferences(text, func(p FormulaPart) (string, bool) {
		a, fixed := &p.Cells.Area, p.Cells.Absolute
		by := [4]int{rows, rows, columns, columns}
		for i, end := range []*int{&a.Top, &a.Bottom, &a.Left, &a.Right} {
			open := *end == ToEnd || (i == 0 && a.Bottom == ToEnd && a.Top == 0) || (i == 2 && a.Right == ToEnd && a.Left == 0)
			if !fixed[i] && !open {
				*end += by[i]
			}
		}
		if a.Top < 0 || a.Left < 0 || a.Bottom != ToEnd && a.Bottom <= a.Top || a.Right != ToEnd && a.Right <= a.Left {
			return RefError, true
		}
		return p.Qualified(p.Cells.Text()), true
	})
}

// RelocateFormula is a formula after cells of the sheet with a title changed
// places; own tells whether the formula stands there too.
func RelocateFormula(text string, own bool, title string, to func(Area) (Area, bool)) string {
	return RewriteReferences(text, func(p FormulaPart) (string, bool) {
		if p.Sheet != title && (p.Sheet != "" || !own) {
			return "", false
		}
		moved, ok := to(p.Cells.Area)
		if !ok {
			return RefError, true
		}
		p.Cells.Area = moved
		return p.Qualified(p.Cells.Text()), true
	})
}

// RenameInFormula is a formula after a sheet got another title; an empty one
// stands for a sheet that is gone.
func RenameInFormula(text, old, title string) string {
	return RewriteReferences(text, func(p FormulaPart) (string, bool) {
		switch {
		case p.Sheet == "" || !strings.EqualFold(p.Sheet, old):
			return "", false
		case title == "":
			return RefError, true
		}
		p.Sheet = title
		return p.Qualified(p.Cells.Text()), true
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

// FormulaCell makes a cell of a formula with its leading '='. What cannot be
// calculated here is refused rather than shown wrong.
func FormulaCell(text string) (Cell, error) {
	x := CellExtra{Formula: text}
	parts := SplitFormula(text)
	for i, p := range parts {
		name := strings.ToUpper(p.Text)
		switch {
		case p.Kind == FunctionPart && unsupportedFunctions[name]:
			return Cell{}, rest.Unsupported("a formula with " + name)
		case p.Kind == PlainPart && (p.Text == "{" || p.Text == "}"):
			return Cell{}, rest.Unsupported("a formula with an array")
		case p.Kind == RangePart && !p.Cells.Single && operand(parts, i):
			return Cell{}, rest.Unsupported("a formula with an operation on a range")
		case p.Kind == FunctionPart && i == 1:
			x.Auto = autoFormats[name]
		}
	}
	return Cell{Kind: KindError, Text: "Loading...", Extra: &x}, nil
}

// operand tells whether part i of a formula stands beside an operator.
func operand(parts []FormulaPart, i int) bool {
	beside := func(j, step int) bool {
		for ; j > 0 && j < len(parts); j += step { // the first is the formula's own '='
			if text := strings.TrimSpace(parts[j].Text); text != "" {
				return parts[j].Kind == PlainPart && strings.Contains("+-*/^&=<>%", text)
			}
		}
		return false
	}
	return beside(i-1, -1) || beside(i+1, 1)
}
