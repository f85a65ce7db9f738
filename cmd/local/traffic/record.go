package traffic

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

type numberKey struct{}

// Handler records the requests that next serves.
func (l *Log) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		number := l.begin(Request{
			Time: start, Method: r.Method, Path: cut(r.URL.Path), Query: cut(r.URL.RawQuery), Header: selectHeaders(r.Header),
		})
		body := &bodyReader{ReadCloser: r.Body}
		out := &responseRecorder{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), numberKey{}, number))
		r.Body = body
		defer func() { // also where the handler ends the connection by a panic
			l.end(number, time.Since(start), out.status, out.problem(), body.kept, out.kept)
		}()
		next.ServeHTTP(out, r)
	})
}

func cut(text string) string { return text[:min(len(text), maxText)] }

// selectHeaders returns the headers that change what the function does.
func selectHeaders(all http.Header) http.Header {
	selected := http.Header{}
	for _, name := range []string{"Accept", "Content-Type", "Content-Encoding", "Cache-Control", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Range"} {
		for _, value := range all.Values(name) {
			selected.Add(name, cut(value))
		}
	}
	return selected
}

// bodyReader keeps the beginning of what is read.
type bodyReader struct {
	io.ReadCloser
	kept []byte
}

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.kept = keep(b.kept, p[:n])
	return n, err
}

// keep appends to what is kept of a body, up to its limit.
func keep(kept, more []byte) []byte { return append(kept, more[:min(len(more), maxBody-len(kept))]...) }

// responseRecorder keeps the status and the beginning of the body.
type responseRecorder struct {
	http.ResponseWriter
	status int
	kept   []byte
}

// WriteHeader notes the status.
func (w *responseRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write notes what is written.
func (w *responseRecorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	w.kept = keep(w.kept, b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *responseRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// problem returns what a problem response says, the zero Problem for others.
func (w *responseRecorder) problem() (p Problem) {
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
		_ = json.Unmarshal(w.kept, &p) // one that is cut leaves p empty
	}
	return p
}
