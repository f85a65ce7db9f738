package test

import (
	"testing"
	"testing/synctest"

	"example.com/sheets-function/emulator"
)

// TestAppendOnce checks what is stored of one append, and what its caller is
// answered, while Google fails.
func TestAppendOnce(t *testing.T) {
	tests := []struct {
		name   string
		fault  emulator.Fault
		status int
		code   string
		rows   int // stored
	}{
		{"answer lost after storing", emulator.Fault{Times: 1, Drop: emulator.DropAfter}, 201, "", 1},
		{"three answers lost after storing", emulator.Fault{Times: 3, Drop: emulator.DropAfter}, 201, "", 1},
		{"answer cut after storing", emulator.Fault{Times: 1, Drop: emulator.DropMiddle}, 201, "", 1},
		{"connections dropped before storing", emulator.Fault{Times: 5, Drop: emulator.DropBefore}, 201, "", 1},
		{"one call hangs", emulator.Fault{Times: 1, Hang: true}, 201, "", 1},
		{"500, five times", emulator.Fault{Times: 5, Status: 500}, 201, "", 1},
		{"HTML with 503, five times", emulator.Fault{Times: 5, Status: 503, HTML: true}, 201, "", 1},
		{"429, ten times", emulator.Fault{Times: 10, Status: 429}, 201, "", 1},
		{"all calls hang", emulator.Fault{Hang: true}, 504, "outcome-unknown", 0},
		{"500 without end", emulator.Fault{Status: 500}, 504, "outcome-unknown", 0},
		{"429 without end was certainly not stored", emulator.Fault{Status: 429}, 503, "rate-limited", 0},
		{"403 was certainly not stored", emulator.Fault{Status: 403}, 502, "not-shared", 0},
		{"401 was certainly not stored", emulator.Fault{Status: 401}, 502, "token", 0},
		{"400 was certainly not stored", emulator.Fault{Status: 400}, 422, "invalid-rows", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.fault.Call = batchCall
				w.google.Inject(tt.fault)
				answer := w.do("POST", "/sheets/Orders", `{"id":4}`)
				if answer.Code != tt.status {
					t.Errorf("POST = %d %s, want %d", answer.Code, answer.Body, tt.status)
				}
				if tt.code != "" {
					checkProblem(t, "POST", answer, tt.status, tt.code, "")
				}
				if tt.code == "rate-limited" && answer.Header().Get("Retry-After") != "60" {
					t.Errorf("Retry-After = %q, want 60", answer.Header().Get("Retry-After"))
				}
				w.google.ClearFaults()
				synctest.Wait()
				if got := len(w.google.Values(w.id, "Orders")) - before; got != tt.rows {
					t.Errorf("%d rows stored, want %d", got, tt.rows)
				}
				if n := w.countCalls(appendCall); n != 0 {
					t.Errorf("%d calls of values.append, which is not safe to repeat", n)
				}
			})
		})
	}
}
