package main

import (
	"slices"
	"strings"
	"time"
)

const (
	// maxAge is how old the knowledge may be that a batch is sent by: 2 s, and half a
	// second for the way to Google.
	maxAge = 2500 * time.Millisecond
	// namePrefix begins the first cell of each row of the load.
	namePrefix = "row "
)

// journal is what happened in the sheet, in the order in which Google served it.
type journal struct {
	grid      [][]any // as it is now
	known     map[int][]time.Time
	edits     []edit
	stored    map[string]int // how often a row appeared in the sheet
	removed   map[string]int // how often an edit removed it
	lost      []string       // rows that a batch of the function overwrote
	misplaced []misplacement
}

// edit is one of the person's.
type edit struct {
	name string
	at   time.Time
}

// misplacement is a batch whose rows are not where they belong: below the last row
// that has a value, under the columns that the header names.
type misplacement struct {
	Kind  string   `json:"kind"`
	Rows  []string `json:"-"`
	Count int      `json:"rows"`
	// Cause is "moment" for an edit after the call was sent that the batch was planned
	// from, "stale" where all such edits ended more than maxAge before the batch was
	// sent, and "before" where there is none.
	Cause string   `json:"cause"`
	Edits []string `json:"edits"` // the last three before the batch
}

// read notes a call that showed the instance the sheet, and when it was sent.
func (j *journal) read(instance int, sent time.Time) {
	if j.known == nil {
		j.known = map[int][]time.Time{}
	}
	j.known[instance] = append(j.known[instance], sent)
}

// batch notes a batch that an instance sent, and that changed the sheet.
func (j *journal) batch(instance int, sent time.Time, before, after [][]any) {
	j.grid = after
	appended, kind := placed(before, after)
	if kind != "" {
		var removed map[string]int
		appended, removed = changes(before, after)
		for name, n := range removed {
			if n > 0 {
				j.lost = append(j.lost, name)
			}
		}
	}
	j.count(&j.stored, appended)
	var known time.Time
	for _, at := range j.known[instance] {
		if at.Before(sent) && at.After(known) {
			known = at
		}
	}
	j.read(instance, sent)
	if kind == "" {
		return
	}
	m := misplacement{Kind: kind, Cause: "before"}
	if kind == aboveTyped && !slices.ContainsFunc(j.edits, func(e edit) bool { return e.name == typeBelow && e.at.After(known) }) {
		m.Kind = "above what was typed before"
	}
	for name, n := range appended {
		m.Rows = append(m.Rows, name)
		m.Count += n
	}
	for _, e := range j.edits {
		if e.at.After(known) && m.Cause != "moment" {
			m.Cause = "stale"
			if sent.Sub(e.at) < maxAge {
				m.Cause = "moment"
			}
		}
	}
	now := time.Now()
	for _, e := range j.edits[max(0, len(j.edits)-3):] {
		m.Edits = append(m.Edits, e.name+" "+now.Sub(e.at).Round(10*time.Millisecond).String()+" before")
	}
	m.Edits = append(m.Edits, "knowledge "+sent.Sub(known).Round(10*time.Millisecond).String()+" before the batch was sent")
	j.misplaced = append(j.misplaced, m)
}

// edit notes an edit of the person's that has just ended.
func (j *journal) edit(name string, before, after [][]any) {
	j.grid = after
	j.edits = append(j.edits, edit{name, time.Now()})
	_, removed := changes(before, after)
	j.count(&j.removed, removed)
}

func (j *journal) count(all *map[string]int, more map[string]int) {
	if *all == nil {
		*all = map[string]int{}
	}
	for name, n := range more {
		(*all)[name] += n
	}
}

// aboveTyped is the kind of a batch that is above rows which the person typed below the data
// after the read that it was planned from. It is as if the batch had come before them:
// nothing is torn or overwritten.
const aboveTyped = "above what was typed"

// placed returns the rows that were appended, by name, or what is wrong with their
// place.
func placed(before, after [][]any) (appended map[string]int, wrong string) {
	n := len(after) - len(before)
	if n < 0 {
		return nil, "rows are gone"
	}
	at := 0
	for at < len(before) && slices.Equal(before[at], after[at]) {
		at++
	}
	below := before[at:]
	switch {
	case !same(below, after[at+n:]) || slices.ContainsFunc(below, func(row []any) bool { return slices.ContainsFunc(row, isName) }):
		return nil, "among other rows"
	case len(below) > 0:
		wrong = aboveTyped
	}
	column := slices.Index(before[0], any("id"))
	appended = map[string]int{}
	for _, row := range after[at : at+n] {
		switch {
		case !slices.ContainsFunc(row, func(cell any) bool { return cell != "" }):
			return nil, "below a gap"
		case column < 0 || len(row) <= column || !isName(row[column]):
			return nil, "under other columns"
		}
		appended[row[column].(string)]++
	}
	return appended, wrong
}

func isName(cell any) bool {
	text, ok := cell.(string)
	return ok && strings.HasPrefix(text, namePrefix)
}

// changes returns the rows that came and those that went, wherever they are.
func changes(before, after [][]any) (came, went map[string]int) {
	came, went = map[string]int{}, map[string]int{}
	each := func(grid [][]any, do func(name string)) {
		for _, row := range grid {
			for _, cell := range row {
				if isName(cell) {
					do(cell.(string))
				}
			}
		}
	}
	each(after, func(name string) { came[name]++ })
	each(before, func(name string) {
		if came[name]--; came[name] < 0 {
			went[name]++
		}
	})
	for name, n := range came {
		if n <= 0 {
			delete(came, name)
		}
	}
	return came, went
}
