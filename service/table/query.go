package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Query selects rows of a sheet and says how they are encoded. Its zero value is all
// rows below row 1, typed, as JSON. [ParseQuery] makes one of query parameters.
type Query struct {
	Header  int         // the row that names the columns, from 1; 0 is 1
	Filter  Filter      // which rows
	Select  []Selection // which columns, in this order, and aggregates; none is all
	Order   []Sort      // columns to sort by, the most important first
	Offset  int         // number of matching rows to skip
	Limit   int         // maximum number of rows; 0 is all
	NoRows  bool        // select no rows, to have only their number
	Render  Render      // how cells are rendered; "" is [Typed]
	CSV     bool        // encode as CSV instead of JSON
	NoCache bool        // read the sheet again instead of using cached rows

}

// Validate reports what is wrong with the query whatever the sheet is, as an [Error].
func (q Query) Validate() error {
	switch {
	case q.Header < 0 || q.Header > MaxHeader:
		return badRequest("header row %d: want 1 to %d", q.Header, MaxHeader)
	case q.Offset < 0 || q.Limit < 0:
		return badRequest("offset %d, limit %d: none can be negative", q.Offset, q.Limit)
	case q.Render != "" && q.Render != Typed && q.Render != Text && q.Render != Formula:
		return badRequest("values %.100q: want typed, text or formula", q.Render)
	}
	if err := q.Filter.Validate(); err != nil {
		return err
	}
	if err := validateSelections(q.Select); err != nil {
		return err
	}
	return validateOrder(q.Order)
}

func (q Query) aggregates() bool {
	return slices.ContainsFunc(q.Select, func(s Selection) bool { return s.Aggregate != "" })
}

// tag returns the part of an ETag that depends on the query. The rest depends on the
// rows.
func (q Query) tag() string {
	q.NoCache = false
	text, _ := json.Marshal(q) // strings and numbers can be encoded
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}
