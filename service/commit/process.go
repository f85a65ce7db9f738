package commit

import (
	"context"
	"slices"
	"time"

	"google.golang.org/api/sheets/v4"
)

// process takes one step: it reads what is not fresh, plans the writes and sends them. What
// is not answered after that is queued again.
func (w *Writer[R, S]) process(b *batch[R]) {
	if w.once.verdict == verdictNone && w.lastStored > 0 && w.lastStored == w.sequence.next-1 {
		w.tryOnce(b.ctx)
		return
	}
	ready := w.refresh(b.ctx, b.writes)
	switch now := w.Now(); {
	case w.turns.joining(now):
		w.announce(b.ctx)
		return
	case !ready || !w.turns.mine(now):
		return
	}
	p := w.plan(w.markSent(b.writes))
	w.unmarkSent(slices.DeleteFunc(slices.Clone(b.writes), func(write *Write[R]) bool { return slices.Contains(p.Writes, write) }))
	switch {
	case len(p.Writes) == 0:
	case !younger(w.Now(), w.knownAt, lookLimit):
		w.Invalidate()
	default:
		if w.plainRuns++; b.writes[0].suspects != nil && b.writes[0].suspects.bad {
			w.plainRuns = 0
		}
		w.store(b.ctx, p)
	}
}

// announceKey is the key of metadata with which an instance announces that it will write.
// Google chooses its ID, so that it is not refused.
const announceKey = "p"

// announceTime is how long after the last one announcements are deleted.
const announceTime = time.Minute

// announce makes this instance a member of the ring. The response shows the other members.
func (w *Writer[R, S]) announce(ctx context.Context) {
	shown, err := w.sendMetadata(ctx, createMetadata(0, announceKey, w.turns.markerValue(w.Now(), w.once.verdict)))
	if err != nil {
		w.pause(ctx)
		return
	}
	w.observe(readMarkers(shown.DeveloperMetadata))
}

// sendMetadata sends requests that are not those of a write.
func (w *Writer[R, S]) sendMetadata(ctx context.Context, requests ...*sheets.Request) (*sheets.Spreadsheet, error) {
	shown, err := w.send(ctx, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests, IncludeSpreadsheetInResponse: true})
	w.noteError(ctx, nil, err)
	return shown, err
}

// pause waits after a call that failed, for longer after each in a row.
func (w *Writer[R, S]) pause(ctx context.Context) {
	w.failures++
	sleep(ctx, backoff(w.failures))
}

// plan makes requests of the writes, after answering those that are repeats. A write with
// the key of another one in the batch waits for its result.
func (w *Writer[R, S]) plan(writes []*Write[R]) *Plan[R, S] {
	var fresh []*Write[R]
	keys := map[string]bool{}
	for _, write := range writes {
		known := w.keys.known[write.Key]
		switch {
		case write.Key == "":
			fresh = append(fresh, write)
		case keys[write.Key]:
		case known == nil:
			keys[write.Key] = true
			fresh = append(fresh, write)
		case known.digest != write.Digest:
			w.finish(write, ErrKeyReused)
		default:
			write.Result, write.Replayed = known.result, true
			w.finish(write, nil)
		}
	}
	p := w.planner.Plan(fresh)
	for write, err := range p.Done {
		w.fail([]*Write[R]{write}, err)
	}
	return p
}

// store sends the plan once.
func (w *Writer[R, S]) store(ctx context.Context, p *Plan[R, S]) {
	a := &attempt[R, S]{value: w.turns.markerValue(w.Now(), w.once.verdict), plan: p, open: true}
	for _, write := range p.Writes {
		a.results = append(a.results, write.Result)
	}
	batch := w.newBatch(a)
	w.sequence.send(a)
	at := w.Now()
	shown, err := w.send(ctx, batch)
	w.noteError(ctx, p.Writes, err)
	result := resultOf(err)
	if a.open = result == resultUnknown; result != resultStored {
		w.unmarkSent(p.Writes) // before any pause
	}
	switch {
	case result == resultStored:
		w.stored(a, shown, at)
	case result == resultInvalid:
		w.refused(&refusal[R, S]{attempt: a, err: err, index: refusedRequest(err)})
	case result == resultDenied || result == resultUnsent && w.failures >= maxUnsent:
		w.Invalidate()
		w.fail(p.Writes, w.planner.Explain(err))
	default:
		if w.postpone(ctx, p); statusOf(err) >= 500 {
			w.isolate(p)
		}
	}
}

// refused splits a refused batch without a read where Google names some of its writes, or
// it is a part of a refused batch. Otherwise the markers are read first. They are read
// before a write is answered in any case.
func (w *Writer[R, S]) refused(r *refusal[R, S]) {
	named := w.trusted(r)
	halved := r.plan.Writes[0].suspects != nil && len(r.plan.Writes) > 1 && (!r.marker() || time.Now().Before(w.misnamed))
	if w.turns.alone(w.Now()) && (named != nil || halved) {
		w.narrow(r.plan, named)
		return
	}
	w.refusal = r
}

// stored takes over what the answer of a batch shows, and answers its writes.
func (w *Writer[R, S]) stored(a *attempt[R, S], shown *sheets.Spreadsheet, at time.Time) {
	n := w.sequence.next
	w.lastStored = n
	w.sequence.stored()
	w.keys.stored(n, a.keys)
	w.turns.stored()
	w.failures = 0
	m := readMarkers(shown.DeveloperMetadata)
	switch {
	case len(m.values) == 0:
		w.Invalidate() // the answer has no metadata
	case m.values[n] != a.value:
		w.conclude(verdictTwice)
		w.Invalidate()
	default:
		w.observe(m)
		w.knownAt = at
	}
	w.noteStored(a.plan.Writes)
	w.acknowledge(a.plan, shown, at)
}
