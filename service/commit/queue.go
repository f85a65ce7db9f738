package commit

import (
	"context"
	"slices"
	"time"
)

func (w *Writer) enqueue(work *Work) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
		return ErrStopped
	case w.size+work.Size > queueSize && w.size > 0:
		return ErrOverloaded
	}
	work.submitted = time.Now()
	w.queue = append(w.queue, work)
	w.size += work.Size
	if !w.running {
		w.running = true
		go w.run()
	}
	return nil
}

// leave takes the write back, unless it is in a content that was sent and may
// be stored.
func (w *Writer) leave(work *Work) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if isDone(work) { // just now
		return work.err
	}
	if i := slices.Index(w.queue, work); i >= 0 {
		w.queue = slices.Delete(w.queue, i, i+1)
		w.size -= work.Size
		return w.whyNotSent()
	}
	work.gone = true
	w.account(work)
	work.group.left()
	if work.frozen {
		return ErrOutcomeUnknown
	}
	work.err = w.whyNotSent()
	close(work.done)
	return work.err
}

// whyNotSent is what a caller is told that left in time. The caller of this
// holds the lock.
func (w *Writer) whyNotSent() error {
	if w.trouble != nil {
		return w.Explain(w.trouble)
	}
	return ErrNotSent
}

// noteTrouble remembers what came of the last call, unless it was only given up
// because nobody waits.
func (w *Writer) noteTrouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = err
}

// freeze returns the writes that still have no answer. From now on their callers
// cannot take them back.
func (w *Writer) freeze(works []*Work) []*Work {
	w.mu.Lock()
	defer w.mu.Unlock()
	var frozen []*Work
	for _, work := range works {
		if !isDone(work) {
			work.frozen = true
			if work.sent.IsZero() {
				work.sent = time.Now()
			}
			frozen = append(frozen, work)
		}
	}
	return frozen
}

// thaw lets callers take back the writes that are in no content which may be
// stored.
func (w *Writer) thaw(works []*Work) {
	doubt := w.sequence.inDoubt()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, work := range works {
		work.frozen = slices.ContainsFunc(doubt, func(c *content) bool { return c.holds(work) })
	}
}

// left counts a caller that waits no more; behind the last one the group ends.
func (g *group) left() {
	if g.waiting--; g.waiting == 0 {
		g.cancel()
	}
}

// run stores groups until the queue is empty. Waiting for the pace comes first,
// so that writes gather meanwhile.
func (w *Writer) run() {
	for w.pending() {
		_ = w.pay(context.Background())
		if w.crowded {
			_ = w.payReads(context.Background())
		}
		if g := w.take(); g != nil {
			w.settle(g.ctx, g.works)
			g.cancel()
		}
	}
}

// pay waits until the pace allows a write, unless it does already.
func (w *Writer) pay(ctx context.Context) error {
	if w.paid {
		return nil
	}
	err := w.Writes.Wait(ctx)
	w.paid = err == nil
	return err
}

// pending reports whether there is work, or ends the run.
func (w *Writer) pending() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		return true
	}
	if w.running = false; w.stopped {
		close(w.idle)
	}
	return false
}

// take makes a group of what is queued; nil if all callers have left.
func (w *Writer) take() *group {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, size := 0, 0
	for n < len(w.queue) && (n == 0 || size+w.queue[n].Size <= groupSize) {
		size += w.queue[n].Size
		n++
	}
	if n == 0 {
		return nil
	}
	g := &group{works: w.queue[:n:n], waiting: n}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	w.queue, w.size = w.queue[n:], w.size-size
	for _, work := range g.works {
		work.group, work.before = g, w.calls
	}
	return g
}

// finish answers a write.
func (w *Writer) finish(work *Work, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !isDone(work) {
		work.err = err
		if !work.gone {
			w.account(work)
			work.group.left()
		}
		close(work.done)
	}
}

// account notes what the write has taken. The caller of this holds the lock, and
// the write's caller has not been answered.
func (w *Writer) account(work *Work) {
	work.Calls = w.calls - work.before
	if !work.sent.IsZero() {
		work.Waited = work.sent.Sub(work.submitted)
	}
}

// count counts a call.
func (w *Writer) count() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
}

// fail answers writes that were not stored, as far as that is certain.
func (w *Writer) fail(works []*Work, err error) {
	for _, work := range works {
		if w.sequence.mayLand(work) {
			w.finish(work, ErrOutcomeUnknown)
		} else {
			w.finish(work, err)
		}
	}
}
