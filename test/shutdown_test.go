package test

import (
	"testing"
	"testing/synctest"
)

// TestShutdown checks that requests after a shutdown are refused.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.shutdown()
		for _, o := range append(operations(t), operation{"GET", noRoute, noRoute}) {
			answer := w.do(o.method, o.target, "")
			if p := problemOf(t, answer); p.Status != 503 || p.Code != "overloaded" || answer.Header().Get("Retry-After") == "" {
				t.Errorf("%s %s = %+v %v, want 503 overloaded with Retry-After", o.method, o.target, p, answer.Header())
			}
		}
		if calls := w.google.Requests(); len(calls) > 0 {
			t.Errorf("calls to Google: %v, want none", calls)
		}
	})
}
