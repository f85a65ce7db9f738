package commit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// suspects are writes of a batch that Google has refused, or failed on. They are sent
// without others until it is known which of them is the cause.
type suspects struct {
	bad   bool // one of them is a cause, so that no more than half are sent together; else all are
	named bool // a single write, which Google has named
	held  bool // a single write, in a lane in which Google refuses all
}

const (
	// suspicionTime is how long writes of a lane are sent alone after one was refused and none
	// stored, and how long it is known whether Google names the cause of a refusal.
	suspicionTime = time.Minute
	// plainPatience is how long other writes wait while suspects are sent.
	plainPatience = time.Second
	// loneShare is how many batches of others that have waited are sent before one write
	// that Google probably refuses.
	loneShare = 8
	// loneReads is how many reads a refused write costs at most. It is not sent while the
	// rate limiter would block them, because then others wait too.
	loneReads = 3
)

// narrow decides what is sent next after Google has refused a plan or failed on it: all but
// the writes that it has named, else half of them. A name is only used until a write
// that was named is stored; see [Writer.trusted].
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

// trusted returns those of the writes that Google names which are sent apart without a look at
// the markers. Whether it names the cause is known for a while after one was sent alone;
// until then only the first name counts.
func (w *Writer[R, S]) trusted(r *refusal[R, S]) []*Write[R] {
	first := r.plan.Writes[0].suspects == nil
	if now := time.Now(); now.Before(w.misnamed) || !first && !now.Before(w.namedWell) {
		return nil
	}
	return r.owners()
}

// noteStored notes that writes were stored.
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

// noteRefused notes that a write was refused although it was sent alone.
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

// isolate narrows down a plan that Google answers with 5xx, which can be for something in it: at
// the second time, and at once where others were stored meanwhile. Where both
// halves fail too it is Google's fault, and all go together again.
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

// nextLocked returns the writes of the next batch: all that are due, but suspects not together
// with others. What is left of a refused batch comes first. Halves alternate with writes
// that have waited, and so does the first name; other lone writes come after several batches of these.
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

// halfOf returns those of the largest lane, or half of the writes where there is only one.
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
