// Package test checks the function end to end: HTTP requests to a handler in
// memory, whose Google is the emulator. It uses public names only.
//
// A file is named for the route that it tests: list for GET /sheets/{title},
// append and upsert for POST, update and delete for PATCH and DELETE, describe for GET /,
// events, export, mcp, health and openapi. Those tests seed and check the
// spreadsheet through the emulator and never through another route. Files named
// write need several routes, and are skipped where one of them is gone; the others
// need none, except that the process is ready when GET /health says so. So a fork
// that deletes a route deletes its files here. One that only reads:
//
//	rm -r test/{append,upsert,update,delete,events,mcp,write}_* test/clients
//
// Every exchange is checked against openapi.yaml too.
package test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
	"example.com/sheets-function/web"
)

// defaultScopes is the default of SCOPES.
const defaultScopes = "drive,spreadsheets"

// The documented limits, which are not taken from the code that they bound.
const (
	maxBody       = 8 << 20                       // README.md
	requestBudget = 55 * time.Second              // service.yaml ends a request after 60
	writeBudget   = requestBudget + 3*time.Second // until the answer is written
)

const (
	keysSheet     = "_keys"                        // the sheet of idempotency keys
	origin        = "https://app.example.com"      // of a page that calls the function
	foreignOrigin = "https://evil.example.com"     // of a page that may not
	audience      = "https://function.example.com" // of callers' ID tokens
)

// world is a function and the Google that it calls, in memory.
type world struct {
	t         testing.TB
	handler   http.Handler // a *function.Handler, unless a test replaces it
	google    *emulator.Server
	id        string            // of the spreadsheet
	transport http.RoundTripper // from the function to Google
	settings  function.Settings
	log       *bytes.Buffer             // complete once all requests are answered
	document  func() (*document, error) // that exchanges are checked against
}

// change alters the settings and the spreadsheet of a new world.
type change func(*function.Settings, *emulator.Spreadsheet)

// newWorld returns a function and its spreadsheet; change may be nil.
func newWorld(t testing.TB, change change) *world {
	t.Helper()
	return newWorldOn(t, emulator.Options{}, change)
}

// newWorldOn is newWorld with an emulator of these options.
func newWorldOn(t testing.TB, options emulator.Options, change change) *world {
	t.Helper()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1") // any name: the transport below reaches the emulator
	t.Setenv("K_SERVICE", "")
	spreadsheet := emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		orders,
		{Title: "Twice", Values: [][]any{{"a", "b", "a"}, {1, 2, 3}}},
		{Title: "Empty"},
		{Title: "It's; a/b 🌵", Values: [][]any{{"x"}}},
		{Title: "Shifted", Values: [][]any{{nil, "x"}, {nil, 1}}},
	}}
	settings := function.Settings{Callers: callers(t, "anyone"), Emulator: "127.0.0.1:1", ReadsPerMinute: 100_000, WritesPerMinute: 100_000}
	settings.Scopes, _ = auth.ParseScopes(defaultScopes)
	if change != nil {
		change(&settings, &spreadsheet)
	}
	w := &world{google: emulator.New(options), settings: settings, document: readDocument}
	w.id = w.google.Create(spreadsheet)
	if settings.SpreadsheetID == "" {
		w.settings.SpreadsheetID = function.SpreadsheetID(w.id)
	}
	transport := emulator.Transport(w.google).(*http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	w.transport = transport
	return w.another(t)
}

// another returns a new instance of the function with the same Google, as after
// a restart or beside the first instance.
func (w *world) another(t testing.TB) *world {
	t.Helper()
	other := *w
	other.t, other.log = t, &bytes.Buffer{}
	h, err := function.NewHandler(w.settings, function.WithTransport(w.transport), function.WithLogger(web.NewLogger(other.log)))
	if err != nil {
		t.Fatal(err)
	}
	other.handler = h
	return &other
}

// shutdown ends the function as SIGTERM does.
func (w *world) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	w.handler.(*function.Handler).Shutdown(ctx)
}

// ServeHTTP passes the request to the function and checks the exchange against
// openapi.yaml. A route that the document lacks is reported by
// TestDocumentAgreesWithRoutes alone.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if _, measured := w.t.(*testing.B); measured {
		w.handler.ServeHTTP(rw, r)
		return
	}
	d, err := w.document()
	if err != nil {
		w.t.Error(err) // Fatal is for the test's own goroutine
		return
	}
	exchange := record(w.handler, rw, r)
	if operation, _ := d.find(r); operation == nil && w.hasRoute(r) {
		return
	}
	if err := d.check(exchange); err != nil {
		w.t.Errorf("%s %.100s: %v", r.Method, r.URL.Path, err)
	}
}

// hasRoute reports whether the function has a route for the request.
func (w *world) hasRoute(r *http.Request) bool {
	found, _ := routes.Handler(r)
	_, ok := found.(routeHandler)
	return ok
}

// routeHandler is the handler of a route, and not ServeMux's redirect of an unclean path.
type routeHandler struct{ http.Handler }

// routes has the patterns of the function's routes.
var routes = func() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range new(function.Handler).Routes() {
		mux.Handle(route.Pattern, routeHandler{})
	}
	return mux
}()

// do sends a request with this header: name, value, name, value …
func (w *world) do(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// callers parses the setting CALLERS.
func callers(t testing.TB, text string) (c auth.Callers) {
	t.Helper()
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

// withSheets adds sheets to the usual ones.
func withSheets(list ...emulator.Sheet) change {
	return func(_ *function.Settings, s *emulator.Spreadsheet) { s.Sheets = append(s.Sheets, list...) }
}

// withCallers sets CALLERS.
func withCallers(t testing.TB, text string) change {
	return func(s *function.Settings, _ *emulator.Spreadsheet) {
		s.Callers, s.Audience = callers(t, text), audience
	}
}

// withCacheTTL sets CACHE_TTL, which is 0 otherwise.
func withCacheTTL(ttl time.Duration) change {
	return func(s *function.Settings, _ *emulator.Spreadsheet) { s.CacheTTL = function.TTL(ttl) }
}
