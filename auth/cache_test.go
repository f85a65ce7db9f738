package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// platform is a transport on a metadata server that answers as the test wants.
type platform struct {
	*Transport
	requests atomic.Int32                 // for a token
	last     atomic.Pointer[http.Request] // the last of them
}

// startPlatform returns a transport on a metadata server that answers token
// requests with h.
func startPlatform(t *testing.T, h http.HandlerFunc) *platform {
	t.Helper()
	useMetadataServer(t)
	p := &platform{}
	google := &fakeGoogle{token: func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		p.last.Store(r)
		h(w, r)
	}}
	p.Transport = newTestTransport(t, Config{Base: inMemory(t, google)})
	return p
}

// useMetadataServer selects the metadata server of [inMemory] as the source of tokens.
func useMetadataServer(t *testing.T) {
	t.Helper()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "metadata.test")
}

func newTestTransport(t *testing.T, c Config) *Transport {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	if c.Scopes == nil {
		c.Scopes = Scopes{scopePrefix + "drive", scopePrefix + "spreadsheets"}
	}
	transport, err := NewTransport(c)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// inBubble runs f in a synctest bubble that ends when the pipes are closed.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func (p *platform) get(ctx context.Context) (string, error) {
	cached, err := p.tokens.get(ctx)
	if err != nil {
		return "", err
	}
	return cached.value.value(), nil
}

func TestMetadataRequest(t *testing.T) {
	inBubble(t, "scopes by comma in one parameter, flavor header, no proxy header", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
		got, err := p.get(t.Context())
		if got != "one" || err != nil {
			t.Fatalf("get() = %q, %v, want one", got, err)
		}
		want := "scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive%2Chttps%3A%2F%2Fwww.googleapis.com%2Fauth%2Fspreadsheets"
		if diff := cmp.Diff(want, p.last.Load().URL.RawQuery); diff != "" {
			t.Errorf("query (-want +got):\n%s", diff)
		}
		if got := p.last.Load().Header.Get("Metadata-Flavor"); got != "Google" {
			t.Errorf("Metadata-Flavor = %q, want Google", got)
		}
	})
}

func TestTokenIsKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		life time.Duration
		run  time.Duration
		min  int32 // requests that renewal needs
	}{
		{"an hour's token is asked for once, then 225 s before its expiry", time.Hour, time.Hour, 2},
		{"200 s: renewed a quarter before the end", 200 * time.Second, 10 * time.Minute, 4},
		{"30 s", 30 * time.Second, 5 * time.Minute, 12},
		{"2 s: shorter than the pause between fetches", 2 * time.Second, time.Minute, 10},
	} {
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
					t.Fatalf("a token of age %v was handed out, it lives %v", age, tt.life)
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
				t.Errorf("asked again after %v, want at least %v", since, tokenInterval)
			}
			if last = now; expiry[value].Sub(now) < time.Minute {
				value = fmt.Sprint(now.Unix())
				expiry[value] = now.Add(time.Hour)
			}
			writeToken(w, value, expiry[value].Sub(now))
		})
		for start := time.Now(); time.Since(start) < 3*time.Hour; time.Sleep(time.Second) {
			asked := time.Now()
			got, err := p.get(t.Context())
			mu.Lock()
			if err != nil || !time.Now().Before(expiry[got]) || time.Since(asked) != 0 {
				t.Fatalf("get() = %q, %v after %v, want a valid token at once; it expires at %v", got, err, time.Since(asked), expiry[got])
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
	inBubble(t, "a caller with 100 ms leaves after 100 ms, the fetch goes on for the next", func(t *testing.T) {
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
	inBubble(t, "ten times: nobody waits or fails while the token is valid", func(t *testing.T) {
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
			asked := time.Now()
			if got, err := p.get(t.Context()); got != first || err != nil || time.Since(asked) != 0 {
				t.Fatalf("get() = %q, %v after %v, want the first token at once", got, err, time.Since(asked))
			}
			time.Sleep(time.Second / 10)
		}
		if err := p.Status().LastError; !strings.Contains(err, "403 Forbidden: no") {
			t.Errorf("LastError = %q, want the 403", err)
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
	inBubble(t, "after expiry the cause is told, and the server is asked every few seconds", func(t *testing.T) {
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

func TestBrokenMetadataServer(t *testing.T) {
	drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Metadata-Flavor", "Google")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string // in the error; "" for success
		hint    string
		final   bool // asked once
	}{
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer in time", "GCE_METADATA_HOST", false},
		{"drops connections", drop, "EOF", "GCE_METADATA_HOST", false},
		{"500 as on a misspelt scope", answer(500, "Could not fetch URI /computeMetadata/v1/\n"), "500 Internal Server Error: Could not fetch URI", "SCOPES", false},
		{"429", answer(429, "slow down"), "429 Too Many Requests", "", false},
		{"400", answer(400, "bad"), "400 Bad Request: bad", "", true},
		{"403 keeps the body", answer(403, "Unable to generate access token; IAM returned 403 Forbidden"), "Unable to generate access token", "roles/iam.workloadIdentityUser", true},
		{"404", answer(404, "<!DOCTYPE html>\n<html>not found</html>"), "404 Not Found: <!DOCTYPE html> <html>", "--service-account", true},
		{"HTML", answer(200, "<html></html>"), "the answer is not a token in JSON", "", true},
		{"empty JSON", answer(200, "{}"), "no access_token", "", true},
		{"no lifetime", answer(200, `{"access_token":"secret","token_type":"Bearer"}`), "expires_in is 0", "", true},
		{"another type", answer(200, `{"access_token":"secret","expires_in":9,"token_type":"MAC"}`), `token_type is "MAC"`, "", true},
		{"line break in the token", answer(200, `{"access_token":"sec\r\nret","expires_in":9,"token_type":"Bearer"}`), "characters that no token has", "", true},
		{"no flavor header", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }, "not a metadata server", "", true},
		{"206 with a token in it", answer(206, `{"access_token":"secret","expires_in":9,"token_type":"Bearer"}`), "206 Partial Content", "", true},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusFound)
		}, "302 Found", "", true},
		{"10 MB", answer(200, strings.Repeat("x", 10<<20)), "longer than 64 KiB", "", true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			p := startPlatform(t, tt.handler)
			start := time.Now()
			_, err := p.get(t.Context())
			problem, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(problem.Hint, tt.hint) {
				t.Fatalf("get() = %v, want %q with a hint that names %q", err, tt.want, tt.hint)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error holds the token: %v", err)
			}
			if took := time.Since(start); took > fetchTimeout {
				t.Errorf("the error took %v, want at most %v", took, fetchTimeout)
			}
			if asked := p.requests.Load(); tt.final != (asked == 1) {
				t.Errorf("%d requests; final is %v", asked, tt.final)
			}
		})
	}
	inBubble(t, "503 twice, then a token", func(t *testing.T) {
		var n atomic.Int32
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) < 3 {
				http.Error(w, "starting", http.StatusServiceUnavailable)
				return
			}
			writeToken(w, "one", time.Hour)
		})
		if got, err := p.get(t.Context()); got != "one" || err != nil {
			t.Errorf("get() = %q, %v, want one", got, err)
		}
	})
}

