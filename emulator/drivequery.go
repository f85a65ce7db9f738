package emulator

import (
	"net/http"
	"regexp"
	"strings"
)

// fileTest tells whether a file fits a query.
type fileTest func(*file) bool

// parseFileQuery reads the q of files.list: comparisons of name, mimeType and
// trashed, joined by and, or, not and parentheses
// (developers.google.com/workspace/drive/api/guides/ref-search-terms).
func parseFileQuery(q string) (fileTest, error) {
	if strings.TrimSpace(q) == "" {
		return func(*file) bool { return true }, nil
	}
	tokens, ok := queryTokens(q)
	p := queryParser{tokens: tokens}
	var test fileTest
	if ok {
		test, ok = p.or(0)
	}
	if p.lacks != "" {
		return nil, unsupported("drive.files.list with " + p.lacks + " in q")
	}
	if !ok || len(p.tokens) > 0 {
		return nil, &failure{
			status:  http.StatusBadRequest,
			message: "Invalid Value",
			item:    errorItem{Reason: "invalid", Location: "q", LocationType: "parameter"},
		}
	}
	return test, nil
}

var queryToken = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z]+|!=|<=|>=|[()=<>])\s*`)

func queryTokens(q string) (tokens []string, ok bool) {
	for q != "" {
		m := queryToken.FindStringSubmatch(q)
		if m == nil {
			return nil, false
		}
		tokens = append(tokens, m[1])
		q = q[len(m[0]):]
	}
	return tokens, true
}

type queryParser struct {
	tokens []string
	lacks  string // a term that is not emulated
}

func (p *queryParser) take(word string) bool {
	if len(p.tokens) == 0 || !strings.EqualFold(p.tokens[0], word) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *queryParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *queryParser) or(depth int) (fileTest, bool) {
	left, ok := p.and(depth)
	for ok && p.take("or") {
		one := left
		var other fileTest
		other, ok = p.and(depth)
		left = func(f *file) bool { return one(f) || other(f) }
	}
	return left, ok
}

func (p *queryParser) and(depth int) (fileTest, bool) {
	left, ok := p.not(depth)
	for ok && p.take("and") {
		one := left
		var other fileTest
		other, ok = p.not(depth)
		left = func(f *file) bool { return one(f) && other(f) }
	}
	return left, ok
}

func (p *queryParser) not(depth int) (fileTest, bool) {
	switch {
	case depth > maxMaskDepth:
		return nil, false
	case p.take("not"):
		inner, ok := p.not(depth + 1)
		return func(f *file) bool { return !inner(f) }, ok
	case p.take("("):
		inner, ok := p.or(depth + 1)
		return inner, ok && p.take(")")
	}
	return p.term()
}

func (p *queryParser) term() (fileTest, bool) {
	name, operator, value := p.next(), p.next(), p.next()
	if value == "" {
		return nil, false
	}
	if name == "trashed" {
		want := strings.EqualFold(value, "true") == (operator == "=")
		return func(f *file) bool { return f.trashed == want }, operator == "=" || operator == "!="
	}
	of, ok := map[string]func(*file) string{
		"name":     (*file).title,
		"mimeType": func(f *file) string { return f.mimeType },
	}[name]
	if !ok {
		if p.lacks = name; strings.EqualFold(operator, "in") { // as in 'root' in parents
			p.lacks = value
		}
		return nil, false
	}
	return compare(of, operator, unquoted(value))
}

// unquoted strips quotes and the backslashes before quotes.
func unquoted(value string) string {
	if value[0] != '"' && value[0] != '\'' {
		return value
	}
	return strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
}

func compare(of func(*file) string, operator, value string) (fileTest, bool) {
	switch strings.ToLower(operator) {
	case "=":
		return func(f *file) bool { return of(f) == value }, true
	case "!=":
		return func(f *file) bool { return of(f) != value }, true
	case "contains":
		return func(f *file) bool { return containsPrefix(of(f), value) }, true
	}
	return nil, false
}

// containsPrefix matches the beginnings of words only, as Drive documents for name.
func containsPrefix(text, value string) bool {
	text, value = strings.ToLower(text), strings.ToLower(value)
	return strings.HasPrefix(text, value) || strings.Contains(text, " "+value)
}
