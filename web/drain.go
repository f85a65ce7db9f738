package web

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const (
	// shutdownTimeout ends before the ten seconds that Cloud Run gives a process
	// after SIGTERM, https://cloud.google.com/run/docs/container-contract.
	shutdownTimeout = 9 * time.Second
	// abortMargin is the end of a shutdown: requests that are not done by then
	// are answered with what is certain instead of losing their connection.
	abortMargin = 500 * time.Millisecond
	// flushTime lets net/http send what handlers have written.
	flushTime = 200 * time.Millisecond
)

// drain counts the requests in flight and, once it has begun, lets no more in.
type drain struct {
	ctx    context.Context // done when requests in flight have to end
	cancel context.CancelFunc

	mu       sync.Mutex
	draining bool
	inFlight int
	idle     chan struct{} // closed when draining and nothing is in flight
}

func newDrain() *drain {
	d := &drain{idle: make(chan struct{})}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// enter counts a request. It reports false once draining has begun.
func (d *drain) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.draining {
		return false
	}
	d.inFlight++
	return true
}

func (d *drain) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inFlight--; d.draining && d.inFlight == 0 {
		close(d.idle)
	}
}

func (d *drain) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.draining && d.inFlight == 0 {
		close(d.idle)
	}
	d.draining = true
}

func (d *drain) begun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.draining
}

// wait blocks until nothing is in flight or ctx is done.
func (d *drain) wait(ctx context.Context) {
	select {
	case <-d.idle:
	case <-ctx.Done():
	}
}

// countInFlight counts requests, and answers 503 to those that arrive during a
// shutdown.
func (h *Handler) countInFlight(next http.Handler) http.Handler {
	reject := h.logAndRecover(rejectShuttingDown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.drain.enter() {
			reject.ServeHTTP(w, r)
			return
		}
		defer h.drain.leave()
		next.ServeHTTP(w, r)
	})
}

func rejectShuttingDown(http.ResponseWriter, *http.Request) error {
	return &Error{
		Code: CodeOverloaded, Status: http.StatusServiceUnavailable,
		Detail: "this instance is shutting down, so nothing was done", RetryAfter: time.Second,
	}
}

// Shutdown answers 503 to new requests and returns when those in flight are
// answered, or when ctx is done. Half a second before ctx's deadline it calls
// beforeCancel, which may be nil, and cancels the contexts of the requests that
// are still in flight, so that they can answer. It may be called again.
func (h *Handler) Shutdown(ctx context.Context, beforeCancel func()) {
	h.drain.begin()
	if deadline, ok := ctx.Deadline(); ok {
		soon, cancel := context.WithDeadline(ctx, deadline.Add(-abortMargin))
		defer cancel()
		h.drain.wait(soon)
	} else {
		h.drain.wait(ctx)
	}
	if beforeCancel != nil {
		beforeCancel()
	}
	h.drain.cancel()
	h.drain.wait(ctx)
}

// ExitOnSignal calls shutdown at SIGTERM, by which platforms end an instance, and
// then ends the process. The context given to shutdown ends a second before Cloud
// Run kills the process. It is for a main that does not handle the signal, such as
// the one that the functions framework generates.
func ExitOnSignal(shutdown func(context.Context)) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		shutdown(ctx)
		time.Sleep(flushTime)
		os.Exit(0)
	}()
}
