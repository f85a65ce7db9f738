package drive

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// fileFilter reports whether a file matches.
type fileFilter func(*files.File) bool

// viewer is the user whose files a query is about.
type viewer struct {
	store *files.Store
	email string
}

// parseFileQuery parses the parameter q of files.list: terms joined by and, or,
// not and parentheses
// (developers.google.com/workspace/drive/api/guides/ref-search-terms).
func parseFileQuery(q string, by *viewer) (fileFilter, error) {
	if strings.TrimSpace(q) == "" {
		return func(*files.File) bool { return true }, nil
	}
	tokens, ok := queryTokens(q)
	p := queryParser{tokens: tokens, viewer: by}
	var test fileFilter
	if ok {
		test, ok = p.or(0)
	}
	if p.unsupported != "" {
		return nil, rest.Unsupported("drive.files.list with " + p.unsupported + " in q")
	}
	if !ok || len(p.tokens) > 0 {
		return nil, &rest.Error{
			Status:  http.StatusBadRequest,
			Message: "Invalid Value",
			Item:    rest.ErrorItem{Reason: "invalid", Location: "q", LocationType: "parameter"},
		}
	}
	return test, nil
}

var queryToken = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z]+|!=|<=|>=|[(){}=<>])\s*`)

// queryTokens splits a query into tokens.
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

// queryParser is a recursive descent parser.
type queryParser struct {
	tokens      []string
	viewer      *viewer
	unsupported string // a term that is not emulated
}

func (p *queryParser) accept(word string) bool {
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

func (p *queryParser) or(depth int) (fileFilter, bool) {
	left, ok := p.and(depth)
	for ok && p.accept("or") {
		one := left
		var other fileFilter
		other, ok = p.and(depth)
		left = func(f *files.File) bool { return one(f) || other(f) }
	}
	return left, ok
}

func (p *queryParser) and(depth int) (fileFilter, bool) {
	left, ok := p.not(depth)
	for ok && p.accept("and") {
		one := left
		var other fileFilter
		other, ok = p.not(depth)
		left = func(f *files.File) bool { return one(f) && other(f) }
	}
	return left, ok
}

func (p *queryParser) not(depth int) (fileFilter, bool) {
	switch {
	case depth > rest.MaxDepth:
		return nil, false
	case p.accept("not"):
		inner, ok := p.not(depth + 1)
		return func(f *files.File) bool { return !inner(f) }, ok
	case p.accept("("):
		inner, ok := p.or(depth + 1)
		return inner, ok && p.accept(")")
	}
	return p.term()
}

func (p *queryParser) term() (fileFilter, bool) {
	left := p.next()
	if of := p.flag(left); of != nil && (len(p.tokens) == 0 || !isOperator(p.tokens[0])) {
		return of, true // sharedWithMe by itself
	}
	operator := strings.ToLower(p.next())
	if operator == "has" {
		return p.has(left)
	}
	right := p.next()
	if right == "" {
		return nil, false
	}
	if operator == "in" {
		return p.in(unquoted(left), right)
	}
	value := unquoted(right)
	if of, ok := textTerms[left]; ok {
		return compare(of, operator, value)
	}
	if of, ok := timeTerms[left]; ok {
		return compareTime(of, operator, value)
	}
	if of := p.flag(left); of != nil {
		want := strings.EqualFold(value, "true") == (operator == "=")
		known := strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
		return func(f *files.File) bool { return of(f) == want }, known && (operator == "=" || operator == "!=")
	}
	p.unsupported = left
	return nil, false
}

// isOperator reports whether a token is one that compares.
func isOperator(token string) bool {
	return strings.ContainsAny(token[:1], "=!<>") || token == "in" || token == "contains" || token == "has"
}

// has returns the filter of properties has {key='a' and value='b'}.
func (p *queryParser) has(name string) (fileFilter, bool) {
	of := map[string]func(*files.File) map[string]string{
		"properties":    func(f *files.File) map[string]string { return f.Properties },
		"appProperties": func(f *files.File) map[string]string { return f.AppProperties },
	}[name]
	if of == nil || !p.accept("{") {
		return nil, false
	}
	given := map[string]string{}
	for len(given) < 2 {
		word := p.next()
		if word != "key" && word != "value" || !p.accept("=") || len(p.tokens) == 0 {
			return nil, false
		}
		given[word] = unquoted(p.next())
		if !p.accept("and") {
			break
		}
	}
	key, hasKey := given["key"]
	want, hasValue := given["value"]
	return func(f *files.File) bool {
		have, ok := of(f)[key]
		return ok && have == want
	}, hasKey && hasValue && p.accept("}")
}

var textTerms = map[string]func(*files.File) string{
	"name":     (*files.File).Title,
	"mimeType": func(f *files.File) string { return f.MimeType },
}

var timeTerms = map[string]func(*files.File) time.Time{
	"modifiedTime":     func(f *files.File) time.Time { return f.Modified },
	"createdTime":      func(f *files.File) time.Time { return f.Created },
	"viewedByMeTime":   func(f *files.File) time.Time { return f.Modified },
	"sharedWithMeTime": func(f *files.File) time.Time { return f.Created },
}

// flag returns the filter of a boolean term; nil if no term has the name.
func (p *queryParser) flag(name string) fileFilter {
	switch name {
	case "trashed":
		return p.viewer.store.IsTrashed
	case "starred":
		return func(f *files.File) bool { return f.Starred }
	case "sharedWithMe":
		return func(f *files.File) bool { return f.Drive == "" && f.Roles[p.viewer.email] < files.Owner }
	}
	return nil
}

// in returns the filter of a term with the operator in: of a folder in parents,
// or an address in owners, writers or readers.
func (p *queryParser) in(value, list string) (fileFilter, bool) {
	if value == "me" && list != "parents" {
		value = p.viewer.email
	}
	switch list {
	case "parents":
		if value == "root" {
			value = files.RootID(p.viewer.email)
		}
		return func(f *files.File) bool { return f.Parent == value }, true
	case "owners":
		return func(f *files.File) bool { return f.Roles[value] == files.Owner }, true
	case "writers":
		return func(f *files.File) bool { return f.Roles[value] >= files.Writer }, true
	case "readers":
		return func(f *files.File) bool { return f.Roles[value] >= files.Reader }, true
	}
	p.unsupported = list
	return nil, false
}

// queryTimes are the layouts of times in q. Without a zone the time is UTC.
var queryTimes = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"}

// compareTime returns the filter of a term about a time.
func compareTime(of func(*files.File) time.Time, operator, value string) (fileFilter, bool) {
	for _, layout := range queryTimes {
		t, err := time.Parse(layout, value)
		if err != nil {
			continue
		}
		fits := map[string]func(int) bool{
			"<": func(by int) bool { return by < 0 }, "<=": func(by int) bool { return by <= 0 }, "=": func(by int) bool { return by == 0 },
			"!=": func(by int) bool { return by != 0 }, ">": func(by int) bool { return by > 0 }, ">=": func(by int) bool { return by >= 0 },
		}[operator]
		return func(f *files.File) bool { return fits(of(f).Compare(t)) }, fits != nil
	}
	return nil, false
}

// unquoted removes quotes, and the backslashes before quotes.
func unquoted(value string) string {
	if value[0] != '"' && value[0] != '\'' {
		return value
	}
	return strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
}

// compare returns the filter of a term about a text.
func compare(of func(*files.File) string, operator, value string) (fileFilter, bool) {
	switch operator {
	case "=":
		return func(f *files.File) bool { return of(f) == value }, true
	case "!=":
		return func(f *files.File) bool { return of(f) != value }, true
	case "contains":
		return func(f *files.File) bool { return containsPrefix(of(f), value) }, true
	}
	return nil, false
}

// containsPrefix reports whether a word of the text begins with a prefix, as
// Drive documents for name.
func containsPrefix(text, value string) bool {
	text, value = strings.ToLower(text), strings.ToLower(value)
	return strings.HasPrefix(text, value) || strings.Contains(text, " "+value)
}
