package web

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
	"strings"
	"sync"
	"time"
)

const (
	// maxText is the length of a text in a line, in bytes, and maxStack that of a stack
	// trace. Cloud Logging drops entries of more than 256 KiB, and JSON makes six bytes
	// of some: https://cloud.google.com/logging/quotas#log-limits
	maxText  = 4 << 10
	maxStack = 16 << 10
	// maxFromCaller is the length of what a caller chooses freely: anybody can send it.
	maxFromCaller = 500
)

// bound returns text, cut after this many bytes.
func bound(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return strings.ToValidUTF8(text[:length], "") + "…"
}

// boundValue cuts texts and errors.
func boundValue(key string, v slog.Value) slog.Value {
	length := maxText
	if key == stackKey {
		length = maxStack
	}
	if v.Kind() == slog.KindString {
		return slog.StringValue(bound(v.String(), length))
	}
	if err, ok := v.Any().(error); ok {
		return slog.StringValue(bound(err.Error(), length))
	}
	return v
}

// NewLogger returns a logger that writes one JSON object a line in the shape of
// Cloud Logging, https://cloud.google.com/logging/docs/structured-logging. It cuts
// texts and errors after 4 KiB.
func NewLogger(w io.Writer) *slog.Logger {
	names := map[string]string{slog.LevelKey: "severity", slog.MessageKey: "message"}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if name, ok := names[a.Key]; ok && len(groups) == 0 {
				a.Key = name
			}
			if a.Key == "severity" && a.Value.String() == slog.LevelWarn.String() {
				a.Value = slog.StringValue("WARNING")
			}
			a.Value = boundValue(a.Key, a.Value)
			return a
		},
	}))
}

// Versions returns what is running, for a log line at start, as far as it is
// known: a platform that builds from an upload records no revision of the source.
func Versions() slog.Attr {
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

// LogAttrs adds fields to the log line of the request that has this context. It
// has no effect on another context, and is safe for concurrent use. A field must
// not hold secrets or what a body holds.
func LogAttrs(ctx context.Context, attrs ...slog.Attr) {
	if line, ok := ctx.Value(logLineKey{}).(*logLine); ok {
		line.mu.Lock()
		defer line.mu.Unlock()
		line.attrs = append(line.attrs, attrs...)
	}
}

type logLineKey struct{}

// logLine collects the fields that a route adds to the line of its request.
type logLine struct {
	handler *Handler
	mu      sync.Mutex
	attrs   []slog.Attr
	err     error  // the first that [Explain] has made a part of the response
	answer  *Error // what the caller gets for err
}

// Explain returns what the caller of the request with this context may read of an error
// that a route makes a part of a successful response, such as the result of one call
// among several. The request's log line has the first such error with its cause, as if
// the route had returned it. With another context it returns [AsError] of err. It is safe
// for concurrent use.
func Explain(ctx context.Context, err error) *Error {
	line, ok := ctx.Value(logLineKey{}).(*logLine)
	if !ok {
		return AsError(err)
	}
	answer := line.handler.config.Explain(ctx, err)
	line.mu.Lock()
	defer line.mu.Unlock()
	if line.err == nil {
		line.err, line.answer = err, answer
	}
	return line.handler.redact(answer)
}

// logAndRecover writes the problem answer of an error, logs one line, and makes an
// error of a panic. A response that had begun before the error is aborted.
func (h *Handler) logAndRecover(next HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		out, line := &responseRecorder{ResponseWriter: w, drain: h.drain}, &logLine{handler: h}
		err := recoverPanics(next, out, r.WithContext(context.WithValue(r.Context(), logLineKey{}, line)))
		began := out.status != 0
		clientGone := out.failed != nil && errors.Is(err, out.failed)
		var answer *Error
		if err != nil && !clientGone {
			answer = answerOf(err)
		}
		switch {
		case err != nil && !began:
			h.redact(answer).write(out)
		case !began:
			out.WriteHeader(http.StatusOK)
		}
		h.logRequest(r, out, line, answer, err, time.Since(start))
		if err != nil && began && !clientGone {
			abortConnection(w)
		}
	})
}

// answerOf returns what the caller gets for an error of explainErrors, or of a
// layer further out.
func answerOf(err error) *Error {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.answer
	}
	return AsError(err)
}

func (h *Handler) redact(e *Error) *Error {
	if h.config.Redact == nil {
		return e
	}
	redacted := h.config.Redact(*e)
	return &redacted
}

// logRequest writes the line of a request: no token, no query and no body. The
// answer is that of err, also where a response had begun and was aborted; it is
// nil where there was no error, or the client had gone.
func (h *Handler) logRequest(r *http.Request, out *responseRecorder, line *logLine, answer *Error, err error, took time.Duration) {
	path := bound(r.URL.Path, maxFromCaller)
	level, message := slog.LevelInfo, bound(r.Method, maxFromCaller)+" "+path
	fields := []slog.Attr{
		slog.String("request_id", out.Header().Get(RequestIDHeader)),
		slog.Group("httpRequest",
			"requestMethod", bound(r.Method, maxFromCaller), "requestUrl", path, "status", out.status,
			"responseSize", out.size, "latency", fmt.Sprintf("%.6fs", took.Seconds()), "userAgent", bound(r.UserAgent(), maxFromCaller)),
	}
	fields = append(fields, traceOf(r.Header).attrs(h.config.Project)...)
	line.mu.Lock()
	fields = append(fields, line.attrs...)
	if err == nil {
		err, answer = line.err, line.answer
	}
	line.mu.Unlock()
	if err != nil {
		fields = append(fields, slog.String("error", bound(err.Error(), maxText)))
	}
	if bug, ok := errors.AsType[*panicError](err); ok {
		fields = append(fields, slog.String(stackKey, bound(bug.trace(), maxStack)))
	}
	if answer != nil {
		level = slog.LevelWarn
		if answer.status() >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		if r.Context().Err() == context.Canceled && !answer.AlwaysLog {
			level = slog.LevelInfo // the client left
		}
		message += ": " + answer.Code
		fields = append(fields, slog.String("code", answer.Code))
		if !answer.HintQuotes {
			fields = append(fields, slog.String("hint", answer.Hint))
		}
	}
	h.config.Logger.LogAttrs(r.Context(), level, message, fields...)
}
