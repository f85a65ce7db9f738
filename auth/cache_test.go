package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func (p *platform) get(ctx context.Context) (string, error) {
	cached, err := p.tokens.get(ctx)
	if err != nil {
		return "", err
	}
	return cached.value.value(), nil
}

func TestTokenIsKept(t *testing.T) {
	tests := []struct {
		name string
		life time.Duration
		run  time.Duration
		min  int32 // requests that renewal needs
	}{
		{"an hour's token is fetched once, then 225 s before its expiry", time.Hour, time.Hour, 2},
		{"200 s: renewed a quarter before the end", 200 * time.Second, 10 * time.Minute, 4},
		{"30 s", 30 * time.Second, 5 * time.Minute, 12},
		{"2 s: shorter than the pause between fetches", 2 * time.Second, time.Minute, 10},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			start := time.Now()
			p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
				writeToken(w, fmt.Sprint(time.Since(start)), tt.life)
			})
			for time.Since(start) < tt.run {
				got, err := p.get(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				born, _ := time.ParseDuration(got)
				if age := time.Since(start) - born; age >= tt.life {
					t.Fatalf("a token of age %v was returned, its lifetime is %v", age, tt.life)
				}
				time.Sleep(time.Second / 2)
			}
			if got := p.requests.Load(); got < tt.min || got > int32(tt.run/tokenInterval)+1 {
				t.Errorf("%d requests in %v, want %d to one each %v", got, tt.run, tt.min, tokenInterval)
			}
		})
	}
}

func TestServerKeepsTokens(t *testing.T) {
	inBubble(t, "the same token again, until its last minute", func(t *testing.T) {
		var mu sync.Mutex
		var value string
		var last time.Time
		expiry := map[string]time.Time{}
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			now := time.Now()
			if since := now.Sub(last); since < tokenInterval {
				t.Errorf("fetched again after %v, want at least %v", since, tokenInterval)
			}
			if last = now; expiry[value].Sub(now) < time.Minute {
				value = fmt.Sprint(now.Unix())
				expiry[value] = now.Add(time.Hour)
			}
			writeToken(w, value, expiry[value].Sub(now))
		})
		for start := time.Now(); time.Since(start) < 3*time.Hour; time.Sleep(time.Second) {
			before := time.Now()
			got, err := p.get(t.Context())
			mu.Lock()
			if err != nil || !time.Now().Before(expiry[got]) || time.Since(before) != 0 {
				t.Fatalf("get() = %q, %v after %v, want a valid token at once; it expires at %v", got, err, time.Since(before), expiry[got])
			}
			mu.Unlock()
		}
	})
	inBubble(t, "a clock that jumps, as after a suspend", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			writeToken(w, fmt.Sprint(time.Now().Unix()), time.Hour)
		})
		first, err := p.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if got, err := p.get(t.Context()); got == first || err != nil {
			t.Errorf("get() = %q, %v, want a new token", got, err)
		}
		// The wall clock alone may jump: Go's monotonic one stops in a suspend.
		if cached, _ := p.tokens.state(); cached.expiry.String() != cached.expiry.Round(0).String() {
			t.Errorf("expiry %v has a monotonic reading", cached.expiry)
		}
	})
}

func TestConcurrentCallers(t *testing.T) {
	inBubble(t, "200 cold callers make one request", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(500 * time.Millisecond)
			writeToken(w, "one", time.Hour)
		})
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if got, err := p.get(t.Context()); got != "one" || err != nil {
					t.Errorf("get() = %q, %v, want one", got, err)
				}
			})
		}
		wg.Wait()
		if got := p.requests.Load(); got != 1 {
			t.Errorf("%d requests, want 1", got)
		}
	})
	inBubble(t, "a caller with 100 ms returns after 100 ms, the fetch continues for the next", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(500 * time.Millisecond)
			writeToken(w, "one", time.Hour)
		})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := p.get(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("get() = %v after %v, want the deadline after 100 ms", err, time.Since(start))
		}
		if got, err := p.get(t.Context()); got != "one" || err != nil || time.Since(start) != 500*time.Millisecond {
			t.Errorf("get() = %q, %v after %v, want one after 500 ms", got, err, time.Since(start))
		}
		if got := p.requests.Load(); got != 1 {
			t.Errorf("%d requests, want 1", got)
		}
	})
}

