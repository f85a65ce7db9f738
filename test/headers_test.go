package test

import "testing"

// TestCommonHeaders checks answers that come from all parts of the function. The
// tests of routes check theirs.
func TestCommonHeaders(t *testing.T) {
	w := newWorld(t, nil)
	closed := newWorld(t, withCallers(t, "iam"))
	stopped := newWorld(t, nil)
	stopped.shutdown()
	tests := []struct {
		name           string
		world          *world
		method, target string
		status         int
	}{
		{"a route", w, "GET", "/health", 200},
		{"what methods a path has", w, "OPTIONS", "/health", 204},
		{"no route", w, "GET", noRoute, 404},
		{"no method", w, "PUT", "/health", 405},
		{"no caller", closed, "GET", noRoute, 401},
		{"after shutdown", stopped, "GET", noRoute, 503},
		{"wrong settings", newMisconfigured(t), "GET", "/health", 503},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := tt.world.do(tt.method, tt.target, "")
			if answer.Code != tt.status {
				t.Errorf("%s %s = %d, want %d", tt.method, tt.target, answer.Code, tt.status)
			}
			checkCommonHeaders(t, tt.method+" "+tt.target, answer, "no-store")
		})
	}
}
