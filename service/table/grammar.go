package table

import (
	"net/url"
	"strings"
)

// quoted parses a text in double quotes at the start of s, in which a backslash makes the
// next character literal, and returns what follows it.
func quoted(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", s, false
}

// splitList splits a list at its commas, except those in double quotes and parentheses.
func splitList(list string) (items []string) {
	start, depth, inQuotes := 0, 0, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case inQuotes && c == '\\':
			i++
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			items = append(items, list[start:i])
			start = i + 1
		}
	}
	return append(items, list[start:])
}

// unquote returns a name without the double quotes that it may be in.
func unquote(name string) (string, error) {
	text, rest, ok := quoted(name)
	switch {
	case !strings.HasPrefix(name, `"`):
		return name, nil
	case !ok:
		return "", badRequest("%s: the quotation mark is not closed", Quote(name))
	case rest != "":
		return "", badRequest("%s: want nothing after the closing quotation mark", Quote(name))
	}
	return text, nil
}

// ParseNames parses a list of columns, as the parameters columns and on_conflict have it:
// names separated by commas, with double quotes around those with special characters. The
// parameter's name is for errors, which are an [Error].
func ParseNames(parameter, list string) (names []string, err error) {
	for _, item := range splitList(list) {
		name, err := unquote(strings.TrimSpace(item))
		if err != nil {
			return nil, &Error{Code: BadRequest, Detail: parameter + ": " + err.Error(), Hint: parameter + `=id,"a,b"`}
		}
		if name == "" {
			return nil, &Error{Code: BadRequest, Detail: parameter + ": want names of columns, separated by commas", Hint: parameter + "=id,item"}
		}
		names = append(names, name)
	}
	return names, nil
}

// reserved are the query parameters that are not conditions of a column. A column with
// such a name is given in double quotes.
var reserved = map[string]bool{
	"select": true, "order": true, "limit": true, "offset": true, "or": true, "and": true, "not.or": true, "not.and": true,
	"columns": true, "on_conflict": true, "header": true, "values": true, "format": true, "input": true,
}

// quoteParameter returns a name in double quotes, as [quoted] parses it.
func quoteParameter(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// parameterName returns a name as a list or a group of conditions has it: in double quotes
// where it holds what separates names.
func parameterName(name string) string {
	if strings.ContainsAny(name, `,."()`) {
		return quoteParameter(name)
	}
	return name
}

// parameter returns a condition as a query parameter that can be pasted into a URL.
func parameter(column, condition string) string {
	if reserved[column] || strings.HasPrefix(column, `"`) {
		column = quoteParameter(column)
	}
	return strings.ReplaceAll(escapeParameter.Replace(column), "=", "%3D") + "=" + escapeParameter.Replace(condition)
}

// escapeParameter escapes only characters that end a parameter or are decoded as another
// character, so that the rest stays readable.
var escapeParameter = strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", " ", "+", ";", "%3B", "\n", "%0A", "\r", "%0D")

// single returns the value of a parameter that may be given once.
func single(p url.Values, name string) (string, error) {
	if len(p[name]) > 1 {
		return "", badRequest("%s is given %d times: want it once", name, len(p[name]))
	}
	return p.Get(name), nil
}
