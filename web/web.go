// Package web serves an API over HTTP: it matches routes, checks callers and
// parameters, turns errors into problem answers, writes one log line for each
// request in the shape of Cloud Logging, and shuts down without cutting off
// requests in flight. It does not depend on what the routes do.
//
//	h := web.NewHandler(web.Config{
//		Routes: []web.Route{{Pattern: "GET /greetings/{name}", Serve: greet}},
//		Logger: web.NewLogger(os.Stderr),
//	})
//	err := http.ListenAndServe("127.0.0.1:8080", h)
//
// # Routes and errors
//
// A route writes a response or returns an error, not both. An [*Error] is what the
// caller gets; [Config.Explain] makes one of any other error.
//
//	func greet(w http.ResponseWriter, r *http.Request) error {
//		if len(r.PathValue("name")) > 100 {
//			return web.BadRequest("the name is longer than 100 bytes")
//		}
//		return web.WriteJSON(w, http.StatusOK, "hello "+r.PathValue("name"))
//	}
//
// # Order
//
// Each request passes, in this order: request ID, security headers, CORS, the
// count of requests in flight, log and recovery of panics, the deadline, the check
// of the caller, the checks of conditions and of the query's parameters, the route. The
// method stack of [Handler] is that list.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// DefaultTimeout ends a request before a platform that allows 60 s does, so that
// the caller gets an answer instead of a cut connection.
const DefaultTimeout = 55 * time.Second

// replyMargin is the time to write an answer which says that the request's own
// time is over.
const replyMargin = 3 * time.Second

// HandlerFunc serves a request or returns an error. An error after the response
// has begun aborts the connection, so that no client takes a part for the whole.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Route is one entry of an API.
type Route struct {
	// Pattern is one of [http.ServeMux] with a method: "GET /sheets/{title}".
	Pattern string
	// Query names the query parameters that the route takes. Others are answered
	// 400, and so is one given twice.
	Query []string
	// Repeatable names those of Query that may be given up to [MaxRepeats] times.
	Repeatable []string
	// AnyQuery lets parameters that are not in Query through to the route, which has to
	// check them. Each may be given up to MaxRepeats times.
	AnyQuery bool
	// IfMatch lets the request header If-Match through to the route, which has to evaluate
	// it. Otherwise a write with it is answered 412.
	IfMatch bool
	// Public routes are served without a check of the caller.
	Public bool
	// Serve answers the request.
	Serve HandlerFunc
}

// Config is what [NewHandler] takes. Only Routes is required.
type Config struct {
	Routes []Route
	// Authorize returns an error for a caller who may not call. It is called for
	// every route that is not public, and before 404 and 405 are answered. Nil:
	// anyone may call.
	Authorize func(*http.Request) error
	// Explain turns an error of a route or of Authorize into what the caller
	// gets; it must return one. Nil is [AsError].
	Explain func(context.Context, error) *Error
	// Redact returns what the caller may read of an error; the log holds the
	// whole. Nil leaves it as it is.
	Redact func(Error) Error
	// CORS says which pages of other sites may call.
	CORS CORS
	// Timeout ends the context of each request; 0 is [DefaultTimeout].
	Timeout time.Duration
	// Project returns the Google Cloud project of traces in log lines, without waiting
	// for it; "" is not known. Nil, and where GOOGLE_CLOUD_PROJECT is set, it is not
	// called.
	Project func() string
	// Logger gets one line for each request; nil is [slog.Default].
	Logger *slog.Logger
}

// Handler serves the routes of a [Config]. It is safe for concurrent use.
type Handler struct {
	config    Config
	mux       *http.ServeMux
	unmatched http.Handler
	cross     crossOrigin
	drain     *drain
}

// NewHandler returns a handler for the routes. It panics if two patterns conflict
// or one is malformed, as [http.ServeMux.Handle] does.
func NewHandler(c Config) *Handler {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Explain == nil {
		c.Explain = func(_ context.Context, err error) *Error { return AsError(err) }
	}
	h := &Handler{config: c, mux: http.NewServeMux(), cross: newCrossOrigin(c), drain: newDrain()}
	for _, route := range c.Routes {
		h.mux.Handle(route.Pattern, &matched{h.stack(route)})
	}
	h.unmatched = h.stack(Route{Serve: h.serveUnmatched})
	return h
}

// stack is what a request of the route passes, outermost first.
func (h *Handler) stack(route Route) http.Handler {
	return withRequestID(
		withSecurityHeaders(
			h.withCORS(
				h.countInFlight(
					h.logAndRecover(
						h.withDeadline(
							h.explainErrors(
								h.checkCaller(route,
									checkConditions(route,
										checkParameters(route,
											route.Serve))))))))))
}

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if found, _ := h.mux.Handler(r); !isMatched(found) {
		h.unmatched.ServeHTTP(w, r)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// withDeadline bounds the time of a request, including that of writing to a client
// that reads slowly, which the context alone does not end.
func (h *Handler) withDeadline(next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), h.config.Timeout)
		defer cancel()
		defer context.AfterFunc(h.drain.ctx, cancel)()
		// There is no connection to set a deadline on in some tests.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(h.config.Timeout + replyMargin))
		return next(w, r.WithContext(ctx))
	}
}

// checkCaller refuses callers who may not call, and writes by pages of other
// sites where anyone may call.
func (h *Handler) checkCaller(route Route, next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if h.config.Authorize != nil && !route.Public {
			if err := h.config.Authorize(r); err != nil {
				return err
			}
		}
		if err := h.cross.checkWrite(r); err != nil {
			return err
		}
		return next(w, r)
	}
}

// failure is the error of a route with what the caller gets for it.
type failure struct {
	cause  error
	answer *Error
}

func (f *failure) Error() string { return f.cause.Error() }

func (f *failure) Unwrap() error { return f.cause }

// explainErrors makes each error a *failure, while the request's deadline holds.
func (h *Handler) explainErrors(next HandlerFunc) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := next(w, r)
		if err == nil {
			return nil
		}
		return &failure{err, h.config.Explain(r.Context(), err)}
	}
}

// methods are those of the routes, and HEAD.
func methods(routes []Route) []string {
	list := []string{http.MethodHead}
	for _, route := range routes {
		method, _, _ := strings.Cut(route.Pattern, " ")
		list = append(list, method)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
