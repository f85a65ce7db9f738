package table

import (
	"fmt"
	"strings"
)

// WriteOptions holds the options of a write. The zero value is for an append of all fields
// of the records to a sheet whose columns are named in row 1.
type WriteOptions struct {
	Header   int      // the row that names the columns, from 1; 0 is 1
	Key      string   // idempotency key: a repeated request with it stores nothing; "" is none
	Rollback bool     // change nothing, and return what would change
	Columns  []string // the columns that are written; fields of others are left out; nil is all that a record has
	Return   bool     // return the rows as they are stored, if they are not too many; see [ChangeResult]
	// Select names the columns that the caller is going to select from the returned rows; see
	// [RowSet.Rows]. A write with a column that the sheet lacks is refused.
	Select []Selection

	// OnConflict names the columns of an upsert whose values together are the key of a row.
	OnConflict []string
	// IgnoreDuplicates makes an upsert leave the rows that have the key of a record as they
	// are, instead of setting the record's columns.
	IgnoreDuplicates bool

	Filter Filter // the rows of an update or a delete; not its zero value
	// MaxAffected is how many rows an update or a delete may change: if more match, none
	// is. 0 is [DefaultMaxAffected]; it may be up to [MaxRows].
	MaxAffected int
	// IfMatched is the Matched of an earlier result: an update or a delete of rows that have
	// changed since, or of others, changes nothing and is a [Conflict]. "" is any rows.
	IfMatched string
	// IfMatch has values of [Rows.ETag]: an update, a delete or an upsert of a sheet whose rows
	// have changed since changes nothing and is a [Precondition] error. The tag of a query with
	// another header or rendering never matches, and "*" always does. Nil is any rows.
	IfMatch []string
}

// MaxKey is the length of the longest idempotency key, which is stored in a cell, in
// bytes of printable ASCII.
const MaxKey = 255

// Validate reports what is wrong with the options, as an [Error].
func (w WriteOptions) Validate() error {
	unprintable := func(c rune) bool { return c < ' ' || c > '~' }
	switch {
	case w.Header < 0 || w.Header > MaxHeader:
		return badRequest("header row %d: want 1 to %d", w.Header, MaxHeader)
	case len(w.Key) > MaxKey || strings.ContainsFunc(w.Key, unprintable):
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("the idempotency key: want up to %d printable ASCII characters", MaxKey)}
	}
	return nil
}

// DefaultMaxAffected is how many rows an update or a delete may change if
// [WriteOptions.MaxAffected] is 0: a condition that more rows meet is usually a mistake.
const DefaultMaxAffected = 1000
