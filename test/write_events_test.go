package test

import "testing"

// This test needs POST of /events and of /sheets/{title}.

// TestEventKeysAreNotCallersKeys checks that a caller may have an event's ID as
// its own idempotency key.
func TestEventKeysAreNotCallersKeys(t *testing.T) {
	needRoutes(t, "POST /events", "POST /sheets/{title}")
	w := newWorld(t, nil)
	checkAcknowledged(t, "event", w.send(binaryEvent("1", `{"id":4}`)), false)
	if got := w.do("POST", "/sheets/Orders", `{"id":4}`, "Idempotency-Key", "1"); got.Code != 201 || got.Header().Get("Idempotency-Replayed") != "" {
		t.Errorf("POST with the event's ID as Idempotency-Key = %d %v, want a first 201", got.Code, got.Header())
	}
}
