package table

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"
)

// pattern is what a text is matched with.
type pattern interface {
	match(text string) bool
	// cost returns about how many nanoseconds match takes at most for each byte of a text.
	cost() int
}

// pattern returns the pattern that a value of the condition is; nil if it is not one.
func (c Condition) pattern(value string) (pattern, error) {
	switch c.Op {
	case OpLike, OpILike:
		p, ok := newLikePattern(value, c.Op == OpILike)
		if !ok {
			return nil, &Error{
				Code:   BadRequest,
				Detail: fmt.Sprintf("column %s: the pattern of %s ends in a backslash, which makes the next character literal", Quote(c.Column), c.Op),
				Hint:   parameter(c.Column, Condition{Not: c.Not, Op: c.Op}.operator()+value+`\`),
			}
		}
		return p, nil
	case OpMatch, OpIMatch:
		return newExpression(c, value)
	}
	return nil, nil
}

const (
	// maxWork is how long the patterns of one filter, and its lists of values, may take for
	// all cells.
	maxWork = time.Second
	// maxChangeWork is that of an update or a delete: all writes wait for it.
	maxChangeWork = maxWork / 5
	// maxExpression is the size of the largest regular expression, in characters, with
	// repetitions counted as often as they repeat. One cell takes up to half a second then.
	maxExpression = 500
	// maxExpressions bounds the memory of a filter's regular expressions, in bytes: classes
	// such as \pL have many characters.
	maxExpressions = 2 << 20
)

// cost returns about how many nanoseconds it takes at most to match the patterns with each
// byte of a sheet, and the lists of values with each row. It compiles no regular expression.
func (f Filter) cost() (perByte, perRow int) {
	for _, c := range f.Conditions {
		bytes, row := Filter{c.Conditions}.cost()
		perByte, perRow = perByte+bytes, perRow+row
		for _, value := range c.Values {
			switch c.Op {
			case OpMatch, OpIMatch:
				size := min(len(value), maxExpression)
				if strings.Contains(value, "{") { // a repetition
					size = maxExpression
				}
				perByte += 10 * (1 + size)
			case OpLike, OpILike:
				if p, ok := newLikePattern(value, false); ok {
					perByte += p.cost()
				}
			default:
				if len(c.Values) > 1 && !c.isSet() {
					perRow += 10 + len(value)
				}
			}
		}
	}
	return perByte, perRow
}

// work is the time that patterns and lists of values may still take.
type work struct {
	left time.Duration
	err  error
}

// match matches a text, and counts the time: what the pattern's cost says, so that the same
// request is always answered, unless it took less.
func (w *work) match(p pattern, text string) bool {
	if w.err != nil {
		return false
	}
	most := time.Duration(p.cost() * (len(text) + 1))
	if most < time.Microsecond {
		w.spend(most)
		return p.match(text)
	}
	start := time.Now()
	matches := p.match(text)
	w.spend(min(most, time.Since(start)))
	return matches
}

// compare counts the time of comparing a cell's text with one value of a list.
func (w *work) compare(value, text string) {
	w.spend(time.Duration(10 + min(len(value), len(text))))
}

func (w *work) spend(d time.Duration) {
	if w.left -= d; w.left < 0 {
		w.err = &Error{
			Code:   BadRequest,
			Detail: "comparing this sheet with the patterns and lists of values takes more time than a request may",
			Hint:   "leave out a pattern or a value, or send a shorter pattern",
		}
	}
}

// expression is a pattern of [OpMatch].
type expression struct {
	*regexp.Regexp
	size   int
	memory int // about, in bytes
}

// newExpression compiles a regular expression. As in PostgreSQL a dot is also a line break.
func newExpression(c Condition, text string) (*expression, error) {
	flags := "(?s)"
	if c.Op == OpIMatch {
		flags = "(?si)"
	}
	parsed, err := syntax.Parse(flags+text, syntax.Perl)
	if err != nil {
		return nil, &Error{
			Code:   BadRequest,
			Detail: fmt.Sprintf("column %s: the pattern of %s is not a regular expression%s; its syntax is that of https://pkg.go.dev/regexp/syntax", Quote(c.Column), c.Op, syntaxFault(err)),
			Hint:   `put a backslash before a character that is to be found as it is, or use like, as in item=like.*text*`,
		}
	}
	size := expressionSize(parsed)
	if size > maxExpression {
		return nil, badRequest("column %s: the pattern of %s is longer than %d characters with its repetitions", Quote(c.Column), c.Op, maxExpression)
	}
	compiled, err := regexp.Compile(flags + text)
	if err != nil {
		return nil, badRequest("column %s: the pattern of %s is not a regular expression%s", Quote(c.Column), c.Op, syntaxFault(err))
	}
	return &expression{compiled, size, 1000 + 100*size + 8*runesOf(parsed)}, nil
}

// syntaxFault returns what is wrong with an expression, without any of it: a pattern is a
// value, which is not for the log.
func syntaxFault(err error) string {
	if fault, ok := errors.AsType[*syntax.Error](err); ok {
		return ": " + fault.Code.String()
	}
	return ""
}

func (e *expression) match(text string) bool { return e.MatchString(text) }

// cost grows with the size: at worst, each byte is matched with each part of an expression.
func (e *expression) cost() int { return 10 * (1 + e.size) }

// runesOf returns the number of characters and ends of ranges in an expression.
func runesOf(e *syntax.Regexp) int {
	n := len(e.Rune)
	for _, part := range e.Sub {
		n += runesOf(part)
	}
	return n
}

// expressionSize returns the size of an expression with its repetitions; beyond
// maxExpression it is not exact.
func expressionSize(e *syntax.Regexp) int {
	size := max(1, len(e.Rune))
	if e.Op == syntax.OpCharClass {
		size = 1
	}
	for _, part := range e.Sub {
		size = min(size+expressionSize(part), maxExpression+1)
	}
	if e.Op == syntax.OpRepeat {
		size *= max(1, e.Min, e.Max)
	}
	return size
}
