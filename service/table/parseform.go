package table

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// ParseForm parses one record from what a page's form sends: pairs name=value separated by
// "&", with escapes. Values become numbers and booleans as those of CSV do. Errors are an
// [Error].
func ParseForm(body []byte) ([]Record, error) {
	var record Record
	given := map[string]bool{}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, found := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		switch {
		case pair == "":
			continue
		case !found || errName != nil || errValue != nil || !utf8.ValidString(name) || !utf8.ValidString(value):
			return nil, &Error{
				Code: BadRequest, Detail: "the body is neither JSON nor a form",
				Hint: "send a JSON object, or a form as column=value&column=value in UTF-8",
			}
		case given[name]:
			return nil, record.invalid(0, "column %s is given twice", Quote(name))
		case len(record.Fields) == maxColumns:
			return nil, errTooManyValues
		}
		given[name] = true
		value = strings.ReplaceAll(value, "\r\n", "\n") // browsers send line breaks of two characters
		record.Fields = append(record.Fields, Field{name, csvValue(value)})
	}
	return []Record{record}, nil
}
