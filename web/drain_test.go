package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestShutdown(t *testing.T) {
	for _, tt := range []struct {
		name   string
		finish bool // the request in flight ends by itself after a second
		status int
		took   time.Duration
	}{
		{"in flight, and finished", true, 200, time.Second},
		{"in flight, and cancelled", false, 504, 9*time.Second - abortMargin},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				finish := make(chan struct{})
				a := newAPI(t, func(c *Config) {
					c.Routes[0].Serve = func(_ http.ResponseWriter, r *http.Request) error {
						select {
						case <-finish:
							return nil
						case <-r.Context().Done():
							return &Error{Code: "cancelled", Status: 504, Detail: "d"}
						}
					}
				})
				var wg sync.WaitGroup
				w := httptest.NewRecorder()
				wg.Go(func() { a.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)) })
				synctest.Wait()
				if tt.finish {
					time.AfterFunc(time.Second, func() { close(finish) })
				}
				start, called := time.Now(), false
				ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
				defer cancel()
				a.Shutdown(ctx, func() { called = true })
				if took := time.Since(start); took != tt.took || !called {
					t.Errorf("Shutdown() took %v, want %v; beforeCancel called: %v", took, tt.took, called)
				}
				wg.Wait()
				if w.Code != tt.status || w.Header().Get("Connection") != "close" {
					t.Errorf("the request in flight is answered %d %v, want %d with Connection: close", w.Code, w.Header(), tt.status)
				}
				late := a.do("GET", "/health")
				if p := problemOf(t, late); p.Status != 503 || p.Code != CodeOverloaded || late.Header().Get("Retry-After") != "1" || late.Header().Get("Connection") != "close" {
					t.Errorf("a request after Shutdown = %+v %v, want 503 overloaded with Retry-After", p, late.Header())
				}
				a.Shutdown(ctx, nil) // may be called again
			})
		})
	}
}

// TestDeadline checks that a request's context ends with the timeout, and that
// writing to a client that does not read ends a little later.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan time.Time, 1)
		a := newAPI(t, func(c *Config) {
			c.Timeout = 10 * time.Second
			c.Routes[0].Serve = func(w http.ResponseWriter, r *http.Request) error {
				defer func() { ended <- time.Now() }()
				for {
					if _, err := w.Write(make([]byte, 1<<16)); err != nil {
						return err
					}
				}
			}
			c.Routes = append(c.Routes, Route{Pattern: "GET /wait", Serve: func(_ http.ResponseWriter, r *http.Request) error {
				<-r.Context().Done()
				return &Error{Code: "late", Status: 504, Detail: "d"}
			}})
		})
		start := time.Now()
		if w := a.do("GET", "/wait"); w.Code != 504 || time.Since(start) != 10*time.Second {
			t.Errorf("GET /wait = %d after %v, want 504 after 10 s", w.Code, time.Since(start))
		}
		start = time.Now()
		resp, err := connect(t, a).Get("http://api/")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if took := (<-ended).Sub(start); took != 10*time.Second+replyMargin {
			t.Errorf("the client that does not read was left after %v, want %v", took, 10*time.Second+replyMargin)
		}
		synctest.Wait()
		if line := a.lastLine(t); line["severity"] != "INFO" {
			t.Errorf("log %v, want an INFO line", line)
		}
	})
}
