package commit

import (
	"context"
	"slices"
	"time"
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
// write, until this one's turn, whose read the limiter allows before it begins. All of that
// comes before the read, so that what is read is young when it is used.
func (w *Writer[R, S]) waitTurn() {
	ctx := context.Background()
	_ = w.acquireWrite(ctx)
	if !w.turns.alone(w.Now()) && w.readTokens == 0 && w.Reads.Wait(ctx) == nil {
		w.readTokens = 1
	}
	sleep(ctx, w.turns.next(w.Now()))
	if !w.turns.alone(w.Now()) {
		w.Invalidate() // others have written since the last read
	}
}

// take makes a batch of what is due; nil if all callers have left.
func (w *Writer[R, S]) take() *batch[R] {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.compactLocked()
	next := w.nextLocked(time.Now())
	if len(next) == 0 {
		return nil
	}
	b := &batch[R]{}
	size := 0
	for _, write := range next {
		if len(b.writes) > 0 && size+write.Size > batchSize {
			continue
		}
		size += write.Size
		b.writes = append(b.writes, write)
		write.batch = b
		if write.callsBefore < 0 {
			write.callsBefore = w.calls
		}
	}
	w.queue = slices.DeleteFunc(w.queue, func(write *Write[R]) bool { return write.batch == b })
	b.waiting = len(b.writes)
	b.ctx, b.cancel = context.WithCancel(withCallersOf(context.Background(), b.writes))
	w.size -= size
	return b
}
