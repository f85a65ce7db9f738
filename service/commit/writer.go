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
	ErrOutcomeUnknown = errors.New("the answer of Google was lost: the write may be stored or not")
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
	// Contended, if not nil, is called with the number of instances that write, after
	// each read.
	Contended func(instances int)
}

// Planner turns writes into requests, and compares what they did with what was planned.
// A [Writer] calls it from one goroutine at a time, except Explain. R is what a write
// requests, S what the planner has to remember of a plan.
type Planner[R, S any] interface {
	// Ready reports whether Plan can plan these writes from what was loaded and is
	// [Fresh].
	Ready(writes []*Write[R]) bool
	// ReadTails returns the ranges, in A1 notation, that have to be read for these
	// writes if what was loaded before, at any time, is used as a hint. Load is given
	// the answer and the time at which it was requested; it returns false where the hint
	// is wrong. Load is nil where there is no hint.
	ReadTails(writes []*Write[R]) (ranges []string, load func(shown *sheets.Spreadsheet, at time.Time) bool)
	// ReadAll returns the ranges that have to be read for these writes given the sheets
	// that exist. Load is given their unformatted values.
	ReadAll(tabs []*sheets.SheetProperties, writes []*Write[R]) (ranges []string, load func(values [][][]any, at time.Time))
	// Plan makes requests of the writes. It makes no calls.
	Plan(writes []*Write[R]) *Plan[R, S]
	// Verify is given what the spreadsheet shows in the ranges of a plan that is stored.
	// It returns the writes that are not stored as planned, each with an error. With
	// later, it is not the batch's own answer: other batches may be stored since.
	Verify(p *Plan[R, S], shown *sheets.Spreadsheet, at time.Time, later bool) map[*Write[R]]error
	// Culprits is given the sheets that exist after Google has refused the plan. It
	// returns the writes that are at fault, each with an error, and whether the sheets
	// differ from those of the plan, so that it has to be planned again.
	Culprits(p *Plan[R, S], tabs []*sheets.SheetProperties) (culprits map[*Write[R]]error, changed bool)
	// Explain returns the error for callers of a failed call.
	Explain(error) error
}

// Fields is the mask of what [Planner] is given of a spreadsheet's cells.
const Fields = "sheets(" + propertyFields + ",data(startRow,rowData(values(userEnteredValue,effectiveValue,formattedValue,effectiveFormat(numberFormat)))))"

const propertyFields = "properties(sheetId,title,sheetType,hidden,gridProperties(rowCount,columnCount))"

// Write is one caller's write.
type Write[R any] struct {
	Key     string // idempotency key; "" is none
	Digest  string // of the request, with a key: a repeat has the same one
	Size    int    // approximate size in a request, in bytes
	Request R
	// Lane names what writes probably have in common that are refused for the same
	// reason, such as the sheet.
	Lane string
	// Result is for the caller, set by Plan; with a key it is stored and returned to
	// repeats.
	Result   string
	Replayed bool // Result is that of an earlier write with the same key

	// Waited is how long the write was queued before it was sent, and Calls the number
	// of calls to Google that were made for the batches it was in; for the log.
	Waited time.Duration
	Calls  int

	submitted, sent time.Time
	callsBefore     int
	batch           *batch[R] // while one is processed that holds it
	group           int       // only writes of one group share a batch; 0 is the usual one
	retryAt         time.Time
	pause           time.Duration // before it
	suspect         bool          // Google probably refuses it
	inAttempt       bool          // in an attempt that is being sent, or is in doubt
	abandoned       bool          // its caller has left without knowing the outcome
	lastErr         error
	err             error
	done            chan struct{}
}

// Plan is a batch of writes as requests.
type Plan[R, S any] struct {
	Writes   []*Write[R]
	Requests []*sheets.Request
	Owners   [][]*Write[R] // of each request, the writes that it is for
	// Done are writes that need no request and are not among Writes: with an error those
	// that cannot be made, without one those that change nothing.
	Done   map[*Write[R]]error
	Ranges []string // A1 notation: what Verify has to be shown
	State  S
}

// batch is the writes that are processed together.
type batch[R any] struct {
	writes  []*Write[R]
	waiting int // callers without an answer that have not left
	ctx     context.Context
	cancel  context.CancelFunc
}

// leave counts a caller that waits no more; after the last one the batch is canceled.
func (b *batch[R]) leave() {
	if b.waiting--; b.waiting == 0 {
		b.cancel()
	}
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
	groups   int            // group numbers given out
	failures int            // 5xx answers in a row
	unsent   int            // calls in a row that could not be sent
	renamed  int            // reads in a row that Google refused
	once     onceState

	lastWrite      time.Time
	markersRefused int       // in a row, for no reason that was found
	turnAt         time.Time // when the turn began; zero where the instance is alone
	lastStored     int64     // number of this instance's last batch
	hasWriteToken  bool      // the rate limiter allows one write already
	readTokens     int       // and so many reads

	mu        sync.Mutex
	queue     []*Write[R]
	size      int
	running   bool
	stopped   bool
	stale     bool                 // read before the next plan
	lastErr   error                // of the last call, if it concerns every write
	calls     int                  // to Google
	lanes     map[string]*laneHold // lanes in which writes were refused
	cut       time.Time            // writes of a refused batch, which were submitted up to then, come before newer ones
	plainRuns int                  // batches of group 0 in a row
	wake      chan struct{}        // receives after a write was queued
	idle      chan struct{}        // closed when the last write is done after Drain
}

// New returns a Writer. It makes no call yet.
func New[R, S any](c Config, p Planner[R, S]) *Writer[R, S] {
	c.PerMinute = cmp.Or(c.PerMinute, 60)
	return &Writer[R, S]{
		Config: c, planner: p, sequence: sequence[R, S]{window: windowOf(c.PerMinute)}, turns: newTurns(c.PerMinute),
		once: onceState{verdict: verdictNone}, stale: true, lanes: map[string]*laneHold{}, wake: make(chan struct{}, 1), idle: make(chan struct{}),
	}
}

// Submit stores the write and returns after that. Its errors are those above, or one of
// the [Planner]. ErrNotSent, ErrOverloaded, ErrStopped, ErrNoRoom, ErrKeyReused and those
// of Plan and Explain are certain: nothing is stored.
func (w *Writer[R, S]) Submit(ctx context.Context, write *Write[R]) error {
	write.done = make(chan struct{})
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
			write.err = ErrStopped
			close(write.done)
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
