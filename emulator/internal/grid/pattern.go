package grid

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"example.com/sheets-function/emulator/internal/rest"
)

// tokenKind is the type of a token of a number format.
type tokenKind uint8

const (
	literalToken  tokenKind = iota // text
	digitToken                     // one of 0, # and ?
	pointToken                     // the decimal point
	commaToken                     // groups digits or, after them, divides by a thousand
	percentToken                   // multiplies by a hundred
	exponentToken                  // E+ or E-
	slashToken                     // of a fraction
	dateToken                      // a run of y, m, d, h or s
	elapsedToken                   // such a run in brackets: all hours, minutes or seconds
	halfDayToken                   // am/pm or a/p
	textToken                      // @
)

// token is a token of a number format.
type token struct {
	kind tokenKind
	text string
}

// section is a part of a number format that applies to some numbers.
type section struct {
	tokens    []token
	condition func(float64) bool // nil = none
	general   bool               // the word General: the automatic format
}

// pattern is a parsed number format
// (developers.google.com/workspace/sheets/api/guides/formats).
type pattern []section

// errPattern is the error of a pattern that cannot be parsed.
var errPattern = errors.New("not a number format")

// patterns are the parsed formats; a spreadsheet has few.
var patterns sync.Map // pattern → pattern or error

// parsePattern parses a number format. Its error is a [rest.Unsupported].
func parsePattern(text string) (pattern, error) {
	switch known, _ := patterns.Load(text); known := known.(type) {
	case pattern:
		return known, nil
	case error:
		return nil, known
	}
	p, err := readPattern(text)
	if err != nil {
		unsupported := rest.Unsupported("the number format " + strconv.Quote(text))
		patterns.Store(text, error(unsupported))
		return nil, unsupported
	}
	patterns.Store(text, p)
	return p, nil
}

// maxSections is the number of sections of a format: for positive and negative
// numbers, zero, and text.
const maxSections = 4

