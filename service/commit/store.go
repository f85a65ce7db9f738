package commit

import (
	"context"
	"crypto/rand"

	"google.golang.org/api/sheets/v4"
)

// outcome is what comes after sending a plan.
type outcome int

const (
	answered outcome = iota // all writes of the plan are answered, or nobody waits
	again                   // plan the rest anew
	busy                    // the same after a pause, in which callers may leave
	split                   // one of the writes was refused: try halves
)

// store sends the plan until its fate is known.
func (w *Writer) store(ctx context.Context, p *Plan) outcome {
	c := &content{value: rand.Text()[:markerLength], plan: p}
	batch := w.batch(c)
	w.sequence.send(c)
	for tries, pause := 1, firstPause; ; tries, pause = tries+1, min(2*pause, longestPause) {
		lostBefore := c.open
		c.open = true
		shown, err := w.send(ctx, batch, p)
		w.noteTrouble(ctx, err)
		kind := classify(err)
		if kind != stored && kind != lost {
			c.open = lostBefore
		}
		switch {
		case kind == stored:
			w.sequence.stored()
			w.keys.stored(c.keys)
			w.acknowledge(p, shown)
			return answered
		case kind == refused:
			return w.decide(ctx, p, err)
		case kind == notDone && !c.open:
			return busy
		case kind == denied, kind == notSent && tries >= maxUnsent:
			w.Forget()
			w.fail(p.Works, w.Explain(err))
			return answered
		case !sleep(ctx, pause):
			w.Forget() // nobody waits; what may still land is remembered by the sequence
			return answered
		}
		if kind != lost {
			continue
		}
		if p.Perishable {
			return again
		}
		// Sending again would be safe too. Looking first finds out for a read
		// what would cost a write, and sees whether somebody took the markers.
		if v, _, err := w.read(ctx, p.Works, false); err != nil || v != free {
			return again
		}
	}
}

// decide finds out by the markers what a refusal means.
func (w *Writer) decide(ctx context.Context, p *Plan, refusal error) outcome {
	_, pruned := w.sequence.prune()
	w.thaw(p.Works)
	// The pace comes before the read: what is read should not grow old while the
	// next write has to wait, or instances that compete never catch up.
	if err := w.pay(ctx); err != nil {
		w.fail(p.Works, w.Explain(err))
		return answered
	}
	v, changed, err := w.read(ctx, p.Works, true)
	if err != nil {
		w.fail(p.Works, w.Explain(err))
		return answered
	}
	w.crowded = w.crowded || v == taken
	if _, prune := w.sequence.prune(); v != free || changed || prune != pruned {
		return again
	}
	blamed := w.Blame(p)
	for work, err := range blamed {
		w.fail([]*Work{work}, err)
	}
	if len(blamed) > 0 {
		return again
	}
	room, err := w.roomForMarker(ctx)
	switch {
	case err != nil:
		w.fail(p.Works, w.Explain(err))
		return answered
	case !room:
		w.fail(p.Works, ErrNoRoom)
		return answered
	case len(p.Works) > 1:
		return split
	}
	w.fail(p.Works, w.Explain(refusal))
	return answered
}

// acknowledge answers the writes of a plan that is stored.
func (w *Writer) acknowledge(p *Plan, shown *sheets.Spreadsheet) {
	conflicts, anew := w.Landed(p, shown)
	if anew {
		w.Forget()
	}
	for _, work := range p.Works {
		if !isDone(work) {
			w.finish(work, conflicts[work])
		}
	}
}
