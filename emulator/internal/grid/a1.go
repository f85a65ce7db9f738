package grid

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// Reference is a range in A1 notation, parsed.
type Reference struct {
	Title  string // of the sheet; empty = the first visible one
	Titled bool   // it names a sheet
	Bare   bool   // it is only a name, without quotes, which may be that of a named range
	Name   string // of a named range after the sheet; Area is then not set
	Area   Area
	Single bool // it is written as one cell
}

// namePattern matches the name of a named range, cellLike what would be a cell.
var (
	namePattern = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.]*$`)
	cellLike    = regexp.MustCompile(`^(?i:[a-z]{1,3}[0-9]+|r[0-9]+c[0-9]+|true|false)$`)
)

// isName reports whether a text can be the name of a named range.
func isName(s string) bool { return namePattern.MatchString(s) && !cellLike.MatchString(s) }

// WholeSheet is the area of a range that is only the title of a sheet.
var WholeSheet = Area{Bottom: ToEnd, Right: ToEnd}

// MaxColumns is the number of columns that a sheet can have: up to ZZZ.
const MaxColumns = 18278

// ParseA1 parses a range in A1 notation, or in R1C1, which Google takes as well.
// A text that is not a range of cells is returned as a bare name.
func ParseA1(s string) (Reference, error) {
	if strings.HasPrefix(s, "'") {
		return parseQuoted(s)
	}
	if i := strings.LastIndexByte(s, '!'); i >= 0 {
		a, single, ok := ParseCells(s[i+1:])
		if i == 0 || !ok && !isName(s[i+1:]) {
			return Reference{}, UnparsableRange(s)
		}
		if !ok {
			return Reference{Title: s[:i], Titled: true, Name: s[i+1:]}, nil
		}
		return Reference{Title: s[:i], Titled: true, Area: a, Single: single}, nil
	}
	if a, single, ok := ParseCells(s); ok {
		return Reference{Area: a, Single: single}, nil
	}
	if s == "" {
		return Reference{}, UnparsableRange(s)
	}
	return Reference{Title: s, Titled: true, Bare: true, Area: WholeSheet}, nil
}

// parseQuoted parses 'Title' and 'Title'!A1. An apostrophe in a title is
// doubled.
func parseQuoted(s string) (Reference, error) {
	var title strings.Builder
	i := 1
	for ; i < len(s); i++ {
		if s[i] == '\'' {
			if i+1 == len(s) || s[i+1] != '\'' {
				break
			}
			i++
		}
		title.WriteByte(s[i])
	}
	if i >= len(s) || title.Len() == 0 {
		return Reference{}, UnparsableRange(s)
	}
	ref := Reference{Title: title.String(), Titled: true, Area: WholeSheet}
	rest := s[i+1:]
	if rest == "" {
		return ref, nil
	}
	name, ok := strings.CutPrefix(rest, "!")
	if !ok {
		return Reference{}, UnparsableRange(s)
	}
	a, single, ok := ParseCells(name)
	if !ok && isName(name) {
		ref.Name = name
		return ref, nil
	}
	if !ok {
		return Reference{}, UnparsableRange(s)
	}
	ref.Area, ref.Single = a, single
	return ref, nil
}

// UnparsableRange returns Google's error for a text that is not a range.
func UnparsableRange(s string) error { return rest.BadRequest("Unable to parse range: %s", s) }

var (
	cornerA1   = regexp.MustCompile(`^\$?([A-Za-z]{1,3})?\$?([1-9][0-9]{0,7})?$`)
	cornerR1C1 = regexp.MustCompile(`^[Rr]([1-9][0-9]{0,7})[Cc]([1-9][0-9]{0,4})$`)
)

// corner is one end of a range. Its row or column is -1 if the range does not
// name one.
type corner struct{ row, column int }

func parseCorner(s string) (corner, bool) {
	if m := cornerR1C1.FindStringSubmatch(s); m != nil {
		r, _ := strconv.Atoi(m[1])
		c, _ := strconv.Atoi(m[2])
		return corner{r - 1, c - 1}, true
	}
	m := cornerA1.FindStringSubmatch(s)
	if m == nil || m[1] == "" && m[2] == "" {
		return corner{}, false
	}
	k := corner{-1, -1}
	if m[1] != "" {
		k.column = columnIndex(m[1])
	}
	if m[2] != "" {
		k.row, _ = strconv.Atoi(m[2])
		k.row--
	}
	return k, true
}

// ParseCells parses the part of a range after the sheet: A1, A1:B2, A:B, 1:2,
// A1:B, A2:2. It reports whether that is a single cell, and whether the text is
// a range.
func ParseCells(s string) (a Area, single, ok bool) {
	first, second, isRange := strings.Cut(s, ":")
	from, ok := parseCorner(first)
	if !ok {
		return Area{}, false, false
	}
	if !isRange {
		ok = from.row >= 0 && from.column >= 0
		return Rect(from.row, from.row+1, from.column, from.column+1), true, ok
	}
	to, ok := parseCorner(second)
	if !ok {
		return Area{}, false, false
	}
	a.Top, a.Bottom = span(from.row, to.row)
	a.Left, a.Right = span(from.column, to.column)
	return a, a.Rows() == 1 && a.Columns() == 1, true
}

// span orders two ends, which may come reversed. A missing start is the first
// row or column, a missing end is open.
func span(from, to int) (start, end int) {
	switch {
	case from < 0 && to < 0:
		return 0, ToEnd
	case to < 0:
		return from, ToEnd
	case from < 0:
		return 0, to + 1
	}
	return min(from, to), max(from, to) + 1
}

func columnIndex(letters string) int {
	n := 0
	for _, c := range strings.ToUpper(letters) {
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// ColumnLetters returns the letters of a column: A for 0, AA for 26.
func ColumnLetters(c int) string {
	s := ""
	for c++; c > 0; c = (c - 1) / 26 {
		s = string(rune('A'+(c-1)%26)) + s
	}
	return s
}

var plainTitle = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// QuoteTitle quotes a title if A1 notation needs it, as Google's responses do:
// 'D3' because it is a cell, '🌵 1' because it is not a plain word (recorded).
func QuoteTitle(title string) string {
	if _, _, isCell := ParseCells(title); plainTitle.MatchString(title) && !isCell {
		return title
	}
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}

// A1 returns the area in A1 notation, without the sheet.
func (a Area) A1() string {
	from := ColumnLetters(a.Left) + strconv.Itoa(a.Top+1)
	if a.Rows() == 1 && a.Columns() == 1 {
		return from
	}
	to := ""
	if a.Right != ToEnd {
		to = ColumnLetters(a.Right - 1)
	}
	if a.Bottom != ToEnd {
		to += strconv.Itoa(a.Bottom)
	}
	if to == "" {
		return from
	}
	return fmt.Sprintf("%s:%s", from, to)
}
