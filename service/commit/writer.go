package commit

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/sheets/v4"
)

const (
	// batchSize is the payload that Google recommends for one request at most: 2 MB,
	// https://developers.google.com/workspace/sheets/api/limits
	batchSize = 2 << 20
	// queueSize bounds the writes that wait; more would wait for longer than their
	// callers do.
	queueSize = 16 << 20
)

// Errors of [Writer.Submit].
var (
	ErrOverloaded     = errors.New("too many writes are waiting")
	ErrNotSent        = errors.New("the caller left before the write was sent")
	ErrOutcomeUnknown = errors.New("the write may be stored or not: Google has not confirmed it")
	ErrKeyReused      = errors.New("the idempotency key was used for another request")
	ErrNoRoom         = errors.New("the spreadsheet has no room for the developer metadata that each write needs")
	ErrStopped        = errors.New("no new writes are taken any more")
)

// Config holds the parameters of [New].
type Config struct {
	Sheets        *sheets.Service
	SpreadsheetID string
	Reads, Writes *rate.Limiter
	// PerMinute is the number of reads, and of writes, that Google allows the account in
	// a minute, however many instances use it; 0 is 60. Turns and the window of markers
	// follow it.
	PerMinute int
	Logger    *slog.Logger
	// Now returns the time by the wall clock; nil is [time.Now].
	Now func() time.Time
	// Contended, if not nil, is called with the number of instances that write, after
	// each read.
	Contended func(instances int)
}

// Writer stores writes in one spreadsheet. It is safe for concurrent use; a process has
// one for a spreadsheet.
type Writer[R, S any] struct {
	Config
	planner  Planner[R, S]
	sequence sequence[R, S]
	keys     keys
	turns    turns
	knownAt  time.Time      // when the call was made that showed the markers
	refusal  *refusal[R, S] // of the last batch, until the markers show what it means
	failures int            // calls in a row that failed, not because of what was sent
	renamed  int            // reads in a row that Google refused
	once     onceState

	lastWrite     time.Time
	lastStored    int64 // number of this instance's last batch; 0 is none
	hasWriteToken bool  // the rate limiter allows one write already
	readTokens    int   // number of reads that it allows already

	mu        sync.Mutex
	queue     []*Write[R]
	size      int
	running   bool
	stopped   bool
	stale     bool                 // read before the next plan
	lastErr   error                // of the last call, if it concerns every write
	calls     int                  // to Google
	held      map[string]time.Time // until when the writes of a lane are sent alone
	namedWell time.Time            // until when Google is taken to name the cause of a refusal
	misnamed  time.Time            // until when it is taken to name other requests
	plainRuns int                  // batches in a row that were no suspects
	wake      chan struct{}        // receives after a write was queued
	idle      chan struct{}        // closed when the last write is done after Drain
}

// New returns a Writer. It makes no call yet.
func New[R, S any](c Config, p Planner[R, S]) *Writer[R, S] {
	c.PerMinute = cmp.Or(c.PerMinute, 60)
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Writer[R, S]{
		Config: c, planner: p, sequence: sequence[R, S]{window: windowOf(c.PerMinute)}, turns: newTurns(c.PerMinute),
		once: onceState{verdict: verdictNone}, stale: true, held: map[string]time.Time{}, wake: make(chan struct{}, 1), idle: make(chan struct{}),
	}
}

// Submit stores the write and returns after that. Its errors are those above, or one of
// the [Planner]. ErrNotSent, ErrOverloaded, ErrStopped, ErrNoRoom, ErrKeyReused and those
// of Plan and Explain are certain: nothing is stored. ErrOutcomeUnknown wraps Google's last
// answer to the write's batch, if there was one.
func (w *Writer[R, S]) Submit(ctx context.Context, write *Write[R]) error {
	write.done, write.ctx = make(chan struct{}), ctx
	if err := w.enqueue(write); err != nil {
		return err
	}
	select {
	case <-write.done:
		return write.err
	case <-ctx.Done():
		return w.leave(write)
	}
}

// Invalidate makes the writer read before its next batch, because this process has
// written by another way.
func (w *Writer[R, S]) Invalidate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stale = true
}

// AbortQueued answers the writes that are queued, and in no attempt, with ErrStopped, and
// takes no new ones. It is for the end of a process, when all callers are about to leave:
// the outcome of a write that is sent in that moment would be unknown.
func (w *Writer[R, S]) AbortQueued() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopLocked()
	for _, write := range w.queue {
		if !write.inAttempt {
			w.finishLocked(write, ErrStopped)
		}
	}
	w.compactLocked()
}

// Drain takes no new writes and returns when those taken are done, or ctx ends.
func (w *Writer[R, S]) Drain(ctx context.Context) {
	w.mu.Lock()
	w.stopLocked()
	w.mu.Unlock()
	select {
	case <-w.idle:
	case <-ctx.Done():
	}
}

func (w *Writer[R, S]) stopLocked() {
	if w.stopped {
		return
	}
	w.stopped = true
	if !w.running {
		close(w.idle)
	}
}
