// Package function serves a Google spreadsheet as a JSON API. It runs on Cloud
// Run, Cloud Run functions and any Knative, with an access token for exactly the
// scopes that it needs and no key file.
//
// A fork changes the list of routes in this file, and the folder service, which
// holds what they do. Package auth, which gets the tokens, and package web, which
// speaks HTTP, stay as they are.
package function

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
	"golang.org/x/sync/semaphore"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/event"
	"example.com/sheets-function/mcp"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

func init() {
	// The name that deploy commands give as the function target.
	functions.HTTP("Handle", Handle)
}

// Handle serves one request. It is the entry point for the functions framework and
// for Knative. The settings are read from the environment at the first request; if
// they are wrong, every request is answered with what is wrong.
func Handle(w http.ResponseWriter, r *http.Request) { fromEnvironment().ServeHTTP(w, r) }

var fromEnvironment = sync.OnceValue(func() http.Handler {
	logger := web.NewLogger(os.Stderr)
	slog.SetDefault(logger) // for packages that are not given a logger
	settings, err := ReadSettings()
	if err != nil {
		return misconfigured(err, logger)
	}
	h, err := NewHandler(settings, WithLogger(logger))
	if err != nil {
		return misconfigured(err, logger)
	}
	if os.Getenv("K_SERVICE") != "" { // elsewhere the program that calls Handle stops it
		web.ExitOnSignal(h.Shutdown)
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(softMemoryLimit)
		}
	}
	return h
})

// softMemoryLimit is how much memory the runtime uses before the garbage collector runs
// more often, in bytes: half of the 512 MiB that service.yaml requests.
const softMemoryLimit = 256 << 20

// An Option changes how [NewHandler] builds a handler.
type Option func(*options)

type options struct {
	transport http.RoundTripper
	logger    *slog.Logger
}

// WithTransport sends all requests to Google and to the metadata server through
// the transport, such as emulator.Transport in tests. Without it, or with nil, they
// go through clones of [http.DefaultTransport].
func WithTransport(transport http.RoundTripper) Option {
	return func(o *options) { o.transport = transport }
}

// WithLogger writes the log to the logger. Without it the log goes to standard
// error, one JSON object a line in the shape of Cloud Logging.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.logger = logger }
}

// Handler serves the API. It is safe for concurrent use; the zero value is not
// usable, see [NewHandler].
type Handler struct {
	settings Settings
	tokens   *auth.Transport
	rows     *service.Service
	bodies   *web.Bodies
	parsers  *semaphore.Weighted
	web      *web.Handler
	logger   *slog.Logger
}

// NewHandler returns the API for these settings. It makes no network call; an
// error names the credentials that are missing.
func NewHandler(s Settings, opts ...Option) (*Handler, error) {
	o := options{logger: web.NewLogger(os.Stderr)}
	for _, opt := range opts {
		opt(&o)
	}
	endpoint := s.Emulator.endpoint()
	tokens, err := auth.NewTransport(auth.Config{
		Scopes: s.Scopes, Subject: string(s.Subject), Impersonate: string(s.Impersonate),
		Endpoint: endpoint, Base: o.transport, Logger: o.logger,
	})
	if err != nil {
		return nil, err
	}
	callers, err := auth.NewVerifier(s.Callers, string(s.Audience), endpoint, o.transport)
	if err != nil {
		return nil, err
	}
	callers.Logger = o.logger
	rows, err := service.New(context.Background(), service.Config{
		Client: tokens.Client(), SpreadsheetID: string(s.SpreadsheetID), Endpoint: endpoint,
		CacheTTL: time.Duration(s.CacheTTL), ReadsPerMinute: int(s.ReadsPerMinute), WritesPerMinute: int(s.WritesPerMinute),
		Logger: o.logger,
	})
	if err != nil {
		return nil, err
	}
	h := &Handler{settings: s, tokens: tokens, rows: rows, bodies: web.NewBodies(maxBody, 2*maxBody), parsers: semaphore.NewWeighted(maxParsers), logger: o.logger}
	routes := h.Routes()
	for i := range routes {
		routes[i].Serve = logUsage(routes[i].Serve)
	}
	h.web = web.NewHandler(web.Config{
		Routes:    routes,
		Authorize: func(r *http.Request) error { return authorize(callers, r) },
		Explain:   h.explain,
		Redact:    h.redact,
		CORS:      s.cors(),
		Project:   tokens.Project,
		Logger:    o.logger,
	})
	o.logger.Info("function is set up", "settings", s, web.Versions())
	return h, nil
}

