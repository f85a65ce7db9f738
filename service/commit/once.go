package commit

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strconv"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"
)

// All of package commit depends on Google refusing a batch that creates metadata with an ID
// that exists. That is tested once for a spreadsheet: a batch that creates some metadata,
// and then metadata with the ID of a marker, must be refused, and must not create any of
// it. The verdict is the last character of each marker that is created after that.
const (
	trialKey = "t" // key of the metadata that the trial creates
	baseKey  = "r" // key of the metadata whose ID it creates again, where there is no marker

	verdictNone  = "-"
	verdictOnce  = "1"
	verdictTwice = "9"
)

// onceState is what is known of that rule.
type onceState struct {
	verdict  string
	leftover map[string]bool // keys of metadata that is to be deleted with the next batch
}

// ExactlyOnce reports whether Google refuses a marker that exists, and whether that is
// known yet.
func (w *Writer[R, S]) ExactlyOnce() (holds, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.once.verdict == verdictOnce, w.once.verdict != verdictNone
}

// ExactlyOnce returns what the markers of a spreadsheet show of that.
func ExactlyOnce(list []*sheets.DeveloperMetadata) (holds, known bool) {
	m := readMarkers(list)
	return m.verdict == verdictOnce, m.verdict != verdictNone
}

// observe takes over what metadata shows of the trial, and of other instances.
func (w *Writer[R, S]) observe(m markers) {
	w.conclude(m.verdict)
	now := w.Now()
	w.turns.observe(m, now)
	w.once.leftover = m.leftover
	if len(m.announced) > 0 && now.Sub(w.turns.announcedAt) > announceTime {
		w.once.leftover[announceKey] = true
	}
	if w.Contended != nil {
		w.Contended(max(1, len(w.turns.ring(now))))
	}
}

func (w *Writer[R, S]) conclude(verdict string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.once.verdict >= verdict {
		return
	}
	if w.once.verdict = verdict; verdict == verdictTwice {
		w.Logger.Error("Google has stored two pieces of developer metadata with one ID, so that rows could be stored twice: " +
			"no batch is sent again after a lost answer, and no more than one instance must write")
		return
	}
	w.Logger.Info("Google refuses developer metadata whose ID exists: each write is stored once")
}

// tryOnce makes the trial. If its outcome is not certain, because somebody has deleted the
// marker, for example, there is no verdict, and the trial is made again after the next
// batch.
func (w *Writer[R, S]) tryOnce(ctx context.Context) {
	id, before := w.sequence.next-1, w.once.leftover[trialKey]
	w.lastStored = 0           // not again before another batch has deleted what is left of it
	if !w.sequence.known[id] { // there is no marker yet
		id = rand.Int64N(1<<30) + 1<<30
		if w.trial(ctx, createMetadata(id, baseKey, "")) != resultStored {
			return
		}
	}
	result := w.trial(ctx, createMetadata(0, trialKey, ""), createMetadata(id, trialKey, ""))
	if result != resultStored && result != resultInvalid {
		return
	}
	shown, _, err := w.get(ctx, nil)
	if err != nil {
		return
	}
	m := readMarkers(shown.DeveloperMetadata)
	w.observe(m)
	switch created := m.leftover[trialKey]; {
	case !created && result == resultInvalid:
		w.conclude(verdictOnce) // unless it was concluded otherwise
	case created && !before && (result == resultInvalid || m.values[id] != "" || m.leftover[baseKey]):
		w.conclude(verdictTwice)
	}
}

// trial sends requests of the trial. If Google names another request than the last one in
// its refusal, the refusal shows nothing.
func (w *Writer[R, S]) trial(ctx context.Context, requests ...*sheets.Request) sendResult {
	_, err := w.sendMetadata(ctx, requests...)
	result, index := resultOf(err), refusedRequest(err)
	if result != resultStored && result != resultInvalid { // a refusal is what is expected
		w.pause(ctx)
	}
	if index >= 0 && index != len(requests)-1 {
		return resultUnknown
	}
	return result
}

var requestIndex = regexp.MustCompile(`requests\[(\d+)\]`)

// refusedRequest returns the index of the request that Google names in its refusal of a
// batch; -1 if it names none. It is a hint, on which no answer to a caller depends.
func refusedRequest(err error) int {
	if answer, ok := err.(*googleapi.Error); ok {
		if m := requestIndex.FindStringSubmatch(answer.Message); m != nil {
			i, _ := strconv.Atoi(m[1])
			return i
		}
	}
	return -1
}
