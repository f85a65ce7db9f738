package function

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

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

// versions tells what runs, as far as it is known: a platform that builds from
// an upload sees no revision of the source.
func versions() slog.Attr {
	known := []any{"go", runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" || setting.Key == "vcs.modified" {
				known = append(known, setting.Key, setting.Value)
			}
		}
	}
	if revision := os.Getenv("K_REVISION"); revision != "" {
		known = append(known, "revision", revision)
	}
	return slog.Group("versions", known...)
}

// logRequest writes the request's line: no token, no query and no body, which
// may hold what rows hold. The problem is that of err, also where an answer had
// begun and broke off; there is none where the caller left.
func (h *Handler) logRequest(r *http.Request, out *answerWriter, used *service.Usage, p problem, err error, took time.Duration) {
	level, message := slog.LevelInfo, r.Method+" "+r.URL.Path
	fields := []any{
		"request_id", out.Header().Get(requestIDHeader),
		slog.Group("httpRequest",
			"requestMethod", r.Method, "requestUrl", r.URL.Path, "status", out.status,
			"responseSize", out.size, "latency", fmt.Sprintf("%.6fs", took.Seconds()), "userAgent", r.UserAgent()),
	}
	fields = append(fields, traceOf(r.Header).fields()...)
	if n := used.Rows(); n > 0 {
		fields = append(fields, "rows", n)
	}
	if n := used.Calls(); n > 0 {
		fields = append(fields, "google_calls", n)
	}
	if waited := used.Waited(); waited > 0 { // a write; nothing else is queued
		fields = append(fields, "queue_wait_seconds", waited.Seconds())
	}
	if err != nil {
		fields = append(fields, "error", err.Error())
	}
	if bug, ok := errors.AsType[*panicError](err); ok {
		fields = append(fields, "stack_trace", bug.trace())
	}
	if p.Code != "" {
		level = slog.LevelWarn
		if p.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		if errors.Is(r.Context().Err(), context.Canceled) && p.Code != table.OutcomeUnknown {
			level = slog.LevelInfo // the caller left; nobody needs to look at it
		}
		message += ": " + string(p.Code)
		fields = append(fields, "code", p.Code, "remedy", p.Remedy)
	}
	h.log.Log(r.Context(), level, message, fields...)
}

// panicError is a bug that was caught.
type panicError struct {
	cause any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.cause) }

// trace is the stack as the runtime prints it, which is what Error Reporting
// reads, https://cloud.google.com/error-reporting/docs/formatting-error-messages.
func (e *panicError) trace() string { return e.Error() + "\n\n" + string(e.stack) }

// answerWriter remembers what was answered.
type answerWriter struct {
	http.ResponseWriter
	status int
	size   int
	failed error // why the caller could not be reached
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
	if err != nil {
		w.failed = err
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
