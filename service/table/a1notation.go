package table

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// plainTitle is a title that Google's answers do not quote.
var plainTitle = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// QuoteTitle is the title in A1 notation. Quoted, it cannot be taken for a
// range or a named range.
func QuoteTitle(title string) string {
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}

// columnLetters is the name of the i-th column, from 0: A … Z, AA …
func columnLetters(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

func rangeOf(title string, first, columns, rows int) string {
	from, to := "A"+strconv.Itoa(first), columnLetters(columns-1)+strconv.Itoa(first+rows-1)
	if !plainTitle.MatchString(title) {
		title = QuoteTitle(title)
	}
	if from == to {
		return title + "!" + from
	}
	return title + "!" + from + ":" + to
}

// RowsOf is a range of whole rows.
func RowsOf(title string, first, last int) string {
	return fmt.Sprintf("%s!%d:%d", QuoteTitle(title), first, last)
}
