package formula

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
)

// textValue returns a text, which may be empty: unlike that of an empty cell,
// its type is text.
func textValue(s string) grid.Cell { return grid.Cell{Kind: grid.KindText, Text: s} }

// uncalculated returns the value of what is not emulated.
func uncalculated(what string) grid.Cell {
	return grid.Cell{Kind: grid.KindUncalculated, Text: what}
}

func isError(c grid.Cell) bool {
	return c.Kind == grid.KindError || c.Kind == grid.KindUncalculated
}

// firstError returns the first error among values.
func firstError(values []grid.Cell) (grid.Cell, bool) {
	for _, v := range values {
		if isError(v) {
			return v, true
		}
	}
	return grid.Cell{}, false
}

var (
	valueError   = grid.ErrorCell("#VALUE!")
	divideByZero = grid.ErrorCell("#DIV/0!")
	numError     = grid.ErrorCell("#NUM!")
	notAvailable = grid.ErrorCell("#N/A")
)

// number returns a value as a number: an empty cell is 0, TRUE is 1, and text is
// the number or the date that it would be if it were typed.
func number(c grid.Cell) (float64, bool) {
	switch c.Kind {
	case grid.KindNumber, grid.KindBool:
		return c.Number, true
	case grid.KindBlank:
		return 0, true
	case grid.KindText:
		if c.Text == "" || c.Text[0] == '\'' || c.Text[0] == '=' {
			return 0, false
		}
		typed, err := grid.ParseUserEntered(c.Text, time.Time{})
		if err != nil || typed.Kind != grid.KindNumber {
			return 0, false
		}
		return typed.Number, true
	}
	return 0, false
}

// numbers returns all values as numbers, or the error value of the first that is not a
// number.
func numbers(values []grid.Cell) ([]float64, *grid.Cell) {
	out := make([]float64, len(values))
	for i, v := range values {
		if isError(v) {
			return nil, &v
		}
		n, ok := number(v)
		if !ok {
			return nil, &valueError
		}
		out[i] = n
	}
	return out, nil
}

// numeric returns the value of a number; of NaN and infinities, #NUM!.
func numeric(n float64) grid.Cell {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return numError
	}
	if n == 0 {
		n = 0 // not -0
	}
	return grid.NumberCell(n)
}

// text returns a value as text.
func text(c grid.Cell) string {
	switch c.Kind {
	case grid.KindNumber:
		return numberText(c.Number)
	case grid.KindBool:
		if c.Number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.Text
}

// numberText returns a number with the fifteen digits that text has of it.
func numberText(n float64) string {
	if abs := math.Abs(n); abs != 0 && (abs >= 1e15 || abs < 1e-5) {
		s := strconv.FormatFloat(n, 'E', 14, 64)
		mantissa, exponent, _ := strings.Cut(s, "E")
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return mantissa + "E" + exponent
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// truth returns a value as a boolean.
func truth(c grid.Cell) (value, ok bool) {
	switch c.Kind {
	case grid.KindText:
		switch {
		case strings.EqualFold(c.Text, "true"):
			return true, true
		case strings.EqualFold(c.Text, "false") || c.Text == "":
			return false, c.Text != ""
		}
		return false, false
	case grid.KindBlank:
		return false, true
	}
	return c.Number != 0, true
}

// binary applies an operator.
func binary(operator string, a, b grid.Cell) grid.Cell {
	if e, ok := firstError([]grid.Cell{a, b}); ok {
		return e
	}
	switch operator {
	case "&":
		return textValue(text(a) + text(b))
	case "=":
		return grid.BoolCell(equal(a, b))
	case "<>":
		return grid.BoolCell(!equal(a, b))
	case "<":
		return grid.BoolCell(order(a, b) < 0)
	case ">":
		return grid.BoolCell(order(a, b) > 0)
	case "<=":
		return grid.BoolCell(order(a, b) <= 0)
	case ">=":
		return grid.BoolCell(order(a, b) >= 0)
	}
	return arithmetic(operator, a, b)
}

func arithmetic(operator string, a, b grid.Cell) grid.Cell {
	n, failed := numbers([]grid.Cell{a, b})
	if failed != nil {
		return *failed
	}
	switch operator {
	case "+":
		return numeric(n[0] + n[1])
	case "-":
		return numeric(n[0] - n[1])
	case "*":
		return numeric(n[0] * n[1])
	case "/":
		if n[1] == 0 {
			return divideByZero
		}
		return numeric(n[0] / n[1])
	}
	return power(n[0], n[1])
}

func power(x, y float64) grid.Cell {
	if x == 0 && y < 0 {
		return divideByZero
	}
	return numeric(math.Pow(x, y))
}

// equal reports whether two values are the same. Case does not distinguish text,
// and an empty cell is equal to 0, "" and FALSE.
func equal(a, b grid.Cell) bool { return order(a, b) == 0 }

// order compares two values: numbers come before text, and text before
// booleans.
func order(a, b grid.Cell) int {
	if a.Kind == grid.KindBlank {
		a = blankAs(b)
	}
	if b.Kind == grid.KindBlank {
		b = blankAs(a)
	}
	if a.Kind != b.Kind {
		return cmp.Compare(a.SortRank(), b.SortRank())
	}
	if a.Kind == grid.KindText {
		return cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text))
	}
	return cmp.Compare(a.Number, b.Number)
}

// blankAs returns the value of an empty cell where it is compared with another.
func blankAs(other grid.Cell) grid.Cell {
	switch other.Kind {
	case grid.KindText:
		return textValue("")
	case grid.KindBool:
		return grid.BoolCell(false)
	}
	return grid.NumberCell(0)
}
