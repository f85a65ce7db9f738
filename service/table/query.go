package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Query chooses which rows to list and how they look. Its zero value is all
// rows below row 1, typed, as JSON.
type Query struct {
	Header int      // the row that names the columns, from 1; 0 is 1
	Where  []string // conditions "column:value" that all have to hold
	Order  []string // columns to sort by, the first counts most; "-column" is descending
	Select []string // columns to show, in the sheet's order; none is all
	Offset int      // rows to leave out at the start
	Limit  int      // rows at the most; 0 is all
	Values Values   // how cells become values
	CSV    bool     // a CSV text instead of JSON
	Anew   bool     // ask Google, whatever is kept in memory
}

// Validate reports what is wrong with the query whatever the sheet is, as an [Error].
func (q Query) Validate() error {
	switch {
	case q.Header < 0 || q.Offset < 0 || q.Limit < 0:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("header row %d, offset %d, limit %d: none can be negative", q.Header, q.Offset, q.Limit)}
	case q.Values != "" && q.Values != Typed && q.Values != Text && q.Values != Formula:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("values %.100q: want typed, text or formula", q.Values)}
	}
	return nil
}

// tag names the answer to the query in an ETag: apart from what the rows are,
// it depends on all of the query.
func (q Query) tag() string {
	q.Anew = false
	text, _ := json.Marshal(q) // strings and numbers can be encoded
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// condition is one of Query.Where for a sheet's columns.
type condition struct {
	column int
	value  wanted
}

// conditions reads "column:value" by the columns there are. Both parts may hold
// colons: the longest name that is a column's counts.
func (c *columns) conditions(where []string) ([]condition, error) {
	conditions := make([]condition, len(where))
	for n, text := range where {
		end := strings.LastIndexByte(text, ':')
		if end < 0 {
			return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("where=%s: want column:value", QuoteName(text))}
		}
		for end >= 0 && !c.has(text[:end]) {
			end = strings.LastIndexByte(text[:end], ':')
		}
		if end < 0 {
			name, _, _ := strings.Cut(text, ":")
			return nil, c.unknown(name)
		}
		conditions[n] = condition{c.at[text[:end]], newWanted(text[end+1:])}
	}
	return conditions, nil
}

// hold reports whether all conditions hold for a row, given its cells by column.
func hold(conditions []condition, cell func(column int) any) bool {
	return !slices.ContainsFunc(conditions, func(c condition) bool { return !c.value.is(cell(c.column)) })
}

// sortKey is one of Query.Order for a sheet's columns.
type sortKey struct {
	column     int
	descending bool
}

func (c *columns) sortKeys(order []string) ([]sortKey, error) {
	keys := make([]sortKey, len(order))
	for n, text := range order {
		name, descending := text, false
		if !c.has(text) { // a column's name may begin with a minus
			name, descending = strings.CutPrefix(text, "-")
		}
		if !c.has(name) {
			return nil, c.unknown(name)
		}
		keys[n] = sortKey{c.at[name], descending}
	}
	return keys, nil
}

// find returns the indexes of columns, in the sheet's order.
func (c *columns) find(names []string) ([]int, error) {
	var found []int
	for _, name := range names {
		if !c.has(name) {
			return nil, c.unknown(name)
		}
		found = append(found, c.at[name])
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func (c *columns) has(name string) bool {
	_, ok := c.at[name]
	return ok
}

func (c *columns) unknown(name string) error {
	return &Error{Code: InvalidRows, Detail: c.lacks(name)}
}

// lacks says that the sheet has no such column, and which it has.
func (c *columns) lacks(name string) string {
	if len(c.names) == 0 {
		return fmt.Sprintf("sheet %q has no column %s, nor any other", c.title, QuoteName(name))
	}
	return fmt.Sprintf("sheet %q has no column %s; its columns are %s", c.title, QuoteName(name), QuoteList(c.names))
}

// Values says how cells become values. The zero value is [Typed].
type Values string

// How cells become values.
const (
	Typed   Values = "typed"   // numbers and booleans as such, dates as text in the sheet's format
	Text    Values = "text"    // what a person sees
	Formula Values = "formula" // formulas as they were entered
)
