// Package function puts a Google spreadsheet behind a JSON API. It runs on
// Cloud Run, Cloud Run functions and any Knative, with an access token for
// exactly the scopes that it needs and no key file.
//
// A fork changes this file, which lists the routes, and the folder service,
// which holds what they do. Package auth stays as it is.
package function

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
	"golang.org/x/sync/semaphore"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

func init() {
	// The name that deploy commands give as the function target.
	functions.HTTP("Handle", Handle)
}

// Handle answers one request. It is the function's entry point for the
// functions framework and for Knative. The settings are read from the
// environment at the first call; if they are wrong, every call says so.
func Handle(w http.ResponseWriter, r *http.Request) { fromEnvironment().ServeHTTP(w, r) }

var fromEnvironment = sync.OnceValue(func() http.Handler {
	log := newLogger(os.Stderr)
	settings, err := ReadSettings()
	if err != nil {
		return misconfigured(err, log)
	}
	h, err := NewHandler(settings, WithLogger(log))
	if err != nil {
		return misconfigured(err, log)
	}
	if os.Getenv("K_SERVICE") != "" { // elsewhere the program that calls Handle knows how to stop
		h.exitOnSignal()
	}
	return h
})

// An Option changes how [NewHandler] builds a handler.
type Option func(*options)

type options struct {
	transport http.RoundTripper
	logger    *slog.Logger
}

// WithTransport sends all requests to Google and to the metadata server through
// the transport, for example emulator.Transport in tests. Without it, or with
// nil, they go through clones of [http.DefaultTransport].
func WithTransport(transport http.RoundTripper) Option {
	return func(o *options) { o.transport = transport }
}

// WithLogger writes the log to the logger. Without it the log goes to standard
// error, one JSON object a line in the shape of Cloud Logging.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) { o.logger = logger }
}

// NewHandler returns the API for these settings. It makes no network call; an
// error names the credentials that are missing.
func NewHandler(s Settings, opts ...Option) (*Handler, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	base, log := o.transport, o.logger
	if log == nil {
		log = newLogger(os.Stderr)
	}
	endpoint := s.Emulator.endpoint()
	tokens, err := auth.NewTransport(auth.Config{
		Scopes: s.Scopes, Subject: string(s.Subject), Impersonate: string(s.Impersonate),
		Endpoint: endpoint, Base: base, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := auth.NewVerifier(s.Callers, string(s.Audience), endpoint, base)
	if err != nil {
		return nil, err
	}
	rows, err := service.New(context.Background(), service.Config{
		Client: tokens.Client(), SpreadsheetID: string(s.SpreadsheetID), Endpoint: endpoint,
		CacheTTL: time.Duration(s.CacheTTL), ReadsPerMinute: int(s.ReadsPerMinute), WritesPerMinute: int(s.WritesPerMinute),
		Logger: log,
	})
	if err != nil {
		return nil, err
	}
	h := &Handler{settings: s, callers: verifier, tokens: tokens, rows: rows, log: log, mux: http.NewServeMux(), drain: newDrain(), bodies: semaphore.NewWeighted(bodiesAtOnce), pages: newPages(s)}
	for _, route := range h.routes() {
		h.mux.Handle(route.pattern, h.answer(route))
	}
	log.Info("function is set up", "settings", s, versions())
	return h, nil
}

// Handler serves the API. It is safe for concurrent use; the zero value is not
// usable, see [NewHandler].
type Handler struct {
	settings Settings
	callers  *auth.Verifier
	tokens   *auth.Transport
	rows     *service.Service
	log      *slog.Logger
	mux      *http.ServeMux
	drain    *drain
	bodies   *semaphore.Weighted // bytes of bodies that may be in memory
	pages    pages
}

// route is a pattern of http.ServeMux, the query parameters it takes, and what
// it does. An error becomes a problem answer, see problem.go.
type route struct {
	pattern    string
	parameters []string
	do         func(http.ResponseWriter, *http.Request) error
}

// routes is the whole API. This is the list to change in a fork.
func (h *Handler) routes() []route {
	return []route{
		{"GET /{$}", nil, h.describe},
		{"GET /sheets/{title}", []string{"where", "order", "select", "limit", "offset", "values", "header", "format"}, h.listRows},
		{"POST /sheets/{title}", []string{"header", "input"}, h.appendRows},
		{"PUT /sheets/{title}", []string{"key", "header", "dry_run"}, h.upsertRows},
		{"PATCH /sheets/{title}", []string{"where", "limit", "header", "dry_run"}, h.updateRows},
		{"DELETE /sheets/{title}", []string{"where", "limit", "header", "dry_run"}, h.deleteRows},
		{"POST /events", nil, h.receiveEvent},
		{"GET /export", []string{"format"}, h.export},
		{"GET /openapi.yaml", nil, h.describeAPI},
		{healthRoute, nil, h.health},
	}
}

// healthRoute alone is open to anybody.
const healthRoute = "GET /health"

// describe answers with the spreadsheet, its sheets, and who the function is.
func (h *Handler) describe(w http.ResponseWriter, r *http.Request) error {
	spreadsheet, err := h.rows.Describe(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		service.Spreadsheet
		Identity auth.Status `json:"identity"`
	}{spreadsheet, h.identity(r.Context())})
}

// export answers with the spreadsheet as a file, hidden sheets included, while it
// comes from Drive.
func (h *Handler) export(w http.ResponseWriter, r *http.Request) error {
	format, err := parseFormat(r.URL.Query())
	if err != nil {
		return err
	}
	title, err := h.rows.Title(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", service.Formats[format])
	w.Header().Set("Content-Disposition", attachment(title, format))
	if r.Method == http.MethodHead { // the file need not be made for that
		return nil
	}
	return h.rows.Export(r.Context(), w, format)
}

// health answers whether requests can be served, for start-up and readiness
// probes. It never waits for Google: the first call only starts fetching the
// token, so that a probe warms a cold instance. Anyone may ask, so the reason
// names neither account nor address.
func (h *Handler) health(w http.ResponseWriter, _ *http.Request) error {
	if err := h.tokens.Warm(); err != nil {
		return &requestError{
			code: table.TokenRefused, status: http.StatusServiceUnavailable,
			detail: "the last fetch of an access token failed; the log has the cause", err: err,
		}
	}
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
