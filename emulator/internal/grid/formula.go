package grid

import (
	"regexp"
	"strings"
	"unicode"

	"google.golang.org/api/sheets/v4"
)

// PartKind is the type of a part of a formula.
type PartKind uint8

const (
	PlainPart    PartKind = iota // operators, numbers, strings, blanks
	RangePart                    // a reference to cells
	NamePart                     // a word that names a range
	FunctionPart                 // the name of a function
)

// FormulaPart is a token of a formula. All tokens in order are its text.
type FormulaPart struct {
	Kind  PartKind
	Text  string
	Sheet string // title of the sheet, if a reference names it
	Cells CellRange
}

// CellRange is a reference as it is written: A1, $A$1:B2, A:A, 1:2, A2:A.
type CellRange struct {
	Area     Area
	Single   bool
	Absolute [4]bool // top, bottom, left, right: has a dollar sign
}

var (
	rangeText = regexp.MustCompile(`^(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8})(?:(:)(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,8}))?`)
	// tableText is a reference to a part of a structured table, such as Tasks[Amount].
	tableText  = regexp.MustCompile(`^[\p{L}_\\][\p{L}\p{N}_.\\]*\[(?:[^\[\]]|\[[^\[\]]*\])*\]`)
	wordText   = regexp.MustCompile(`^[\p{L}_\\][\p{L}\p{N}_.\\]*`)
	numberText = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)
	stringText = regexp.MustCompile(`^"(?:[^"]|"")*"?`)
	// ErrorPattern matches an error value at the beginning of a text.
	ErrorPattern = regexp.MustCompile(`^#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|ERROR!)`)
	titleText    = regexp.MustCompile(`^(?:'((?:[^']|'')+)'|([\p{L}_][\p{L}\p{N}_.]*))!`)
	wordContinue = regexp.MustCompile(`^[\p{L}\p{N}_.(!\[]`)
)

// SplitFormula splits a formula into its parts. Their texts in order are the
// whole text, whatever it is.
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
	if reference := tableText.FindString(text); reference != "" {
		return FormulaPart{Kind: NamePart, Text: reference}
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

// readRange parses the reference at the beginning of a text and returns its
// length; 0 if there is none.
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
	if from.row < 0 || from.column < 0 { // the ends of 1:2 and A:B have one dollar sign at most
		rowDollars[0] = rowDollars[0] || m[1] != "" && from.column < 0
		rowDollars[1] = rowDollars[1] || m[6] != "" && to.column < 0
	}
	r.Absolute = [4]bool{rowDollars[0], rowDollars[1], columnDollars[0], columnDollars[1]}
	return r, len(m[0])
}

// readCorner parses one end of a reference. A column past ZZZ and the row 0 are
// not valid.
func readCorner(letters, digits string) (corner, bool) {
	if digits != "" && digits[0] == '0' {
		return corner{}, false
	}
	return parseCorner(letters + digits)
}

// Text returns the reference as it is written.
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

// RewriteReferences returns a formula with other references: change returns the
// new text of one, or false to leave it as it is.
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

// RefError is the value of a formula that refers to cells which do not exist.
const RefError = "#REF!"

// Qualified returns a reference to cells with the sheet that the part names, if
// it names one.
func (p FormulaPart) Qualified(cells string) string {
	if p.Sheet == "" {
		return cells
	}
	return QuoteTitle(p.Sheet) + "!" + cells
}

// ShiftFormula returns a formula of the sheet with the title own after n rows or
// columns of the sheet with the other title were inserted before at, or deleted
// from at on.
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

// OffsetFormula returns a formula as copied down and right: rows and columns
// without a dollar sign move with it.
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

// RelocateFormula returns a formula after cells of the sheet with a title moved;
// own reports whether the formula is in that sheet. The function returns the new
// area of a reference, or false if its cells are gone.
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

// RenameInFormula returns a formula after the title of a sheet changed; an empty
// title means that the sheet was deleted.
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

// These are the formats that a formula takes on from the function that it begins
// with, as a date would otherwise be shown as a number of days.
var (
	autoDate     = &sheets.NumberFormat{Type: "DATE", Pattern: "m/d/yyyy"}
	autoDateTime = &sheets.NumberFormat{Type: "DATE_TIME", Pattern: "m/d/yyyy h:mm:ss"}
	autoTime     = &sheets.NumberFormat{Type: "TIME", Pattern: "h:mm:ss am/pm"}
	autoFormats  = map[string]*sheets.NumberFormat{
		"TODAY": autoDate, "DATE": autoDate, "EDATE": autoDate, "EOMONTH": autoDate, "DATEVALUE": autoDate, "WORKDAY": autoDate,
		"NOW": autoDateTime, "TIME": autoTime, "TIMEVALUE": autoTime,
	}
)

// FormulaCell returns a cell with a formula, which begins with '='. It has no
// value until it is calculated.
func FormulaCell(text string) Cell {
	x := CellExtra{Formula: text}
	if name := firstFunction(text); name != "" {
		x.Auto = autoFormats[strings.ToUpper(name)]
	}
	return Cell{Kind: KindUncalculated, Text: "a formula that is not calculated yet", Extra: &x}
}

// firstFunction returns the name of the function that a formula begins with, or
// "".
func firstFunction(text string) string {
	name, _, _ := strings.Cut(text[1:], "(")
	if len(name) == len(text)-1 || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return ""
	}
	return name
}
