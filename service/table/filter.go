package table

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Filter is a condition on rows. Its zero value holds for all rows.
//
// A Filter is plain data. Its JSON says everything about it and does not change between
// releases, because it is part of the digest of an [Edit]. [ParseFilter] makes one of query
// parameters; programs fill in the fields.
type Filter struct {
	Conditions []Condition `json:"conditions,omitempty"` // all of which have to hold
}

// IsZero reports whether the filter holds for all rows.
func (f Filter) IsZero() bool { return len(f.Conditions) == 0 }

// Condition is a test of one column, or, with the operators [OpAnd] and [OpOr], a group of
// conditions.
//
// It has the three values of SQL. A test of a blank cell, except by [OpIs], is neither true
// nor false, and neither is its negation; so a blank cell is found neither by neq.3 nor by
// not.eq.3.
type Condition struct {
	Column string   `json:"column,omitempty"` // name of the column; of a group ""
	Not    bool     `json:"not,omitempty"`    // negates the condition
	Op     Operator `json:"op"`
	// Quantifier lets the cell be compared with several values. With "" there is one.
	Quantifier Quantifier `json:"quantifier,omitempty"`
	// Values are what the cell is compared with: one; of [OpIn] any number; of [OpIs] one of
	// null, not_null, true, false and unknown. They have no types: 2 equals the number 2
	// and the text "2", and true, in upper or lower case, the boolean.
	Values []string `json:"values,omitempty"`
	// Conditions are those of a group.
	Conditions []Condition `json:"conditions,omitempty"`
}

// Operator says how a [Condition] compares. The words are those of PostgREST,
// https://docs.postgrest.org/en/stable/references/api/tables_views.html#operators.
type Operator string

// The operators.
//
// OpGt, OpGte, OpLt and OpLte compare in the order in which rows are sorted. The value is taken as
// of the cell's type if it can be: 10 is compared with a number as a number, with a text as
// a text. Where it cannot, numbers are before texts and texts before booleans.
//
// The patterns of OpMatch and OpIMatch are regular expressions in the syntax of [regexp], found
// anywhere in the text. Unlike PostgreSQL's they have no look-around and no back-references,
// and so take time proportional to the text.
const (
	OpEq     Operator = "eq"     // equal
	OpNeq    Operator = "neq"    // not equal
	OpGt     Operator = "gt"     // greater
	OpGte    Operator = "gte"    // greater or equal
	OpLt     Operator = "lt"     // less
	OpLte    Operator = "lte"    // less or equal
	OpLike   Operator = "like"   // a pattern: * and % are any text, _ one character, \ makes the next one literal
	OpILike  Operator = "ilike"  // as OpLike, without regard to case
	OpMatch  Operator = "match"  // a regular expression
	OpIMatch Operator = "imatch" // as OpMatch, without regard to case
	OpIn     Operator = "in"     // equal to one of the values
	OpIs     Operator = "is"     // null, not_null, true, false or unknown, which is null

	OpAnd Operator = "and" // a group of conditions all of which have to hold
	OpOr  Operator = "or"  // a group of conditions one of which has to hold
)

// comparisons are the operators of one column that take a quantifier.
var comparisons = []Operator{OpEq, OpNeq, OpGt, OpGte, OpLt, OpLte, OpLike, OpILike, OpMatch, OpIMatch}

// Quantifier says how many of several values a cell has to compare with as the operator says.
type Quantifier string

// The quantifiers.
const (
	Any Quantifier = "any" // one of them
	All Quantifier = "all" // each of them
)

const (
	// maxConditions and maxCondition bound the work that a filter is for each row.
	maxConditions = 20
	maxCondition  = 1000 // characters
	// maxDepth bounds how deep groups are nested.
	maxDepth = 10
)

// Validate reports what is wrong with the filter whatever the sheet is, as an [Error].
func (f Filter) Validate() error {
	var size filterSize
	for _, c := range f.Conditions {
		if err := c.validate(&size, 1); err != nil {
			return err
		}
	}
	return nil
}

