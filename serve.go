package function

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/service"
)

// ServeHTTP checks the caller and runs the route. ServeMux's own answers to
// unknown paths and methods become problems.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.drain.enter() {
		h.answer(route{do: h.tooLate}).ServeHTTP(w, r)
		return
	}
	defer h.drain.leave()
	ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
	defer cancel()
	defer context.AfterFunc(h.drain.ctx, cancel)()
	r = r.WithContext(ctx)
	if _, pattern := h.mux.Handler(r); pattern != "" {
		h.mux.ServeHTTP(w, r)
		return
	}
	h.answer(route{do: h.unrouted}).ServeHTTP(w, r)
}

// unrouted asks ServeMux whether the path or only the method is unknown.
func (h *handler) unrouted(w http.ResponseWriter, r *http.Request) error {
	answer := &headerRecorder{header: http.Header{}}
	h.mux.ServeHTTP(answer, r)
	if answer.status == http.StatusMethodNotAllowed {
		allow := answer.header.Get("Allow")
		w.Header().Set("Allow", allow)
		return &requestError{code: codeMethodNotAllowed, detail: fmt.Sprintf("%s is not allowed here; allowed are %s", r.Method, allow)}
	}
	return &requestError{code: codeRouteNotFound, detail: fmt.Sprintf("there is no route %s", r.URL.Path)}
}

// answer runs one route, turns its error into a problem, and logs one line.
func (h *handler) answer(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		out := &answerWriter{ResponseWriter: w}
		var p problem
		err := h.runSafely(route, out, r)
		if err != nil && out.status == 0 { // else the caller left while it was answered
			p = h.explain(r.Context(), err)
			h.shown(p).write(out)
		}
		h.logRequest(r, out, p, err, time.Since(start))
	})
}

// runSafely makes an error of a panic, with the stack for the log. The one that
// asks net/http to drop the connection passes.
func (h *handler) runSafely(route route, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			panic(cause)
		} else if cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return h.run(route, w, r)
}

func (h *handler) run(route route, w http.ResponseWriter, r *http.Request) error {
	if route.pattern != healthRoute {
		if err := h.callers.Check(r); err != nil {
			return err
		}
	}
	if err := checkParameters(r.URL.RawQuery, route.parameters); route.pattern != "" && err != nil {
		return err
	}
	return route.do(w, r)
}

// misconfigured answers every request with what is wrong with the settings. It
// cannot check callers, so on a platform it names no file and no account.
func misconfigured(err error, log *slog.Logger) http.Handler {
	log.Error("function is not set up", "error", err)
	p := toProblem(&requestError{code: codeSettings, detail: "the function's settings are wrong: " + strings.ReplaceAll(err.Error(), "\n", "; ")})
	if credentials, ok := errors.AsType[*auth.Error](err); ok {
		p.Remedy = credentials.Remedy
		if os.Getenv("K_SERVICE") != "" {
			p.Detail = "the function's credentials cannot be used; its log has the cause"
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { p.write(w) })
}

// newLogger writes one JSON object a line in the shape of Cloud Logging,
// https://cloud.google.com/logging/docs/structured-logging.
func newLogger(w io.Writer) *slog.Logger {
	names := map[string]string{slog.LevelKey: "severity", slog.MessageKey: "message"}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if name, ok := names[a.Key]; ok && len(groups) == 0 {
				a.Key = name
			}
			if a.Key == "severity" && a.Value.String() == slog.LevelWarn.String() {
				a.Value = slog.StringValue("WARNING")
			}
			return a
		},
	}))
}

// logRequest writes the request's line: no token, no query and no body, which
// may hold what rows hold.
func (h *handler) logRequest(r *http.Request, out *answerWriter, p problem, err error, took time.Duration) {
	level, message := slog.LevelInfo, r.Method+" "+r.URL.Path
	fields := []any{slog.Group("httpRequest",
		"requestMethod", r.Method, "requestUrl", r.URL.Path, "status", out.status,
		"responseSize", out.size, "latency", fmt.Sprintf("%.6fs", took.Seconds()), "userAgent", r.UserAgent())}
	if err != nil {
		fields = append(fields, "error", err.Error())
	}
	if p.Code != "" {
		level = slog.LevelWarn
		if p.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		if errors.Is(r.Context().Err(), context.Canceled) && p.Code != service.OutcomeUnknown {
			level = slog.LevelInfo // the caller left; nobody needs to look at it
		}
		message += ": " + string(p.Code)
		fields = append(fields, "code", p.Code, "remedy", p.Remedy)
	}
	h.log.Log(r.Context(), level, message, fields...)
}

// answerWriter remembers what was answered.
type answerWriter struct {
	http.ResponseWriter
	status int
	size   int
}

func (w *answerWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.size += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headerRecorder keeps an answer's status and header and drops its body.
type headerRecorder struct {
	header http.Header
	status int
}

func (w *headerRecorder) Header() http.Header         { return w.header }
func (w *headerRecorder) WriteHeader(status int)      { w.status = status }
func (w *headerRecorder) Write(b []byte) (int, error) { return len(b), nil }
