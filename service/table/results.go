package table

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
	// PositionUnknown reports that the rows are stored, once, but may be at other places than
	// those named here: Google's answer was lost, and when the sheet was read after that, it
	// had been changed by another writer.
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
