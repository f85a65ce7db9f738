package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Query selects rows of a sheet and says how they are encoded. Its zero value is all
// rows below row 1, typed, as JSON.
type Query struct {
	Header  int      // the row that names the columns, from 1; 0 is 1
	Where   []string // conditions "column:value", all of which have to hold
	Order   []string // columns to sort by, the most important first; "-column" is descending
	Select  []string // columns to include, in the sheet's order; none is all
	Offset  int      // number of matching rows to skip
	Limit   int      // maximum number of rows; 0 is all
	Render  Render   // how cells are rendered; "" is [Typed]
	CSV     bool     // encode as CSV instead of JSON
	NoCache bool     // read the sheet again instead of using cached rows
}

// Validate reports what is wrong with the query whatever the sheet is, as an [Error].
func (q Query) Validate() error {
	switch {
	case q.Header < 0 || q.Offset < 0 || q.Limit < 0:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("header row %d, offset %d, limit %d: none can be negative", q.Header, q.Offset, q.Limit)}
	case q.Render != "" && q.Render != Typed && q.Render != Text && q.Render != Formula:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("values %.100q: want typed, text or formula", q.Render)}
	}
	if err := CheckConditions(q.Where); err != nil {
		return err
	}
	return checkOrder(q.Order)
}

const (
	// maxConditions and maxCondition bound the work that a query is for each row, and
	// the search for the colon that ends a column's name.
	maxConditions = 20
	maxCondition  = 1000 // characters
	// maxSortKeys bounds how often the rows are sorted.
	maxSortKeys = 16
)

// CheckConditions reports whether conditions are too many or too long, as an [Error]. It
// reads no more of them than it needs for that.
func CheckConditions(where []string) error {
	if len(where) > maxConditions {
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("%d conditions: want at most %d", len(where), maxConditions)}
	}
	for n, text := range where {
		if len(text) > maxCondition && utf8.RuneCountInString(text) > maxCondition {
			return &Error{Code: BadRequest, Detail: fmt.Sprintf("condition %d is longer than %d characters", n+1, maxCondition)}
		}
	}
	return nil
}

func checkOrder(order []string) error {
	if len(order) > maxSortKeys {
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("order names %d columns: want at most %d", len(order), maxSortKeys)}
	}
	return nil
}

// tag returns the part of an ETag that depends on the query. The rest depends on the
// rows.
func (q Query) tag() string {
	q.NoCache = false
	text, _ := json.Marshal(q) // strings and numbers can be encoded
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// condition is one of Query.Where, with the column's index.
type condition struct {
	column int
	value  literal
}

// conditions parses texts "column:value". Both parts may contain colons: the column
// is the longest name that the sheet has.
func (c *columns) conditions(where []string) ([]condition, error) {
	if err := CheckConditions(where); err != nil { // an edit's are not checked before
		return nil, err
	}
	conditions := make([]condition, len(where))
	for n, text := range where {
		end := strings.LastIndexByte(text, ':')
		if end < 0 {
			return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("where=%s: want column:value", Quote(text))}
		}
		for end >= 0 && !c.has(text[:end]) {
			end = strings.LastIndexByte(text[:end], ':')
		}
		if end < 0 {
			name, _, _ := strings.Cut(text, ":")
			return nil, c.unknown(name)
		}
		conditions[n] = condition{c.index[text[:end]], newLiteral(text[end+1:])}
	}
	return conditions, nil
}

// matchAll reports whether all conditions hold for a row, given its cells by column.
func matchAll(conditions []condition, cell func(column int) any) bool {
	return !slices.ContainsFunc(conditions, func(c condition) bool { return !c.value.equal(cell(c.column)) })
}

// sortKey is one of Query.Order, with the column's index.
type sortKey struct {
	column     int
	descending bool
}

// sortKeys parses names of columns with an optional minus before them.
func (c *columns) sortKeys(order []string) ([]sortKey, error) {
	if err := checkOrder(order); err != nil {
		return nil, err
	}
	keys := make([]sortKey, len(order))
	given := map[int]bool{}
	for n, text := range order {
		name, descending := text, false
		if !c.has(text) { // a column's name may begin with a minus
			name, descending = strings.CutPrefix(text, "-")
		}
		if !c.has(name) {
			return nil, c.unknown(name)
		}
		keys[n] = sortKey{c.index[name], descending}
		if given[keys[n].column] {
			return nil, &Error{Code: BadRequest, Detail: fmt.Sprintf("order names column %s twice", Quote(name))}
		}
		given[keys[n].column] = true
	}
	return keys, nil
}

// indexes returns the indexes of the columns with these names, ascending, each once.
func (c *columns) indexes(names []string) ([]int, error) {
	var found []int
	for _, name := range names {
		if !c.has(name) {
			return nil, c.unknown(name)
		}
		found = append(found, c.index[name])
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func (c *columns) has(name string) bool {
	_, ok := c.index[name]
	return ok
}

func (c *columns) unknown(name string) error {
	return &Error{Code: InvalidRows, Detail: c.lacksDetail(name)}
}

// lacksDetail is an error's detail: the sheet has no such column, and which it has.
func (c *columns) lacksDetail(name string) string {
	if len(c.names) == 0 {
		return fmt.Sprintf("sheet %q has no column %s, nor any other", c.title, Quote(name))
	}
	return fmt.Sprintf("sheet %q has no column %s; its columns are %s", c.title, Quote(name), QuoteList(c.names))
}