// cors returns what pages of other sites may do.
func (s Settings) cors() web.CORS {
	return web.CORS{
		Origins:         s.Origins,
		RequestHeaders:  []string{"Idempotency-Key"},
		ResponseHeaders: []string{"Idempotency-Replayed"},
		// Where callers send a token, the page of another site has none to send. IAP's
		// cookie comes with each request of a browser, and anyone needs neither.
		BlockWrites: s.Callers.Anyone() || s.Callers.IAP(),
		Hint:        "set ORIGINS to the sites whose pages may write",
	}
}

// authorize checks the caller, and logs the address that was verified.
func authorize(callers *auth.Verifier, r *http.Request) error {
	email, err := callers.Caller(r)
	if email != "" {
		web.LogAttrs(r.Context(), slog.String("caller", email))
	}
	return err
}

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.web.ServeHTTP(w, r) }

// Shutdown answers 503 to new requests and returns when those in flight are
// answered and what was accepted is stored, or when ctx is done. Half a second
// before ctx's deadline, writes that are still queued are answered 503, and those
// that were sent are answered with what is certain.
func (h *Handler) Shutdown(ctx context.Context) {
	h.logger.Info("function shuts down: requests in flight are finished")
	h.web.Shutdown(ctx, h.rows.Halt)
	h.rows.Stop(ctx)
}

// Routes returns the whole API. This is the list to change in a fork.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Serve: h.describe},
		{Pattern: "GET /sheets/{title}", Serve: h.listRows, AnyQuery: true, Repeatable: logic,
			Query: slices.Concat(logic, []string{"select", "order", "limit", "offset", "values", "header", "format"})},
		{Pattern: "POST /sheets/{title}", Serve: h.insertRows, IfMatch: true, Query: []string{"select", "columns", "on_conflict", "header", "input"}},
		{Pattern: "PATCH /sheets/{title}", Serve: h.updateRows, IfMatch: true, AnyQuery: true, Repeatable: logic, Query: slices.Concat(logic, []string{"select", "columns", "header"})},
		{Pattern: "DELETE /sheets/{title}", Serve: h.deleteRows, IfMatch: true, AnyQuery: true, Repeatable: logic, Query: slices.Concat(logic, []string{"select", "header"})},
		{Pattern: "POST /events", Serve: h.receiveEvent},
		{Pattern: "POST /mcp", Serve: mcp.Serve(h.rows, h.bodies)},
		{Pattern: "GET /export", Serve: h.export, Query: []string{"format"}},
		{Pattern: "GET /openapi.yaml", Serve: h.describeAPI},
		{Pattern: "GET /health", Serve: h.health, Public: true},
	}
}

// describe answers with the spreadsheet, its sheets, and the function's identity.
func (h *Handler) describe(w http.ResponseWriter, r *http.Request) error {
	spreadsheet, err := h.rows.Describe(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, struct {
		service.Spreadsheet
		Identity auth.Status `json:"identity"`
	}{spreadsheet, h.identity(r.Context())})
}

// identity returns the account that the function acts as and its scopes; where
// strangers may call, without names and addresses.
func (h *Handler) identity(ctx context.Context) auth.Status {
	if h.isPublic() {
		status := h.tokens.Status()
		return auth.Status{Scopes: status.Scopes, Expiry: status.Expiry}
	}
	_, _ = h.tokens.Email(ctx) // after an error the status has no e-mail
	return h.tokens.Status()
}

