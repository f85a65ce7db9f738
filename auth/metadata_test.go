package auth

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// platform is a transport on a metadata server whose responses the test chooses.
type platform struct {
	*Transport
	requests atomic.Int32                 // for a token
	last     atomic.Pointer[http.Request] // the last of them
}

// startPlatform returns a transport on a metadata server that serves token
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

func TestMetadataRequest(t *testing.T) {
	inBubble(t, "scopes separated by commas in one parameter, flavor header", func(t *testing.T) {
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

func TestBrokenMetadataServer(t *testing.T) {
	drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	respond := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Metadata-Flavor", "Google")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string // in the error; "" for success
		hint    string
		final   bool // one request
	}{
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no response in time", "GCE_METADATA_HOST", false},
		{"drops connections", drop, "EOF", "GCE_METADATA_HOST", false},
		{"500 as on a misspelt scope", respond(500, "Could not fetch URI /computeMetadata/v1/\n"), "500 Internal Server Error: Could not fetch URI", "SCOPES", false},
		{"429", respond(429, "slow down"), "429 Too Many Requests", "", false},
		{"400", respond(400, "bad"), "400 Bad Request: bad", "", true},
		{"403 keeps the body", respond(403, "Unable to generate access token; IAM returned 403 Forbidden"), "Unable to generate access token", "roles/iam.workloadIdentityUser", true},
		{"404", respond(404, "<!DOCTYPE html>\n<html>not found</html>"), "404 Not Found: <!DOCTYPE html> <html>", "--service-account", true},
		{"HTML", respond(200, "<html></html>"), "the response is not a token in JSON", "", true},
		{"empty JSON", respond(200, "{}"), "no access_token", "", true},
		{"no lifetime", respond(200, `{"access_token":"secret","token_type":"Bearer"}`), "expires_in is 0", "", true},
		{"another type", respond(200, `{"access_token":"secret","expires_in":9,"token_type":"MAC"}`), `token_type is "MAC"`, "", true},
		{"line break in the token", respond(200, `{"access_token":"sec\r\nret","expires_in":9,"token_type":"Bearer"}`), "characters that no token has", "", true},
		{"no flavor header", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }, "not a metadata server", "", true},
		{"206 with a token in it", respond(206, `{"access_token":"secret","expires_in":9,"token_type":"Bearer"}`), "206 Partial Content", "", true},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusFound)
		}, "302 Found", "", true},
		{"10 MB", respond(200, strings.Repeat("x", 10<<20)), "longer than 64 KiB", "", true},
	}
	for _, tt := range tests {
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
			if n := p.requests.Load(); tt.final != (n == 1) {
				t.Errorf("%d requests; final is %v", n, tt.final)
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
	synctest.Test(t, func(t *testing.T) {
		refuse := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := newMetadataServer("127.0.0.1:1", Scopes{scopePrefix + "drive"}, refuse).fetch(ctx)
		if err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("fetch() = %v, want connection refused", err)
		}
	})
}

func TestEmail(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string // in the error
	}{
		{"an empty response is not an address", 200, "\n", "not an e-mail address"},
		{"HTML is not an address", 200, "<html>\n</html>", "not an e-mail address"},
		{"errors end within the timeout", 500, "sorry", "500 Internal Server Error: sorry"},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			useMetadataServer(t)
			var requests atomic.Int32
			base := inMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
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
			if took := time.Since(start); took > fetchTimeout || requests.Load() > 20 {
				t.Errorf("ten calls took %v and %d requests, want one fetch", took, requests.Load())
			}
		})
	}
}

func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"ya29.a","expires_in":3599,"token_type":"Bearer"}`, `{}`, `null`, `[`, `"x"`,
		`{"access_token":"a","expires_in":1e308,"token_type":"Bearer"}`, `{"access_token":"a","expires_in":-1,"token_type":"bearer"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		now := time.Now()
		token, err := parseToken(body, now)
		if err != nil {
			return
		}
		if token.value() == "" || strings.ContainsAny(token.value(), " \r\n") || !token.Expiry.After(now.Round(0)) {
			t.Errorf("parseToken(%q) made an unusable token", body)
		}
	})
}
