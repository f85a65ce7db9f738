package grid

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// fraction formats a number as a fraction: "# ?/?" has one digit in the
// denominator at most, "?/8" has eighths.
func (s *section) fraction(n float64) (string, error) {
	at := slices.IndexFunc(s.tokens, func(t token) bool { return t.kind == slashToken })
	from := at
	for from > 0 && s.tokens[from-1].kind == digitToken {
		from--
	}
	to := at + 1
	for to < len(s.tokens) && s.tokens[to].kind == digitToken {
		to++
	}
	fixed := 0
	if to == at+1 { // a number instead of places
		fixed, _ = strconv.Atoi(s.tokens[to].text)
		to++
	}
	before, after := section{tokens: s.tokens[:from]}, section{tokens: s.tokens[to:]}
	if after.has(digitToken) || at-from > 3 || to-at > 4 {
		return "", rest.Unsupported("a number format with a fraction and digits after it")
	}
	x := math.Abs(n)
	whole := 0.0
	if before.has(digitToken) {
		whole = math.Floor(x)
	}
	numerator, denominator := exact(x-whole, fixed, int(math.Pow10(to-at-1))-1)
	if denominator == 0 {
		return "", rest.Unsupported("a number format with a fraction that has to be approximated")
	}
	if before.has(digitToken) && numerator == denominator {
		whole, numerator = whole+1, 0
	}
	if numerator == 0 && fixed == 0 {
		return "", rest.Unsupported("a number format with a fraction for a whole number")
	}
	text, _ := before.place(digitsOf(whole), false)
	text += aligned(numerator, s.tokens[from:at], true) + "/"
	if fixed > 0 {
		text += strconv.Itoa(fixed)
	} else {
		text += aligned(denominator, s.tokens[at+1:to], false)
	}
	if n < 0 {
		text = "-" + text
	}
	return text + after.literal(), nil
}

// aligned returns a number in places: ? is a blank where a digit is missing.
func aligned(n int, tokens []token, right bool) string {
	text := strconv.Itoa(n)
	missing := len(tokens) - len(text)
	if missing <= 0 {
		return text
	}
	fill := map[string]string{"?": " ", "0": "0", "#": ""}[tokens[0].text]
	if right || fill == "0" {
		return strings.Repeat(fill, missing) + text
	}
	return text + strings.Repeat(fill, missing)
}

// exact returns x as a fraction with a fixed denominator, to which it is rounded,
// or with one up to a limit that is exactly x; 0, 0 if there is none.
func exact(x float64, fixed, limit int) (numerator, denominator int) {
	if fixed > 0 {
		return int(math.Round(x * float64(fixed))), fixed
	}
	for d := 1; d <= limit; d++ {
		if m := math.Round(x * float64(d)); math.Abs(x-m/float64(d)) < 1e-9 {
			return int(m), d
		}
	}
	return 0, 0
}
