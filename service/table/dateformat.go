package table

import (
	"regexp"
	"strings"
	"sync"
)

// DateKindOf returns what a number format makes of a number, given its type and pattern
// as the API has them,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells#NumberFormat.
// A pattern with letters of dates or times decides, whatever the type is; where there is
// none, the type does.
func DateKindOf(formatType, pattern string) DateKind {
	if formatType == "TEXT" {
		return NoDate
	}
	if kind := patternKind(pattern); kind != NoDate {
		return kind
	}
	switch formatType {
	case "DATE":
		return Date
	case "DATE_TIME":
		return DateTime
	case "TIME":
		return Time
	}
	return NoDate
}

// patternKind is DateKindOf of a pattern alone.
func patternKind(pattern string) DateKind {
	units := patternUnits(pattern)
	day, clock, elapsed := strings.ContainsAny(units, "yMd"), strings.ContainsAny(units, "hsa"), strings.Contains(units, "H")
	for i := range units {
		if units[i] == 'm' { // a minute after hours or before seconds, else a month
			minute := i > 0 && strings.IndexByte("hH", units[i-1]) >= 0 || i+1 < len(units) && units[i+1] == 's'
			day, clock = day || !minute, clock || minute
		}
	}
	switch {
	case strings.Contains(units, "0"): // a number
		return NoDate
	case day && (clock || elapsed):
		return DateTime
	case day:
		return Date
	case elapsed:
		return Duration
	case clock:
		return Time
	}
	return NoDate
}

// patternTokens are what a pattern is made of:
// https://developers.google.com/workspace/sheets/api/guides/formats.
var patternTokens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)"[^"]*"?|\\.|[_*].|\[[^\]]*\]?|general|am/pm|a/p|e[+-]|y+|m+|d+|h+|s+|\.?[0#?%]+|.`)
})

// elapsedToken is all hours, minutes or seconds of a duration.
var elapsedToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[(h+|m+|s+)\]$`) })

// patternUnits returns a letter for each unit that the first section of a pattern shows:
// y, M (a month in letters), m (a month or a minute), d, h, s, a (half of a day), H (all
// of a duration), and 0 for digits of a number.
func patternUnits(pattern string) string {
	units := ""
	for _, token := range patternTokens().FindAllString(pattern, -1) {
		token = strings.ToLower(token)
		switch unit := token[:1]; {
		case token == ";":
			return units
		case token == "am/pm" || token == "a/p":
			units += "a"
		case token == "general":
		case strings.HasPrefix(token, "mmm"):
			units += "M"
		case strings.Contains("ymdhs", unit):
			units += unit
		case elapsedToken().MatchString(token):
			units += "H"
		case strings.HasPrefix(token, ".0") && (strings.HasSuffix(units, "s") || strings.HasSuffix(units, "H")): // parts of a second
		case strings.Contains("0#?%", unit) || strings.HasPrefix(token, ".") && len(token) > 1 || token == "e+" || token == "e-":
			units += "0"
		}
	}
	return units
}
