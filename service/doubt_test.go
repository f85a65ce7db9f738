package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

// TestOwnKeyIsNoReplay: a request that is sent once is not answered as a replay, also where
// its batch is stored between the read of the markers and that of the keys.
func TestOwnKeyIsNoReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		add(s, "Load", "k0", "a") // makes the sheet of keys
		var lost *http.Request
		var body string
		w.setIntercept(func(r *http.Request, content []byte) (*http.Response, error) {
			switch {
			case isBatch(r) && strings.Contains(string(content), `"changed"`) && lost == nil:
				httptrace.ContextClientTrace(r.Context()).WroteHeaders()
				lost, body = r.Clone(t.Context()), string(content)
				return nil, errors.New("connection reset by peer")
			case strings.HasSuffix(r.URL.Path, "values:batchGet") && body != "":
				lost.Body = io.NopCloser(strings.NewReader(body))
				body = ""
				if answer, err := w.base.RoundTrip(lost); err == nil {
					_ = answer.Body.Close()
				}
			}
			return nil, nil
		})
		first, set := table.Filter{Conditions: []table.Condition{{Column: "id", Op: table.OpEq, Values: []string{"first"}}}}, table.Record{Fields: []table.Field{{Column: "n", Value: "changed"}}}
		result, err := s.UpdateRows(t.Context(), "Load", table.WriteOptions{Key: "k1", Filter: first}, set)
		if err != nil || result.Replayed || result.Count != 1 || lost == nil || body != "" {
			t.Errorf("update = %+v, %v, lost %v, want one row and no replay", result, err, lost != nil)
		}
		again, err := s.UpdateRows(t.Context(), "Load", table.WriteOptions{Key: "k1", Filter: first}, set)
		if err != nil || !again.Replayed || again.Count != 1 {
			t.Errorf("repeat = %+v, %v, want a replay", again, err)
		}
	})
}

// TestOutcomeUnknownNamesTheAnswer: the error for the log has Google's last answer, without the
// message, which can quote what was written into a cell.
func TestOutcomeUnknownNamesTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		w.setIntercept(func(r *http.Request, _ []byte) (*http.Response, error) {
			if isBatch(r) {
				return respond(r, 500, "private-row is too long"), nil
			}
			return nil, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err := s.AppendRows(ctx, "Load", table.WriteOptions{}, row("private-row"))
		if codeOf(err) != table.OutcomeUnknown || !strings.Contains(err.Error(), "Google answered 500") || strings.Contains(err.Error(), "private") {
			t.Errorf("append = %v, want %s with the status of Google and nothing of the row", err, table.OutcomeUnknown)
		}
	})
}

// TestClockIsSet: an instance whose clock is wrong, or is set by an hour while it writes, costs
// others time and loses, doubles or misplaces nothing.
func TestClockIsSet(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after time.Duration
	}{
		{"forward", 0, time.Hour},
		{"back", 0, -time.Hour},
		{"an hour ahead from the start", time.Hour, time.Hour},
		{"an hour behind, and corrected", -time.Hour, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{Quota: true})
				other := w.instance(0)
				s, set := w.skewed()
				set(tt.before)
				var wg sync.WaitGroup
				wg.Go(func() {
					time.Sleep(40 * time.Second)
					set(tt.after)
					w.person(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", 1, 2)}})
				})
				l := w.offer([]*service.Service{s, other}, 10, 90*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint("r", n) })
				wg.Wait()
				copies := map[string]int{}
				for _, id := range w.ids("Load") {
					copies[id]++
				}
				for n := range 900 {
					if id := fmt.Sprint("r", n); copies[id] > 1 {
						t.Errorf("%s is stored %d times", id, copies[id])
					}
				}
				if stored := l.codes[""] + l.codes[table.Conflict]; stored < 870 || len(copies) != 3+stored || copies[""] != 1 {
					t.Errorf("codes %v, %d different rows, want nearly all of 900 stored, once, and one blank row", l.codes, len(copies)-3)
				}
				t.Logf("codes %v, p50 %v, p99 %v", l.codes, l.percentile(.5), l.percentile(.99))
			})
		})
	}
}

// TestClockOfOneInstance: after its clock is set, what an instance has seen is too old to
// plan from.
func TestClockOfOneInstance(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				s, set := w.skewed()
				for n := range 3 {
					add(s, "Load", "k", fmt.Sprint(n))
				}
				w.google.ClearFaults()
				reads := w.calls("sheets.spreadsheets.get")
				w.person(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", 1, 2)}})
				set(by)
				if code, result := add(s, "Load", "", "last"); code != "" || result.PositionUnknown || w.calls("sheets.spreadsheets.get") == reads {
					t.Errorf("append = %q %+v with %d reads, want one below the last row after a read", code, result, w.calls("sheets.spreadsheets.get")-reads)
				}
			})
		})
	}
}
