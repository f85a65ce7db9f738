package commit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// suspects is a set of writes from a batch that Google has refused, or answered with 5xx.
// Only writes with the same suspects share a batch, until it is known which of them is the
// cause.
type suspects struct {
	bad   bool // the cause is probably among them, so that half are sent next; else all are
	named bool // it is one write, whose request Google has named
	held  bool // it is one write, of a lane in which Google refuses all; see [Writer.held]
}

const (
	// suspicionTime is how long the writes of a lane are sent alone after one was refused and
	// none stored. For as long it is taken for known whether Google names the cause of a
	// refusal.
	suspicionTime = time.Minute
	// plainPatience is how long other writes wait while suspects are sent.
	plainPatience = time.Second
	// loneShare is how many batches of writes that have waited are sent before one write
	// that Google probably refuses.
	loneShare = 8
	// loneReads is how many reads a refused write costs at most. It is sent only when the
	// rate limiter allows so many, because all other writes wait for these reads.
	loneReads = 3
)

// narrow decides what is sent next after Google has refused a plan or answered it with 5xx:
// all but the named writes, or half of them where none is named.
func (w *Writer[R, S]) narrow(p *Plan[R, S], named []*Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := p.Writes[0].suspects; old != nil && old.bad { // the cause is in this half
		w.releaseLocked(w.queue, func(write *Write[R]) bool { return write.suspects == old })
	}
	rest := &suspects{bad: len(named) == 0}
	for _, write := range p.Writes {
		write.suspects = rest
	}
	cause := &suspects{bad: true, named: len(named) == 1}
	for _, write := range named {
		write.suspects = cause
	}
}

// releaseLocked lets writes be sent with any others again.
func (w *Writer[R, S]) releaseLocked(writes []*Write[R], which func(*Write[R]) bool) {
	for _, write := range writes {
		if write.suspects != nil && which(write) {
			write.suspects = nil
		}
	}
}

// trusted returns the writes that Google names in a refusal, if the name may be used: not
// for a while after a named write was stored. Until a named write was sent alone and
// refused, a name is used only for a batch that was not split before.
func (w *Writer[R, S]) trusted(r *refusal[R, S]) []*Write[R] {
	first := r.plan.Writes[0].suspects == nil
	if now := time.Now(); now.Before(w.misnamed) || !first && !now.Before(w.namedWell) {
		return nil
	}
	return r.owners()
}

// noteStored draws the conclusions from writes that were stored: their lanes are not held
// any more, and where Google had named one of them, it names the wrong ones.
func (w *Writer[R, S]) noteStored(writes []*Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for _, write := range writes {
		if !w.held[write.Lane].IsZero() {
			delete(w.held, write.Lane)
			w.releaseLocked(w.queue, func(other *Write[R]) bool { return other.suspects.held && other.Lane == write.Lane })
		}
		if write.suspects != nil && write.suspects.named {
			w.misnamed, w.namedWell = now.Add(suspicionTime), time.Time{}
			w.releaseLocked(w.queue, func(other *Write[R]) bool { return other.suspects.named })
		}
	}
}

// noteRefused draws the conclusions from a write that was refused although it was sent
// alone: it was the cause, and the next ones of its lane are probably refused too.
func (w *Writer[R, S]) noteRefused(write *Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if s := write.suspects; s != nil {
		w.releaseLocked(w.queue, func(other *Write[R]) bool { return other.suspects == s })
		if s.named {
			w.namedWell = now.Add(suspicionTime)
		}
	}
	maps.DeleteFunc(w.held, func(_ string, until time.Time) bool { return now.After(until) })
	w.held[write.Lane] = now.Add(suspicionTime)
}

// isolate splits a plan that Google has answered with 5xx, which one of its writes may
// cause: after the second failure in a row, and after the first one where the plan is a
// part already. After the fourth, when both halves have failed too, the fault is Google's,
// and all writes are sent together again.
func (w *Writer[R, S]) isolate(p *Plan[R, S]) {
	switch n := w.failures; {
	case n%4 == 2, n == 1 && p.Writes[0].suspects != nil:
		w.narrow(p, nil)
	case n%4 == 0:
		w.mu.Lock()
		defer w.mu.Unlock()
		all := func(*Write[R]) bool { return true }
		w.releaseLocked(w.queue, all)
		w.releaseLocked(p.Writes, all)
	}
}

// postpone waits before the next batch after one has failed. After one of suspects
// only they wait.
func (w *Writer[R, S]) postpone(ctx context.Context, p *Plan[R, S]) {
	w.failures++
	if p.Writes[0].suspects == nil {
		sleep(ctx, backoff(w.failures))
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, write := range p.Writes {
		write.pause = min(max(firstPause, 2*write.pause), longestPause)
		write.retryAt = time.Now().Add(write.pause)
	}
}

// nextLocked returns the writes of the next batch. Of those that are due, the first are the
// ones that remain of a refused batch without the cause. Then halves of a refused batch,
// and the write that shows whether Google names the cause, alternate with writes that have
// waited for plainPatience. Other suspects that are sent alone come after loneShare batches
// of these.
func (w *Writer[R, S]) nextLocked(now time.Time) []*Write[R] {
	sets := map[*suspects][]*Write[R]{}
	for _, write := range w.queue {
		if !write.retryAt.After(now) {
			sets[write.suspects] = append(sets[write.suspects], write)
		}
	}
	first := func(is func(s *suspects, n int) bool) *suspects {
		for _, write := range w.queue {
			if s := write.suspects; s != nil && len(sets[s]) > 0 && is(s, len(sets[s])) {
				return s
			}
		}
		return nil
	}
	rest := first(func(s *suspects, _ int) bool { return !s.bad })
	half := first(func(s *suspects, n int) bool { return s.bad && n > 1 })
	lone := first(func(s *suspects, n int) bool { return s.bad && n == 1 })
	plain, share := sets[nil], loneShare
	checks := lone != nil && lone.named && !now.Before(w.namedWell)
	if checks || half != nil {
		share = 1
	}
	switch {
	case rest != nil:
		return sets[rest]
	case len(plain) > 0 && now.Sub(plain[0].submitted) >= plainPatience && w.plainRuns < share:
		return plain
	case half != nil && !checks:
		return halfOf(sets[half])
	case lone != nil && (len(plain) == 0 || w.Reads.Limit() == rate.Inf || w.Reads.Tokens() >= loneReads):
		return sets[lone]
	}
	return plain
}

// halfOf returns the writes of the largest lane, or half of the writes where there is only
// one lane.
func halfOf[R any](writes []*Write[R]) []*Write[R] {
	lanes := map[string][]*Write[R]{}
	for _, write := range writes {
		lanes[write.Lane] = append(lanes[write.Lane], write)
	}
	if len(lanes) == 1 {
		return writes[:(len(writes)+1)/2]
	}
	return slices.MaxFunc(slices.Collect(maps.Values(lanes)), func(a, b []*Write[R]) int { return cmp.Compare(len(a), len(b)) })
}
