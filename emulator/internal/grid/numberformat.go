package grid

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// dayZero is the date with the serial number 0, which Sheets took over from
// Lotus 1-2-3
// (developers.google.com/workspace/sheets/api/reference/rest/v4/DateTimeRenderOption).
var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// DayZero returns the date with the serial number 0.
func DayZero() time.Time { return dayZero }

// FormatPattern formats a number with a pattern; see [Cell.Formatted].
func FormatPattern(n float64, pattern string) (string, error) {
	return formatNumber(n, FormatOf(pattern))
}

// WordSet returns the set of the words of a list that blanks separate.
func WordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// formatNumber formats n; a nil format is the automatic one. It returns an error
// for a pattern that is not emulated.
func formatNumber(n float64, f *sheets.NumberFormat) (string, error) {
	if f == nil || f.Type == "TEXT" {
		return FormatAutomatic(n), nil
	}
	pattern := f.Pattern
	if pattern == "" {
		pattern = defaultPatterns[f.Type]
	}
	if pattern == "" {
		return FormatAutomatic(n), nil
	}
	parsed, err := parsePattern(pattern)
	if err != nil {
		return "", err
	}
	return parsed.format(n)
}

// formatText formats a text: formats of numbers leave it as it is.
func formatText(s string, f *sheets.NumberFormat) string {
	if f == nil || !strings.ContainsAny(f.Pattern, "@;") {
		return s
	}
	parsed, err := parsePattern(f.Pattern)
	if err != nil {
		return s
	}
	return parsed.formatText(s)
}

// maxPattern is longer than any number format in use.
const maxPattern = 500

// defaultPatterns are the patterns of format types that were given without one,
// in en_US.
var defaultPatterns = map[string]string{
	"NUMBER":     "#,##0.00",
	"PERCENT":    "0.00%",
	"CURRENCY":   `"$"#,##0.00`,
	"SCIENTIFIC": "0.00E+00",
	"DATE":       "m/d/yyyy",
	"TIME":       "h:mm:ss am/pm",
	"DATE_TIME":  "m/d/yyyy h:mm:ss",
}

// IsDate reports whether a format shows a number as a date or a time.
func IsDate(f *sheets.NumberFormat) bool {
	return f != nil && (f.Type == "DATE" || f.Type == "TIME" || f.Type == "DATE_TIME")
}

// FormatAutomatic formats a number as a cell without a format does: integers up
// to fifteen digits in full, others with ten significant digits, and very large or
// small ones with six and an exponent.
func FormatAutomatic(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	if abs := math.Abs(n); abs >= 1e15 || abs < 1e-9 {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'E', 5, 64), "E")
		return strings.TrimSuffix(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 10, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// PatternOf returns the pattern of a format, "" for the automatic one.
func PatternOf(f *sheets.NumberFormat) string {
	if f.Pattern != "" {
		return f.Pattern
	}
	return defaultPatterns[f.Type]
}

// FormatOf returns the number format with a pattern. Its type follows from the
// tokens of the pattern.
func FormatOf(pattern string) *sheets.NumberFormat {
	plain := strings.ToLower(quotedText.ReplaceAllString(pattern, ""))
	day, hour := strings.ContainsAny(plain, "yd") || strings.Contains(plain, "mmm") || plain == "m-d", strings.ContainsAny(plain, "hs")
	hour = hour || elapsedText.MatchString(pattern)
	kind := "NUMBER"
	switch {
	case day && hour:
		kind = "DATE_TIME"
	case day:
		kind = "DATE"
	case hour:
		kind = "TIME"
	case strings.Contains(plain, "%"):
		kind = "PERCENT"
	case strings.Contains(plain, "e+"):
		kind = "SCIENTIFIC"
	case strings.Contains(pattern, "$") || strings.Contains(pattern, "€") || strings.Contains(pattern, "£"):
		kind = "CURRENCY"
	}
	return &sheets.NumberFormat{Type: kind, Pattern: pattern}
}

// elapsedText matches the unit of a duration.
var elapsedText = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)

// quotedText matches what a pattern shows unchanged, and colours and conditions.
var quotedText = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]`)
