package commit

import (
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
