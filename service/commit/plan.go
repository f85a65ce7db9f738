package commit

import (
	"context"
	"time"

	"google.golang.org/api/sheets/v4"
)

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
	// ReadAll is given the sheets that existed when they were requested, at this time. It
	// returns what reads all that Plan needs for these writes with one call to Google, which
	// can be repeated; nil if it needs nothing.
	ReadAll(tabs []*sheets.SheetProperties, writes []*Write[R], at time.Time) func(context.Context) error
	// Plan makes requests of the writes. It makes no calls.
	Plan(writes []*Write[R]) *Plan[R, S]
	// Verify is given what the spreadsheet shows in the ranges of a plan that is stored.
	// It returns the writes that are not stored as planned, each with an error. At is when
	// the batch was sent; zero where it is not the batch's own answer, but the first read that
	// showed its marker: others may have changed the spreadsheet since. Nothing is shown
	// where a sheet was renamed.
	Verify(p *Plan[R, S], shown *sheets.Spreadsheet, at time.Time) map[*Write[R]]error
	// Culprits is given the sheets that exist after Google has refused the plan. It
	// returns the writes that are at fault, each with an error, and whether the sheets
	// differ from those of the plan, so that it has to be planned again.
	Culprits(p *Plan[R, S], tabs []*sheets.SheetProperties) (culprits map[*Write[R]]error, changed bool)
	// Explain returns the error for callers of a failed call.
	Explain(error) error
}

// Fields is the mask of what [Planner] is given of a spreadsheet's cells.
const Fields = "sheets(" + propertyFields + "," + AreaFields + ",data(startRow,rowData(values(userEnteredValue,effectiveValue,formattedValue,effectiveFormat(numberFormat)))))"

// AreaFields are the fields of a sheet that say where its tables and protected ranges are.
const AreaFields = "protectedRanges(range,requestingUserCanEdit,warningOnly),tables(tableId,range,rowsProperties(footerColorStyle))"

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

	ctx             context.Context // of its caller, for [Callers]
	submitted, sent time.Time
	callsBefore     int
	batch           *batch[R] // while one is processed that holds it
	suspects        *suspects // only writes with the same one share a batch; nil is the usual case
	retryAt         time.Time
	pause           time.Duration // before it
	inAttempt       bool          // in an attempt that is being sent, or is in doubt
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
	// that cannot be made, without one those that change nothing. Writes that are in neither
	// are planned again with the next batch.
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

type callersKey struct{}

// withCallersOf returns a context with the contexts of the callers of writes.
func withCallersOf[R any](ctx context.Context, writes []*Write[R]) context.Context {
	callers := make([]context.Context, len(writes))
	for i, write := range writes {
		callers[i] = write.ctx
	}
	return context.WithValue(ctx, callersKey{}, callers)
}

// Callers returns the contexts with which the writes were submitted that a call to
// Google is for, given the context of the call, so that a transport can trace a batch to
// the requests that it stores. It returns nil for calls that are for no batch.
func Callers(ctx context.Context) []context.Context {
	callers, _ := ctx.Value(callersKey{}).([]context.Context)
	return callers
}

// leave counts a caller that waits no more; after the last one the batch is canceled.
func (b *batch[R]) leave() {
	if b.waiting--; b.waiting == 0 {
		b.cancel()
	}
}
