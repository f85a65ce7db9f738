package grid

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// format formats a number.
func (p pattern) format(n float64) (string, error) {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return "", rest.Unsupported("the format of a number that is not finite")
	}
	s, shown, err := p.section(n)
	if err != nil {
		return "", err
	}
	switch {
	case s.general:
		return s.around(FormatAutomatic(shown)), nil
	case s.has(textToken):
		return s.text(FormatAutomatic(shown)), nil
	case s.isDate():
		return s.date(n)
	case s.has(slashToken):
		return s.fraction(shown)
	case s.has(exponentToken):
		return s.scientific(shown)
	}
	return s.decimal(shown), nil
}

// section returns the section that applies to n, and the number that it shows: a
// section for negative numbers shows them without their sign.
func (p pattern) section(n float64) (*section, float64, error) {
	if slices.ContainsFunc(p, func(s section) bool { return s.condition != nil }) {
		for i := range p {
			if p[i].condition == nil || p[i].condition(n) {
				return &p[i], n, nil
			}
		}
		return nil, 0, rest.Unsupported("a number format none of whose conditions holds for the number")
	}
	switch {
	case n < 0 && len(p) > 1:
		return &p[1], -n, nil
	case n == 0 && len(p) > 2:
		return &p[2], n, nil
	}
	return &p[0], n, nil
}

// formatText formats a text: with the fourth section, or with one that has @.
func (p pattern) formatText(s string) string {
	for i := range p {
		if i == maxSections-1 || p[i].has(textToken) {
			return p[i].text(s)
		}
	}
	return s
}

// text returns the section with a text in the place of @.
func (s *section) text(shown string) string {
	var b strings.Builder
	for _, t := range s.tokens {
		if t.kind == textToken {
			b.WriteString(shown)
		} else {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// around returns the literal text of a section after what is shown.
func (s *section) around(shown string) string {
	for _, t := range s.tokens {
		shown += t.text
	}
	return shown
}

// digits is a number that is not negative, as decimal digits: 0.d1d2d3… times a
// power of ten.
type digits struct {
	text  string
	point int // position of the decimal point, which may be outside of the text
}

// digitsOf returns the shortest digits that are the number.
func digitsOf(n float64) digits {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(n), 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return digits{strings.Replace(mantissa, ".", "", 1), e + 1}
}

// rounded returns the digits before the decimal point, without leading zeros,
// and so many after it. A half is rounded away from zero.
func (d digits) rounded(places int) (whole, decimals string) {
	text := strings.Repeat("0", max(0, -d.point)) + d.text
	point := max(0, d.point)
	if end := point + places; end < len(text) {
		up := text[end] >= '5'
		text = text[:end]
		if up {
			text, point = increment(text, point)
		}
	}
	text += strings.Repeat("0", max(0, point+places-len(text)))
	return strings.TrimLeft(text[:point], "0"), text[point:]
}

// increment adds one to the last digit of a text.
func increment(text string, point int) (string, int) {
	b := []byte(text)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b), point
		}
		b[i] = '0'
	}
	return "1" + string(b), point + 1
}

// decimal formats a number with digits, of which there may be none.
func (s *section) decimal(n float64) string {
	if !s.has(digitToken) {
		sign := ""
		if n < 0 {
			sign = "-"
		}
		return sign + s.literal()
	}
	d := digitsOf(n)
	last := 0
	for i, t := range s.tokens {
		if t.kind == digitToken {
			last = i
		}
	}
	grouped := false
	for i, t := range s.tokens {
		switch {
		case t.kind == percentToken:
			d.point += 2
		case t.kind == commaToken && i > last:
			d.point -= 3
		case t.kind == commaToken:
			grouped = true
		}
	}
	text, isZero := s.place(d, grouped)
	if n < 0 && !isZero {
		text = "-" + text
	}
	return text
}

// literal returns the section without placeholders of digits.
func (s *section) literal() string {
	var b strings.Builder
	for _, t := range s.tokens {
		b.WriteString(t.text)
	}
	return b.String()
}

