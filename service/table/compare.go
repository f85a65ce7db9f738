package table

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is a type of cells. The kinds are in the order in which Sheets sorts.
type kind uint8

const (
	numberKind kind = iota // dates too
	textKind
	booleanKind
	blankKind
)

// scalar is a cell's value for comparisons.
type scalar struct {
	kind   kind
	date   DateKind
	number float64 // of a boolean 0 or 1, of a date the serial
	text   string  // of a date in ISO 8601; of a number what is shown, where the sheet was read as text
}

// newScalar returns the value of a cell: a string, a float64, a bool, a [DateCell], or nil.
func newScalar(cell any) scalar {
	switch v := cell.(type) {
	case float64:
		return scalar{kind: numberKind, number: v}
	case string:
		if v != "" {
			return scalar{kind: textKind, text: v}
		}
	case bool:
		return newBoolean(v)
	case DateCell:
		if text := v.String(); text != "" {
			serial, kind, _ := ParseISO(text)
			return scalar{kind: numberKind, number: serial, text: text, date: kind}
		}
		return scalar{kind: numberKind, number: v.Serial}
	}
	return scalar{kind: blankKind}
}

func newBoolean(v bool) scalar {
	if v {
		return scalar{kind: booleanKind, number: 1}
	}
	return scalar{kind: booleanKind}
}

// shown returns the value as text, for patterns: of a number and a boolean its JSON.
func (s scalar) shown() string {
	switch {
	case s.kind == booleanKind:
		return strconv.FormatBool(s.number == 1)
	case s.kind == numberKind && s.text == "":
		return strconv.FormatFloat(s.number, 'f', -1, 64)
	}
	return s.text
}

// compareScalars compares values, none of which is blank, in the order in which Sheets
// sorts: numbers and dates before text before booleans, text without regard to case first.
func compareScalars(a, b scalar) int {
	switch {
	case a.kind != b.kind:
		return cmp.Compare(a.kind, b.kind)
	case a.kind == textKind:
		return compareText(a.text, b.text)
	}
	return cmp.Compare(a.number, b.number)
}

// compareText compares first without regard to case.
func compareText(a, b string) int {
	return cmp.Or(compareFolded(a, b), strings.Compare(a, b))
}

// compareFolded compares like strings.Compare(strings.ToLower(a), strings.ToLower(b)),
// which would allocate.
func compareFolded(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		x, xSize := foldFirst(a)
		y, ySize := foldFirst(b)
		if x != y {
			return cmp.Compare(x, y)
		}
		a, b = a[xSize:], b[ySize:]
	}
	return cmp.Compare(len(a), len(b))
}

// foldFirst returns the first character in lower case, and its size.
func foldFirst(s string) (rune, int) {
	if c := s[0]; c < utf8.RuneSelf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return rune(c), 1
	}
	r, size := utf8.DecodeRuneInString(s)
	return unicode.ToLower(r), size
}

// literal is a value in a query, where values have no types.
type literal struct {
	text      string
	number    float64
	isNumber  bool
	isBoolean bool // number is 0 or 1
	serial    float64
	isDate    bool
}

func newLiteral(text string) literal {
	number, ok := plainNumber(text)
	l := literal{text: text, number: number, isNumber: ok}
	l.serial, _, l.isDate = ParseISO(text)
	switch {
	case strings.EqualFold(text, "true"):
		l.isBoolean, l.number = true, 1
	case strings.EqualFold(text, "false"):
		l.isBoolean = true
	}
	return l
}

// equal reports whether a cell, which is not blank, has the value: "2" equals the number 2
// and the text "2", "true" in upper or lower case the boolean, a date in ISO 8601 the date.
func (l literal) equal(cell scalar) bool {
	switch cell.kind {
	case numberKind:
		if cell.date != NoDate {
			return l.isDate && cell.number == l.serial
		}
		return l.isNumber && cell.number == l.number
	case textKind:
		return cell.text == l.text
	case booleanKind:
		return l.isBoolean && cell.number == l.number
	}
	return false
}

// compare compares a cell, which is not blank, with the value as of the cell's type. A
// value that cannot be of that type is compared as text.
func (l literal) compare(cell scalar) int {
	switch cell.kind {
	case numberKind:
		if cell.date != NoDate && l.isDate {
			return cmp.Compare(cell.number, l.serial)
		}
		if l.isNumber {
			return cmp.Compare(cell.number, l.number)
		}
		return -1
	case textKind:
		return compareText(cell.text, l.text)
	}
	if l.isBoolean {
		return cmp.Compare(cell.number, l.number)
	}
	return 1
}

// keyText returns a cell's value as a key: the number 2 and the text "2" are the same
// key.
func keyText(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case DateCell:
		return v.String()
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	}
	return ""
}
