package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// api is a handler under test with its log.
type api struct {
	*Handler
	log bytes.Buffer // to be read when all requests are answered
}

var errRefused = errors.New("caller refused")

// newAPI returns a handler with a route of each kind; change may alter its
// configuration first.
func newAPI(t testing.TB, change func(*Config)) *api {
	t.Helper()
	a := &api{}
	c := Config{
		Logger: NewLogger(&a.log),
		Routes: []Route{
			{Pattern: "GET /{$}", Serve: func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Cache-Control", "private")
				return WriteJSON(w, http.StatusOK, "home")
			}},
			{Pattern: "GET /things/{name}", Query: []string{"limit", "tag"}, Repeatable: []string{"tag"},
				Serve: func(w http.ResponseWriter, r *http.Request) error {
					return WriteJSON(w, http.StatusOK, r.PathValue("name"))
				}},
			{Pattern: "GET /any", Query: []string{"limit"}, AnyQuery: true, Serve: func(w http.ResponseWriter, r *http.Request) error {
				return WriteJSON(w, http.StatusOK, r.URL.Query())
			}},
			{Pattern: "PUT /things/{name}", Serve: func(w http.ResponseWriter, r *http.Request) error {
				return WriteJSON(w, http.StatusCreated, "stored")
			}},
			{Pattern: "GET /silent", Serve: func(http.ResponseWriter, *http.Request) error { return nil }},
			{Pattern: "GET /wrong", Serve: func(http.ResponseWriter, *http.Request) error { return BadRequest("wrong") }},
			{Pattern: "GET /broken", Serve: func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") }},
			{Pattern: "GET /health", Public: true, Serve: func(w http.ResponseWriter, _ *http.Request) error {
				return WriteJSON(w, http.StatusOK, "ready")
			}},
		},
	}
	if change != nil {
		change(&c)
	}
	a.Handler = NewHandler(c)
	return a
}

// closed refuses callers without the header Authorization.
func closed(c *Config) {
	c.Authorize = func(r *http.Request) error {
		if r.Header.Get("Authorization") == "" {
			return &Error{Code: "unauthenticated", Status: http.StatusUnauthorized, Detail: "no token", Err: errRefused}
		}
		return nil
	}
}

// do sends a request with headers given as name, value, name, value.
func (a *api) do(method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// lines returns the log, a map for each line.
func (a *api) lines(t testing.TB) (lines []map[string]any) {
	t.Helper()
	for text := range strings.Lines(a.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("log line %s: %v", text, err)
		}
		lines = append(lines, line)
	}
	return lines
}

func (a *api) lastLine(t testing.TB) map[string]any {
	t.Helper()
	lines := a.lines(t)
	if len(lines) == 0 {
		t.Fatal("nothing was logged")
	}
	return lines[len(lines)-1]
}

// problemOf reads a problem answer and checks its form.
func problemOf(t testing.TB, r *httptest.ResponseRecorder) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil {
		t.Fatalf("response %d is not a problem: %s", r.Code, r.Body)
	}
	if got := r.Header().Get("Content-Type"); got != "application/problem+json" || p.Status != r.Code || p.Title == "" || p.Type != "about:blank" || p.Detail == "" {
		t.Errorf("Content-Type %q, response %d: not a whole problem: %+v", got, r.Code, p)
	}
	return p
}

// connect returns a client that reaches the handler by HTTP over pipes, which
// testing/synctest can wait for.
func connect(t testing.TB, h http.Handler) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return dial(t, h), nil }}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// dial returns a connection to a server of the handler.
func dial(t testing.TB, h http.Handler) net.Conn {
	client, server := net.Pipe()
	listener := &pipeListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	listener.conns <- server
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	return client
}

type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *pipeListener) Close() error   { close(l.closed); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// TestEveryResponse checks that no way to a response bypasses the headers that all
// of them have.
func TestEveryResponse(t *testing.T) {
	a := newAPI(t, nil)
	guarded := newAPI(t, closed)
	stopped := newAPI(t, nil)
	stopped.Shutdown(t.Context(), nil)
	unavailable := Unavailable(Error{Code: "settings", Status: 503, Detail: "x"})
	for _, tt := range []struct {
		name           string
		handler        http.Handler
		method, target string
		status         int
		cache          string
	}{
		{"a route's own header wins", a, "GET", "/", 200, "private"},
		{"a route", a, "PUT", "/things/x", 201, "no-store"},
		{"a route that writes nothing", a, "GET", "/silent", 200, "no-store"},
		{"an error of a route", a, "GET", "/wrong", 400, "no-store"},
		{"methods of a path", a, "OPTIONS", "/things/x", 204, "no-store"},
		{"no route", a, "GET", "/nothing", 404, "no-store"},
		{"no method", a, "DELETE", "/", 405, "no-store"},
		{"an unclean path", a, "GET", "//things/../silent", 307, "no-store"},
		{"a caller without a token", guarded, "GET", "/", 401, "no-store"},
		{"a public route", guarded, "GET", "/health", 200, "no-store"},
		{"no route, without a token", guarded, "GET", "/nothing", 401, "no-store"},
		{"an unclean path, without a token", guarded, "GET", "//silent", 401, "no-store"},
		{"during a shutdown", stopped, "GET", "/health", 503, "no-store"},
		{"a process that cannot serve", unavailable, "GET", "/", 503, "no-store"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tt.handler.ServeHTTP(w, httptest.NewRequest(tt.method, tt.target, nil))
			want := map[string]string{
				"X-Content-Type-Options":       "nosniff",
				"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Referrer-Policy":              "no-referrer",
				"Cache-Control":                tt.cache,
			}
			got := map[string]string{}
			for name := range want {
				got[name] = w.Header().Get(name)
			}
			if diff := cmp.Diff(want, got); w.Code != tt.status || diff != "" {
				t.Errorf("%s %s = %d, want %d; header (-want +got):\n%s", tt.method, tt.target, w.Code, tt.status, diff)
			}
			if len(w.Header().Get("X-Request-Id")) < 20 {
				t.Errorf("X-Request-Id = %q, want a new one", w.Header().Get("X-Request-Id"))
			}
			if tt.status == 401 && w.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("WWW-Authenticate = %q, want Bearer", w.Header().Get("WWW-Authenticate"))
			}
		})
	}
}

