package commit

import (
	"context"
	"slices"

	"google.golang.org/api/sheets/v4"
)

// settle stores the writes, or answers them with why not. It returns when all
// are answered, or nobody waits any more.
func (w *Writer) settle(ctx context.Context, works []*Work) {
	pause := firstPause
	for ctx.Err() == nil {
		// The pace comes before the read: what is read should be young when it
		// is sent.
		if w.pay(ctx) != nil {
			return // nobody waits
		}
		if err := w.refresh(ctx, works); err != nil {
			w.fail(works, w.Explain(err))
			return
		}
		plan := w.plan(w.freeze(works))
		if works = plan.Works; len(works) == 0 {
			return
		}
		outcome := w.store(ctx, plan)
		w.thaw(works)
		switch outcome {
		case answered:
			return
		case busy:
			sleep(ctx, pause)
			pause = min(2*pause, longestPause)
		case split:
			half := len(works) / 2
			w.settle(ctx, works[:half])
			works = works[half:]
		}
	}
}

func isDone(work *Work) bool {
	select {
	case <-work.done:
		return true
	default:
		return false
	}
}

// refresh reads anew where something may have changed. While other instances
// write, that is before each batch: a refused batch would cost a write as well.
func (w *Writer) refresh(ctx context.Context, works []*Work) error {
	w.mu.Lock()
	stale := w.stale
	w.stale = false
	w.mu.Unlock()
	if !stale && !w.crowded && w.Loaded(works) {
		return nil
	}
	first := w.sequence.next == 0
	v, _, err := w.read(ctx, works, false)
	if err == nil {
		w.crowded = v == taken && !first
	}
	return err
}

// read reads the markers, and after them the keys and what Plan goes by: what
// comes to the spreadsheet in between has a number that is still to come. It
// answers the writes whose fate the markers tell.
func (w *Writer) read(ctx context.Context, works []*Work, refused bool) (v verdict, changed bool, err error) {
	var markers map[int64]string
	var tabs []*sheets.SheetProperties
	if err = w.payReads(ctx); err == nil {
		markers, tabs, err = w.readMarkers(ctx)
	}
	if err != nil {
		w.Forget()
		return v, false, err
	}
	stranger := false
	if _, there := markers[w.sequence.next]; refused && !there {
		if stranger, err = w.strangerAt(ctx, w.sequence.next); err != nil {
			w.Forget()
			return v, false, err
		}
	}
	v, contents := w.sequence.look(markers, stranger)
	if v == landed {
		var shown *sheets.Spreadsheet
		if shown, err = w.show(ctx, contents[0].plan); err == nil {
			w.acknowledge(contents[0].plan, shown)
		}
	} else {
		changed, err = w.load(ctx, tabs, works)
	}
	for _, c := range contents { // all that are left of unknown, or of landed where it was not seen
		for _, work := range c.plan.Works {
			w.finish(work, ErrOutcomeUnknown)
		}
	}
	if err != nil || v == landed {
		w.Forget() // landed: what the next plan goes by was not read
	}
	return v, changed, err
}

// plan makes requests of the writes, after answering those that are repeats.
func (w *Writer) plan(works []*Work) *Plan {
	var fresh []*Work
	for _, work := range works {
		known, repeat := w.keys.find(work, fresh)
		switch {
		case !repeat:
			fresh = append(fresh, work)
		case known == nil: // its twin is in this group: it waits for that
			w.requeue(work)
		case known.digest != work.Digest:
			w.finish(work, ErrKeyReused)
		default:
			work.Result, work.Replayed = known.result, true
			w.finish(work, nil)
		}
	}
	p := w.Config.Plan(fresh)
	for work, err := range p.Settled {
		w.fail([]*Work{work}, err)
	}
	return p
}

func (w *Writer) requeue(work *Work) {
	w.mu.Lock()
	defer w.mu.Unlock()
	work.group.left()
	work.frozen = false
	w.queue = slices.Insert(w.queue, 0, work)
	w.size += work.Size
}