func TestRenewalFails(t *testing.T) {
	inBubble(t, "ten times: no caller waits or fails while the token is valid", func(t *testing.T) {
		var healthy atomic.Bool
		healthy.Store(true)
		var failed []time.Time
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			if !healthy.Load() {
				failed = append(failed, time.Now())
				http.Error(w, "no", http.StatusForbidden) // final: one request a fetch
				return
			}
			writeToken(w, fmt.Sprint("token ", time.Now().Unix())[6:], time.Hour)
		})
		first, err := p.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		healthy.Store(false)
		time.Sleep(time.Hour - refreshBefore)
		for p.requests.Load() < 11 {
			start := time.Now()
			if got, err := p.get(t.Context()); got != first || err != nil || time.Since(start) != 0 {
				t.Fatalf("get() = %q, %v after %v, want the first token at once", got, err, time.Since(start))
			}
			time.Sleep(time.Second / 10)
		}
		if err := p.Status().LastError; !strings.HasSuffix(err, "403 Forbidden") {
			t.Errorf("LastError = %q, want the 403 without the body", err)
		}
		for i, want := range []time.Duration{3, 6, 12, 20, 20, 20, 20, 20, 20} {
			if pause, want := failed[i+1].Sub(failed[i]), want*time.Second; pause < want || pause > want*3/2 {
				t.Errorf("pause %d is %v, want %v and up to half of it more", i, pause, want)
			}
		}
		healthy.Store(true)
		time.Sleep(maxRefreshPause * 3 / 2)
		if got, err := p.get(t.Context()); got == first || err != nil {
			t.Errorf("get() = %q, %v, want a new token", got, err)
		}
	})
	inBubble(t, "after expiry the error has the cause, and the server gets a request every few seconds", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "gone", http.StatusNotFound) })
		for range 100 {
			if _, err := p.get(t.Context()); err == nil || !strings.Contains(err.Error(), "404 Not Found: gone") {
				t.Fatalf("get() = %v, want the 404", err)
			}
			time.Sleep(time.Second / 10)
		}
		if got := p.requests.Load(); got > 4 {
			t.Errorf("%d requests in 10 s, want at most 4", got)
		}
	})
}

func TestDroppedTokenIsNotUsedAgain(t *testing.T) {
	inBubble(t, "while a new one is fetched", func(t *testing.T) {
		var n atomic.Int32
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			writeToken(w, fmt.Sprint("token", n.Add(1)), time.Hour)
		})
		bad, err := p.tokens.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		var wg sync.WaitGroup
		for range 3 { // several requests meet the 401 at once
			wg.Go(func() {
				if fresh, err := p.tokens.invalidate(t.Context(), bad); err != nil || fresh.value.value() != "token2" {
					t.Errorf("invalidate() = %v, %v, want token2", fresh, err)
				}
			})
		}
		synctest.Wait()
		if got, err := p.get(t.Context()); got != "token2" || err != nil {
			t.Errorf("get() = %q, %v, want token2", got, err)
		}
		wg.Wait()
		if fresh, err := p.tokens.invalidate(t.Context(), bad); err != nil || fresh.value.value() != "token2" {
			t.Errorf("a late 401 for the first token: invalidate() = %v, %v, want token2", fresh, err)
		}
		if got := p.requests.Load(); got != 2 {
			t.Errorf("%d requests, want 2", got)
		}
	})
}

func TestFrozenFetch(t *testing.T) {
	inBubble(t, "a fetch that was frozen by a platform without CPU is repeated once", func(t *testing.T) {
		var frozen atomic.Bool
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
		served := p.Transport.tokens.fetch
		p.Transport.tokens.fetch = func(ctx context.Context) (entry[Token], error) {
			if frozen.CompareAndSwap(false, true) {
				time.Sleep(100 * time.Second) // longer than its timeout
				return entry[Token]{}, ctx.Err()
			}
			return served(ctx)
		}
		if err := p.Warm(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(99 * time.Second)
		if got, err := p.get(t.Context()); got != "one" || err != nil {
			t.Errorf("get() = %q, %v, want one", got, err)
		}
	})
}
