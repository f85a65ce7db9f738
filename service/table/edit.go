package table

import (
	"fmt"
	"strings"
)

// WriteOptions holds the options of a write. The zero value is the usual way.
type WriteOptions struct {
	Header   int      // the row that names the columns, from 1; 0 is 1
	Key      string   // idempotency key: a repeated request with it stores nothing; "" is none
	Rollback bool     // change nothing, and return what would change
	Columns  []string // the columns that are written; fields of others are left out; nil is all that a record has
	Return   bool     // return the rows as they are stored, if they are not too many; see [ChangeResult]
	// Select names the columns that the rows which are returned are going to be asked for,
	// see [RowSet.Rows]: a write that names one that the sheet lacks is refused.
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
	// have changed since changes nothing and is a [Precondition] error. One that was for another
	// header or rendering never holds, and "*" always does. Nil is any rows.
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

// DefaultMaxAffected is how many rows an update or a delete may change that does not say
// how many: a condition that more rows meet is usually a mistake.
const DefaultMaxAffected = 1000

// ChangeResult is what the results of all writes have in common. Only the exported fields
// with a name in JSON are kept with an idempotency key.
type ChangeResult struct {
	// Rows are the numbers of the rows that were changed, with neighbours as a range:
	// "2", "5:6". They are those after the write; of deleted rows, those before it.
	// Rows is nil where they are more than fit into the one cell in which the result
	// is kept with an idempotency key, and in the result of an append, which has a range.
	Rows []string `json:"rows,omitempty"`
	// RolledBack reports that nothing was stored: the result is what would have been.
	RolledBack bool `json:"rolled_back,omitempty"`
	// PositionUnknown reports that the rows are stored, once, but that they may be at other
	// places than those named here: Google's answer was lost, and when the sheet was read after
	// that, somebody had changed it.
	PositionUnknown bool `json:"position_unknown,omitempty"`
	// Replayed reports whether an earlier request with the same key made the change.
	Replayed bool `json:"-"`
	// Matched is a digest of the rows that match an update or a delete, as they were before,
	// for [WriteOptions.IfMatched]. It is "" where the write was not rolled back.
	Matched string `json:"-"`
	// Stored are the rows as they are stored, and those that were deleted as they were, in
	// the sheet's order. It is nil without [WriteOptions.Return], in a replay, and where
	// the write has changed no row, more than [MaxReturned], or rows with more than 8 MB of
	// text.
	Stored *RowSet `json:"-"`
}

// MaxReturned is how many rows [ChangeResult] has as they are stored.
const MaxReturned = 1000

// AppendResult is the result of an append.
type AppendResult struct {
	Count int    `json:"appended"`
	Range string `json:"range"` // the new rows in A1 notation, such as "Orders!A5:E6"
	ChangeResult
}

// UpdateResult is the result of an update, with the number of rows that matched.
type UpdateResult struct {
	Count int `json:"updated"`
	ChangeResult
}

// DeleteResult is the result of a delete, with the number of rows that were deleted.
type DeleteResult struct {
	Count int `json:"deleted"`
	ChangeResult
}

// UpsertResult is the result of an upsert, with the numbers of rows of each kind.
type UpsertResult struct {
	Updated  int `json:"updated"`           // rows that had the key of a record
	Appended int `json:"appended"`          // new rows
	Ignored  int `json:"ignored,omitempty"` // records whose key was there, with IgnoreDuplicates
	ChangeResult
}

// Kind is the kind of an [Edit].
type Kind int

// The kinds of edits, in the order in which those of one batch are planned: updates
// and deletes match the rows that were read only, and an upsert also those that other
// upserts have appended.
const (
	Updates Kind = iota
	Deletes
	Upserts
	Appends
)

// Edit is what a write does to the rows of one sheet. Its JSON is the digest by which a
// repeated request with an idempotency key is recognized, so that another form of it
// makes the keys that are stored already useless.
type Edit struct {
	Kind             Kind
	Title            string   // of the sheet
	Header           int      // the row that names the columns, from 1
	Records          []Record // what to write; of an update one, with the columns to set
	Columns          []string // see [WriteOptions]; each has to be one of the sheet's
	OnConflict       []string // of an upsert: the columns whose values are the key
	IgnoreDuplicates bool     // of an upsert
	Filter           Filter   // of an update and a delete
	MaxAffected      int      // of an update and a delete; 0 is [DefaultMaxAffected]
	Rollback         bool     // plan only
	IfMatched        string   `json:",omitempty"` // see [WriteOptions]

	Return  bool        `json:"-"` // see [WriteOptions]
	Select  []Selection `json:"-"` // see [WriteOptions]
	IfMatch []string    `json:"-"` // see [WriteOptions]

	// Stored are the rows that are returned, set when they are stored, or planned with
	// Rollback.
	Stored *RowSet `json:"-"`
	// Matched is set when an update or a delete that is rolled back was planned.
	Matched string `json:"-"`
}

// NeedsRows reports whether the edit depends on the rows that the sheet has.
func (e *Edit) NeedsRows() bool { return e.Kind != Appends || len(e.IfMatch) > 0 }

// Size returns about how many bytes the edit takes in a request to Google.
func (e *Edit) Size() int {
	const perCell = 60 // of JSON around a value
	size := 0
	for _, record := range e.Records {
		for _, field := range record.Fields {
			size += perCell
			if text, ok := field.Value.(string); ok {
				size += len(text)
			}
		}
	}
	return size
}

// Validate reports what is wrong with the edit whatever the sheet is, as an [Error]. It
// has to be called before the edit is used: it replaces Records whose values are not yet
// as cells hold them by copies; see [Field].
func (e *Edit) Validate() (err error) {
	changes := e.Kind == Updates || e.Kind == Deletes
	switch {
	case e.MaxAffected < 0 || e.MaxAffected > MaxRows:
		return badRequest("max-affected=%d: want 1 to %d", e.MaxAffected, MaxRows)
	case changes && e.Filter.IsZero():
		return &Error{Code: BadRequest, Detail: "no condition says which rows are meant", Hint: "add column=eq.value"}
	}
	if err := e.Filter.Validate(); err != nil {
		return err
	}
	if err := e.validateKey(); err != nil {
		return err
	}
	if e.Kind != Deletes {
		e.Records, err = checkRecords(onlyColumns(e.Records, e.Columns))
	}
	return err
}

// maxKeyColumns is how many columns a key has at most, which each row of the sheet and of the edit
// is compared by. It is the limit of PostgreSQL's indexes too.
const maxKeyColumns = 32

func (e *Edit) validateKey() error {
	switch {
	case e.Kind == Upserts && len(e.OnConflict) == 0:
		return &Error{Code: BadRequest, Detail: "no column says which rows are the same", Hint: "add on_conflict=column"}
	case len(e.OnConflict) > maxKeyColumns:
		return badRequest("on_conflict names %d columns: want at most %d", len(e.OnConflict), maxKeyColumns)
	}
	return nil
}