var (
	errTooManyConditions  = &Error{Code: BadRequest, Detail: fmt.Sprintf("more than %d conditions", maxConditions), Hint: "test several values in one, as in id=in.(1,2,3)"}
	errTooManyExpressions = &Error{Code: BadRequest, Detail: "the regular expressions together are too large", Hint: "leave out some, or classes such as \\pL"}
	errTooDeep            = &Error{Code: BadRequest, Detail: fmt.Sprintf("conditions are nested deeper than %d", maxDepth), Hint: "leave out groups of one condition, and groups that are joined as the one around them"}
)

// filterSize is what has been validated of a filter.
type filterSize struct {
	tests       int // of columns
	expressions int // memory of the regular expressions, in bytes
}

// validate adds the condition to size.
func (c Condition) validate(size *filterSize, depth int) error {
	if c.Op != OpAnd && c.Op != OpOr {
		if size.tests++; size.tests > maxConditions {
			return errTooManyConditions
		}
		return c.validateTest(size)
	}
	switch {
	case depth > maxDepth:
		return errTooDeep
	case len(c.Conditions) == 0 || c.Column != "" || len(c.Values) > 0 || c.Quantifier != "":
		return badRequest("%s: want a group of conditions, and nothing else", c.Op)
	}
	for _, inner := range c.Conditions {
		if err := inner.validate(size, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// validateTest validates a condition of one column.
func (c Condition) validateTest(size *filterSize) error {
	length := utf8.RuneCountInString(c.Column)
	for _, value := range c.Values {
		length += utf8.RuneCountInString(value) + 1
	}
	switch {
	case length > maxCondition+1:
		return errLongCondition(c.Column)
	case c.Column == "":
		return badRequest("%s: names no column", c.Op)
	case len(c.Conditions) > 0:
		return badRequest("%s: only and, or have conditions of their own", c.Op)
	case c.Op == OpIn && c.Quantifier == "":
		return nil
	case c.Op == OpIs && c.Quantifier == "":
		return c.validateIs()
	case !slices.Contains(comparisons, c.Op):
		return badRequest("column %s: there is no operator %s%s", Quote(c.Column), Quote(string(c.Op)), c.Quantifier)
	case c.Quantifier != "" && c.Quantifier != Any && c.Quantifier != All:
		return badRequest("column %s: %s: want any or all", Quote(c.Column), Quote(string(c.Quantifier)))
	case c.Quantifier == "" && len(c.Values) != 1:
		return badRequest("column %s: %s takes one value, not %d", Quote(c.Column), c.Op, len(c.Values))
	}
	for _, value := range c.Values {
		p, err := c.pattern(value)
		if err != nil {
			return err
		}
		if e, ok := p.(*expression); ok {
			if size.expressions += e.memory; size.expressions > maxExpressions {
				return errTooManyExpressions
			}
		}
	}
	return nil
}

var isValues = []string{"null", "not_null", "true", "false", "unknown"}

func (c Condition) validateIs() error {
	if len(c.Values) == 1 && slices.Contains(isValues, strings.ToLower(c.Values[0])) {
		return nil
	}
	text := strings.ToLower(strings.Join(c.Values, ","))
	hint := nearest(text, isValues)
	switch {
	case hint != "":
	case strings.Contains(text, "not"): // "not null"
		hint = "not_null"
	default:
		hint = "null"
	}
	return &Error{
		Code:   BadRequest,
		Detail: fmt.Sprintf("column %s: is takes one of %s", Quote(c.Column), strings.Join(isValues, ", ")),
		Hint:   parameter(c.Column, c.operator()+hint),
	}
}

// operator returns the condition up to its value, as a parameter has it: "not.like(any).".
func (c Condition) operator() string {
	text := string(c.Op)
	if c.Not {
		text = "not." + text
	}
	if c.Quantifier != "" {
		text += "(" + string(c.Quantifier) + ")"
	}
	return text + "."
}

func errLongCondition(column string) error {
	return &Error{
		Code: BadRequest, Detail: fmt.Sprintf("the condition of %s is longer than %d characters", Quote(column), maxCondition),
		Hint: "send a shorter value, or the values of a list in several requests",
	}
}

func badRequest(format string, args ...any) error {
	return &Error{Code: BadRequest, Detail: fmt.Sprintf(format, args...)}
}
