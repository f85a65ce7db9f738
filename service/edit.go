package service

import (
	"encoding/json"
	"strconv"
)

// Write says how a write is done. Its zero value is the usual way.
type Write struct {
	Header int    // the row that names the columns, from 1; 0 is 1
	Key    string // idempotency key: a repeat stores nothing; "" is none
	DryRun bool   // only say what would change
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

// kind is what an edit does.
type kind int

// The kinds, in the order in which edits of one batch are planned: changes see
// the rows that were read, an upsert sees those of earlier ones too.
const (
	updates kind = iota
	deletes
	upserts
	appends
)

// edit is the Request of a write: what to do with the rows of one sheet. All of
// it is told by the digest that is kept with an idempotency key.
type edit struct {
	Kind    kind
	Title   string
	Header  int
	Records []Record // of an update one: the columns to set
	Column  string   // of an upsert: that of the keys
	Match   Match
	DryRun  bool
}

// needsRows reports whether the edit depends on the rows that are there.
func (e *edit) needsRows() bool { return e.Kind != appends }

// done is what an edit has done to a page.
type done struct {
	columns int     // of the sheet, for ranges
	hits    []*line // rows that were there
	added   []*line
}

// maxResult is how long a result may be, so that it fits into a cell.
const maxResult = maxCellLength - 1000

// result is the answer as it is kept with the key.
func (d *done) result(title string, e *edit) string {
	touched := Touched{Rows: numbers(append(d.hits[:len(d.hits):len(d.hits)], d.added...)), DryRun: e.DryRun}
	text := d.answer(title, e, touched)
	if len(text) > maxResult {
		touched.Rows = nil
		text = d.answer(title, e, touched)
	}
	return string(text)
}

func (d *done) answer(title string, e *edit, touched Touched) []byte {
	var answer any
	switch e.Kind {
	case appends:
		answer = Appended{Count: len(d.added), Range: rangeOf(title, d.added[0].at, d.columns, len(d.added))}
	case upserts:
		answer = Upserted{len(d.hits), len(d.added), touched}
	case updates:
		answer = Updated{len(d.hits), touched}
	case deletes:
		answer = Deleted{len(d.hits), touched}
	}
	text, _ := json.Marshal(answer) // numbers and strings can be encoded
	return text
}

// numbers names the rows of lines, which stand in the sheet's order.
func numbers(lines []*line) (names []string) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].at == lines[to-1].at+1 {
			to++
		}
		name := strconv.Itoa(lines[from].at)
		if to > from+1 {
			name += ":" + strconv.Itoa(lines[to-1].at)
		}
		names = append(names, name)
		from = to
	}
	return names
}
