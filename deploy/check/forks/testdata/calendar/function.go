// Package function serves the next events of a Google calendar as JSON, with an
// access token for exactly the scope that it needs and no key file.
package function

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/option"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/web"
)

func init() {
	// The name that deploy commands give as the function target.
	functions.HTTP("Handle", Handle)
}

// Handle serves one request. The settings are read from the environment at the
// first request; if they are wrong, every request is answered with what is wrong.
func Handle(w http.ResponseWriter, r *http.Request) { fromEnvironment().ServeHTTP(w, r) }

var fromEnvironment = sync.OnceValue(func() http.Handler {
	logger := web.NewLogger(os.Stderr)
	settings, err := ReadSettings()
	if err != nil {
		return misconfigured(err, logger)
	}
	h, err := NewHandler(settings, nil, logger)
	if err != nil {
		return misconfigured(err, logger)
	}
	if os.Getenv("K_SERVICE") != "" {
		web.ExitOnSignal(func(ctx context.Context) { h.web.Shutdown(ctx, nil) })
	}
	return h.web
})

// Handler serves the API. It is safe for concurrent use.
type Handler struct {
	settings Settings
	tokens   *auth.Transport
	calendar *calendar.Service
	web      *web.Handler
}

// NewHandler returns the API for these settings. A transport other than nil carries
// all requests to Google and to the metadata server.
func NewHandler(s Settings, transport http.RoundTripper, logger *slog.Logger) (*Handler, error) {
	tokens, err := auth.NewTransport(auth.Config{Scopes: s.Scopes, Base: transport, Logger: logger})
	if err != nil {
		return nil, err
	}
	callers, err := auth.NewVerifier(s.Callers, string(s.Audience), "", transport)
	if err != nil {
		return nil, err
	}
	client, err := calendar.NewService(context.Background(), option.WithHTTPClient(tokens.Client()))
	if err != nil {
		return nil, err
	}
	h := &Handler{settings: s, tokens: tokens, calendar: client}
	h.web = web.NewHandler(web.Config{Routes: h.Routes(), Authorize: callers.Check, Explain: explain, Logger: logger})
	return h, nil
}

// Routes returns the whole API.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /events", Serve: h.listEvents, Query: []string{"limit"}},
		{Pattern: "GET /openapi.yaml", Serve: h.describeAPI},
		{Pattern: "GET /health", Serve: h.health, Public: true},
	}
}

// event is what this API shows of an event.
type event struct {
	Title string `json:"title"`
	Start string `json:"start"`
}

// listEvents answers with the next events of the calendar.
func (h *Handler) listEvents(w http.ResponseWriter, r *http.Request) error {
	limit, err := web.Int(r.URL.Query(), "limit", 1, 250)
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = 10
	}
	list, err := h.calendar.Events.List(h.settings.CalendarID).SingleEvents(true).OrderBy("startTime").
		TimeMin(time.Now().Format(time.RFC3339)).MaxResults(int64(limit)).
		Fields("items(summary,start)").Context(r.Context()).Do()
	if err != nil {
		return err
	}
	events := make([]event, 0, len(list.Items))
	for _, item := range list.Items {
		e := event{Title: item.Summary}
		if item.Start != nil {
			e.Start = item.Start.DateTime
			if e.Start == "" {
				e.Start = item.Start.Date
			}
		}
		events = append(events, e)
	}
	return web.WriteJSON(w, http.StatusOK, events)
}

// health answers whether requests can be served, for start-up and readiness probes.
func (h *Handler) health(w http.ResponseWriter, _ *http.Request) error {
	if err := h.tokens.Warm(); err != nil {
		return &web.Error{Code: codeToken, Status: http.StatusServiceUnavailable, Detail: "the last fetch of an access token failed; the log has the cause", Err: err}
	}
	return web.WriteJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
