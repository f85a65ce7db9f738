package emulator

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// dayZero is serial number 0, as Lotus 1-2-3 set it and Sheets documents it
// (developers.google.com/workspace/sheets/api/reference/rest/v4/DateTimeRenderOption).
var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// formatNumber shows n in format f; nil is the automatic format.
func formatNumber(n float64, f *sheets.NumberFormat) string {
	if f == nil {
		return automatic(n)
	}
	pattern := f.Pattern
	if pattern == "" {
		pattern = defaultPatterns[f.Type]
	}
	switch {
	case f.Type == "TEXT" || pattern == "" || strings.EqualFold(pattern, "general"):
		return automatic(n)
	case isDate(f):
		return formatDate(n, pattern)
	}
	return formatDecimal(n, pattern)
}

// defaultPatterns stand in for a format type without a pattern, in en_US.
var defaultPatterns = map[string]string{
	"NUMBER":     "#,##0.00",
	"PERCENT":    "0.00%",
	"CURRENCY":   `"$"#,##0.00`,
	"SCIENTIFIC": "0.00E+00",
	"DATE":       "m/d/yyyy",
	"TIME":       "h:mm:ss am/pm",
	"DATE_TIME":  "m/d/yyyy h:mm:ss",
}

// isDate tells whether f shows a number as a date or a time.
func isDate(f *sheets.NumberFormat) bool {
	return f != nil && (f.Type == "DATE" || f.Type == "TIME" || f.Type == "DATE_TIME")
}

// automatic shows a number as a cell without a format does: whole numbers in
// full, others with ten significant digits.
func automatic(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	if abs := math.Abs(n); abs >= 1e15 || abs < 1e-9 {
		return strings.Replace(strconv.FormatFloat(n, 'E', -1, 64), "E+0", "E+", 1)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 10, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// formatDecimal shows a number by a pattern of '0', '#', ',', '.', '%' and
// literal text.
func formatDecimal(n float64, pattern string) string {
	pattern, _, _ = strings.Cut(pattern, ";")
	start := strings.IndexAny(pattern, "0#")
	if start < 0 {
		return automatic(n)
	}
	end := strings.LastIndexAny(pattern, "0#") + 1
	digits := pattern[start:end]
	if mantissa, _, ok := strings.Cut(strings.ToUpper(digits), "E+"); ok {
		_, decimals, _ := strings.Cut(mantissa, ".")
		return strconv.FormatFloat(n, 'E', len(decimals), 64)
	}
	if strings.Contains(pattern[end:], "%") {
		n *= 100
	}
	_, decimals, _ := strings.Cut(digits, ".")
	text := strconv.FormatFloat(math.Abs(n), 'f', len(decimals), 64)
	if optional := len(decimals) - strings.Count(decimals, "0"); optional > 0 {
		text = trimZeros(text, optional)
	}
	if strings.Contains(digits, ",") {
		text = grouped(text)
	}
	sign := ""
	if n < 0 {
		sign = "-"
	}
	return sign + literal(pattern[:start]) + text + literal(pattern[end:])
}

func trimZeros(text string, most int) string {
	for ; most > 0 && strings.HasSuffix(text, "0"); most-- {
		text = text[:len(text)-1]
	}
	return strings.TrimSuffix(text, ".")
}

// grouped sets commas between thousands.
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

// literal strips the quotes and backslashes that pattern text stands in.
func literal(s string) string { return strings.NewReplacer(`"`, "", `\`, "").Replace(s) }

// formatDate shows a serial number by a date and time pattern.
func formatDate(n float64, pattern string) string {
	seconds := math.Round(n * 86400)
	if math.IsNaN(seconds) || math.Abs(seconds) > 3e11 {
		return automatic(n)
	}
	t := dayZero.Add(time.Duration(math.Mod(seconds, 86400))*time.Second).AddDate(0, 0, int(seconds/86400))
	var b strings.Builder
	afterHour := false
	for rest := pattern; rest != ""; {
		token := dateToken(rest)
		rest = rest[len(token):]
		b.WriteString(datePart(t, token, afterHour || strings.HasPrefix(rest, ":s"), pattern))
		if c := token[0] | 0x20; c >= 'a' && c <= 'z' {
			afterHour = c == 'h'
		}
	}
	return b.String()
}

// dateToken cuts the first run of one letter, quoted text, or am/pm off a pattern.
func dateToken(s string) string {
	if s[0] == '"' {
		if i := strings.IndexByte(s[1:], '"'); i >= 0 {
			return s[:i+2]
		}
		return s
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

// patternOf is the pattern that a format shows numbers by, "" for the automatic one.
func patternOf(f *sheets.NumberFormat) string {
	if f.Pattern != "" {
		return f.Pattern
	}
	return defaultPatterns[f.Type]
}

// formatOf is the number format with a pattern, its type told by what stands in it.
func formatOf(pattern string) *sheets.NumberFormat {
	plain := strings.ToLower(quotedText.ReplaceAllString(pattern, ""))
	day, hour := strings.ContainsAny(plain, "yd") || strings.Contains(plain, "mmm") || plain == "m-d", strings.ContainsAny(plain, "hs")
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

// quotedText is what a pattern shows as it is, colours and conditions.
var quotedText = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]`)
