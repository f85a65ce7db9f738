package test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// TestAppendEntered mixes both kinds of input: a raw append must find what the
// call for entered values has stored.
func TestAppendEntered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(below))
		before := w.rows("Orders")
		for _, tt := range []struct{ target, body, want string }{
			{"/sheets/Orders", `{"id":4,"item":"=1+1"}`, "Orders!A5:E5"},
			{"/sheets/Orders?input=user_entered", `{"id":5,"item":"=A5*2","ordered":"2026-03-04"}`, "Orders!A6:E6"},
			{"/sheets/Orders?input=raw", `{"id":6}`, "Orders!A7:E7"},
			{"/sheets/Below?header=3&input=user_entered", `{"id":"=A5+1"}`, "Below!A6:B6"},
		} {
			answer := w.do("POST", tt.target, tt.body)
			if answer.Code != 201 || !strings.Contains(answer.Body.String(), `"`+tt.want+`"`) {
				t.Errorf("POST %s = %d %s, want 201 %s", tt.target, answer.Code, answer.Body, tt.want)
			}
		}
		// A date is the number of its day.
		want := `[{"id":4,"item":"=1+1"},{"id":5,"item":8,"ordered":46085},{"id":6}]`
		if diff := cmp.Diff(want, w.newRows("Orders", before)); diff != "" {
			t.Errorf("new rows (-want +got):\n%s", diff)
		}
		if got, want := w.rowsBelow("Below", 3), `[{"id":1,"qty":5},{"id":2,"qty":6,"C":"wide"},{"id":3}]`; got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}

// TestAppendEnteredRightOfAnEmptyColumn holds that rows are refused that Google would put
// into other columns.
func TestAppendEnteredRightOfAnEmptyColumn(t *testing.T) {
	w := newWorld(t, withSheets(offset))
	answer := w.do("POST", "/sheets/Offset?input=user_entered", `{"item":"b"}`)
	checkProblem(t, "POST", answer, 422, "invalid-rows", "cell A1 names no column")
	if got, want := w.rows("Offset"), `[{"item":"a","qty":1}]`; got != want {
		t.Errorf("rows = %s, want %s", got, want)
	}
}

// TestAppendEnteredIsSentOnce checks the one call that cannot be repeated
// safely.
func TestAppendEnteredIsSentOnce(t *testing.T) {
	tests := []struct {
		name   string
		fault  emulator.Fault
		code   string
		status int
		rows   int // stored
	}{
		{"answer lost after storing", emulator.Fault{Drop: emulator.DropAfter}, "outcome-unknown", 504, 1},
		{"answer cut after storing", emulator.Fault{Drop: emulator.DropMiddle}, "outcome-unknown", 504, 1},
		{"connection dropped before storing", emulator.Fault{Drop: emulator.DropBefore}, "outcome-unknown", 504, 0},
		{"no answer in time", emulator.Fault{Hang: true}, "outcome-unknown", 504, 0},
		{"500 leaves open whether it was stored", emulator.Fault{Status: 500}, "outcome-unknown", 504, 0},
		{"429 was certainly not stored", emulator.Fault{Status: 429}, "rate-limited", 503, 0},
		{"403 was certainly not stored", emulator.Fault{Status: 403}, "not-shared", 502, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.fault.Call = appendCall
				w.google.Inject(tt.fault)
				checkProblem(t, "POST", w.do("POST", "/sheets/Orders?input=user_entered", `{"id":4}`), tt.status, tt.code, "")
				w.google.ClearFaults()
				synctest.Wait()
				if got := len(w.google.Values(w.id, "Orders")) - before; got != tt.rows {
					t.Errorf("%d rows stored, want %d", got, tt.rows)
				}
				if sent := w.countCalls(appendCall); sent != 1 {
					t.Errorf("sent %d times, want 1", sent)
				}
			})
		})
	}
}
