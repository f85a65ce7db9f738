package table

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Write says how a write is done. Its zero value is the usual way.
type Write struct {
	Header int    // the row that names the columns, from 1; 0 is 1
	Key    string // idempotency key: a repeat stores nothing; "" is none
	DryRun bool   // only say what would change
}

// maxKey is the length of an idempotency key, which is stored in a cell.
const maxKey = 255

// Validate reports what is wrong with the options, as an [Error].
func (w Write) Validate() error {
	unprintable := func(c rune) bool { return c < ' ' || c > '~' }
	switch {
	case w.Header < 0:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("header row %d: rows are counted from 1", w.Header)}
	case len(w.Key) > maxKey || strings.ContainsFunc(w.Key, unprintable):
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("the idempotency key: want up to %d printable ASCII characters", maxKey)}
	}
	return nil
}

// Match chooses rows to change.
type Match struct {
	Where []string // conditions "column:value" that all have to hold; at least one
	Limit int      // rows at the most, the upper ones; 0 is all, up to [MaxMatches]
}

// MaxMatches is how many rows a [Match] without a limit may choose: a condition
// that is met by more is mostly a mistake. A limit is [MaxRows] at the most.
const MaxMatches = 1000

// Touched says which rows a write has changed.
type Touched struct {
	// Rows are their numbers in the sheet, neighbours together: "2", "5:6". It is
	// where they are after the write, or were if it has deleted them. Left out
	// where they are too many to be kept with an idempotency key, in one cell.
	Rows   []string `json:"rows,omitempty"`
	DryRun bool     `json:"dry_run,omitempty"` // nothing was changed
	// Replayed tells that an earlier request with the same key did it.
	Replayed bool `json:"-"`
}

// Appended says what an append stored.
type Appended struct {
	Count    int    `json:"appended"`
	Range    string `json:"range"` // A1 notation
	Replayed bool   `json:"-"`     // an earlier request with the same key stored it
}

// Updated says what an update changed.
type Updated struct {
	Count int `json:"updated"`
	Touched
}

// Deleted says what was deleted.
type Deleted struct {
	Count int `json:"deleted"`
	Touched
}

// Upserted says what an upsert stored.
type Upserted struct {
	Replaced int `json:"replaced"`
	Appended int `json:"appended"`
	Touched
}

// Kind is what an edit does.
type Kind int

// The kinds, in the order in which edits of one batch are planned: changes see
// the rows that were read, an upsert sees those of earlier ones too.
const (
	Updates Kind = iota
	Deletes
	Upserts
	Appends
)

// Edit is the Request of a write: what to do with the rows of one sheet. All of
// it is told by the digest that is kept with an idempotency key.
type Edit struct {
	Kind    Kind
	Title   string
	Header  int
	Records []Record // of an update one: the columns to set
	Column  string   // of an upsert: that of the keys
	Match   Match
	DryRun  bool
}

// NeedsRows reports whether the edit depends on the rows that are there.
func (e *Edit) NeedsRows() bool { return e.Kind != Appends }

// Validate reports what is wrong with the edit whatever the sheet is, as an [Error].
// It replaces Records by copies whose values are as cells hold them; see [Field].
func (e *Edit) Validate() (err error) {
	changes := e.Kind == Updates || e.Kind == Deletes
	switch {
	case changes && len(e.Match.Where) == 0:
		return &Error{Code: InvalidRows, Detail: "no condition says which rows are meant", Remedy: "add where=column:value"}
	case e.Match.Limit < 0 || e.Match.Limit > MaxRows:
		return &Error{Code: BadRequest, Detail: fmt.Sprintf("limit %d: want 0 to %d", e.Match.Limit, MaxRows)}
	}
	if e.Kind != Deletes {
		e.Records, err = checkRecords(e.Records)
	}
	return err
}

// Done is what an edit has done to a page.
type Done struct {
	columns int     // of the sheet, for ranges
	Hits    []*Line // rows that were there
	Added   []*Line
}

// maxResult is how long a result may be, so that it fits into a cell.
const maxResult = maxCellLength - 1000

// Result is the answer as it is kept with the key.
func (d *Done) Result(title string, e *Edit) string {
	touched := Touched{Rows: Numbers(append(d.Hits[:len(d.Hits):len(d.Hits)], d.Added...)), DryRun: e.DryRun}
	text := d.answer(title, e, touched)
	if len(text) > maxResult {
		touched.Rows = nil
		text = d.answer(title, e, touched)
	}
	return string(text)
}

func (d *Done) answer(title string, e *Edit, touched Touched) []byte {
	var answer any
	switch e.Kind {
	case Appends:
		answer = Appended{Count: len(d.Added), Range: rangeOf(title, d.Added[0].At, d.columns, len(d.Added))}
	case Upserts:
		answer = Upserted{len(d.Hits), len(d.Added), touched}
	case Updates:
		answer = Updated{len(d.Hits), touched}
	case Deletes:
		answer = Deleted{len(d.Hits), touched}
	}
	text, _ := json.Marshal(answer) // numbers and strings can be encoded
	return text
}

// Numbers names the rows of lines, which stand in the sheet's order.
func Numbers(lines []*Line) (names []string) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].At == lines[to-1].At+1 {
			to++
		}
		name := strconv.Itoa(lines[from].At)
		if to > from+1 {
			name += ":" + strconv.Itoa(lines[to-1].At)
		}
		names = append(names, name)
		from = to
	}
	return names
}
