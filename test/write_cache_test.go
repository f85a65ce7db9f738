package test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// These tests need GET and POST of /sheets/{title}.

// TestReadAfterWrite checks that a read finds what was written before it, and that
// a write drops the cached rows of its own sheet only.
func TestReadAfterWrite(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}", "POST /sheets/{title}")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCacheTTL(time.Hour))
		tag := w.do("GET", "/sheets/Orders", "").Header().Get("ETag")
		for _, target := range []string{"/sheets/orders?values=text", "/sheets/Empty"} {
			w.do("GET", target, "")
		}
		if got := w.do("POST", "/sheets/Orders", `{"item":"dates"}`); got.Code != 201 {
			t.Fatalf("POST = %d %s", got.Code, got.Body)
		}
		if got := w.do("GET", "/sheets/Orders", "", "If-None-Match", tag); got.Code != 200 || got.Header().Get("ETag") == tag {
			t.Errorf("GET after the write = %d, ETag %s, want 200 and another", got.Code, got.Header().Get("ETag"))
		}
		for _, target := range []string{"/sheets/Orders", "/sheets/orders?values=text"} {
			if got := w.do("GET", target, ""); !strings.Contains(got.Body.String(), "dates") {
				t.Errorf("GET %s after the write = %s", target, got.Body)
			}
		}
		before := w.countCalls(getCall)
		if w.do("GET", "/sheets/Empty", ""); w.countCalls(getCall) != before {
			t.Error("a write to another sheet made the function read this one again")
		}
		w.do("POST", "/sheets/Orders", `{"prize":1}`)
		before = w.countCalls(getCall)
		if w.do("GET", "/sheets/Orders", ""); w.countCalls(getCall) != before {
			t.Error("a refused write made the function read again")
		}
	})
}

// TestReadBegunBeforeWrite checks that a read which began before a write does not
// answer requests after it.
func TestReadBegunBeforeWrite(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}", "POST /sheets/{title}")
	tests := []struct {
		name  string
		after time.Duration // from the write to the next GET
	}{
		{"while it runs", 0},
		{"when it has ended", time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withCacheTTL(time.Hour))
				w.google.Inject(emulator.Fault{Call: getCall, Delay: 20 * time.Second, Times: 1})
				go w.do("GET", "/sheets/Orders", "")
				synctest.Wait()
				if got := w.do("POST", "/sheets/Orders", `{"item":"dates"}`); got.Code != 201 {
					t.Fatalf("POST = %d %s", got.Code, got.Body)
				}
				time.Sleep(tt.after)
				start, calls := time.Now(), w.countCalls(getCall)
				got := w.do("GET", "/sheets/Orders", "")
				if w.countCalls(getCall) != calls+1 && tt.after > 0 || time.Since(start) > time.Second || got.Header().Get("Age") != "" {
					t.Errorf("GET took %v, Age %q, %d calls: it was answered by the read before the write", time.Since(start), got.Header().Get("Age"), w.countCalls(getCall)-calls)
				}
				time.Sleep(time.Minute)
				before := w.countCalls(getCall)
				if w.do("GET", "/sheets/Orders", ""); w.countCalls(getCall) != before {
					t.Error("the read before the write has removed the rows that were cached after it")
				}
			})
		})
	}
}
