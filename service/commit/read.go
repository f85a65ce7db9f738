package commit

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"google.golang.org/api/sheets/v4"
)

// refresh reads what is not fresh. It returns false if the writes cannot be planned now:
// they were answered, or which of them go together has changed, or a read failed.
func (w *Writer[R, S]) refresh(ctx context.Context, writes []*Write[R]) bool {
	w.mu.Lock()
	stale := w.stale
	w.stale = false
	w.mu.Unlock()
	keyed := slices.ContainsFunc(writes, func(write *Write[R]) bool { return write.Key != "" })
	if !stale && w.refusal == nil && len(w.sequence.inDoubt()) == 0 && Fresh(w.Now(), w.knownAt) &&
		(!keyed || w.keys.asOf == w.sequence.next-1) && w.planner.Ready(writes) {
		return true
	}
	ready, settled, err := w.readTails(ctx, writes, keyed)
	if err == nil && !ready && !settled {
		ready, err = w.readAll(ctx, writes)
	}
	if err != nil {
		w.Invalidate()
	}
	if err != nil && err != errTurnLost {
		w.fail(writes, w.planner.Explain(err))
	}
	return ready && err == nil
}

// readTails reads the markers, and what changed in sheets that were read before, with one
// call. It is not ready where that does not serve, or where the markers have settled the
// outcome of an attempt.
func (w *Writer[R, S]) readTails(ctx context.Context, writes []*Write[R], keyed bool) (ready, settled bool, err error) {
	ranges, load := w.planner.ReadTails(writes)
	if load == nil || w.refusal != nil && !w.refusal.marker() {
		return false, false, nil
	}
	hasKeys := keyed && w.keys.sheetID > 0
	if hasKeys {
		if !w.turns.alone(w.Now()) {
			w.keys.top = maxTop
		}
		ranges = append(ranges, w.keys.topRange())
	}
	for _, a := range w.sequence.inDoubt() { // what Verify has to be shown, as early as can be
		ranges = append(ranges, a.plan.Ranges...)
	}
	shown, at, err := w.get(ctx, ranges)
	if statusOf(err) == http.StatusBadRequest { // a sheet was renamed, or has fewer rows
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if !load(shown, at) || hasKeys && !w.keys.loadTop(shown) {
		return false, false, nil
	}
	last := w.sequence.next - 1
	v, settled, err := w.look(ctx, readMarkers(shown.DeveloperMetadata), at, shown)
	if !settled && v == verdictFree && w.refusal != nil {
		return false, false, nil
	}
	if w.refusal = nil; settled {
		return false, true, err
	}
	// Without a sheet of keys others have made none, unless they have written.
	if hasKeys || v == verdictFree && w.keys.asOf == last {
		w.keys.asOf = w.sequence.next - 1
	}
	return !keyed || w.keys.asOf == w.sequence.next-1, false, nil
}

// readAll reads the markers and the sheets that exist, and after them the keys and what
// the planner needs: what comes to the spreadsheet in between has a number that is still
// to come. It answers the writes whose outcome the markers show.
func (w *Writer[R, S]) readAll(ctx context.Context, writes []*Write[R]) (ready bool, err error) {
	shown, at, err := w.get(ctx, nil)
	if err != nil {
		return false, err
	}
	var tabs []*sheets.SheetProperties
	for _, sheet := range shown.Sheets {
		tabs = append(tabs, sheet.Properties)
	}
	m, r := readMarkers(shown.DeveloperMetadata), w.refusal
	v, settled, err := w.look(ctx, m, at, nil)
	w.refusal = nil
	switch {
	case settled:
		return false, err
	case v == verdictFree && r != nil:
		return false, w.diagnose(ctx, r, tabs, m)
	}
	return w.load(ctx, tabs, writes, at)
}

// look goes on to the number that the markers show to be next. It answers the writes of
// attempts whose outcome they show, or do not show any more, and reports whether it has, so
// that nothing is to be planned now. The ranges of open attempts were shown with the
// markers, unless shown is nil.
func (w *Writer[R, S]) look(ctx context.Context, m markers, at time.Time, shown *sheets.Spreadsheet) (v verdict, settled bool, err error) {
	w.observe(m)
	w.knownAt = at
	v, attempts := w.sequence.look(m.values, m.foreign[w.sequence.next])
	if v == verdictTaken && w.refusal != nil {
		w.turns.conflict()
	}
	switch {
	case v == verdictStored:
		w.Invalidate()
		return v, true, w.finishLate(ctx, attempts[0], shown)
	case v == verdictUnknown:
		w.Invalidate()
		w.finishUnknown(attempts)
		return v, true, nil
	case v == verdictTaken || len(w.sequence.inDoubt()) == 0 || w.once.verdict == verdictOnce:
		return v, false, nil
	}
	// Another plan must not be sent under the number unless Google is known to refuse one of
	// the two.
	if w.once.verdict == verdictNone {
		w.tryOnce(ctx)
	} else {
		w.finishUnknown(w.sequence.inDoubt())
		w.sequence.skip()
	}
	return v, true, nil
}

// finishUnknown answers the writes of attempts whose outcome will not be known.
func (w *Writer[R, S]) finishUnknown(attempts []*attempt[R, S]) {
	for _, a := range attempts {
		for _, write := range a.plan.Writes {
			w.finish(write, outcomeUnknown(write))
		}
	}
}

// load reads what the planner needs, and the keys where others may have added some.
func (w *Writer[R, S]) load(ctx context.Context, tabs []*sheets.SheetProperties, writes []*Write[R], at time.Time) (ready bool, err error) {
	keysTab := w.findKeys(tabs)
	readKeys := keysTab != nil && (w.keys.asOf != w.sequence.next-1 || w.keys.sheetID != keysTab.SheetId)
	if read := w.planner.ReadAll(tabs, writes, at); read != nil {
		_, err = w.call(ctx, read)
	}
	var keyRows [][]any
	if err == nil && readKeys {
		keyRows, err = w.getValues(ctx, "'"+keysTab.Title+"'!A:D")
	}
	if statusOf(err) == http.StatusBadRequest && w.renamed < maxUnsent {
		w.Invalidate()
		w.renamed++ // a sheet was renamed since
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w.renamed = 0
	if keysTab == nil || readKeys {
		w.keys.load(keysTab, keyRows)
		w.keys.asOf = w.sequence.next - 1
	}
	return true, nil
}

// finishLate answers the writes of an attempt whose answer was lost, and which the markers
// show to be stored.
func (w *Writer[R, S]) finishLate(ctx context.Context, a *attempt[R, S], shown *sheets.Spreadsheet) (err error) {
	if shown == nil && len(a.plan.Ranges) > 0 {
		shown, _, err = w.get(ctx, a.plan.Ranges)
		if err != nil && statusOf(err) != http.StatusBadRequest { // a sheet was renamed
			w.finishUnknown([]*attempt[R, S]{a})
			return err
		}
	}
	for i, write := range a.plan.Writes {
		write.Result = a.results[i]
	}
	w.acknowledge(a.plan, cmp.Or(shown, &sheets.Spreadsheet{}), time.Time{})
	return nil
}

// acknowledge answers the writes of a plan that is stored.
func (w *Writer[R, S]) acknowledge(p *Plan[R, S], shown *sheets.Spreadsheet, at time.Time) {
	conflicts := w.planner.Verify(p, shown, at)
	for _, write := range p.Writes {
		w.finish(write, conflicts[write])
	}
}
