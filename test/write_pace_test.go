package test

import (
	"testing"
	"time"
)

// This test needs GET and POST of /sheets/{title}.

// TestWriteBesideReads checks that a write, which needs reads too, is not queued
// after those of others.
func TestWriteBesideReads(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}", "POST /sheets/{title}")
	post := func(t *testing.T, w *world) {
		start := time.Now()
		if got := w.do("POST", "/sheets/S0", `{"id":4}`); got.Code != 201 || time.Since(start) > 3*time.Second {
			t.Errorf("POST = %d %s after %v, want 201 within 3 s", got.Code, got.Body, time.Since(start))
		}
	}
	tests := []struct {
		name    string
		sheets  int
		query   string
		refused bool // some reads find no room before their deadline
	}{
		{"one sheet", 1, "", false},
		{"one sheet as text", 1, "?values=text", false},
		{"twenty sheets", 20, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { testPace(t, tt.sheets, tt.query, tt.refused, post) })
	}
}
