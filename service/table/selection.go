package table

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Selection is a column of the rows that a [Query] returns.
type Selection struct {
	// Column is the name of a column of the sheet; "*" is all of them. With the aggregate
	// [Count] it may be "", for the number of rows.
	Column string `json:"column,omitempty"`
	// As is the column's name in the result; "" is its name in the sheet, or that of the
	// aggregate.
	As string `json:"as,omitempty"`
	// Aggregate makes one value of those of several rows. Rows with the same values in the
	// columns that are selected without an aggregate are taken together.
	Aggregate Aggregate `json:"aggregate,omitempty"`
}

// name returns the column's name in the result.
func (s Selection) name() string {
	switch {
	case s.As != "":
		return s.As
	case s.Aggregate != "":
		return string(s.Aggregate)
	}
	return s.Column
}

// Aggregate makes one value of those of several rows. Blank cells are not counted. The
// result of no values is blank, except for [Count].
type Aggregate string

// The aggregates.
const (
	Count Aggregate = "count"
	Sum   Aggregate = "sum" // of the numbers; where there are none, of the durations
	Avg   Aggregate = "avg" // as Sum
	Min   Aggregate = "min" // of the numbers and dates; where there are none, of the texts, and then of the booleans
	Max   Aggregate = "max" // as Min
)

var aggregates = []Aggregate{Count, Sum, Avg, Min, Max}

// Sort is a column that rows are sorted by. Blank cells are last in both directions, unless
// NullsFirst is set. Where a query has aggregates, it is a column of the result.
type Sort struct {
	Column     string `json:"column"`
	Descending bool   `json:"descending,omitempty"`
	NullsFirst bool   `json:"nullsFirst,omitempty"`
}

const (
	// maxSortKeys bounds how often the rows are sorted.
	maxSortKeys = 16
	// maxSelections bounds the columns that are looked up.
	maxSelections = 1000
	// maxAggregates bounds the memory and the work for each row.
	maxAggregates = 20
	// maxAs is the length of a name in the result, which each row has, in characters. It is
	// PostgreSQL's limit too.
	maxAs = 63
	// maxRepeated is how many columns may be in the result again, under other names: a
	// response is not much longer than the sheet.
	maxRepeated = 4
)

func validateSelections(selections []Selection) error {
	if len(selections) > maxSelections {
		return badRequest("select names %d columns: want at most %d", len(selections), maxSelections)
	}
	n := 0
	for _, s := range selections {
		switch {
		case s.Column == "" && s.Aggregate != Count:
			return &Error{Code: BadRequest, Detail: "select: a column has no name", Hint: "select=id,item"}
		case utf8.RuneCountInString(s.As) > maxAs:
			return badRequest("select: the name %s is longer than %d characters", Quote(s.As), maxAs)
		case s.Column == "*" && (s.As != "" || s.Aggregate != ""):
			return &Error{Code: BadRequest, Detail: "select: * can be neither renamed nor aggregated", Hint: "select=count()"}
		case s.Aggregate == "":
			continue
		case !slices.Contains(aggregates, s.Aggregate):
			return badRequest("select: there is no aggregate %s", Quote(string(s.Aggregate)))
		}
		if n++; n > maxAggregates {
			return badRequest("select has more than %d aggregates", maxAggregates)
		}
	}
	return nil
}

// ParseSelect parses the parameter select: columns separated by commas, each with an
// optional name before it, as in total:price, and an optional aggregate after it, as in
// price.sum(). Names with special characters are in double quotes. Errors are an [Error].
func ParseSelect(list string) (selections []Selection, err error) {
	if strings.TrimSpace(list) == "" { // as clients send it who select nothing in particular
		return nil, nil
	}
	for _, item := range splitList(list) {
		s, err := parseSelection(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		selections = append(selections, s)
	}
	return selections, validateSelections(selections)
}

// aggregateCall is the end of a selection with an aggregate.
var aggregateCall = lazyPattern(`^(?:(?s)(.*)\.)?(count|sum|avg|min|max)\(\)$`)

func parseSelection(item string) (s Selection, err error) {
	if name, rest, ok := quoted(item); ok && strings.HasPrefix(rest, ":") && !strings.HasPrefix(rest, "::") {
		s.As, item = name, rest[1:]
	} else if name, rest, ok := strings.Cut(item, ":"); ok && !strings.HasPrefix(item, `"`) && !strings.HasPrefix(rest, ":") {
		s.As, item = name, rest
	}
	if m := aggregateCall().FindStringSubmatch(item); m != nil {
		item, s.Aggregate = m[1], Aggregate(m[2])
	}
	if s.Column, err = unquote(item); err != nil {
		return s, &Error{Code: BadRequest, Detail: "select: " + err.Error(), Hint: unsupportedSyntax(item)}
	}
	return s, nil
}

func validateOrder(order []Sort) error {
	if len(order) > maxSortKeys {
		return badRequest("order names %d columns: want at most %d", len(order), maxSortKeys)
	}
	given := map[string]bool{}
	for _, s := range order {
		if s.Column == "" {
			return &Error{Code: BadRequest, Detail: "order: a column has no name", Hint: "order=price.desc,item"}
		}
		if given[s.Column] {
			return badRequest("order names column %s twice", Quote(s.Column))
		}
		given[s.Column] = true
	}
	return nil
}

// ParseOrder parses the parameter order: columns separated by commas, each with .asc or
// .desc and .nullsfirst or .nullslast after it on request. Errors are an [Error].
func ParseOrder(list string) (order []Sort, err error) {
	if list == "" {
		return nil, nil
	}
	for _, item := range splitList(list) {
		s, err := parseSort(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		order = append(order, s)
	}
	return order, validateOrder(order)
}

func parseSort(item string) (s Sort, err error) {
	item, s.NullsFirst = strings.CutSuffix(item, ".nullsfirst")
	if !s.NullsFirst {
		item = strings.TrimSuffix(item, ".nullslast")
	}
	item, s.Descending = strings.CutSuffix(item, ".desc")
	if !s.Descending {
		item = strings.TrimSuffix(item, ".asc")
	}
	if s.Column, err = unquote(item); err != nil {
		return s, &Error{
			Code: BadRequest, Detail: fmt.Sprintf("order: %v; after a column come .asc or .desc, and .nullsfirst or .nullslast", err),
			Hint: "order=price.desc.nullsfirst,item",
		}
	}
	return s, nil
}
