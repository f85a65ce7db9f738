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
			case !isBatch(r) && body != "" && !strings.Contains(r.URL.Query().Get("fields"), "developerMetadata"): // rows or keys
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

// TestClocksDifferByASlot: two instances that take the same slots for theirs do not refuse
// each other's batches for good.
func TestClocksDifferByASlot(t *testing.T) {
	const slot = 1250 * time.Millisecond // of 60 writes a minute
	for _, ahead := range []time.Duration{slot, -slot} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, emulator.Options{Quota: true})
			instances := []*service.Service{w.instance(0), w.instanceAt(0, func() time.Time { return time.Now().Add(ahead) })}
			l := w.offer(instances, 20, 3*time.Minute, func(n int) (string, string) { return "Load", fmt.Sprint("r", n) })
			if l.codes[""] < 3500 {
				t.Errorf("of 3600 rows with a clock that is %v ahead: %v, want nearly all stored", ahead, l.codes)
			}
		})
	}
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

// deleteMarkers is what a person can do to the record of what was stored.
var deleteMarkers = &sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
	DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "w"}},
}}

// TestMarkersDeleted: who deletes the markers makes the outcome of the batch in doubt unknown,
// and of no other.
func TestMarkersDeleted(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lose   bool // the answer of the write
		stored bool // it is stored
		code   table.Code
	}{
		{"between two writes", false, true, ""},
		{"while the answer of a stored batch is lost", true, true, table.OutcomeUnknown},
		{"while a batch is lost", true, false, table.OutcomeUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				instances := []*service.Service{w.instance(0), w.instance(0)}
				for n := range 4 {
					add(instances[n%2], "Load", fmt.Sprint("k", n), fmt.Sprint(n))
				}
				if !tt.lose {
					w.person(deleteMarkers)
				}
				var once sync.Once
				w.setIntercept(func(r *http.Request, body []byte) (answer *http.Response, err error) {
					if tt.lose && isBatch(r) && strings.Contains(string(body), `"doubt"`) {
						once.Do(func() {
							httptrace.ContextClientTrace(r.Context()).WroteHeaders()
							if tt.stored {
								if answer, err = w.base.RoundTrip(r); err == nil {
									_ = answer.Body.Close()
								}
							}
							w.person(deleteMarkers)
							answer, err = nil, errors.New("connection reset by peer")
						})
					}
					return answer, err
				})
				if code, _ := add(instances[0], "Load", "doubt", "doubt"); code != tt.code {
					t.Errorf("append = %q, want %q", code, tt.code)
				}
				for n := range 4 {
					if code, result := add(instances[n%2], "Load", fmt.Sprint("k", n), fmt.Sprint(n)); code != "" || !result.Replayed {
						t.Errorf("repeat with key k%d = %q %+v, want a replay", n, code, result)
					}
				}
				if code, result := add(instances[1], "Load", "doubt", "doubt"); code != "" || result.Replayed != tt.stored {
					t.Errorf("repeat of the write in doubt = %q %+v", code, result)
				}
				if ids := strings.Join(w.ids("Load"), " "); ids != "first second 0 1 2 3 doubt" {
					t.Errorf("rows %s", ids)
				}
			})
		})
	}
}

// TestMetadataIsFull: where there is no room for a marker nothing is stored, and the error says
// what to delete.
func TestMetadataIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		for n := range 3 {
			add(s, "Load", "", fmt.Sprint(n))
		}
		w.person(&sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
			MetadataKey: "notes", MetadataValue: strings.Repeat("x", 30_000-3*13-len("notes")-12), Visibility: "DOCUMENT",
			Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true},
		}}})
		l := w.offer([]*service.Service{s}, 10, 2*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint("r", n) })
		if l.codes[table.SheetFull] != 20 || len(w.ids("Load")) != 5 {
			t.Errorf("codes %v, %d rows, want 20 times %s and none stored", l.codes, len(w.ids("Load")), table.SheetFull)
		}
		w.person(&sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
			DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "notes"}},
		}})
		if code, _ := add(s, "Load", "", "last"); code != "" {
			t.Errorf("append after the metadata was deleted = %q", code)
		}
	})
}
