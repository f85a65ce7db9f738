package auth

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTransportSendsTokensOnlyToGoogle(t *testing.T) {
	const emulator = "http://127.0.0.1:8085"
	tests := []struct {
		endpoint, url string
		sent          bool
	}{
		{"", "https://sheets.googleapis.com/v4/spreadsheets/x", true},
		{"", "https://www.googleapis.com/drive/v3/files", true},
		{emulator, emulator + "/v4", true},
		{emulator + "/", emulator + "/v4", true},
		{"http://localhost:8085", "http://localhost:8085/v4", true},
		{"http://[::1]:8085", "http://[::1]:8085/v4", true},
		{"", emulator + "/v4", false},
		{"", "http://localhost:8085/v4", false},
		{"", "http://[::1]:8085/v4", false},
		{emulator, "http://127.0.0.1:8086/v4", false}, // a redirect to another program
		{emulator, "http://127.0.0.1/v4", false},
		{emulator, "https://127.0.0.1:8085/v4", false},
		{emulator, "http://localhost:8085/v4", false},
		{"http://10.0.0.1", "http://10.0.0.1/", false},
		{"https://evil.example.com", "https://evil.example.com/", false},
		{"http://127.0.0.1.example.com", "http://127.0.0.1.example.com/", false},
		{"", "http://sheets.googleapis.com/", false},
		{"", "https://evil.example.com/", false},
		{"", "https://googleapis.com.example.com/", false},
		{"", "https://evilgoogleapis.com/", false},
		{"", "http://10.0.0.1/", false},
	}
	for _, tt := range tests {
		inBubble(t, tt.url+" with "+tt.endpoint, func(t *testing.T) {
			p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
			p.emulator = emulatorOf(tt.endpoint)
			resp, err := p.Client().Get(tt.url)
			if err == nil {
				resp.Body.Close()
			}
			if (err == nil) != tt.sent || p.requests.Load() != map[bool]int32{true: 1}[tt.sent] {
				t.Errorf("Get(%s) = %v with %d token requests, sent should be %v", tt.url, err, p.requests.Load(), tt.sent)
			}
		})
	}
}

// closable is a body that notes whether it was closed.
type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error { c.closed = true; return nil }

func TestRoundTripperContract(t *testing.T) {
	tests := []struct {
		name, url string
		status    int // of the metadata server
	}{
		{"a fetch that fails", "https://sheets.googleapis.com/x", 403},
		{"a host that is not Google's", "http://example.com/x", 200},
	}
	for _, tt := range tests {
		inBubble(t, tt.name+": the body is closed", func(t *testing.T) {
			p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status) })
			body := &closable{Reader: strings.NewReader("x")}
			req, _ := http.NewRequest("POST", tt.url, body)
			if _, err := p.RoundTrip(req); err == nil || !body.closed {
				t.Errorf("RoundTrip() = %v with the body closed %v, want an error and a closed body", err, body.closed)
			}
		})
	}
	inBubble(t, "the caller's request is left as it was", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
		req, _ := http.NewRequest("GET", "https://sheets.googleapis.com/x", nil)
		resp, err := p.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(req.Header) > 0 {
			t.Errorf("the request's header holds %d entries, want none: a token must not stay in it", len(req.Header))
		}
	})
	t.Run("requests to the metadata server use no proxy", func(t *testing.T) {
		m := newMetadataServer("h", nil, nil)
		if transport := m.client.Transport.(*http.Transport); transport.Proxy != nil {
			t.Error("the metadata server's transport has a proxy")
		}
	})
	t.Run("a token's expiry has no monotonic reading", func(t *testing.T) {
		now := time.Now()
		if got := newToken("x", now).Expiry; got != now.Round(0) {
			t.Errorf("Expiry = %v, want %v", got, now.Round(0))
		}
	})
	t.Run("a token is not sent in its last seconds", func(t *testing.T) {
		now := time.Now()
		if l := newToken("x", now.Add(time.Hour)).entry(now); l.expiry != now.Add(time.Hour-expirySkew).Round(0) || expirySkew == 0 {
			t.Errorf("the entry ends %v before the token", now.Add(time.Hour).Sub(l.expiry))
		}
	})
}

// A 401 from an API: the token is dropped, and the request repeated once.
func TestTokenRefusedByAPI(t *testing.T) {
	tests := []struct {
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
		{"not repeated with the same token", time.Minute, true, "", true, 401, 1},
		{"a token just fetched is kept", time.Second, false, "", true, 401, 1},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			var fetches, calls atomic.Int32
			useMetadataServer(t)
			mux := http.NewServeMux()
			mux.HandleFunc(accountPath+"token", func(w http.ResponseWriter, r *http.Request) {
				value := "same"
				if n := fetches.Add(1); !tt.same {
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
			req, _ := http.NewRequest("POST", "https://sheets.googleapis.com/v4/x", strings.NewReader(tt.body))
			if !tt.plain {
				req.GetBody = nil
			}
			resp, err := p.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.code || calls.Load() != tt.calls {
				t.Errorf("status %d after %d calls, want %d after %d", resp.StatusCode, calls.Load(), tt.code, tt.calls)
			}
		})
	}
}
