package grid

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// formatExtras are the formats that parsing gives to cells, by pattern. All
// cells share them.
var formatExtras = map[string]*CellExtra{}

func init() {
	for kind, patterns := range map[string][]string{
		"NUMBER":     {"#,##0", "#,##0.00"},
		"SCIENTIFIC": {"0.00E+00"},
		"PERCENT":    {"0%", "0.00%"},
		"CURRENCY":   {`"$"#,##0`, `"$"#,##0.00`},
	} {
		for _, p := range patterns {
			formatExtras[p] = formatExtra(kind, p)
		}
	}
	for _, d := range dateNotations {
		formatExtras[d.pattern] = formatExtra("DATE", d.pattern)
		for _, w := range timeNotations {
			formatExtras[d.pattern+" "+w.pattern] = formatExtra("DATE_TIME", d.pattern+" "+w.pattern)
		}
	}
	for _, w := range timeNotations {
		formatExtras[w.pattern] = formatExtra("TIME", w.pattern)
	}
}

func formatExtra(kind, pattern string) *CellExtra {
	return &CellExtra{Format: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: kind, Pattern: pattern}}}
}

// ISODate returns the format of a date in ISO 8601.
func ISODate() *CellExtra { return formatExtras["yyyy-mm-dd"] }

// ParseUserEntered returns the cell of a text that is typed into a spreadsheet
// whose locale is en_US, as the value input option USER_ENTERED does.
func ParseUserEntered(s string, now time.Time) (Cell, error) {
	switch {
	case s == "":
		return Cell{}, nil
	case s[0] == '\'':
		return TextCell(s[1:]), nil
	case s[0] == '=' && len(s) > 1:
		return FormulaCell(s), nil
	case plusFormula.MatchString(s):
		return FormulaCell("=" + s), nil
	case strings.EqualFold(s, "true"):
		return BoolCell(true), nil
	case strings.EqualFold(s, "false"):
		return BoolCell(false), nil
	}
	if len(s) <= maxNumberText {
		if c, ok := parseNumber(s); ok {
			return c, nil
		}
		if c, ok := parseTime(s, now); ok {
			return c, nil
		}
	}
	return TextCell(s), nil
}

// maxNumberText is longer than any text of a number or a date.
const maxNumberText = 400

// plusFormula matches a formula that begins with a plus sign and a cell, as
// spreadsheets have taken it since Lotus 1-2-3.
var plusFormula = regexp.MustCompile(`^\+\$?[A-Za-z]{1,3}\$?[1-9][0-9]*(?:[-+*/^&=<>].*)?$`)

var decimalText = regexp.MustCompile(`^([+-]?)(\$?)([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?( ?%)?$`)

// foreignCurrency matches an amount in a currency with a sign of its own.
var foreignCurrency = regexp.MustCompile(`^(-?)([€£¥])(-?)([0-9][0-9,.]*)$`)

func parseNumber(s string) (Cell, bool) {
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		c, ok := parseNumber(strings.TrimSuffix(inner, ")")) // brackets are for negative amounts
		if !ok || strings.ContainsAny(inner, "+-(%") {
			return Cell{}, false
		}
		c.Number = -c.Number
		return c, true
	}
	if m := foreignCurrency.FindStringSubmatch(s); m != nil && m[1]+m[3] != "--" {
		c, ok := parseNumber(m[1] + m[3] + "$" + m[4])
		if !ok {
			return Cell{}, false
		}
		pattern := "[$" + m[2] + "]#,##0"
		if strings.Contains(m[4], ".") {
			pattern += ".00"
		}
		return NumberCell(c.Number).WithFormat(pattern), true
	}
	m := decimalText.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || m[4] == "" && len(m[5]) < 2 || m[1] != "" && m[3] != "" || m[2] == "" && m[3] != "" || m[6] != "" && m[2]+m[7] != "" {
		return Cell{}, false
	}
	n, err := strconv.ParseFloat(m[1]+m[3]+strings.ReplaceAll(m[4], ",", "")+m[5]+m[6], 64)
	if err != nil {
		return Cell{}, false
	}
	pattern := ""
	switch {
	case m[7] != "":
		n, pattern = n/100, "0%"
	case m[6] != "":
		return formattedNumber(n, "0.00E+00"), true
	case m[2] != "":
		pattern = `"$"#,##0`
	case strings.Contains(m[4], ","):
		pattern = "#,##0"
	default:
		return NumberCell(n), true
	}
	if m[5] != "" {
		pattern = strings.Replace(pattern, "0%", "0.00%", 1)
		if m[7] == "" {
			pattern += ".00"
		}
	}
	return formattedNumber(n, pattern), true
}