// listRows answers with the rows of a sheet, or with 304 where the caller has them.
func (h *Handler) listRows(w http.ResponseWriter, r *http.Request) error {
	req, err := parseRead(r)
	if err != nil {
		return err
	}
	rows, err := h.rows.ListRows(r.Context(), r.PathValue("title"), req.Query)
	if err != nil {
		return err
	}
	if err := web.Match(r.Header, rows.ETag); err != nil {
		return err
	}
	status, err := req.setHeader(w.Header(), r, rows)
	if err != nil {
		return err
	}
	if !web.NoneMatch(r.Header, rows.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	release, err := h.rows.Hold(rows)
	if err != nil {
		return err
	}
	defer release()
	return req.format.writeRows(w, status, rows)
}

// insertRows appends one row or many, and answers where. With on_conflict it sets
// columns of the rows whose key is there, and appends the others.
func (h *Handler) insertRows(w http.ResponseWriter, r *http.Request) error {
	req, err := parseInsert(r)
	if err != nil {
		return err
	}
	userEntered, err := parseInput(r, req)
	if err != nil {
		return err
	}
	records, err := h.readRecords(w, r, "application/json", "text/csv", web.FormType)
	if err != nil {
		return err
	}
	if err := req.checkInsert(len(records)); err != nil {
		return err
	}
	ctx, title := r.Context(), r.PathValue("title")
	switch {
	case len(req.OnConflict) > 0:
		upserted, err := h.rows.UpsertRows(ctx, title, req.WriteOptions, records)
		if err != nil {
			return err
		}
		status := http.StatusOK
		if upserted.Appended > 0 {
			status = http.StatusCreated
		}
		return req.respond(w, status, upserted.Updated+upserted.Appended, upserted, upserted.ChangeResult)
	case userEntered:
		appended, err := h.rows.EnterRows(ctx, title, req.Header, records)
		if err != nil {
			return err
		}
		return req.respond(w, http.StatusCreated, appended.Count, appended, appended.ChangeResult)
	}
	appended, err := h.rows.AppendRows(ctx, title, req.WriteOptions, records)
	if err != nil {
		return err
	}
	return req.respond(w, http.StatusCreated, appended.Count, appended, appended.ChangeResult)
}

// updateRows sets columns of the rows that match.
func (h *Handler) updateRows(w http.ResponseWriter, r *http.Request) error {
	req, err := parseChange(r)
	if err != nil {
		return err
	}
	records, err := h.readRecords(w, r, "application/json", web.FormType)
	if err != nil {
		return err
	}
	if len(records) != 1 {
		return &table.Error{Code: table.InvalidRows, Detail: fmt.Sprintf("the body holds %d objects: send one, with the columns to set", len(records))}
	}
	updated, err := h.rows.UpdateRows(r.Context(), r.PathValue("title"), req.WriteOptions, records[0])
	if err != nil {
		return req.changeError(err)
	}
	return req.respond(w, http.StatusOK, updated.Count, updated, updated.ChangeResult)
}

// deleteRows deletes the rows that match.
func (h *Handler) deleteRows(w http.ResponseWriter, r *http.Request) error {
	req, err := parseChange(r)
	if err != nil {
		return err
	}
	deleted, err := h.rows.DeleteRows(r.Context(), r.PathValue("title"), req.WriteOptions)
	if err != nil {
		return req.changeError(err)
	}
	return req.respond(w, http.StatusOK, deleted.Count, deleted, deleted.ChangeResult)
}

// receiveEvent stores the rows of an event, once however often it is delivered.
// The response has no body: Knative takes the body of a 2xx for an event in reply,
// and the delivery for failed if it is not one.
func (h *Handler) receiveEvent(w http.ResponseWriter, r *http.Request) error {
	appended, err := h.storeEvent(w, r)
	if err != nil {
		return &deliveryError{err}
	}
	if appended.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *Handler) storeEvent(w http.ResponseWriter, r *http.Request) (table.AppendResult, error) {
	content, release, err := h.bodies.Read(w, r)
	if err != nil {
		return table.AppendResult{}, err
	}
	var e event.Event
	records, err := h.parse(r.Context(), release, func() (records []table.Record, err error) {
		if e, err = event.Parse(r.Header, content); err != nil {
			return nil, err
		}
		return table.ParseRecords(e.Rows)
	})
	if err != nil {
		return table.AppendResult{}, err
	}
	return h.rows.AppendRows(r.Context(), e.Sheet, table.WriteOptions{Key: e.Key}, records)
}

// export answers with the spreadsheet as a file, hidden sheets included, while it
// arrives from Drive.
func (h *Handler) export(w http.ResponseWriter, r *http.Request) error {
	format := "xlsx"
	if query := r.URL.Query(); query.Has("format") {
		format = query.Get("format")
	}
	media, known := service.Formats[format]
	if !known {
		return web.BadRequest("format=%.100s: want %s", format, strings.Join(slices.Sorted(maps.Keys(service.Formats)), ", "))
	}
	title, err := h.rows.Title(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", web.Attachment(title, format))
	if r.Method == http.MethodHead { // needs no file from Drive
		return nil
	}
	return h.rows.Export(r.Context(), w, format)
}

// health answers whether requests can be served, for start-up and readiness
// probes. It never waits for Google: the first call only starts fetching the
// token, so that a probe warms a cold instance. Anyone may call it, so the reason
// names neither account nor address.
func (h *Handler) health(w http.ResponseWriter, _ *http.Request) error {
	if err := h.tokens.Warm(); err != nil {
		return &web.Error{
			Code: string(table.TokenRefused), Status: http.StatusServiceUnavailable,
			Detail: "the last fetch of an access token failed; the log has the cause", Err: err,
		}
	}
	return web.WriteJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}

const (
	// maxBody is the length of the longest body, in bytes. The bodies in memory at one
	// time take up to twice that, beside the first 64 KiB of each.
	maxBody = 8 << 20
	// maxParsers is how many bodies are parsed at one time: rows take several times the
	// memory of their text.
	maxParsers = 2
)

// readRecords reads the rows of a body of one of the media types.
func (h *Handler) readRecords(w http.ResponseWriter, r *http.Request, accepted ...string) ([]table.Record, error) {
	media, err := web.MediaType(r, accepted...)
	if err != nil {
		return nil, err
	}
	content, release, err := h.bodies.Read(w, r)
	if err != nil {
		return nil, err
	}
	return h.parse(r.Context(), release, func() ([]table.Record, error) {
		if media == "text/csv" {
			return table.ReadCSV(bytes.NewReader(content))
		}
		if media == web.FormType && !isJSON(content) {
			return table.ParseForm(content)
		}
		return table.ParseRecords(content)
	})
}

// isJSON reports whether a body with the media type of forms is JSON, as curl -d sends it.
// In a form browsers encode brackets.
func isJSON(content []byte) bool {
	content = bytes.TrimLeft(content, "\ufeff \t\r\n")
	return len(content) == 0 || content[0] == '{' || content[0] == '['
}

// parse calls the function parse, of at most maxParsers at one time, and release after it.
func (h *Handler) parse(ctx context.Context, release func(), parse func() ([]table.Record, error)) ([]table.Record, error) {
	defer release()
	if err := h.parsers.Acquire(ctx, 1); err != nil {
		return nil, &table.Error{Code: table.Overloaded, Detail: "too many bodies wait to be parsed, so nothing was stored", RetryAfter: time.Second, Err: err}
	}
	defer h.parsers.Release(1)
	return parse()
}

// logUsage adds to the log line what a route read, stored and waited for.
func logUsage(serve web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		used := new(service.Usage)
		defer func() { web.LogAttrs(r.Context(), used.Attrs()...) }()
		return serve(w, r.WithContext(service.WithUsage(r.Context(), used)))
	}
}
