package function

import (
	"cmp"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"example.com/sheets-function/service"
)

// parseFormat reads which file is wanted.
func parseFormat(parameters url.Values) (string, error) {
	if !parameters.Has("format") {
		return "xlsx", nil
	}
	format := parameters.Get("format")
	if _, known := service.Formats[format]; !known {
		return "", badRequest("format=%.100s: want %s", format, strings.Join(slices.Sorted(maps.Keys(service.Formats)), ", "))
	}
	return format, nil
}

// attachment is the Content-Disposition of a file with this title, which may be
// any text, https://www.rfc-editor.org/rfc/rfc6266#appendix-D. The name is given
// twice where ASCII cannot tell it.
func attachment(title, extension string) string {
	const longest = 100 // more than anybody reads, and it fits into a header whatever it is
	runes := []rune(title)
	title = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || strings.ContainsRune(`/\:*?"<>|%`, c) { // for folders, and for what clients do to names
			return '_'
		}
		return c
	}, string(runes[:min(len(runes), longest)]))
	name := cmp.Or(strings.TrimSpace(title), "spreadsheet") + "." + extension
	ascii := strings.Map(func(c rune) rune {
		if c > unicode.MaxASCII {
			return '_'
		}
		return c
	}, name)
	parameters := map[string]string{"filename": ascii}
	if ascii != name {
		parameters["filename*"] = "UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return mime.FormatMediaType("attachment", parameters)
}
