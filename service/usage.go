package service

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// Usage counts what a request costs, for the log. The zero value is ready to use, with
// [WithUsage]. It is safe for concurrent use.
type Usage struct {
	rows, calls, waited atomic.Int64
}

// Rows returns how many rows were read, or how many were stored, changed or deleted.
func (u *Usage) Rows() int { return int(u.rows.Load()) }

// Calls returns how many calls to Google the request has caused. A read that several
// requests share counts for the first of them, a batch for each.
func (u *Usage) Calls() int { return int(u.calls.Load()) }

// Waited returns how long a write was queued before it was sent.
func (u *Usage) Waited() time.Duration { return time.Duration(u.waited.Load()) }

// Attrs returns the fields of a log line: rows, google_calls and, for a write,
// queue_wait_seconds, to the microsecond. What is 0 is left out.
func (u *Usage) Attrs() (attrs []slog.Attr) {
	if n := u.Rows(); n > 0 {
		attrs = append(attrs, slog.Int("rows", n))
	}
	if n := u.Calls(); n > 0 {
		attrs = append(attrs, slog.Int("google_calls", n))
	}
	if waited := u.Waited(); waited > 0 {
		attrs = append(attrs, slog.Float64("queue_wait_seconds", waited.Round(time.Microsecond).Seconds()))
	}
	return attrs
}

type usageKey struct{}

// WithUsage returns a context with which calls of a [Service] are counted in u.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// usageOf returns the Usage of ctx; a new one if there is none.
func usageOf(ctx context.Context) *Usage {
	if u, ok := ctx.Value(usageKey{}).(*Usage); ok {
		return u
	}
	return new(Usage)
}

func noteRows(ctx context.Context, n int) { usageOf(ctx).rows.Store(int64(n)) }

// maxErrorBody is how much of an error response is read; Google's have a few KB.
const maxErrorBody = 64 << 10

// usageTransport counts the calls of a client, and cuts error responses, which the
// typed clients read whole.
type usageTransport struct{ base http.RoundTripper }

func (c usageTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	usageOf(r.Context()).calls.Add(1)
	response, err := c.base.RoundTrip(r)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxErrorBody), response.Body}
	}
	return response, err
}

// withUsageTransport returns a copy of the client that counts its calls.
func withUsageTransport(client *http.Client) *http.Client {
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	copied := *client
	copied.Transport = usageTransport{base}
	return &copied
}
