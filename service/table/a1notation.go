package table

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// plainTitle matches the titles that Google does not quote in A1 notation.
var plainTitle = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// QuoteTitle returns the range that is the whole sheet with this title. It is quoted, so
// that a title such as "A1" is not the range of that name.
func QuoteTitle(title string) string {
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}

// columnLetters returns the letters of the i-th column, from 0: A … Z, AA …
func columnLetters(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

// cellRange returns rows from first on, and columns from A on, as Google writes a range.
func cellRange(title string, first, columns, rows int) string {
	from, to := "A"+strconv.Itoa(first), columnLetters(columns-1)+strconv.Itoa(first+rows-1)
	if !plainTitle.MatchString(title) {
		title = QuoteTitle(title)
	}
	if from == to {
		return title + "!" + from
	}
	return title + "!" + from + ":" + to
}

// RowRange returns the range of the whole rows first to last, from 1.
func RowRange(title string, first, last int) string {
	return fmt.Sprintf("%s!%d:%d", QuoteTitle(title), first, last)
}

// CornerRange returns the range of the first rows and columns of a sheet.
func CornerRange(title string, rows, columns int) string {
	return QuoteTitle(title) + "!A1:" + columnLetters(columns-1) + strconv.Itoa(rows)
}
