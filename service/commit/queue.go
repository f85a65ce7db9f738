package commit

import (
	"cmp"
	"slices"
	"time"
)

func (w *Writer[R, S]) enqueue(write *Write[R]) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
		return ErrStopped
	case w.size+write.Size > queueSize && w.size > 0:
		return ErrOverloaded
	}
	write.submitted, write.callsBefore = time.Now(), -1
	if write.submitted.Before(w.held[write.Lane]) {
		write.suspects = &suspects{bad: true, held: true}
	}
	w.queue = append(w.queue, write)
	w.size += write.Size
	if !w.running {
		w.running = true
		go w.run()
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// release puts the writes of the batch that have no answer back into the queue.
func (w *Writer[R, S]) release(b *batch[R]) {
	b.cancel()
	w.unmarkSent(b.writes)
	w.mu.Lock()
	defer w.mu.Unlock()
	var first, last []*Write[R]
	for _, write := range b.writes {
		write.batch = nil
		switch {
		case isDone(write):
			continue
		case write.suspects != nil && write.suspects.bad:
			last = append(last, write)
		default:
			first = append(first, write)
		}
		w.size += write.Size
	}
	w.queue = slices.Concat(first, w.queue, last)
}

// compactLocked removes writes that have an answer.
func (w *Writer[R, S]) compactLocked() {
	w.queue = slices.DeleteFunc(w.queue, func(write *Write[R]) bool {
		done := isDone(write)
		if done {
			w.size -= write.Size
		}
		return done
	})
}

// leave takes the write back, unless it is in an attempt that may be stored. It returns the
// answer, which may be an earlier one.
func (w *Writer[R, S]) leave(write *Write[R]) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := ErrNotSent
	if write.inAttempt {
		err = outcomeUnknown(write)
	} else if last := cmp.Or(write.lastErr, w.lastErr); last != nil { // why it was not sent
		err = w.planner.Explain(last)
	}
	w.finishLocked(write, err)
	w.compactLocked()
	return write.err
}

// unknownError is ErrOutcomeUnknown with what Google last answered, if anything.
type unknownError struct{ last error }

func (*unknownError) Error() string           { return ErrOutcomeUnknown.Error() }
func (*unknownError) Is(target error) bool    { return target == ErrOutcomeUnknown }
func (e *unknownError) Unwrap() error         { return e.last }
func outcomeUnknown[R any](w *Write[R]) error { return &unknownError{w.lastErr} }

// markSent returns the writes that have no answer yet. From now on their callers cannot
// take them back.
func (w *Writer[R, S]) markSent(writes []*Write[R]) (rest []*Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, write := range writes {
		if !isDone(write) {
			if write.inAttempt = true; write.sent.IsZero() {
				write.sent = time.Now()
			}
			rest = append(rest, write)
		}
	}
	return rest
}

// unmarkSent lets callers take back the writes that are in no open attempt.
func (w *Writer[R, S]) unmarkSent(writes []*Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, write := range writes {
		write.inAttempt = w.sequence.mayLand(write)
	}
}

func isDone[R any](write *Write[R]) bool {
	select {
	case <-write.done:
		return true
	default:
		return false
	}
}

// finish answers a write, unless it has an answer.
func (w *Writer[R, S]) finish(write *Write[R], err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finishLocked(write, err)
}

func (w *Writer[R, S]) finishLocked(write *Write[R], err error) {
	if isDone(write) {
		return
	}
	write.err = err
	if write.callsBefore >= 0 {
		write.Calls = w.calls - write.callsBefore
	}
	if !write.sent.IsZero() {
		write.Waited = write.sent.Sub(write.submitted)
	}
	if write.batch != nil {
		write.batch.leave()
	}
	close(write.done)
}

// fail answers writes that were not stored, as far as that is certain.
func (w *Writer[R, S]) fail(writes []*Write[R], err error) {
	for _, write := range writes {
		if w.sequence.mayLand(write) {
			w.finish(write, outcomeUnknown(write))
		} else {
			w.finish(write, err)
		}
	}
}
