package test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// TestListsShareACall checks that 100 requests at once make one call to Google.
func TestListsShareACall(t *testing.T) {
	tests := []struct {
		name, target string
		ttl          time.Duration
		header       []string
		calls        int
	}{
		{"cached", "/sheets/Orders", 2 * time.Second, nil, 1},
		{"not cached", "/sheets/Orders", 0, nil, 1},
		{"no-cache", "/sheets/Orders", 2 * time.Second, []string{"Cache-Control", "max-age=0, no-cache"}, 1},
		{"text", "/sheets/Orders?values=text", 0, nil, 1},
		{"no sheet", "/sheets/None", 0, []string{"X-Request-Id", "same"}, 2}, // and the list of sheets
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withCacheTTL(tt.ttl))
				w.google.Inject(emulator.Fault{Call: getCall, Delay: time.Second})
				answers := make([]string, 100)
				var wg sync.WaitGroup
				for i := range answers {
					wg.Go(func() { answers[i] = w.do("GET", tt.target, "", tt.header...).Body.String() })
				}
				wg.Wait()
				for i, got := range answers {
					if got != answers[0] {
						t.Fatalf("GET %s, request %d = %s, the first got %s", tt.target, i, got, answers[0])
					}
				}
				if got := w.countCalls(getCall); got != tt.calls {
					t.Errorf("%d calls for %d requests, want %d", got, len(answers), tt.calls)
				}
			})
		})
	}
}

func TestListCache(t *testing.T) {
	tests := []struct {
		name   string
		ttl    time.Duration
		after  time.Duration
		header []string
		calls  int
		age    string
		stale  bool // a person's edit is not seen yet
	}{
		{"within the TTL", 2 * time.Second, 1900 * time.Millisecond, nil, 1, "1", true},
		{"after the TTL", 2 * time.Second, 2 * time.Second, nil, 2, "", false},
		{"no TTL", 0, 0, nil, 2, "", false},
		{"no-cache", time.Hour, time.Second, []string{"Cache-Control", "no-cache"}, 2, "", false},
		{"no-cache among others, in capitals", time.Hour, time.Second, []string{"Cache-Control", "no-transform", "Cache-Control", "max-age=0,No-Cache"}, 2, "", false},
		{"another directive", time.Hour, time.Second, []string{"Cache-Control", "no-store"}, 1, "1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withCacheTTL(tt.ttl))
				before := w.do("GET", "/sheets/Orders", "")
				w.setCell(t, w.person(t), "Orders!B2", "pear")
				time.Sleep(tt.after)
				got := w.do("GET", "/sheets/Orders", "", tt.header...)
				if calls := w.countCalls(getCall); calls != tt.calls || got.Header().Get("Age") != tt.age || before.Header().Get("Age") != "" {
					t.Errorf("%d calls, Age %q, want %d, %q", calls, got.Header().Get("Age"), tt.calls, tt.age)
				}
				if stale := got.Body.String() == before.Body.String(); stale != tt.stale || got.Code != 200 {
					t.Errorf("GET = %d %s, want the rows before the edit: %v", got.Code, got.Body, tt.stale)
				}
			})
		})
	}
}

func TestListWhileGoogleFails(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
		stale bool
		code  string // without cached rows
	}{
		{"429", emulator.Fault{Status: 429}, true, "rate-limited"},
		{"500", emulator.Fault{Status: 500}, true, "upstream"},
		{"503", emulator.Fault{Status: 503}, true, "upstream"},
		{"HTML", emulator.Fault{Status: 503, HTML: true}, true, "upstream"},
		{"hang", emulator.Fault{Hang: true}, true, "upstream"},
		{"dropped", emulator.Fault{Drop: emulator.DropBefore}, true, "upstream"},
		{"cut", emulator.Fault{Drop: emulator.DropMiddle}, true, "upstream"},
		{"400", emulator.Fault{Status: 400}, false, "upstream"},
		{"401", emulator.Fault{Status: 401}, false, "token"},
		{"403", emulator.Fault{Status: 403}, false, "not-shared"},
		{"404", emulator.Fault{Status: 404}, false, "spreadsheet-not-found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withCacheTTL(2*time.Second))
				start := time.Now()
				rows := w.do("GET", "/sheets/Orders", "").Body.String()
				tt.fault.Call = getCall
				w.google.Inject(tt.fault)
				for _, age := range []time.Duration{10 * time.Second, 11 * time.Second, time.Minute, 4*time.Minute + 50*time.Second} {
					time.Sleep(age - time.Since(start))
					got := w.do("GET", "/sheets/Orders", "")
					if seconds, err := strconv.Atoi(got.Header().Get("Age")); tt.stale && (got.Body.String() != rows || err != nil || seconds < int(age.Seconds()) || seconds > 300) {
						t.Errorf("GET after %v = %d %s, Age %q, want the cached rows", age, got.Code, got.Body, got.Header().Get("Age"))
					} else if !tt.stale && got.Code == 200 {
						t.Errorf("GET after %v = %s, Age %q: cached rows hide that Google refuses", age, got.Body, got.Header().Get("Age"))
					}
				}
				noCache := problemOf(t, w.do("GET", "/sheets/Orders", "", "Cache-Control", "no-cache"))
				time.Sleep(5*time.Minute + time.Second - time.Since(start))
				late := problemOf(t, w.do("GET", "/sheets/Orders", ""))
				if noCache.Code != tt.code || late.Code != tt.code {
					t.Errorf("GET with no-cache: %v, after five minutes: %v, want %s for both", noCache.Code, late.Code, tt.code)
				}
				w.google.ClearFaults()
				synctest.Wait()
				if got := w.do("GET", "/sheets/Orders", ""); got.Body.String() != rows || got.Header().Get("Age") != "" {
					t.Errorf("GET once Google serves again = %d %s, Age %q", got.Code, got.Body, got.Header().Get("Age"))
				}
			})
		})
	}
}

// TestListRefusalDropsCachedRows checks that rows are not served any more once
// Google has refused to show them.
func TestListRefusalDropsCachedRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCacheTTL(2*time.Second))
		w.do("GET", "/sheets/Orders", "")
		for _, status := range []int{403, 503} {
			time.Sleep(3 * time.Second)
			w.google.ClearFaults()
			w.google.Inject(emulator.Fault{Call: getCall, Status: status})
			problemOf(t, w.do("GET", "/sheets/Orders", ""))
		}
	})
}

// TestListCallersThatLeave checks that a call which several requests share goes
// on when the one that began it is canceled.
func TestListCallersThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCacheTTL(time.Hour))
		w.google.Inject(emulator.Fault{Call: getCall, Delay: 10 * time.Second})
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				timeout := time.Duration(2*i+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				start := time.Now()
				got := w.send(httptest.NewRequestWithContext(ctx, "GET", "/sheets/Orders", nil))
				if took := time.Since(start); took != min(timeout, 10*time.Second) || (got.Code == 200) != (timeout > 10*time.Second) {
					t.Errorf("GET with a timeout of %v = %d after %v", timeout, got.Code, took)
				}
			})
		}
		wg.Wait()
		if got := w.do("GET", "/sheets/Orders", ""); w.countCalls(getCall) != 1 || got.Header().Get("Age") == "" {
			t.Errorf("%d calls, Age %q: want one call, begun by the request that left first, to serve all", w.countCalls(getCall), got.Header().Get("Age"))
		}
	})
}
