package test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// These tests need POST, PATCH and DELETE of /sheets/{title}.

// TestWritesAtOnce checks that changes which share a batch see each other: keys
// stay unique, and row numbers are right where others delete.
func TestWritesAtOnce(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(tasks))
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second}) // so that they share a batch
		requests := []struct{ method, target, body, want string }{
			{"POST", "Tasks", `{"id":10}`, `{"appended":1,"range":"Tasks!A7:D7"}`}, // in the first batch, alone
			{"PATCH", "Tasks?id=eq.2", `{"owner":"zoe"}`, `{"updated":1,"rows":["2"]}`},
			{"PATCH", "Tasks?id=eq.2", `{"state":"new"}`, `{"updated":1,"rows":["2"]}`},
			{"DELETE", "Tasks?id=eq.1", "", `{"deleted":1,"rows":["2"]}`},
			{"DELETE", "Tasks?state=eq.open", "", `{"deleted":2,"rows":["5:6"]}`},
			{"POST", "Tasks?on_conflict=id", `[{"id":7,"state":"a"},{"id":8}]`, `{"updated":0,"appended":2,"rows":["5:6"]}`},
			{"POST", "Tasks?on_conflict=id", `[{"id":9},{"id":7,"state":"b"}]`, `{"updated":1,"appended":1,"rows":["5","7"]}`},
			{"POST", "Tasks", `{"id":11}`, `{"appended":1,"range":"Tasks!A8:D8"}`},
			{"PATCH", "Orders?id=eq.3", `{"qty":0}`, `{"updated":1,"rows":["4"]}`},
		}
		answers := make([]*httptest.ResponseRecorder, len(requests))
		var wg sync.WaitGroup
		for i, r := range requests {
			wg.Go(func() { answers[i] = w.do(r.method, "/sheets/"+r.target, r.body, "Prefer", mergeOn(r.target)) })
			synctest.Wait()
		}
		wg.Wait()
		for i, r := range requests {
			if got := compact(answers[i]); got != r.want {
				t.Errorf("%s %s = %d %s, want %s", r.method, r.target, answers[i].Code, got, r.want)
			}
		}
		if n := w.countCalls(batchCall); n != 3 { // one is the trial of package commit
			t.Errorf("%d batches, want 3", n)
		}
		rows := `[{"id":2,"state":"new","owner":"zoe","twice":4},{"id":10,"twice":20},{"id":7,"state":"b","twice":14},{"id":8,"twice":16},{"id":9,"twice":18},{"id":11,"twice":22}]`
		if diff := cmp.Diff(rows, w.rows("Tasks")); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// TestWritesBelowHeader writes to a sheet whose columns are named in row 3.
func TestWritesBelowHeader(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(below))
		for _, tt := range []struct{ method, target, body, want string }{
			{"POST", "?header=3", `{"id":3,"qty":7}`, `{"appended":1,"range":"Below!A6:B6"}`},
			{"PATCH", "?header=3&qty=eq.5", `{"qty":50}`, `{"updated":1,"rows":["4"]}`},
			{"POST", "?header=3&on_conflict=id", `[{"id":2,"C":"narrow"},{"id":4}]`, `{"updated":1,"appended":1,"rows":["5","7"]}`},
			{"POST", "?header=3&input=user_entered", `{"id":"=A7+1"}`, `{"appended":1,"range":"Below!A8:B8"}`},
			{"DELETE", "?header=3&id=eq.1", "", `{"deleted":1,"rows":["4"]}`},
			{"POST", "?header=3", `{"id":6}`, `{"appended":1,"range":"Below!A8:B8"}`},
			{"POST", "?header=9", `{"id":6}`, "9"},
		} {
			if got := compact(w.do(tt.method, "/sheets/Below"+tt.target, tt.body, "Prefer", mergeOn(tt.target))); !strings.Contains(got, tt.want) {
				t.Errorf("%s %s = %s, want %s", tt.method, tt.target, got, tt.want)
			}
		}
		if got, want := w.rowsBelow("Below", 3), `[{"id":2,"qty":6,"C":"narrow"},{"id":3,"qty":7},{"id":4},{"id":5},{"id":6}]`; got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}

// TestAppendAfterAllRowsAreDeleted checks that a new row goes below the header.
func TestAppendAfterAllRowsAreDeleted(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.freezeHeader(t)
		for _, id := range []int{2, 1, 3} {
			if answer := w.do("DELETE", fmt.Sprintf("/sheets/Orders?id=eq.%d", id), ""); answer.Code != 200 {
				t.Fatalf("DELETE = %d %s", answer.Code, answer.Body)
			}
		}
		answer := w.do("POST", "/sheets/Orders", `{"id":9}`)
		if got := w.rows("Orders"); compact(answer) != `{"appended":1,"range":"Orders!A2:E2"}` || got != `[{"id":9}]` {
			t.Errorf("POST = %s, rows %s", compact(answer), got)
		}
	})
}