func formattedNumber(n float64, pattern string) Cell {
	c := NumberCell(n)
	c.Extra = formatExtras[pattern]
	return c
}

// notation is a way to write a date or a time: a layout of package time and the
// number format that a cell gets from it.
type notation struct{ layout, pattern string }

// dateNotations are the ways to write a date in en_US. The first two are
// recorded; the patterns of the others are those of the menus of Sheets.
var dateNotations = []notation{
	{"2006-1-2", "yyyy-mm-dd"}, {"1-2", "m-d"}, {"1-2-2006", "m-d-yyyy"}, {"1-2-06", "m-d-yy"},
	{"1/2/2006", "m/d/yyyy"}, {"1/2/06", "m/d/yy"}, {"1/2", "m/d"}, {"2006/1/2", "yyyy/mm/dd"},
	{"Jan 2, 2006", "mmm d, yyyy"}, {"January 2, 2006", "mmmm d, yyyy"}, {"2-Jan-2006", "d-mmm-yyyy"}, {"2 Jan 2006", "d mmm yyyy"},
	{"2 January 2006", "d mmmm yyyy"}, {"Jan 2", "mmm d"}, {"2-Jan", "d-mmm"}, {"2 Jan", "d mmm"}, {"2-Jan-06", "d-mmm-yy"}, {"January 2006", "mmmm yyyy"}, {"Jan 2006", "mmm yyyy"},
}

var timeNotations = []notation{
	{"15:04", "h:mm"}, {"15:04:05", "h:mm:ss"}, {"3:04 PM", "h:mm am/pm"}, {"3:04:05 PM", "h:mm:ss am/pm"},
	{"3:04PM", "h:mm am/pm"}, {"3:04:05PM", "h:mm:ss am/pm"}, {"3PM", "h am/pm"}, {"3 PM", "h am/pm"}, {"15:04:05.0", "h:mm:ss.0"}, {"15:04:05.00", "h:mm:ss.00"}, {"15:04:05.000", "h:mm:ss.000"},
}

// parseTime parses a date, a time of day, or both with a blank between.
func parseTime(s string, now time.Time) (Cell, bool) {
	if s[0] == ' ' || len(s) > 40 || !strings.ContainsAny(s, "0123456789") {
		return Cell{}, false
	}
	if day, pattern, ok := parseDate(s, now); ok {
		return formattedNumber(day, pattern), true
	}
	if fraction, pattern, ok := parseTimeOfDay(s); ok {
		return formattedNumber(fraction, pattern), true
	}
	for i := range s {
		if s[i] != ' ' {
			continue
		}
		day, date, ok := parseDate(s[:i], now)
		fraction, clock, alsoOK := parseTimeOfDay(s[i+1:])
		if ok && alsoOK {
			return formattedNumber(day+fraction, date+" "+clock), true
		}
	}
	return Cell{}, false
}

// parseDate returns a date as a serial number. A date without a year is one of
// the current year.
func parseDate(s string, now time.Time) (day float64, pattern string, ok bool) {
	for _, w := range dateNotations {
		t, err := time.Parse(w.layout, s)
		if err != nil {
			continue
		}
		if !strings.Contains(w.pattern, "y") {
			if t, err = time.Parse(w.layout+" 2006", s+" "+now.Format("2006")); err != nil { // February 29
				return 0, "", false
			}
		}
		if t.Year() < 100 {
			return 0, "", false
		}
		return Serial(t), w.pattern, true
	}
	return 0, "", false
}

func parseTimeOfDay(s string) (fraction float64, pattern string, ok bool) {
	for _, w := range timeNotations {
		t, err := time.Parse(w.layout, strings.ToUpper(s))
		if err == nil && strings.Contains(s, ".") == strings.Contains(w.layout, ".") {
			since := t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
			return since.Seconds() / 86400, w.pattern, true
		}
	}
	return 0, "", false
}

// Serial returns t as a number of days since 1899-12-30, with the time of day as
// a fraction.
func Serial(t time.Time) float64 {
	_, offset := t.Zone()
	return float64(t.Unix()+int64(offset)-dayZero.Unix()) / 86400
}
