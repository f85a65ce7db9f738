package table

import (
	"cmp"
	"strconv"
	"strings"
)

// literal is a value in a query, where values have no types.
type literal struct {
	text    string
	number  float64
	numeric bool
	serial  float64 // of a date or a time
	dated   bool
}

func newLiteral(text string) literal {
	number, numeric := plainNumber(text)
	serial, _, dated := ParseISO(text)
	return literal{text, number, numeric, serial, dated}
}

// equal reports whether a cell has the value: "2" equals the number 2 and the text
// "2", "true" in any case the boolean, a date in ISO 8601 the date, and "" an empty cell.
func (l literal) equal(cell any) bool {
	switch v := cell.(type) {
	case string:
		return v == l.text
	case float64:
		return l.numeric && v == l.number
	case DateCell:
		return l.dated && v.Serial == l.serial
	case bool:
		return strings.EqualFold(l.text, strconv.FormatBool(v))
	}
	return l.text == ""
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

// compareItems compares in the order in which Sheets sorts: numbers and dates before text
// before booleans, text without regard to case first. Empty cells come last in both
// directions.
func compareItems(a, b sortItem, descending bool) int {
	by := cmp.Compare(rank(a.cell), rank(b.cell))
	if IsEmpty(a.cell) || IsEmpty(b.cell) {
		return by
	}
	if by == 0 {
		by = compareSame(a, b)
	}
	if descending {
		return -by
	}
	return by
}

func rank(cell any) int {
	switch v := cell.(type) {
	case float64, DateCell:
		return 0
	case string:
		if v != "" {
			return 1
		}
	case bool:
		return 2
	}
	return 3
}

// compareSame compares values of one type.
func compareSame(a, b sortItem) int {
	switch first := a.cell.(type) {
	case float64, DateCell:
		return cmp.Compare(numberOf(first), numberOf(b.cell))
	case string:
		return cmp.Or(strings.Compare(a.folded, b.folded), strings.Compare(first, b.cell.(string)))
	case bool:
		if first == b.cell.(bool) {
			return 0
		} else if first {
			return 1
		}
		return -1
	}
	return 0
}

// numberOf returns a number, or the serial of a date.
func numberOf(cell any) float64 {
	if d, ok := cell.(DateCell); ok {
		return d.Serial
	}
	return cell.(float64)
}
