package table

import (
	"cmp"
	"strconv"
	"strings"
)

// wanted is a value as a caller names it in a query, which has no types.
type wanted struct {
	text    string
	number  float64
	numeric bool
}

func newWanted(text string) wanted {
	number, numeric := plainNumber(text)
	return wanted{text, number, numeric}
}

// is compares with a cell: 2 is the number 2 and the text "2", true is the
// boolean in any case, and nothing is an empty cell.
func (w wanted) is(cell any) bool {
	switch v := cell.(type) {
	case string:
		return v == w.text
	case float64:
		return w.numeric && v == w.number
	case bool:
		return strings.EqualFold(w.text, strconv.FormatBool(v))
	}
	return w.text == ""
}

// keyOf is what a cell is found by as a key: the number 2 and the text "2" are
// the same key.
func keyOf(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	}
	return ""
}

// compareCells orders as Sheets does: numbers before text before booleans, text
// without regard to case first. Empty cells come last in both directions.
func compareCells(a, b any, descending bool) int {
	if IsEmpty(a) || IsEmpty(b) {
		return cmp.Compare(rank(a), rank(b))
	}
	by := cmp.Compare(rank(a), rank(b))
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
	case float64:
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
func compareSame(a, b any) int {
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case string:
		b := b.(string)
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	case bool:
		if a == b.(bool) {
			return 0
		} else if a {
			return 1
		}
		return -1
	}
	return 0
}
