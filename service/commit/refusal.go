package commit

import (
	"context"
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

// diagnose finds out why a batch was refused under a number that is free. It answers the
// writes that are certainly at fault, and decides which of the others go together.
func (w *Writer[R, S]) diagnose(ctx context.Context, r *refusal[R, S], tabs []*sheets.SheetProperties, m markers) error {
	writes := r.plan.Writes
	if _, prune := w.sequence.prune(); prune != r.pruned {
		return nil // somebody has deleted markers
	}
	if tab := w.findKeys(tabs); (tab == nil) != (w.keys.sheetID < 0) || tab != nil && tab.SheetId != w.keys.sheetID {
		w.keys.asOf = -1 // somebody has deleted or made the sheet of keys
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
	culprits, changed := w.planner.Culprits(r.plan, tabs)
	for write, err := range culprits {
		w.fail([]*Write[R]{write}, err)
	}
	switch {
	case changed || len(culprits) > 0:
	case len(writes) > 1:
		w.split(r.plan, r.index-r.offset)
	default:
		w.fail(writes, w.planner.Explain(r.err))
		w.holdLane(writes[0])
	}
	return nil
}

// split puts writes of a refused plan in groups that are sent apart: those that request
// i of the plan is for, if there is one and they are not all; else those of each lane; else halves.
func (w *Writer[R, S]) split(p *Plan[R, S], i int) {
	lanes := map[string][]*Write[R]{}
	for _, write := range p.Writes {
		lanes[write.Lane] = append(lanes[write.Lane], write)
	}
	switch {
	case i >= 0 && i < len(p.Owners) && len(p.Owners[i]) < len(p.Writes):
		w.regroup(p.Owners[i])
	case len(lanes) > 1:
		for _, part := range lanes {
			w.regroup(part)
		}
	default:
		w.regroup(p.Writes[:len(p.Writes)/2])
		w.regroup(p.Writes[len(p.Writes)/2:])
	}
}

func (w *Writer[R, S]) regroup(writes []*Write[R]) {
	w.groups++
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, write := range writes {
		write.group = w.groups
	}
}

// holdLane keeps what comes in the lane of a refused write apart for a while: more of it
// may be refused.
func (w *Writer[R, S]) holdLane(write *Write[R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	hold := w.lanes[write.Lane]
	if hold.group == 0 {
		w.groups++
		hold.group = w.groups
	}
	hold.until = time.Now().Add(laneHoldTime)
	w.lanes[write.Lane] = hold
	for lane, hold := range w.lanes {
		if time.Now().After(hold.until) {
			delete(w.lanes, lane)
		}
	}
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
			w.split(p, -1)
		}
	case n%4 == 0:
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, write := range slices.Concat(w.queue, p.Writes) {
			write.group = 0
		}
	}
}
