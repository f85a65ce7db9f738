package table

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

// Edit is what a write does to the rows of one sheet. A repeated request with an idempotency
// key is recognized by a digest of its JSON, so a change of that JSON makes the keys that are
// stored already useless.
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
		return &Error{Code: BadRequest, Detail: "no condition says which rows are meant", Hint: "add a condition, as in id=eq.4"}
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
		return &Error{Code: BadRequest, Detail: "no column says which rows are the same", Hint: "add the columns that identify a row, as in on_conflict=id"}
	case len(e.OnConflict) > maxKeyColumns:
		return badRequest("on_conflict names %d columns: want at most %d", len(e.OnConflict), maxKeyColumns)
	}
	return nil
}
