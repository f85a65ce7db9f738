package commit

import (
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"
)

// lenientPlanner verifies nothing.
type lenientPlanner struct{ rowPlanner }

func (*lenientPlanner) Verify(*Plan[string, rowPlan], *sheets.Spreadsheet, time.Time) map[*Write[string]]error {
	return nil
}

// TestLateAttemptKeepsItsResult checks that a write which was planned again, while its
// first attempt was still on its way, gets the result of the attempt that is stored.
func TestLateAttemptKeepsItsResult(t *testing.T) {
	w := New(Config{}, Planner[string, rowPlan](&lenientPlanner{}))
	write := &Write[string]{Request: "a", Result: "of the second plan", done: make(chan struct{})}
	first := &attempt[string, rowPlan]{plan: &Plan[string, rowPlan]{Writes: []*Write[string]{write}}, results: []string{"of the first plan"}}
	if err := w.finishLate(t.Context(), first, nil); err != nil {
		t.Fatal(err)
	}
	if !isDone(write) || write.err != nil || write.Result != "of the first plan" {
		t.Errorf("the write is answered %q, %v, want the result of the attempt that is stored", write.Result, write.err)
	}
}

// TestLeaveBeforeSending checks what a caller is told that leaves while its write is being
// planned: it will be sent, but nothing was yet whose answer could be lost.
func TestLeaveBeforeSending(t *testing.T) {
	w := New(Config{}, Planner[string, rowPlan](&lenientPlanner{}))
	write := &Write[string]{Request: "a", done: make(chan struct{})}
	w.markSent([]*Write[string]{write})
	err := w.leave(write)
	if !errors.Is(err, ErrOutcomeUnknown) || strings.Contains(err.Error(), "lost") {
		t.Errorf("leave = %v, want that the outcome is unknown, and nothing of a lost answer", err)
	}
}
