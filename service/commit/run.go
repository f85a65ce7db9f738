package commit

import (
	"context"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// laneHold keeps the writes of a lane in a group of their own, while all are refused.
type laneHold struct {
	group   int
	refused int // in a row
	until   time.Time
}

const (
	// laneHoldTime is how long that holds after the last refusal.
	laneHoldTime = time.Minute
	// plainPatience is how long writes of group 0 wait while others are sent.
	plainPatience = time.Second
	// suspectShare is how many batches of group 0 that have waited are sent before one of
	// writes that Google probably refuses.
	suspectShare = 8
	// suspectReads is how many reads a refused write costs at most. It is not sent while the
	// rate limiter would block them, because then others wait too.
	suspectReads = 3
)

// run processes batches until the queue is empty. It waits for the rate limiter and the
// turn first, so that writes gather meanwhile.
func (w *Writer[R, S]) run() {
	for w.waitDue() {
		w.waitTurn()
		if b := w.take(); b != nil {
			w.process(b)
			w.release(b)
		}
	}
}

// waitDue blocks until a write may be sent. It returns false, and ends the run, when there
// is none.
func (w *Writer[R, S]) waitDue() bool {
	for {
		w.mu.Lock()
		w.compactLocked()
		if len(w.queue) == 0 {
			if w.running = false; w.stopped {
				close(w.idle)
			}
			w.mu.Unlock()
			return false
		}
		due := slices.MinFunc(w.queue, func(a, b *Write[R]) int { return a.retryAt.Compare(b.retryAt) }).retryAt
		w.mu.Unlock()
		wait := time.Until(due)
		if wait <= 0 {
			return true
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.wake:
		}
		timer.Stop()
	}
}

// waitTurn blocks until the rate limiter allows a write, and then, while other instances
// write, until this one's turn. The read that it begins with is paid for before.
func (w *Writer[R, S]) waitTurn() {
	ctx := context.Background()
	_ = w.acquireWrite(ctx)
	if !w.turns.alone(w.turns.now()) && w.readTokens == 0 && w.Reads.Wait(ctx) == nil {
		w.readTokens = 1
	}
	sleep(ctx, w.turns.next(w.turns.now()))
	if w.turnAt = (time.Time{}); !w.turns.alone(w.turns.now()) {
		w.turnAt = time.Now() // others have written since the last read
	}
}

// take makes a batch of what is due; nil if all callers have left.
func (w *Writer[R, S]) take() *batch[R] {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.compactLocked()
	now := time.Now()
	first := w.firstLocked(now)
	if first == nil {
		return nil
	}
	b := &batch[R]{}
	size := 0
	late := first.group == 0 && !first.submitted.After(w.cut)
	w.queue = slices.DeleteFunc(w.queue, func(write *Write[R]) bool {
		if write.group != first.group || write.retryAt.After(now) || late && write.submitted.After(w.cut) ||
			len(b.writes) > 0 && size+write.Size > batchSize {
			return false
		}
		size += write.Size
		b.writes = append(b.writes, write)
		write.batch = b
		if write.callsBefore < 0 {
			write.callsBefore = w.calls
		}
		return true
	})
	b.waiting = len(b.writes)
	b.ctx, b.cancel = context.WithCancel(withCallersOf(context.Background(), b.writes))
	w.size -= size
	return b
}

// firstLocked returns the write whose group is to be sent; nil if none is due. Writes of
// group 0 that have waited alternate with others, so that what Google refuses does
// not delay them.
func (w *Writer[R, S]) firstLocked(now time.Time) *Write[R] {
	var plain, special *Write[R]
	for _, write := range w.queue {
		switch {
		case write.retryAt.After(now):
		case write.group == 0 && plain == nil:
			plain = write
		case write.group != 0 && (special == nil || special.suspect && !write.suspect):
			special = write
		}
	}
	runs, ready := 1, true
	if special != nil && special.suspect {
		runs, ready = suspectShare, w.Reads.Limit() == rate.Inf || w.Reads.Tokens() >= suspectReads
	}
	switch {
	case special == nil:
	case plain == nil, now.Sub(plain.submitted) < plainPatience && ready, w.plainRuns >= runs && ready:
		return special
	}
	return plain
}
