package table

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// continues reports whether a formula continues in the next row: it depends on cells of its
// own row, and on no others that would move with it. =B7*C7 in row 7 does, and so does
// =IF(A7="","",B7*$F$1); =SUM(B2:B6) does not, nor does the running total =D6+C7.
func continues(formula string, row int) bool {
	text := quotedParts().ReplaceAllString(formula, `""`)
	own := rowFunction().MatchString(text)
	for _, match := range references().FindAllStringSubmatchIndex(text, -1) {
		if isPartOfName(text, match[0], match[1]) {
			continue
		}
		if text[match[2]:match[3]] == "$" { // the same row from everywhere
			continue
		}
		if text[match[1]:] != "" && text[match[1]] == ':' && !rangeEnd().MatchString(text[match[1]:]) {
			return false // a range without an end
		}
		n, err := strconv.Atoi(text[match[4]:match[5]])
		if err != nil || n != row {
			return false
		}
		own = true
	}
	return own
}

// quotedParts are texts, which may hold what looks like a reference. Titles of sheets are
// left, because a reference follows them.
var quotedParts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"[^"]*"|'(?:[^']|'')*'`) })

// references are those of A1 notation with a row, with a dollar sign before the row or not.
var references = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\$?[a-z]{1,3}(\$?)([0-9]+)`) })

// rowFunction is the function that returns the number of the own row.
var rowFunction = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bROW\(\s*\)`) })

// rangeEnd is the second half of a range, with a row.
var rangeEnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^:\$?[a-z]{1,3}\$?[0-9]`) })

// isPartOfName reports whether the text from, up to to, is a part of a longer name, such as
// a function's or a named range's.
func isPartOfName(text string, from, to int) bool {
	const before = "_.$0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return from > 0 && strings.IndexByte(before, text[from-1]) >= 0 ||
		to < len(text) && (strings.IndexByte(before, text[to]) >= 0 || text[to] == '(')
}

// formulasOf returns the columns in which the row has a formula that continues in the next
// row.
func formulasOf(row *PlannedRow) (columns []int) {
	for i, cell := range row.Cells {
		if c, ok := cell.(*Cell); ok && c.Formula != "" && continues(c.Formula, row.Number) {
			columns = append(columns, i)
		}
	}
	return columns
}
