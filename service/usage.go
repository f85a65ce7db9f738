package service

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// Usage is what a request has taken, for the log. Its zero value is ready; it is
// safe for concurrent use.
type Usage struct {
	rows, calls, waited atomic.Int64
}

// Rows is how many rows were read, or stored, changed and deleted.
func (u *Usage) Rows() int { return int(u.rows.Load()) }

// Calls is how many calls to Google the request has led to. Requests that share
// a read have it counted with the one that came first; each of those that share
// a batch has the batch's calls.
func (u *Usage) Calls() int { return int(u.calls.Load()) }

// Waited is how long a write was queued before it was sent.
func (u *Usage) Waited() time.Duration { return time.Duration(u.waited.Load()) }

// Attrs returns the fields of a log line: rows, google_calls and, for a write,
// queue_wait_seconds. What is 0 is left out.
func (u *Usage) Attrs() (attrs []slog.Attr) {
	if n := u.Rows(); n > 0 {
		attrs = append(attrs, slog.Int("rows", n))
	}
	if n := u.Calls(); n > 0 {
		attrs = append(attrs, slog.Int("google_calls", n))
	}
	if waited := u.Waited(); waited > 0 {
		attrs = append(attrs, slog.Float64("queue_wait_seconds", waited.Seconds()))
	}
	return attrs
}

type usageKey struct{}

// WithUsage returns a context that notes in u what is done with it.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// usageOf is never nil.
func usageOf(ctx context.Context) *Usage {
	if u, ok := ctx.Value(usageKey{}).(*Usage); ok {
		return u
	}
	return new(Usage)
}

func noteRows(ctx context.Context, n int) { usageOf(ctx).rows.Store(int64(n)) }

// counting notes the calls of a client.
type counting struct{ base http.RoundTripper }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	usageOf(r.Context()).calls.Add(1)
	return c.base.RoundTrip(r)
}

// counted is a client whose calls are noted.
func counted(client *http.Client) *http.Client {
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	copied := *client
	copied.Transport = counting{base}
	return &copied
}
