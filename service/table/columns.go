package table

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// IsEmpty reports whether a cell has no value: it is nil, or the empty string that Google
// returns for an empty cell before one with a value.
func IsEmpty(cell any) bool { return cell == nil || cell == "" }

// columns holds the names of a sheet's columns. Each column has a name of its own: that in
// the header cell, or its letters where that is blank. Where two header cells have the same
// text, or a text is the letters of a column without a name, the first column with the text
// has it as its name, and each other one gets a number: qty, qty_2, qty_3.
type columns struct {
	title string
	names []string
	index map[string]int
	real  map[string][]int // columns by the texts of header cells
	// firstRow is the number of the first row with a value, where the header names no column
	// and the row is known; else 0.
	firstRow int
}

func newColumns(title string) *columns { return &columns{title: title, index: map[string]int{}} }

// extend names the columns that the header has, and those right of it up to width, as far
// as they have no name yet. The header is the same in all calls.
func (c *columns) extend(header []any, width int) {
	if c.real == nil {
		c.real = map[string][]int{}
		for i, cell := range header {
			if name := headerName(cell); name != "" {
				c.real[name] = append(c.real[name], i)
			}
		}
	}
	for i := len(c.names); i < max(len(header), width); i++ {
		name := ""
		if i < len(header) {
			name = headerName(header[i])
		}
		if name == "" || c.real[name][0] != i {
			name = c.free(cmp.Or(name, columnLetters(i)))
		}
		c.names, c.index[name] = append(c.names, name), i
	}
}

// free returns a name that no column and no header cell has: this one, or with a number.
func (c *columns) free(name string) string {
	taken := func(name string) bool { return c.has(name) || c.real[name] != nil }
	if !taken(name) {
		return name
	}
	for n := 2; ; n++ {
		if numbered := name + "_" + strconv.Itoa(n); !taken(numbered) {
			return numbered
		}
	}
}

// checkClear returns an error if it is not clear which column is meant by a name in a
// write, because several header cells have it. It is clear where the other names of all
// these columns are given too.
func (c *columns) checkClear(name string, given func(name string) bool) error {
	if c.isClear(name, given) {
		return nil
	}
	return c.errUnclear(name, InvalidRows, "send")
}

func (c *columns) isClear(name string, given func(name string) bool) bool {
	same := c.real[name]
	return len(same) < 2 || !slices.ContainsFunc(same, func(i int) bool { return !given(c.names[i]) })
}

// errUnclear is the error of a name that several header cells have. The act is what the
// caller does with a column.
func (c *columns) errUnclear(name string, code Code, act string) error {
	same := c.real[name]
	names, letters := make([]string, len(same)), make([]string, len(same))
	for i, column := range same {
		names[i], letters[i] = c.names[column], columnLetters(column)
	}
	count := strconv.Itoa(len(same))
	if len(same) == 2 {
		count = "two"
	}
	return &Error{
		Code:   code,
		Detail: fmt.Sprintf("sheet %q has %s columns named %s: %s", c.title, count, Quote(name), strings.Join(letters[:min(50, len(letters))], " and ")),
		Hint: fmt.Sprintf("%s %s for column %s; for %s, give each column its own name in the header row, or %s all of %s",
			act, Quote(names[1]), letters[1], letters[0], act, QuoteList(names)),
	}
}

// checkConditions returns an error if it is not clear which column a condition of a change
// is about: by the first of several, other rows may match than are meant.
func (c *columns) checkConditions(f Filter) error {
	names := conditionColumns(nil, f.Conditions)
	for _, name := range names {
		if !c.isClear(name, func(other string) bool { return slices.Contains(names, other) }) {
			return c.errUnclear(name, BadRequest, "test")
		}
	}
	return nil
}

// conditionColumns adds the names of the columns that conditions test.
func conditionColumns(names []string, conditions []Condition) []string {
	for _, condition := range conditions {
		if condition.Column != "" {
			names = append(names, condition.Column)
		}
		names = conditionColumns(names, condition.Conditions)
	}
	return names
}

// headerName returns the name in a header cell; "" is none.
func headerName(header any) string {
	shown := Shown(header)
	if text, ok := shown.(string); ok {
		return trimName(text)
	}
	return keyText(shown)
}
