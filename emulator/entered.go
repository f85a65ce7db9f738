package emulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/sheets/v4"
)

// errFormula stands for a formula typed into a cell, until there is a calculator.
const errFormula = unsupported("a formula (USER_ENTERED or formulaValue)")

// formats that parsing attaches, shared by all cells that need them.
var (
	groupedWhole   = formatExtra("NUMBER", "#,##0")
	groupedDecimal = formatExtra("NUMBER", "#,##0.00")
	dollarsWhole   = formatExtra("CURRENCY", `"$"#,##0`)
	dollars        = formatExtra("CURRENCY", `"$"#,##0.00`)
	isoDate        = formatExtra("DATE", "yyyy-mm-dd")
	monthDay       = formatExtra("DATE", "m-d")
)

func formatExtra(kind, pattern string) *extra {
	return &extra{format: &sheets.CellFormat{NumberFormat: &sheets.NumberFormat{Type: kind, Pattern: pattern}}}
}

var (
	decimalText = regexp.MustCompile(`^([+-]?)(\$?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(\.[0-9]*)?$`)
	isoDateText = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$`)
	monthText   = regexp.MustCompile(`^[0-9]{1,2}-[0-9]{1,2}$`)
)

// entered parses text as if it were typed into a cell of a spreadsheet in the
// locale en_US. It does what recorded answers make certain; percent, times and
// other ways to write a date stay text.
func entered(s string, now time.Time) (cell, error) {
	switch {
	case s == "":
		return cell{}, nil
	case s[0] == '\'':
		return textCell(s[1:]), nil
	case s[0] == '=' && len(s) > 1:
		return cell{}, errFormula
	case strings.EqualFold(s, "true"):
		return boolCell(true), nil
	case strings.EqualFold(s, "false"):
		return boolCell(false), nil
	}
	if c, ok := enteredNumber(s); ok {
		return c, nil
	}
	if c, ok := enteredDate(s, now); ok {
		return c, nil
	}
	return textCell(s), nil
}

func enteredNumber(s string) (cell, bool) {
	m := decimalText.FindStringSubmatch(s)
	if m == nil || m[3] == "" && len(m[4]) < 2 {
		return cell{}, false
	}
	n, err := strconv.ParseFloat(m[1]+strings.ReplaceAll(m[3], ",", "")+m[4], 64)
	if err != nil {
		return cell{}, false
	}
	c := numberCell(n)
	comma, decimals := strings.Contains(m[3], ","), m[4] != ""
	switch {
	case m[2] != "" && decimals:
		c.extra = dollars
	case m[2] != "":
		c.extra = dollarsWhole
	case comma && decimals:
		c.extra = groupedDecimal
	case comma:
		c.extra = groupedWhole
	}
	return c, true
}

func enteredDate(s string, now time.Time) (cell, bool) {
	look := isoDate
	if monthText.MatchString(s) {
		s, look = strconv.Itoa(now.Year())+"-"+s, monthDay // the current year, as typed in a sheet
	} else if !isoDateText.MatchString(s) {
		return cell{}, false
	}
	t, err := time.Parse("2006-1-2", s)
	if err != nil {
		return cell{}, false
	}
	c := numberCell(serial(t))
	c.extra = look
	return c, true
}

// serial returns t as days since day zero, the time of day as a fraction.
func serial(t time.Time) float64 {
	_, offset := t.Zone()
	return float64(t.Unix()+int64(offset)-dayZero.Unix()) / 86400
}