func TestNoMetadataServer(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	closed := httptest.NewServer(nil)
	host := strings.TrimPrefix(closed.URL, "http://")
	closed.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := newMetadataServer(host, Scopes{scopePrefix + "drive"}, nil).fetch(ctx)
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("fetch() = %v, want connection refused", err)
	}
}

// A 401 from an API: the token is dropped, and the request repeated once.
func TestTokenRefusedByAPI(t *testing.T) {
	for _, tt := range []struct {
		name  string
		age   time.Duration // of the token when the API refuses it
		same  bool          // the metadata server returns the same token again
		body  string        // "" is none
		plain bool          // the body can be repeated
		code  int
		calls int32
	}{
		{"repeated with a new token", time.Minute, false, "", true, 200, 2},
		{"with its body", time.Minute, false, `{"id":4}`, true, 200, 2},
		{"a body that cannot be repeated", time.Minute, false, `{"id":4}`, false, 401, 1},
		{"the same token again is no help", time.Minute, true, "", true, 401, 1},
		{"a token just fetched is not to blame", time.Second, false, "", true, 401, 1},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			var asked, calls atomic.Int32
			useMetadataServer(t)
			mux := http.NewServeMux()
			mux.HandleFunc(accountPath+"token", func(w http.ResponseWriter, r *http.Request) {
				value := "same"
				if n := asked.Add(1); !tt.same {
					value = fmt.Sprint("token", n)
				}
				writeToken(w, value, time.Hour)
			})
			mux.HandleFunc("/v4/", func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != tt.body {
					t.Errorf("call %d has the body %q, %v, want %q", calls.Load(), body, err, tt.body)
				}
				if r.Header.Get("Authorization") != "Bearer token2" {
					w.WriteHeader(http.StatusUnauthorized)
				}
			})
			p := newTestTransport(t, Config{Base: inMemory(t, mux)})
			if _, err := p.tokens.get(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(tt.age)
			req, _ := http.NewRequest("POST", "http://127.0.0.1/v4/x", strings.NewReader(tt.body))
			if !tt.plain {
				req.GetBody = nil
			}
			resp, err := p.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.code || calls.Load() != tt.calls {
				t.Errorf("answer %d after %d calls, want %d after %d", resp.StatusCode, calls.Load(), tt.code, tt.calls)
			}
		})
	}
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
	inBubble(t, "a fetch that a platform without CPU has frozen is tried once more", func(t *testing.T) {
		var frozen atomic.Bool
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
		served := p.Transport.tokens.fetch
		p.Transport.tokens.fetch = func(ctx context.Context) (entry[Token], error) {
			if frozen.CompareAndSwap(false, true) {
				time.Sleep(100 * time.Second) // whatever the budget says
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

func TestEmail(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string // in the error
	}{
		{"an empty answer is no address", 200, "\n", "no e-mail address"},
		{"HTML is no address", 200, "<html>\n</html>", "no e-mail address"},
		{"trouble ends within the budget", 500, "sorry", "500 Internal Server Error: sorry"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			useMetadataServer(t)
			var asked atomic.Int32
			base := inMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				w.Header().Set("Metadata-Flavor", "Google")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			transport := newTestTransport(t, Config{Base: base})
			start := time.Now()
			for range 10 {
				if email, err := transport.Email(context.Background()); email != "" || err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("Email() = %q, %v, want %q", email, err, tt.want)
				}
			}
			if took := time.Since(start); took > fetchTimeout || asked.Load() > 20 {
				t.Errorf("ten askings took %v and %d requests, want one fetch", took, asked.Load())
			}
		})
	}
}
