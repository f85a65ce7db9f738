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
	return formatNumber(n, FormatOf(pattern)), nil
}

// WordSet returns the set of the words of a list that blanks separate.
func WordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// formatNumber formats n; a nil format is the automatic one.
func formatNumber(n float64, f *sheets.NumberFormat) string {
	if f == nil {
		return FormatAutomatic(n)
	}
	pattern := f.Pattern
	if pattern == "" {
		pattern = defaultPatterns[f.Type]
	}
	switch {
	case f.Type == "TEXT" || pattern == "" || pattern == "@" || len(pattern) > maxPattern || strings.EqualFold(pattern, "general"):
		return FormatAutomatic(n)
	case IsDate(f):
		return formatDate(n, pattern)
	}
	return formatDecimal(n, pattern)
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

// FormatAutomatic formats a number as a cell without a format does: integers in
// full, others with ten significant digits.
func FormatAutomatic(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	if abs := math.Abs(n); abs >= 1e15 || abs < 1e-9 {
		return strings.Replace(strconv.FormatFloat(n, 'E', -1, 64), "E+0", "E+", 1)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 10, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// formatDecimal formats a number with a pattern of '0', '#', ',', '.', '%' and
// literal text, with sections for negative numbers and zero
// (developers.google.com/workspace/sheets/api/guides/formats).
func formatDecimal(n float64, pattern string) string {
	pattern, n, signed := section(n, pattern)
	pattern = plainPattern(pattern)
	start := digitAt(pattern)
	if start < 0 {
		return literal(pattern)
	}
	end := strings.LastIndexAny(pattern, "0#?") + 1
	digits := pattern[start:end]
	if mantissa, _, ok := strings.Cut(strings.ToUpper(digits), "E+"); ok {
		_, decimals, _ := strings.Cut(mantissa, ".")
		return strconv.FormatFloat(n, 'E', len(decimals), 64)
	}
	after := pattern[end:]
	for ; strings.HasPrefix(after, ","); after = after[1:] {
		n /= 1000 // a comma after the digits divides
	}
	if strings.Contains(after, "%") {
		n *= 100
	}
	sign := ""
	if n < 0 && signed {
		sign = "-"
	}
	return sign + literal(pattern[:start]) + decimal(math.Abs(n), digits) + literal(after)
}

// decimal formats a number that is not negative with the digits of a pattern.
func decimal(n float64, digits string) string {
	whole, decimals, _ := strings.Cut(digits, ".")
	text := strconv.FormatFloat(n, 'f', len(decimals), 64)
	if optional := len(decimals) - strings.Count(decimals, "0"); optional > 0 {
		text = trimZeros(text, optional)
	}
	least := strings.Count(whole, "0")
	for strings.Index(text+".", ".") < least {
		text = "0" + text
	}
	if least == 0 && strings.HasPrefix(text, "0.") {
		text = text[1:]
	}
	if strings.Contains(whole, ",") {
		text = grouped(text)
	}
	return text
}

// section returns the section of a pattern that applies to n, and whether a
// minus sign is added: a section for negative numbers has its own.
func section(n float64, pattern string) (part string, shown float64, signed bool) {
	parts := []string{""}
	quoted := false
	for _, r := range pattern {
		if r == '"' {
			quoted = !quoted
		}
		if r == ';' && !quoted {
			parts = append(parts, "")
			continue
		}
		parts[len(parts)-1] += string(r)
	}
	switch {
	case n < 0 && len(parts) > 1:
		return parts[1], -n, false
	case n == 0 && len(parts) > 2:
		return parts[2], n, false
	}
	return parts[0], n, true
}

var (
	currencyCode = regexp.MustCompile(`\[\$([^\]-]*)[^\]]*\]`) // [$€-2] is €
	condition    = regexp.MustCompile(`\[[^\]]*\]`)            // a colour
	padding      = regexp.MustCompile(`_.`)                    // a blank as wide as the next character
	filling      = regexp.MustCompile(`\*.`)
)

// plainPattern returns a pattern without what has no text: colours, conditions
// and padding.
func plainPattern(pattern string) string {
	pattern = currencyCode.ReplaceAllString(pattern, `"$1"`)
	pattern = condition.ReplaceAllString(pattern, "")
	return filling.ReplaceAllString(padding.ReplaceAllString(pattern, " "), "")
}

// digitAt returns the index of the first digit in a pattern that is not literal
// text, or -1.
func digitAt(pattern string) int {
	quoted := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\':
			i++
		case !quoted && (c == '0' || c == '#' || c == '?' || c == '.' && strings.ContainsAny(pattern[i:], "0#")):
			return i
		}
	}
	return -1
}

func trimZeros(text string, most int) string {
	for ; most > 0 && strings.HasSuffix(text, "0"); most-- {
		text = text[:len(text)-1]
	}
	return strings.TrimSuffix(text, ".")
}

// grouped puts commas between thousands.
func grouped(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole
}

// literal removes the quotes and backslashes around the literal text of a
// pattern.
func literal(s string) string { return strings.NewReplacer(`"`, "", `\`, "").Replace(s) }

// formatDate formats a serial number with a date and time pattern.
func formatDate(n float64, pattern string) string {
	seconds := math.Round(n * 86400)
	if math.IsNaN(seconds) || math.Abs(seconds) > 3e11 {
		return FormatAutomatic(n)
	}
	t := dayZero.Add(time.Duration(math.Mod(seconds, 86400))*time.Second).AddDate(0, 0, int(seconds/86400))
	var b strings.Builder
	afterHour := strings.Contains(strings.ToLower(pattern), "[h") && !strings.ContainsAny(pattern, "dDyY")
	for rest := pattern; rest != ""; {
		token := dateToken(rest)
		rest = rest[len(token):]
		if text, ok := elapsed(seconds, token); ok {
			b.WriteString(text)
			continue
		}
		b.WriteString(datePart(t, token, afterHour || strings.HasPrefix(rest, ":s"), pattern))
		if c := token[0] | 0x20; c >= 'a' && c <= 'z' {
			afterHour = c == 'h'
		}
	}
	return b.String()
}

// elapsed returns all hours, minutes or seconds of a duration for [h], [m] or
// [s].
func elapsed(seconds float64, token string) (string, bool) {
	if token[0] != '[' || len(token) < 3 {
		return "", false
	}
	unit, ok := map[byte]float64{'h': 3600, 'm': 60, 's': 1}[strings.ToLower(token)[1]]
	if !ok {
		return "", true // a colour
	}
	text := strconv.FormatFloat(math.Trunc(math.Abs(seconds)/unit), 'f', 0, 64)
	for len(text) < len(token)-2 {
		text = "0" + text
	}
	if seconds < 0 {
		text = "-" + text
	}
	return text, true
}

// dateToken returns the first token of a pattern: a run of one letter, quoted
// text, or am/pm.
func dateToken(s string) string {
	if s[0] == '"' {
		if i := strings.IndexByte(s[1:], '"'); i >= 0 {
			return s[:i+2]
		}
		return s
	}
	if i := strings.IndexByte(s, ']'); s[0] == '[' && i > 0 {
		return s[:i+1]
	}
	if len(s) >= 5 && strings.EqualFold(s[:5], "am/pm") {
		return s[:5]
	}
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return s[:n]
}

// dateLayouts maps pattern tokens to the layouts of package time.
var dateLayouts = map[string]string{
	"yyyy": "2006", "yy": "06", "mmmm": "January", "mmm": "Jan", "mm": "01", "m": "1",
	"dddd": "Monday", "ddd": "Mon", "dd": "02", "d": "2", "ss": "05", "s": "5", "am/pm": "PM",
}

func datePart(t time.Time, token string, minutes bool, pattern string) string {
	lower := strings.ToLower(token)
	switch {
	case lower == "h" || lower == "hh":
		hour := t.Hour()
		if strings.Contains(strings.ToLower(pattern), "am/pm") {
			hour = (hour+11)%12 + 1
		}
		if lower == "hh" && hour < 10 {
			return "0" + strconv.Itoa(hour)
		}
		return strconv.Itoa(hour)
	case minutes && lower == "mm":
		return t.Format("04")
	case minutes && lower == "m":
		return t.Format("4")
	}
	if layout, ok := dateLayouts[lower]; ok {
		return t.Format(layout)
	}
	return literal(token)
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
