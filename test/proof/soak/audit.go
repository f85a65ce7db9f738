package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/sheets-function/emulator"
)

// report is what came of a run.
type report struct {
	Seed           uint64         `json:"seed"`
	Instances      int            `json:"instances"`
	Rows           int            `json:"rows"`
	Bad            int            `json:"bad"` // of those, which Google refuses
	Acknowledged   int            `json:"acknowledged"`
	Unknown        int            `json:"unknown"`      // at the end, whatever was tried
	Answers        map[string]int `json:"answers"`      // of all other writes, the last one
	Lost           int            `json:"lost"`         // acknowledged, and never in the sheet
	Doubled        int            `json:"doubled"`      // more than once in the sheet
	Denied         int            `json:"denied"`       // in the sheet, although every answer excluded that
	Blamed         int            `json:"blamed"`       // good rows that were answered 400 or 422
	Overwritten    int            `json:"overwritten"`  // rows that a batch of the function removed
	Misplaced      map[string]int `json:"misplaced"`    // rows, by cause
	AboveTyped     int            `json:"above_typed"`  // rows above what the person typed in the moment before
	Silent         int            `json:"silent"`       // of those, whose callers got a plain 201
	SilentReplayed int            `json:"silent_again"` // of those, where an earlier attempt had no certain answer
	Conflicts      int            `json:"conflicts"`    // rows whose callers got a 409
	FalseConflicts int            `json:"conflicts_no"` // of those, which are where they belong
	Unplaced       int            `json:"unplaced"`     // rows whose callers got an answer that their place is not known

	FirstP50   float64 `json:"first_minute_p50_s"`
	FirstP99   float64 `json:"first_minute_p99_s"`
	LaterP50   float64 `json:"later_p50_s"`
	LaterP99   float64 `json:"later_p99_s"`
	Gets       int     `json:"gets,omitempty"`
	GetsServed int     `json:"gets_served,omitempty"`
	GetP50     float64 `json:"get_p50_s,omitempty"`
	GetP99     float64 `json:"get_p99_s,omitempty"`

	Writes    int            `json:"writes"`
	Reads     int            `json:"reads"`
	Limited   int            `json:"limited"` // 429
	Refused   int            `json:"refused"` // batches answered 400
	Worst     float64        `json:"worst_share"`
	Faults    map[string]int `json:"faults,omitempty"`
	Edits     map[string]int `json:"edits,omitempty"`
	Incidents []misplacement `json:"incidents,omitempty"`
}

// audit compares the answers that callers got with the journal.
func audit(g *google, l *load, account string) report {
	j := &g.journal
	r := report{Rows: len(l.writes), Answers: map[string]int{}, Misplaced: map[string]int{}, Overwritten: len(j.lost), Incidents: j.misplaced}
	byName := map[string]*write{}
	var first, later []time.Duration
	offered, stored := map[int]int{}, map[int]int{}
	for _, w := range l.writes {
		byName[w.name] = w
		copies := j.stored[w.name]
		if copies > 1 {
			r.Doubled++
		}
		if w.bad {
			r.Bad++
		} else {
			offered[w.instance]++
		}
		switch last := w.last(); {
		case w.acknowledged():
			r.Acknowledged++
			stored[w.instance]++
			if copies == 0 {
				r.Lost++
			}
			if w.began.Sub(l.began) < time.Minute {
				first = append(first, w.took)
			} else {
				later = append(later, w.took)
			}
		default:
			if last.status == 0 || last.status == http.StatusGatewayTimeout {
				r.Unknown++
			}
			r.Answers[last.String()]++
			if copies > 0 && !w.uncertain() && last.status != http.StatusConflict {
				r.Denied++
			}
			if !w.bad && (last.status == http.StatusBadRequest || last.status == http.StatusUnprocessableEntity) {
				r.Blamed++
			}
		}
	}
	elsewhere := map[string]bool{}
	for _, m := range j.misplaced {
		for _, name := range m.Rows {
			elsewhere[name] = true
		}
		if m.Kind == aboveTyped && m.Cause == "moment" {
			r.AboveTyped += m.Count
			continue
		}
		r.Misplaced[m.Cause] += m.Count
		for _, name := range m.Rows {
			if w := byName[name]; w != nil && !w.warned() {
				r.Silent++
				if w.uncertain() {
					r.SilentReplayed++
				}
			}
		}
	}
	for _, w := range l.writes {
		if conflict, unplaced := w.warnings(); conflict {
			r.Conflicts++
			if !elsewhere[w.name] {
				r.FalseConflicts++
			}
		} else if unplaced {
			r.Unplaced++
		}
	}
	r.FirstP50, r.FirstP99 = quantiles(first)
	r.LaterP50, r.LaterP99 = quantiles(later)
	r.Gets, r.GetsServed = l.gets, len(l.served)
	r.GetP50, r.GetP99 = quantiles(l.served)
	r.Worst = 1
	for instance, n := range offered {
		r.Worst = min(r.Worst, float64(stored[instance])/float64(n))
	}
	r.calls(g.Requests(), account)
	return r
}

func (r *report) calls(log []emulator.Request, account string) {
	for _, call := range log {
		switch {
		case call.Principal != account || !strings.HasPrefix(call.Call, "sheets."):
		case call.Status == http.StatusTooManyRequests:
			r.Limited++
		case call.Call == batchCall:
			r.Writes++
			if call.Status == http.StatusBadRequest {
				r.Refused++
			}
		default:
			r.Reads++
		}
	}
}

// broken lists the promises that were not kept.
func (r *report) broken() (broken []string) {
	for _, promise := range []struct {
		n    int
		what string
	}{
		{r.Lost, "acknowledged rows are lost"},
		{r.Doubled, "rows are stored twice"},
		{r.Denied, "rows are stored although their callers got answers that exclude it"},
		{r.Blamed, "good rows were refused"},
		{r.Overwritten, "rows were overwritten"},
		{r.Misplaced["before"], "rows are misplaced by an edit that ended before the read"},
		{r.Misplaced["stale"], "rows are misplaced by an edit that ended more than 2 s before the batch"},
		{r.Silent, "rows are misplaced, and the answers do not show it"},
	} {
		if promise.n > 0 {
			broken = append(broken, fmt.Sprint(promise.n, " ", promise.what))
		}
	}
	return broken
}

func quantiles(took []time.Duration) (p50, p99 float64) {
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Round(10*time.Millisecond)) / 1e9
	}
	return at(.5), at(.99)
}

func (r *report) print(out io.Writer) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n\n", line)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "instances\trows\tstored\tunknown\tlost\tdoubled\tmisplaced\tsilent\tconflicts, false\tplace unknown\tp50, p99 first minute\tafter\twrites\treads\t429s\trefused\tworst share")
	misplaced := 0
	for n := range maps.Values(r.Misplaced) {
		misplaced += n
	}
	fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d, %d\t%d\t%.2f, %.2f s\t%.2f, %.2f s\t%d\t%d\t%d\t%d\t%.0f %%\n", r.Instances, r.Rows, r.Acknowledged, r.Unknown, r.Lost, r.Doubled,
		misplaced, r.Silent, r.Conflicts, r.FalseConflicts, r.Unplaced, r.FirstP50, r.FirstP99, r.LaterP50, r.LaterP99, r.Writes, r.Reads, r.Limited, r.Refused, 100*r.Worst)
	return table.Flush()
}