// split returns the index of the decimal point, or of the end.
func (s *section) split() int {
	if i := slices.IndexFunc(s.tokens, func(t token) bool { return t.kind == pointToken }); i >= 0 {
		return i
	}
	return len(s.tokens)
}

// place puts digits in the places of a section, with literal text between them,
// and reports whether all of them are zero.
func (s *section) place(d digits, grouped bool) (text string, isZero bool) {
	point := s.split()
	places := 0
	for _, t := range s.tokens[point:] {
		if t.kind == digitToken {
			places++
		}
	}
	whole, decimals := d.rounded(places)
	isZero = whole == "" && strings.Trim(decimals, "0") == ""
	return placeWhole(s.tokens[:point], whole, grouped) + placeDecimals(s.tokens[point:], decimals), isZero
}

// placeWhole puts the digits before the decimal point into their places, from
// the right. The first place takes all that are left.
func placeWhole(tokens []token, whole string, grouped bool) string {
	first := slices.IndexFunc(tokens, func(t token) bool { return t.kind == digitToken })
	out := ""
	count := 0
	add := func(c string) {
		if grouped && count > 0 && count%3 == 0 {
			out = "," + out
		}
		out = c + out
		count++
	}
	for i := len(tokens) - 1; i >= 0; i-- {
		switch t := tokens[i]; {
		case t.kind == commaToken:
		case t.kind != digitToken:
			out = t.text + out
		case whole == "" && t.text == "0":
			add("0")
		case whole == "" && t.text == "?":
			out = " " + out
		case whole == "":
		default:
			add(whole[len(whole)-1:])
			whole = whole[:len(whole)-1]
			for i == first && whole != "" {
				add(whole[len(whole)-1:])
				whole = whole[:len(whole)-1]
			}
		}
	}
	if first < 0 {
		return out + whole // a pattern such as .00 has no place before the point
	}
	return out
}

// placeDecimals puts the digits after the decimal point into their places. Zeros
// at the end are omitted where a place is #, and are blanks where it is ?.
func placeDecimals(tokens []token, decimals string) string {
	significant := len(strings.TrimRight(decimals, "0"))
	required := 0
	at := 0
	for _, t := range tokens {
		if t.kind == digitToken {
			if at++; t.text == "0" {
				required = at
			}
		}
	}
	var b strings.Builder
	at = 0
	for _, t := range tokens {
		switch {
		case t.kind == commaToken:
		case t.kind != digitToken:
			b.WriteString(t.text)
		default:
			if at < max(significant, required) {
				b.WriteByte(decimals[at])
			} else if t.text == "?" {
				b.WriteByte(' ')
			}
			at++
		}
	}
	return b.String()
}

// scientific formats a number with an exponent. The mantissa has one digit before
// the point.
func (s *section) scientific(n float64) (string, error) {
	at := slices.IndexFunc(s.tokens, func(t token) bool { return t.kind == exponentToken })
	mantissa, exponent := section{tokens: s.tokens[:at]}, section{tokens: s.tokens[at+1:]}
	before := 0
	for _, t := range mantissa.tokens[:mantissa.split()] {
		if t.kind == digitToken {
			before++
		}
	}
	if before != 1 || exponent.has(pointToken) || !exponent.has(digitToken) || s.has(percentToken) {
		return "", rest.Unsupported("a number format with an exponent in steps")
	}
	places := 0
	for _, t := range mantissa.tokens[mantissa.split():] {
		if t.kind == digitToken {
			places++
		}
	}
	d := digitsOf(n)
	power := d.point - 1
	if n == 0 {
		power = 0
	}
	if whole, _ := (digits{d.text, 1}).rounded(places); len(whole) > 1 {
		power++ // 9.99 is 1.0E+01 with one decimal
		d = digits{"1", 1}
	}
	text, _ := mantissa.place(digits{d.text, 1}, false)
	sign := s.tokens[at].text[:1]
	switch {
	case power < 0:
		sign += "-"
	case s.tokens[at].text[1] == '+':
		sign += "+"
	}
	shown, _ := exponent.place(digitsOf(math.Abs(float64(power))), false)
	if n < 0 {
		text = "-" + text
	}
	return text + sign + shown, nil
}