func TestUnmatched(t *testing.T) {
	a := newAPI(t, nil)
	for _, tt := range []struct{ method, target, allow, code string }{
		{"OPTIONS", "/", "GET, HEAD, OPTIONS", ""},
		{"OPTIONS", "/things/x", "GET, HEAD, PUT, OPTIONS", ""},
		{"TRACE", "/things/x", "GET, HEAD, PUT, OPTIONS", CodeMethodNotAllowed},
		{"POST", "/health", "GET, HEAD, OPTIONS", CodeMethodNotAllowed},
		{"OPTIONS", "/things/x/y", "", CodeRouteNotFound},
		{"GET", "/things/", "", CodeRouteNotFound},
		{"GET", "/things/../nothing", "", CodeRouteNotFound},
	} {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			w := a.do(tt.method, tt.target)
			if got := w.Header().Get("Allow"); got != tt.allow {
				t.Errorf("Allow = %q, want %q", got, tt.allow)
			}
			if tt.code == "" {
				if w.Code != 204 || w.Body.Len() > 0 {
					t.Errorf("%s %s = %d %s, want 204", tt.method, tt.target, w.Code, w.Body)
				}
			} else if p := problemOf(t, w); p.Code != tt.code {
				t.Errorf("%s %s = %+v, want %s", tt.method, tt.target, p, tt.code)
			}
		})
	}
	if w := a.do("GET", "//silent?x=1"); w.Header().Get("Location") != "/silent?x=1" {
		t.Errorf("GET //silent?x=1 = %d, Location %q", w.Code, w.Header().Get("Location"))
	}
}

// TestOrder checks that what comes first is refused first: a caller without a
// token is not answered with what is wrong with the query.
func TestOrder(t *testing.T) {
	const page = "https://app.example.com"
	for _, tt := range []struct {
		name   string
		change func(*Config)
		header []string
		status int
	}{
		{"a preflight needs no token", func(c *Config) { closed(c); c.CORS.Origins = Origins{page} },
			[]string{"Origin", page, "Access-Control-Request-Method", "GET"}, 204},
		{"the caller, before parameters", closed, nil, 401},
		{"parameters, before the route", func(c *Config) { c.Routes[1].Serve = nil }, nil, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := "GET"
			if tt.status == 204 {
				method = "OPTIONS"
			}
			if w := newAPI(t, tt.change).do(method, "/things/x?unknown=1", tt.header...); w.Code != tt.status {
				t.Errorf("%s = %d %s, want %d", method, w.Code, w.Body, tt.status)
			}
		})
	}
}

// TestHead checks over a connection that HEAD answers as GET does, without a body.
func TestHead(t *testing.T) {
	client := connect(t, newAPI(t, nil))
	send := func(method, target string) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://api"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Request-Id", "same")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		resp.Header.Del("Date")
		return resp.StatusCode, resp.Header, string(body)
	}
	for _, target := range []string{"/", "/things/x", "/things/x?limt=1", "/health", "/wrong", "/nothing"} {
		status, header, body := send("GET", target)
		headStatus, headHeader, headBody := send("HEAD", target)
		if status != headStatus || body == "" || headBody != "" || headHeader.Get("Content-Length") == "" {
			t.Errorf("HEAD %s = %d %q, GET %d; header %v", target, headStatus, headBody, status, headHeader)
		}
		if diff := cmp.Diff(header, headHeader); diff != "" {
			t.Errorf("HEAD %s (-GET +HEAD):\n%s", target, diff)
		}
	}
}

func TestMethods(t *testing.T) {
	if got, want := methods([]Route{{Pattern: "PUT /a"}, {Pattern: "GET /a"}, {Pattern: "GET /b"}}), []string{"GET", "HEAD", "PUT"}; !slices.Equal(got, want) {
		t.Errorf("methods() = %v, want %v", got, want)
	}
}
