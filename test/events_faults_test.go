package test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// eventFault is a failure under which an event is delivered.
type eventFault struct {
	name       string
	act        func(*testing.T, *world)
	undo       func(*testing.T, *world) // may be nil
	status     int
	code       string
	retryAfter string
}

var eventFaults = []eventFault{
	{name: "429 without end", act: failCall(emulator.Fault{Call: batchCall, Status: 429}), status: 503, code: "rate-limited", retryAfter: "60"},
	{name: "500 without end", act: failCall(emulator.Fault{Call: batchCall, Status: 500}), status: 503, code: "outcome-unknown", retryAfter: "10"},
	{name: "stored, but Google cannot be reached after that", act: disconnectAfterBatch, undo: func(t *testing.T, w *world) { *w = *w.another(t) }, status: 503, code: "outcome-unknown", retryAfter: "10"},
	{name: "reads fail", act: failCall(emulator.Fault{Call: "sheets.spreadsheets.get", Status: 503}), status: 503, code: "upstream", retryAfter: "10"},
	{name: "not shared, until somebody shares it", act: failCall(emulator.Fault{Call: batchCall, Status: 403}), status: 503, code: "not-shared", retryAfter: "10"},
	{name: "no token", act: failCall(emulator.Fault{Call: "metadata.token", Status: 403}), status: 503, code: "token", retryAfter: "10"},
	{name: "no room in the spreadsheet", act: func(t *testing.T, w *world) {
		w.batch(t, w.person(t), addSheet("Big", (10_000_000-5*26_000)/26, 26))
	}, undo: func(t *testing.T, w *world) {
		person := w.person(t)
		w.batch(t, person, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: w.sheet(t, person, "Big").SheetId}})
	}, status: 503, code: "sheet-full", retryAfter: "10"},
	{name: "the header was changed meanwhile: stored, for a person to look at", act: func(t *testing.T, w *world) {
		w.beforeBatch(t, func(person *sheets.Service) { w.setCell(t, person, "Orders!B1", "article") })
	}, status: 422, code: "conflict"},
}

// failCall returns what injects a fault.
func failCall(f emulator.Fault) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.google.Inject(f) }
}

// disconnectAfterBatch loses the answer to the first batch, and all calls after
// it, of this instance.
func disconnectAfterBatch(t *testing.T, w *world) {
	google := w.transport
	var stored atomic.Bool
	w.transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if stored.Load() {
			return nil, errors.New("no route to host")
		}
		answer, err := google.RoundTrip(r)
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") && err == nil {
			stored.Store(true)
			_ = answer.Body.Close()
			return nil, errors.New("connection reset")
		}
		return answer, err
	})
	*w = *w.another(t)
	w.transport = google
}

// TestEventFaults checks what a broker is answered, and what is stored when it
// delivers the event again.
func TestEventFaults(t *testing.T) {
	for _, tt := range eventFaults {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.act(t, w)
				answer := w.send(binaryEvent("1", `{"id":4,"item":"dates"}`))
				checkProblem(t, "POST /events", answer, tt.status, tt.code, "")
				if got := answer.Header().Get("Retry-After"); got != tt.retryAfter {
					t.Errorf("POST /events: Retry-After = %q, want %q", got, tt.retryAfter)
				}
				w.google.ClearFaults()
				if tt.undo != nil {
					tt.undo(t, w)
				}
				checkStoredOnce(t, w, before)
			})
		})
	}
}

// checkStoredOnce delivers the event again, and once more, after a minute.
func checkStoredOnce(t *testing.T, w *world, before int) {
	t.Helper()
	time.Sleep(time.Minute)
	if answer := w.send(binaryEvent("1", `{"id":4,"item":"dates"}`)); answer.Code != 204 {
		t.Errorf("delivered again: POST /events = %d %s, want 204", answer.Code, answer.Body)
	}
	checkAcknowledged(t, "a third time", w.send(binaryEvent("1", `{"id":4,"item":"dates"}`)), true)
	if got := len(w.google.Values(w.id, "Orders")) - before; got != 1 {
		t.Errorf("%d rows stored, want 1", got)
	}
}

// TestEventWhileMemoryIsFull delivers events beside two whose bodies are incomplete. A
// large one is refused only where they have arrived so far that they take all the memory
// that bodies may take, and a small one never.
func TestEventWhileMemoryIsFull(t *testing.T) {
	tests := []struct {
		name    string
		arrived int // bytes of each body
		padding int // blanks after the event
		refused bool
	}{
		{"a large event beside two that have begun", 8, 1 << 20, false},
		{"a large event beside two that are almost whole", maxBody - 1, 1 << 20, true},
		{"a small event beside them", maxBody - 1, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				var bodies []*io.PipeWriter
				for range 2 {
					reader, writer := io.Pipe()
					bodies = append(bodies, writer)
					go func() { _, _ = writer.Write(bytes.Repeat([]byte(" "), tt.arrived)) }()
					go w.send(httptest.NewRequest("POST", "/events", reader))
				}
				synctest.Wait()
				answer := w.send(binaryEvent("1", `{"id":4,"item":"dates"}`+strings.Repeat(" ", tt.padding)))
				if tt.refused {
					checkProblem(t, "POST /events", answer, 503, "overloaded", "")
					if got := answer.Header().Get("Retry-After"); got != "1" {
						t.Errorf("POST /events: Retry-After = %q, want 1", got)
					}
				} else if answer.Code != 204 {
					t.Errorf("POST /events = %d %s, want 204", answer.Code, answer.Body)
				}
				for _, body := range bodies {
					_ = body.CloseWithError(errors.New("connection reset"))
				}
				synctest.Wait()
				if tt.refused {
					checkStoredOnce(t, w, before)
				}
			})
		})
	}
}
