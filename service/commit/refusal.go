package commit

import (
	"context"
	"slices"
	"time"

	"google.golang.org/api/sheets/v4"
)

// refusal is a batch that Google has refused, because of something in it, or because its
// number was taken.
type refusal[R, S any] struct {
	*attempt[R, S]
	err   error
	index int // of the request that Google names in the batch; -1 if none
}

// marker reports whether Google names the marker's request, or one before it: then another
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

// splitting reports whether a batch was refused or has failed, and its parts are to be
// sent.
func (w *Writer[R, S]) splitting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refusal != nil || w.failures > 0 || slices.ContainsFunc(w.queue, func(write *Write[R]) bool { return write.suspects != nil })
}

// diagnose finds out why a batch was refused under a number that is free. It answers the
// writes that are certainly at fault, and decides which of the others go together.
func (w *Writer[R, S]) diagnose(ctx context.Context, r *refusal[R, S], tabs []*sheets.SheetProperties, m markers) error {
	writes := r.plan.Writes
	if len(w.leadingRequests("")) != r.offset {
		return nil // metadata that was to be deleted is gone
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
		if r.marker() {
			w.misnamed = time.Now().Add(suspicionTime)
		}
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
		w.narrow(r.plan, w.trusted(r))
	default:
		w.fail(writes, w.planner.Explain(r.err))
		w.noteRefused(writes[0])
	}
	return nil
}
