package function

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"example.com/sheets-function/service/table"
)

const (
	// drainBudget ends before the ten seconds that Cloud Run gives a process
	// after SIGTERM, https://cloud.google.com/run/docs/container-contract.
	drainBudget = 9 * time.Second
	// answerBudget is the end of it: requests that are not done by then are told
	// what is certain instead of losing their connection.
	answerBudget = 500 * time.Millisecond
	// flushBudget lets net/http send what handlers have written.
	flushBudget = 200 * time.Millisecond
)

// drain counts the requests in flight and, once it has begun, lets no more in.
// Its zero value is not usable; see newDrain.
type drain struct {
	ctx context.Context // done when requests in flight have to come to an end
	end context.CancelFunc

	mu      sync.Mutex
	begun   bool
	flying  int
	settled chan struct{} // closed when begun and nothing flies
}

func newDrain() *drain {
	d := &drain{settled: make(chan struct{})}
	d.ctx, d.end = context.WithCancel(context.Background())
	return d
}

// enter counts a request, or says that it comes too late.
func (d *drain) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun {
		return false
	}
	d.flying++
	return true
}

func (d *drain) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.flying--; d.begun && d.flying == 0 {
		close(d.settled)
	}
}

func (d *drain) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun = true; d.flying == 0 {
		close(d.settled)
	}
}

// wait returns when nothing flies any more, or after a time.
func (d *drain) wait(budget time.Duration) {
	timer := time.NewTimer(budget)
	defer timer.Stop()
	select {
	case <-d.settled:
	case <-timer.C:
	}
}

// Shutdown refuses new requests and returns when those in flight are answered
// and what was accepted is stored, or when nine seconds have passed or ctx is
// done. It is to be called once.
func (h *Handler) Shutdown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainBudget)
	defer cancel()
	h.drain.begin()
	h.log.Info("function stops: requests in flight are finished")
	h.drain.wait(drainBudget - answerBudget)
	h.rows.Halt()
	h.drain.end()
	h.drain.wait(answerBudget)
	h.rows.Stop(ctx)
}

// exitOnSignal ends the process when the platform asks for it by SIGTERM. The
// functions framework would be cut off in the middle of its requests.
func (h *Handler) exitOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		h.Shutdown(context.Background())
		time.Sleep(flushBudget)
		os.Exit(0)
	}()
}

// tooLate answers requests that come after SIGTERM.
func (h *Handler) tooLate(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Connection", "close")
	return &table.Error{
		Code:       table.Overloaded,
		Detail:     "this instance is stopping, so nothing was done",
		RetryAfter: time.Second,
	}
}
