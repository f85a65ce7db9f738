package commit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"google.golang.org/api/sheets/v4"
)

// refusal is a batch that Google has refused for something in it, or because its number
// was taken.
type refusal[R, S any] struct {
	*attempt[R, S]
	err    error
	index  int  // of the request that Google names in the batch; -1 if none
	pruned bool // the batch deleted a marker
}

// marker reports whether Google names the marker, or what comes before: then another
// instance was probably first.
func (r *refusal[R, S]) marker() bool { return r.index >= 0 && r.index < r.offset }

// owners returns the writes that the request which Google names is for, if they are not
// all of the plan.
func (r *refusal[R, S]) owners() []*Write[R] {
	if i := r.index - r.offset; i >= 0 && i < len(r.plan.Owners) && len(r.plan.Owners[i]) < len(r.plan.Writes) {
		return r.plan.Owners[i]
	}
	return nil
}

// splitting reports whether writes of a refused batch are sent apart.
func (w *Writer[R, S]) splitting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refusal != nil || w.failures > 0 || slices.ContainsFunc(w.queue, func(write *Write[R]) bool { return write.group != 0 })
}

// diagnose finds out why a batch was refused under a number that is free. It answers the
// writes that are certainly at fault, and decides which of the others go together.
func (w *Writer[R, S]) diagnose(ctx context.Context, r *refusal[R, S], tabs []*sheets.SheetProperties, m markers) error {
	writes := r.plan.Writes
	if _, prune := w.sequence.prune(); prune != r.pruned {
		return nil // markers were deleted
	}
	if tab := w.findKeys(tabs); (tab == nil) != (w.keys.sheetID < 0) || tab != nil && tab.SheetId != w.keys.sheetID {
		w.keys.asOf = -1 // the sheet of keys was deleted or made
		return nil
	}
	if m.used+len(markerKey)+markerLength > metadataRoom {
		w.fail(writes, ErrNoRoom)
		return nil
	}
	if r.marker() || len(writes) == 1 {
		foreign, err := w.foreignAt(ctx, w.sequence.next)
		if foreign && len(w.sequence.inDoubt()) == 0 {
			w.sequence.skip()
		}
		if err != nil || foreign {
			return err
		}
	}
	if w.markersRefused++; r.marker() && w.markersRefused < maxUnsent {
		return nil // metadata that was to be deleted is gone
	}
	culprits, changed := w.planner.Culprits(r.plan, tabs)
	for write, err := range culprits {
		w.fail([]*Write[R]{write}, err)
	}
	switch {
	case changed:
		w.Invalidate()
	case len(culprits) > 0:
	case len(writes) > 1:
		w.split(r.plan)
	default:
		w.fail(writes, w.planner.Explain(r.err))
		w.noteLane(writes[0].Lane, true)
	}
	return nil
}

// split takes writes of a refused plan out of their group, to be sent apart: those of every
// lane but the largest, or half of them.
func (w *Writer[R, S]) split(p *Plan[R, S]) {
	lanes := map[string][]*Write[R]{}
	for _, write := range p.Writes {
		lanes[write.Lane] = append(lanes[write.Lane], write)
	}
	if len(lanes) > 1 {
		names := slices.Sorted(maps.Keys(lanes))
		largest := slices.MaxFunc(names, func(a, b string) int { return cmp.Compare(len(lanes[a]), len(lanes[b])) })
		for _, lane := range names {
			if lane != largest {
				w.regroup(lanes[lane])
			}
		}
		return
	}
	w.regroup(p.Writes[:len(p.Writes)/2])
}

func (w *Writer[R, S]) regroup(writes []*Write[R]) {
	w.groups++
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, write := range writes {
		write.group = w.groups
	}
}

// noteLane notes that a write was refused alone, or that it was stored: while all of a lane
// are refused, more of it are kept apart.
func (w *Writer[R, S]) noteLane(lane string, refused bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !refused {
		delete(w.lanes, lane)
		return
	}
	maps.DeleteFunc(w.lanes, func(_ string, hold *laneHold) bool { return time.Now().After(hold.until) })
	hold := w.lanes[lane]
	if hold == nil {
		w.groups++
		hold = &laneHold{group: w.groups}
		w.lanes[lane] = hold
	}
	hold.refused++
	hold.until = time.Now().Add(laneHoldTime)
}

// postpone waits before the next batch after one has failed. After one of a group of
// its own only the writes of that group wait.
func (w *Writer[R, S]) postpone(ctx context.Context, p *Plan[R, S]) {
	w.failures++
	if p.Writes[0].group == 0 {
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

// isolate splits a plan that Google answers with 5xx, which can be for something in it: at
// the second time, and at once where others were stored meanwhile. Where both
// halves fail too it is Google's fault, and all go together again.
func (w *Writer[R, S]) isolate(p *Plan[R, S]) {
	switch n := w.failures; {
	case n%4 == 2, n == 1 && p.Writes[0].group != 0:
		if len(p.Writes) > 1 {
			w.split(p)
		}
	case n%4 == 0:
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, write := range slices.Concat(w.queue, p.Writes) {
			write.group = 0
		}
	}
}