func readPattern(text string) (pattern, error) {
	if len(text) > maxPattern {
		return nil, errPattern
	}
	p := pattern{{}}
	for text != "" {
		s := &p[len(p)-1]
		if text[0] == ';' {
			if len(p) == maxSections {
				return nil, errPattern
			}
			p, text = append(p, section{}), text[1:]
			continue
		}
		length, err := s.next(text)
		if err != nil {
			return nil, err
		}
		text = text[length:]
	}
	for i := range p {
		if !p[i].markSlashes() {
			return nil, errPattern
		}
		if err := p[i].check(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// markSlashes makes a slash that is not between digits literal text. It returns
// false if a slash has digits on the left only.
func (s *section) markSlashes() bool {
	for i, t := range s.tokens {
		beside := i > 0 && i+1 < len(s.tokens) && s.tokens[i-1].kind == digitToken && (s.tokens[i+1].kind == digitToken || isDigits(s.tokens[i+1].text))
		if t.kind == slashToken && !beside {
			s.tokens[i].kind = literalToken
			if i > 0 && s.tokens[i-1].kind == digitToken {
				return false
			}
		}
	}
	return true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

var (
	wordTokens    = regexp.MustCompile(`^(?i:am/pm|a/p|general|y+|m+|d+|h+|s+)`)
	bracketTokens = regexp.MustCompile(`^\[(?:\$([^\]-]*)[^\]]*|(?i:(h+|m+|s+))|(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)|(?i:black|blue|cyan|green|magenta|red|white|yellow|color[0-9]{1,2}))\]`)
	numberLiteral = regexp.MustCompile(`^[1-9][0-9]*`)
)

// signTokens are the tokens of one character.
var signTokens = map[byte]tokenKind{
	'0': digitToken, '#': digitToken, '?': digitToken, '.': pointToken, ',': commaToken, '%': percentToken, '/': slashToken, '@': textToken,
}

// next reads the token at the beginning of a text, and returns its length.
func (s *section) next(text string) (int, error) {
	add := func(kind tokenKind, shown string, length int) (int, error) {
		if last := len(s.tokens) - 1; kind == literalToken && last >= 0 && s.tokens[last].kind == literalToken {
			s.tokens[last].text += shown
		} else if kind != literalToken || shown != "" {
			s.tokens = append(s.tokens, token{kind, shown})
		}
		return length, nil
	}
	switch c := text[0]; c {
	case '"':
		end := strings.IndexByte(text[1:], '"')
		if end < 0 {
			return 0, errPattern
		}
		return add(literalToken, text[1:end+1], end+2)
	case '\\', '_', '*':
		_, size := firstRune(text[1:])
		if size == 0 {
			return 0, errPattern
		}
		shown := map[byte]string{'\\': text[1 : 1+size], '_': " ", '*': ""}[c]
		return add(literalToken, shown, 1+size)
	case '[':
		return s.bracket(text)
	}
	if kind, ok := signTokens[text[0]]; ok {
		return add(kind, text[:1], 1)
	}
	if len(text) > 1 && (text[0] == 'E' || text[0] == 'e') && (text[1] == '+' || text[1] == '-') {
		return add(exponentToken, text[:2], 2)
	}
	if word := wordTokens.FindString(text); word != "" {
		switch lower := strings.ToLower(word); {
		case lower == "general":
			s.general = true
			return len(word), nil
		case strings.Contains(word, "/"):
			return add(halfDayToken, word, len(word))
		}
		return add(dateToken, word, len(word))
	}
	if digits := numberLiteral.FindString(text); digits != "" {
		return add(literalToken, digits, len(digits))
	}
	r, size := firstRune(text)
	return add(literalToken, r, size)
}

// firstRune returns the first character of a text, and its length.
func firstRune(s string) (string, int) {
	for i := range s {
		if i > 0 {
			return s[:i], i
		}
	}
	return s, len(s)
}

// bracket reads a token in brackets: a currency, a unit, a condition or a colour.
func (s *section) bracket(text string) (int, error) {
	m := bracketTokens.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0, errPattern
	case m[2] != "":
		s.tokens = append(s.tokens, token{elapsedToken, m[2]})
	case m[3] != "":
		if s.condition != nil {
			return 0, errPattern
		}
		limit, _ := strconv.ParseFloat(m[4], 64)
		s.condition = condition(m[3], limit)
	case strings.HasPrefix(text, "[$"):
		s.tokens = append(s.tokens, token{literalToken, m[1]})
	}
	return len(m[0]), nil
}

func condition(operator string, limit float64) func(float64) bool {
	return map[string]func(float64) bool{
		"<": func(n float64) bool { return n < limit }, "<=": func(n float64) bool { return n <= limit },
		">": func(n float64) bool { return n > limit }, ">=": func(n float64) bool { return n >= limit },
		"=": func(n float64) bool { return n == limit }, "<>": func(n float64) bool { return n != limit },
	}[operator]
}

// has reports whether a section has a token of a kind.
func (s *section) has(kinds ...tokenKind) bool {
	for _, t := range s.tokens {
		for _, kind := range kinds {
			if t.kind == kind {
				return true
			}
		}
	}
	return false
}

// isDate reports whether a section formats dates or times.
func (s *section) isDate() bool { return s.has(dateToken, elapsedToken, halfDayToken) }

// check returns an error for a section with tokens whose meaning together is not
// documented.
func (s *section) check() error {
	switch {
	case s.isDate() && (s.has(percentToken, exponentToken, slashToken, textToken) || s.general):
		return errPattern
	case s.isDate():
		return s.checkDate()
	case s.has(textToken) && s.has(digitToken, pointToken, percentToken, exponentToken, slashToken),
		s.has(slashToken) && s.has(exponentToken, pointToken, percentToken, commaToken),
		s.general && s.has(digitToken, percentToken, exponentToken, slashToken, textToken),
		s.has(percentToken, exponentToken) && !s.has(digitToken):
		return errPattern
	}
	points, exponents, slashes := 0, 0, 0
	for _, t := range s.tokens {
		switch t.kind {
		case pointToken:
			points++
		case exponentToken:
			exponents++
		case slashToken:
			slashes++
		}
	}
	if exponents > 1 || slashes > 1 || points > 1 && s.has(digitToken) {
		return errPattern
	}
	return nil
}

// checkDate returns an error for digits in a date that are not those of a
// fraction of a second.
func (s *section) checkDate() error {
	for i, t := range s.tokens {
		if t.kind != digitToken {
			continue
		}
		before := i - 1
		for before >= 0 && s.tokens[before].kind == digitToken {
			before--
		}
		if t.text != "0" || before < 1 || s.tokens[before].kind != pointToken || !s.isSeconds(before-1) {
			return errPattern
		}
	}
	return nil
}

func (s *section) isSeconds(i int) bool {
	kind := s.tokens[i].kind
	return (kind == dateToken || kind == elapsedToken) && strings.EqualFold(s.tokens[i].text[:1], "s")
}
