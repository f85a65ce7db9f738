// Package history checks the answers that callers of the function got against the order
// of the rows in the sheet, as one log that rows are appended to once:
//
//	result, page, err := history.Check(operations)
//
// Its test records histories of the function under faults. A history is correct if
// there is an order of its operations, each between its call and its return, that a
// single process could have run; github.com/anishathalye/porcupine searches for it.
package history

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// Outcome is what the answer to a caller says.
type Outcome int

const (
	// Stored is a 201: the rows are in the log from Row on.
	Stored Outcome = iota
	// Replayed is a 201 for a key that was used before: the rows were in the log, from Row on.
	Replayed
	// NotStored is an answer that excludes that the rows are stored, now or later.
	NotStored
	// Unknown is any other answer, or none.
	Unknown
)

// Operation is one request, or one read of the whole log. Reads have no Name.
type Operation struct {
	Client       int
	Call, Return time.Duration // since the start of the history
	Name         string        // of the request; unique, except for repetitions of it
	Count        int           // of its rows
	Outcome      Outcome
	Row          int      // the place in the log of its first row, from 0
	Log          []string // what a read returned: the rows, as [Rows] names them
}

// Rows returns the names of a request's rows in the log.
func (o Operation) Rows() []string {
	rows := make([]string, o.Count)
	for i := range rows {
		rows[i] = fmt.Sprintf("%s.%d", o.Name, i)
	}
	return rows
}

// model is the log. Its state is the rows, with a comma before each.
var model = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, _ any) (bool, any) { return step(state.(string), input.(Operation)) },
	DescribeOperation: func(input, _ any) string {
		o := input.(Operation)
		if o.Name == "" {
			return fmt.Sprintf("read %d rows", len(o.Log))
		}
		return fmt.Sprintf("append %s (%d) → %s", o.Name, o.Count, describe(o))
	},
	DescribeState: func(state any) string { return strings.TrimPrefix(state.(string), ",") },
}

func describe(o Operation) string {
	switch o.Outcome {
	case Stored:
		return fmt.Sprint("row ", o.Row)
	case Replayed:
		return fmt.Sprint("replayed, row ", o.Row)
	}
	return fmt.Sprintf("unknown, row %d by the last read", o.Row)
}

// step reports whether the log may answer the operation so, and what it is then.
func step(log string, o Operation) (ok bool, after string) {
	if o.Name == "" {
		return joined(o.Log) == log, log
	}
	rows := joined(o.Rows())
	at := strings.Index(log+",", rows+",")
	if o.Outcome == Replayed {
		return at >= 0 && length(log[:at]) == o.Row, log
	}
	return at < 0 && length(log) == o.Row, log + rows
}

func joined(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	return "," + strings.Join(rows, ",")
}

func length(log string) int { return strings.Count(log, ",") }

// Check searches for an order of the operations, the last of which has to be a read.
// Where there is none, page is a file with the history as HTML. An error means that
// the search was given up, or that the page could not be written.
func Check(operations []Operation) (ok bool, page string, err error) {
	var history []porcupine.Operation
	for _, o := range effective(operations) {
		history = append(history, porcupine.Operation{ClientId: o.Client, Input: o, Call: int64(o.Call), Return: int64(o.Return)})
	}
	result, info := porcupine.CheckOperationsVerbose(model, history, 20*time.Second)
	switch result {
	case porcupine.Ok:
		return true, "", nil
	case porcupine.Unknown:
		return false, "", fmt.Errorf("check history of %d operations: no result within 20 s", len(history))
	}
	file, err := os.CreateTemp("", "history-*.html")
	if err != nil {
		return false, "", err
	}
	if err := porcupine.Visualize(model, info, file); err != nil {
		return false, file.Name(), err
	}
	return false, file.Name(), file.Close()
}

// effective leaves out operations that are legal at many times, which would make the
// search long, and keeps what follows from them:
//   - those that report that nothing is stored are legal at any time;
//   - of those whose outcome is unknown, the first attempt at rows that the last read
//     shows, and that no other attempt has acknowledged, has stored them at any time
//     after its call; the others have done nothing;
//   - a replay is legal if the rows were stored before it returned.
func effective(operations []Operation) (kept []Operation) {
	last := operations[len(operations)-1]
	stores := map[string]int{} // the operation that stored the rows, as an index of kept
	keep := func(o Operation) {
		stores[o.Name] = len(kept)
		kept = append(kept, o)
	}
	byCall := slices.Clone(operations)
	slices.SortStableFunc(byCall, func(a, b Operation) int { return cmp.Compare(a.Call, b.Call) })
	for _, o := range byCall {
		if o.Outcome == Stored {
			keep(o)
		}
	}
	for _, o := range byCall {
		if _, done := stores[o.Name]; o.Outcome != Unknown || done {
			continue
		}
		if row := slices.Index(last.Log, o.Rows()[0]); row >= 0 {
			o.Row, o.Return = row, last.Return
			keep(o)
		}
	}
	for _, o := range byCall {
		if o.Outcome != Replayed {
			continue
		}
		i, done := stores[o.Name]
		switch {
		case !done:
			o.Outcome = Stored // a replay of the request's own batch, whose answer was lost
			keep(o)
		case o.Row == kept[i].Row && o.Return >= kept[i].Call:
			kept[i].Return = min(kept[i].Return, o.Return)
		default:
			kept = append(kept, o) // wrong, whatever the order is
		}
	}
	return kept
}

// Hints lists what is easily seen to be wrong in a history that is not correct:
// acknowledged rows that the last read shows elsewhere, or not; rows in the log that
// all answers excluded; rows that are there twice; and rows above those of an earlier
// request.
func Hints(operations []Operation) (hints []string) {
	last := operations[len(operations)-1]
	explained := map[string]bool{}
	for _, o := range operations {
		explained[o.Name] = explained[o.Name] || o.Outcome != NotStored
		if o.Name == "" || o.Outcome == NotStored || o.Outcome == Unknown {
			continue
		}
		if end := o.Row + o.Count; end > len(last.Log) || !slices.Equal(last.Log[o.Row:end], o.Rows()) {
			hints = append(hints, fmt.Sprintf("%s: %s, found in row %d", o.Name, describe(o), slices.Index(last.Log, o.Rows()[0])))
		}
		for _, later := range operations {
			if o.Outcome == Stored && later.Outcome == Stored && later.Name != "" && o.Return < later.Call && o.Row > later.Row {
				hints = append(hints, fmt.Sprintf("%s was sent after %s was stored, and is above it", later.Name, o.Name))
			}
		}
	}
	for i, row := range last.Log {
		if slices.Contains(last.Log[:i], row) {
			hints = append(hints, row+" is in the log twice")
		}
		if name, _, _ := strings.Cut(row, "."); !explained[name] {
			hints = append(hints, row+" is in the log, although every answer excluded that")
		}
	}
	return hints
}
