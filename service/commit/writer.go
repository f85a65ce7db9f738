package commit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/sheets/v4"
)

const (
	// groupSize is what Google recommends for one request at the most: 2 MB,
	// https://developers.google.com/workspace/sheets/api/limits
	groupSize = 2 << 20
	// queueSize bounds the writes that wait; more would wait for longer than
	// their callers do.
	queueSize = 16 << 20
	// tryBudget bounds one call. It is sent again after that, which is safe.
	tryBudget = 20 * time.Second
)

// What a write comes to where it was not stored, or perhaps not.
var (
	ErrOverloaded     = errors.New("too many writes are waiting")
	ErrNotSent        = errors.New("the caller left before the write was sent")
	ErrOutcomeUnknown = errors.New("the answer of Google was lost: the write may be stored or not")
	ErrKeyReused      = errors.New("the idempotency key was used for another request")
	ErrNoRoom         = errors.New("the spreadsheet has no room for the developer metadata that each write needs")
	ErrStopped        = errors.New("no new writes are taken any more")
)

// Config is what a [Writer] works with. Its functions are called by one
// goroutine at a time, but for Explain.
type Config struct {
	Sheets        *sheets.Service
	SpreadsheetID string
	Reads, Writes *rate.Limiter
	Logger        *slog.Logger

	// Ranges names, in A1 notation, what Plan goes by for these writes, given the
	// sheets there are.
	Ranges func(sheets []*sheets.SheetProperties, works []*Work) []string
	// Load takes over the values of these ranges, unformatted, and reports whether
	// any of it has changed. What it was given for others before may no longer hold.
	Load func(sheets []*sheets.SheetProperties, values [][][]any, works []*Work) (changed bool)
	// Loaded reports whether Load has read what Plan needs for these writes.
	Loaded func(works []*Work) bool
	// Plan makes requests of the writes, in their order. It asks nobody.
	Plan func(works []*Work) *Plan
	// Landed is told that the plan is stored, and what the spreadsheet shows in
	// the plan's ranges. Writes that did not land as planned are returned with an
	// error. With again, Load is called before the next Plan.
	Landed func(p *Plan, shown *sheets.Spreadsheet) (conflicts map[*Work]error, again bool)
	// Blame is told that Google refused the plan, though Load has just shown that
	// nothing changed. It returns the writes that it knows to be at fault, and
	// with what error; none if it cannot tell.
	Blame func(*Plan) map[*Work]error
	// Explain makes an error for callers of what Google answered. Many
	// goroutines may call it.
	Explain func(error) error
}

// Work is one caller's write.
type Work struct {
	Key     string // idempotency key; "" is none
	Digest  string // of the request, to tell a repeat from another request with the same key
	Size    int    // about its bytes in a request
	Request any    // what Plan understands
	// Result is for the caller, set by Plan; with a key it is kept and given to
	// repeats.
	Result   string
	Replayed bool // the Result is that of an earlier write with the same key

	// Waited is how long the write was queued before it was sent, and Calls how
	// many calls to Google it took with those that shared its batch; for the log.
	Waited time.Duration
	Calls  int

	submitted, sent time.Time
	before          int    // the writer's calls when the write was taken from the queue
	group           *group // once taken from the queue
	frozen          bool   // in a content that is being sent, or in doubt
	gone            bool   // its caller has left
	done            chan struct{}
	err             error
}

// Plan is a group of writes as requests.
type Plan struct {
	Works    []*Work
	Requests []*sheets.Request
	// Settled are writes that need no request and are not among Works: with an
	// error those that cannot be made, without one those that change nothing.
	Settled map[*Work]error
	// Perishable is a plan that goes by rows as they were just read: where an
	// answer is lost it is made anew instead of being sent again later.
	Perishable bool
	Ranges     []string // A1 notation: what Landed wants to be shown
	Fields     string   // the mask for that, of an updatedSpreadsheet
	Memo       any      // Plan's own, for Landed
}

// group is the writes that are under way together.
type group struct {
	works   []*Work
	waiting int // callers without an answer that have not left
	ctx     context.Context
	cancel  context.CancelFunc
}

// Writer stores writes in one spreadsheet. It is safe for concurrent use; there
// is one for a spreadsheet in a process.
type Writer struct {
	Config
	sequence  sequence
	keys      keys
	stale     bool // Load and the markers before the next Plan
	paid      bool // the pace allows one write already
	paidReads int  // and so many reads
	crowded   bool // other instances write too

	mu      sync.Mutex
	queue   []*Work
	size    int
	running bool
	stopped bool
	trouble error         // the last call's; nil if that went well
	calls   int           // to Google
	idle    chan struct{} // closed when the last write is done after Stop
}

// New returns a Writer. It asks nobody yet.
func New(c Config) *Writer { return &Writer{Config: c, stale: true, idle: make(chan struct{})} }

// Submit stores the write and returns after that. Its errors are those above,
// one of Plan or Landed, or one of Explain. ErrNotSent, ErrOverloaded,
// ErrStopped, ErrNoRoom, ErrKeyReused and what Plan refuses are certain: nothing is stored.
func (w *Writer) Submit(ctx context.Context, work *Work) error {
	work.done = make(chan struct{})
	if err := w.enqueue(work); err != nil {
		return err
	}
	select {
	case <-work.done:
		return work.err
	case <-ctx.Done():
		return w.leave(work)
	}
}

// Forget makes the writer read anew before its next batch, because something
// else was written by this process.
func (w *Writer) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stale = true
}

// Halt answers the writes that are still queued with ErrStopped and takes no new
// ones. It is for the end of a process, when all callers are about to leave: of a
// write that is sent in that moment they could not be told what became of it.
func (w *Writer) Halt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.close()
	for _, work := range w.queue {
		work.err = ErrStopped
		close(work.done)
	}
	w.queue, w.size = nil, 0
}

// Stop takes no new writes and returns when those taken are done, or ctx ends.
func (w *Writer) Stop(ctx context.Context) {
	w.mu.Lock()
	w.close()
	w.mu.Unlock()
	select {
	case <-w.idle:
	case <-ctx.Done():
	}
}

// close takes no new writes. The caller of this holds the lock.
func (w *Writer) close() {
	if w.stopped {
		return
	}
	w.stopped = true
	if !w.running {
		close(w.idle)
	}
}
