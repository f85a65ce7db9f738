package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

func dimension(along string, from, to int64) *sheets.DimensionRange {
	return &sheets.DimensionRange{Dimension: along, StartIndex: from, EndIndex: to, ForceSendFields: []string{"SheetId", "StartIndex"}}
}

func textCell(text string) *sheets.CellData {
	return &sheets.CellData{UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}}
}

// setCell writes a text into a cell, both numbered from 0.
func setCell(row, column int64, text string) *sheets.Request {
	return &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
		Start: &sheets.GridCoordinate{RowIndex: row, ColumnIndex: column, ForceSendFields: []string{"SheetId"}},
		Rows:  []*sheets.RowData{{Values: []*sheets.CellData{textCell(text)}}}, Fields: "userEnteredValue",
	}}
}

// TestAppendAfterAnEdit checks that the next append takes an edit of a person into account,
// made a day or three seconds before.
func TestAppendAfterAnEdit(t *testing.T) {
	clear := &sheets.Request{UpdateCells: &sheets.UpdateCellsRequest{
		Range: &sheets.GridRange{StartRowIndex: 2, EndRowIndex: 4, ForceSendFields: []string{"SheetId"}}, Fields: "userEnteredValue",
	}}
	for _, tt := range []struct {
		name  string
		edits []*sheets.Request
		extra string // a column that the next row has too
		rows  [][]any
	}{
		{"a row inserted", []*sheets.Request{{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", 1, 2)}}}, "",
			[][]any{{"id", "n"}, {}, {"first", 0.0}, {"second", 0.0}, {"a", 1.0}, {"b", 1.0}}},
		{"rows deleted", []*sheets.Request{{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("ROWS", 1, 3)}}}, "",
			[][]any{{"id", "n"}, {"a", 1.0}, {"b", 1.0}}},
		{"the last rows cleared", []*sheets.Request{clear}, "",
			[][]any{{"id", "n"}, {"first", 0.0}, {"b", 1.0}}},
		{"a row typed far below", []*sheets.Request{setCell(9, 0, "typed")}, "",
			[][]any{{"id", "n"}, {"first", 0.0}, {"second", 0.0}, {"a", 1.0}, {}, {}, {}, {}, {}, {"typed"}, {"b", 1.0}}},
		{"a column inserted left", []*sheets.Request{
			{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("COLUMNS", 0, 1)}}, setCell(0, 0, "new")}, "",
			[][]any{{"new", "id", "n"}, {"", "first", 0.0}, {"", "second", 0.0}, {"", "a", 1.0}, {"", "b", 1.0}}},
		{"a column added", []*sheets.Request{setCell(0, 2, "more")}, "more",
			[][]any{{"id", "n", "more"}, {"first", 0.0}, {"second", 0.0}, {"a", 1.0}, {"b", 1.0, "x"}}},
		{"the rows sorted", []*sheets.Request{{SortRange: &sheets.SortRangeRequest{
			Range:     &sheets.GridRange{StartRowIndex: 1, ForceSendFields: []string{"SheetId"}},
			SortSpecs: []*sheets.SortSpec{{SortOrder: "DESCENDING", ForceSendFields: []string{"DimensionIndex"}}}}}}, "",
			[][]any{{"id", "n"}, {"second", 0.0}, {"first", 0.0}, {"a", 1.0}, {"b", 1.0}}},
	} {
		for _, idle := range []time.Duration{3 * time.Second, 24 * time.Hour} {
			t.Run(fmt.Sprint(tt.name, ", ", idle), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, emulator.Options{})
					s := w.instance(0)
					if code, _ := add(s, "Load", "", "a"); code != "" {
						t.Fatalf("append: %s", code)
					}
					w.person(tt.edits...)
					time.Sleep(idle)
					records := row("b")
					if tt.extra != "" {
						records[0].Fields = append(records[0].Fields, table.Field{Column: tt.extra, Value: "x"})
					}
					if _, err := s.AppendRows(t.Context(), "Load", table.WriteOptions{}, records); err != nil {
						t.Errorf("append after the edit: %v", err)
					}
					if diff := cmp.Diff(tt.rows, w.google.Values(w.id, "Load")); diff != "" {
						t.Errorf("rows (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestEditInTheMoment: an edit in the moment between the read and the batch is not noticed
// in time, but the answer says that it moved the new row. After a lost answer it cannot be
// known whether the edit came before the batch: the answer says that the place is unknown.
func TestEditInTheMoment(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit *sheets.Request
		code table.Code
	}{
		{"a row inserted above", &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("ROWS", 1, 2)}}, table.Conflict},
		{"a row deleted above", &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("ROWS", 1, 2)}}, table.Conflict},
		{"a column inserted", &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("COLUMNS", 0, 1)}}, table.Conflict},
		{"the header changed", setCell(0, 0, "number"), table.Conflict},
		{"a row typed below", setCell(4, 0, "typed"), ""},
		{"a cell of the last row changed", setCell(3, 0, "changed"), ""},
		{"a cell changed above", setCell(1, 0, "changed"), ""},
		{"a header typed on the right", setCell(0, 2, "note"), ""},
	} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, ", answer lost ", lost), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, emulator.Options{})
					s := w.instance(0)
					add(s, "Load", "", "a")
					var once sync.Once
					w.setIntercept(func(r *http.Request, body []byte) (*http.Response, error) {
						if isBatch(r) && strings.Contains(string(body), `"b"`) {
							once.Do(func() {
								w.person(tt.edit)
								if lost {
									w.google.ClearFaults()
									w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Drop: emulator.DropAfter})
								}
							})
						}
						return nil, nil
					})
					code, result := add(s, "Load", "", "b")
					if unknown := lost && tt.code == table.Conflict; code != tt.code && !unknown || unknown && code != "" || result.PositionUnknown != unknown {
						t.Errorf("append = %q %+v, want %q; rows %v", code, result, tt.code, w.google.Values(w.id, "Load"))
					}
					if code, _ := add(s, "Load", "", "c"); code != "" && code != table.InvalidRows { // the column may be gone
						t.Errorf("the next append = %q", code)
					}
				})
			})
		}
	}
}

// TestIdleThenAppendCostsOneRead holds what memory with an age costs.
func TestIdleThenAppendCostsOneRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		for n := range 5 {
			if code, _ := add(s, "Load", fmt.Sprint("key", n), fmt.Sprint(n)); code != "" {
				t.Fatal(code)
			}
			if n == 1 { // the first reads twice, and the second makes the trial
				w.google.ClearFaults()
			}
			time.Sleep(time.Minute)
		}
		if reads, batches := w.calls("sheets.spreadsheets.get")+w.calls("sheets.spreadsheets.values"), w.calls(batchCall); reads != 2+1+4 || batches != 1+5 {
			t.Errorf("five appends, each after a minute, made %d reads and %d batches, want 7 and 6", reads, batches)
		}
	})
}

// TestIdleInstanceReplaysAKey: an instance that idled while another stored more
// batches than there are markers reads before it sends.
func TestIdleInstanceReplaysAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		w.google.ClearFaults()
		idle, busy := w.instance(100_000), w.instance(100_000)
		add(idle, "Load", "k0", "a")
		if code, _ := add(busy, "Load", "k", "b"); code != "" {
			t.Fatal(code)
		}
		for n := range 2100 {
			if code, _ := add(busy, "Load", "", fmt.Sprint("c", n)); code != "" {
				t.Fatal(code)
			}
		}
		if code, result := add(idle, "Load", "k", "b"); code != "" || !result.Replayed {
			t.Errorf("repeat = %q %+v, want a replay", code, result)
		}
		if code, _ := add(idle, "Load", "", "d"); code != "" {
			t.Errorf("append = %q", code)
		}
		ids := w.ids("Load")
		if n := strings.Count(strings.Join(ids, " ")+" ", "b "); n != 1 || ids[len(ids)-1] != "d" {
			t.Errorf("the keyed row is stored %d times, and the last row is %q", n, ids[len(ids)-1])
		}
	})
}

// naming is which request of a batch Google names when it refuses the batch.
type naming int

const (
	namesNone naming = iota
	namesCause
	namesAnother // request of the plan
	namesMarker  // the first request
)

// refuse makes Google refuse batches that hold a text. It has lower-case letters, because those of
// markers are upper-case.
func refuse(text string, status int, names naming) func(*http.Request, []byte) (*http.Response, error) {
	return func(r *http.Request, body []byte) (*http.Response, error) {
		if !isBatch(r) || !strings.Contains(string(body), text) {
			return nil, nil
		}
		time.Sleep(latency)
		message := "Internal error encountered."
		if status == http.StatusBadRequest || status == http.StatusForbidden {
			message = "You are trying to edit a protected cell or object."
		}
		var batch struct{ Requests []json.RawMessage }
		if err := json.Unmarshal(body, &batch); err != nil {
			return nil, err
		}
		is := func(text string) func(json.RawMessage) bool {
			return func(request json.RawMessage) bool { return strings.Contains(string(request), text) }
		}
		index := 0
		switch cause := slices.IndexFunc(batch.Requests, is(text)); names {
		case namesCause:
			index = cause
		case namesAnother:
			if index = slices.IndexFunc(batch.Requests, is("updateCells")); index == cause {
				index = min(index+1, len(batch.Requests)-1)
			}
		}
		if names != namesNone {
			message = fmt.Sprintf("Invalid requests[%d].updateCells: %s", index, message)
		}
		return respond(r, status, message), nil
	}
}

// TestBadWrites: what Google refuses, or fails on, reaches only its callers.
func TestBadWrites(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		names  naming
		title  string        // of the bad rows
		every  time.Duration // between bad rows; 0 is one in all
		p99    time.Duration // of the good rows
		code   table.Code    // of the bad rows
	}{
		{"one refused", 400, namesNone, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused, named", 400, namesCause, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused, another named", 400, namesAnother, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused, the marker named", 400, namesMarker, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused, of another sheet", 400, namesNone, "Other", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused, of another sheet, named", 400, namesCause, "Other", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused every 2 s", 400, namesCause, "Load", 2 * time.Second, 12 * time.Second, table.ProtectedRange},
		{"one refused every 2 s, of another sheet, none named", 400, namesNone, "Other", 2 * time.Second, 3500 * time.Millisecond, table.ProtectedRange},
		{"one refused every 2 s, of another sheet", 400, namesCause, "Other", 2 * time.Second, 3500 * time.Millisecond, table.ProtectedRange},
		{"one refused with 403", 403, namesNone, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one refused with 403, named", 403, namesCause, "Load", 0, 3 * time.Second, table.ProtectedRange},
		{"one answered 413", 413, namesNone, "Load", 0, 3 * time.Second, table.Upstream},
		{"one answered 500", 500, namesNone, "Load", 0, 6 * time.Second, table.OutcomeUnknown},
		{"one answered 500, of another sheet", 500, namesNone, "Other", 0, 6 * time.Second, table.OutcomeUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, phase := range []time.Duration{0, 610 * time.Millisecond} {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, emulator.Options{Quota: true}, emulator.Sheet{Title: "Other", Values: [][]any{{"id", "n"}}})
					s := w.instance(0)
					w.setIntercept(refuse("bad", tt.status, tt.names))
					bad := &load{}
					var wg sync.WaitGroup
					send := func(n int) {
						code, _ := add(s, tt.title, "", fmt.Sprint("bad", n))
						bad.note(code, 0)
					}
					wg.Go(func() {
						time.Sleep(10*time.Second + phase)
						for n := 0; n == 0 || tt.every > 0 && n < 30; n++ {
							wg.Go(func() { send(n) })
							time.Sleep(tt.every)
						}
					})
					good := w.offer([]*service.Service{s}, 20, 70*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint("g", n) })
					wg.Wait()
					if good.codes[""] != 1400 || good.percentile(.99) > tt.p99 {
						t.Errorf("of 1400 good rows: %v, p99 %v, want all stored in %v", good.codes, good.percentile(.99), tt.p99)
					}
					if bad.codes[""] > 0 || tt.every == 0 && bad.codes[tt.code] != 1 {
						t.Errorf("bad rows: %v, want %s", bad.codes, tt.code)
					}
					if ids := w.ids("Load"); len(ids) != 1402 {
						t.Errorf("%d rows are stored, want 1402", len(ids))
					}
					t.Logf("good %v p50 %v p99 %v, bad %v, %d batches", good.codes, good.percentile(.5), good.percentile(.99), bad.codes, w.calls(batchCall))
				})
			}
		})
	}
}

// TestRefusalIsNotHandedOut: callers that leave while others are refused do not get their
// refusal.
func TestRefusalIsNotHandedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(6)
		w.setIntercept(refuse("bad", 400, namesNone))
		var wg sync.WaitGroup
		for n := range 40 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(5+n)*time.Second)
				defer cancel()
				id, good := fmt.Sprint("bad", n), n%2 == 0
				if good {
					id = fmt.Sprint("g", n)
				}
				_, err := s.AppendRows(ctx, "Load", table.WriteOptions{}, row(id))
				if code := codeOf(err); good && code != "" && code != table.Overloaded {
					t.Errorf("a good row got %v", err)
				}
			})
			time.Sleep(300 * time.Millisecond)
		}
		wg.Wait()
	})
}

// TestPlannedAgainAfterALostAnswer: a batch whose answer is lost, and that is not stored,
// is not sent again as it was.
func TestPlannedAgainAfterALostAnswer(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit []*sheets.Request
		last []any
	}{
		{"the header was changed", []*sheets.Request{setCell(0, 0, "number")}, nil},
		{"a column was inserted", []*sheets.Request{{InsertDimension: &sheets.InsertDimensionRequest{Range: dimension("COLUMNS", 0, 1)}}, setCell(0, 0, "new")}, []any{"", "a", 1.0}},
		{"rows were deleted", []*sheets.Request{{DeleteDimension: &sheets.DeleteDimensionRequest{Range: dimension("ROWS", 1, 3)}}}, []any{"a", 1.0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				s := w.instance(0)
				lost := false
				w.setIntercept(func(r *http.Request, _ []byte) (*http.Response, error) {
					if !isBatch(r) || lost {
						return nil, nil
					}
					lost = true
					httptrace.ContextClientTrace(r.Context()).WroteHeaders()
					w.person(tt.edit...)
					return nil, errors.New("connection reset by peer")
				})
				code, result := add(s, "Load", "", "a")
				if rows := w.google.Values(w.id, "Load"); tt.last == nil {
					// The column is gone, but the lost batch could still be stored.
					if code != table.OutcomeUnknown || len(rows) != 3 {
						t.Errorf("append = %q %+v, %v, want %s", code, result, rows, table.OutcomeUnknown)
					}
				} else if code != "" || !slices.Equal(rows[len(rows)-1], tt.last) {
					t.Errorf("append = %q %+v, %v, want the last row %v", code, result, rows, tt.last)
				}
			})
		})
	}
}

// TestStatusesOfOthers: 409 and 412 of Google pass, for every caller of the batch.
func TestStatusesOfOthers(t *testing.T) {
	for _, status := range []int{409, 412, 429} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				s := w.instance(0)
				times := 3
				w.setIntercept(func(r *http.Request, _ []byte) (*http.Response, error) {
					if times--; isBatch(r) && times >= 0 {
						return respond(r, status, "try later"), nil
					}
					return nil, nil
				})
				l := w.offer([]*service.Service{s}, 10, 3*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint(n) })
				if l.codes[""] != 30 || len(w.ids("Load")) != 32 {
					t.Errorf("codes %v, %d rows, want 30 stored", l.codes, len(w.ids("Load")))
				}
			})
		})
	}
}

// TestRenamedBetweenTwoReads: a sheet that is renamed between the list of sheets and the
// read of its rows fails only the writes to it, with 404.
func TestRenamedBetweenTwoReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{}, emulator.Sheet{Title: "Other", Values: [][]any{{"id", "n"}}})
		s := w.instance(0)
		var once sync.Once
		w.setIntercept(func(r *http.Request, _ []byte) (*http.Response, error) {
			if ranges := r.URL.Query()["ranges"]; len(ranges) > 0 && !strings.Contains(ranges[0], "!") { // whole sheets
				once.Do(func() {
					w.person(&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
						Properties: &sheets.SheetProperties{SheetId: 0, Title: "Renamed", ForceSendFields: []string{"SheetId"}}, Fields: "title",
					}})
				})
			}
			return nil, nil
		})
		l := w.offer([]*service.Service{s}, 10, 2*time.Second, func(n int) (string, string) {
			return []string{"Load", "Other"}[n%2], fmt.Sprint(n)
		})
		if l.codes[""] != 10 || l.codes[table.SheetNotFound] != 10 {
			t.Errorf("codes %v, want ten stored and ten times %s", l.codes, table.SheetNotFound)
		}
	})
}

// TestTwinsThatLeave: callers that send one key at once and leave do not keep others
// waiting.
func TestTwinsThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second})
		var wg sync.WaitGroup
		for n := range 12 {
			wg.Go(func() {
				key, limit := "", time.Minute
				if n%3 != 0 {
					key, limit = "twin", time.Duration(n)*200*time.Millisecond
				}
				ctx, cancel := context.WithTimeout(context.Background(), limit)
				defer cancel()
				began := time.Now()
				_, err := s.AppendRows(ctx, "Load", table.WriteOptions{Key: key}, row(map[bool]string{true: "twin", false: fmt.Sprint(n)}[key != ""]))
				if key == "" && (err != nil || time.Since(began) > 10*time.Second) {
					t.Errorf("a write beside the twins: %v after %v", err, time.Since(began))
				}
			})
		}
		wg.Wait()
		if n := strings.Count(strings.Join(w.ids("Load"), " "), "twin"); n > 1 {
			t.Errorf("the twins are stored %d times", n)
		}
	})
}

// TestLoneWrites: each of ten writes in a row takes one call's time.
func TestLoneWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{Quota: true})
		s := w.instance(0)
		for n := range 2 { // the trial is made once for a spreadsheet
			add(s, "Load", "", fmt.Sprint("before", n))
		}
		time.Sleep(time.Minute)
		for n := range 10 {
			began := time.Now()
			code, _ := add(s, "Load", "", fmt.Sprint(n))
			limit := latency
			if n == 0 {
				limit *= 2 // reads first
			}
			if took := time.Since(began); code != "" || took > limit {
				t.Errorf("write %d = %q after %v, want %v", n, code, took, limit)
			}
		}
	})
}

// TestLargeAmongSmall: a batch of 2 MB does not keep small writes waiting.
func TestLargeAmongSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{Quota: true})
		s := w.instance(0)
		var large []table.Record
		for range 1000 {
			large = append(large, row(strings.Repeat("x", 2100))...)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(2 * time.Second)
			if result, err := s.AppendRows(t.Context(), "Load", table.WriteOptions{}, large); err != nil || result.Count != 1000 {
				t.Errorf("large write: %v %+v", err, result)
			}
		})
		l := w.offer([]*service.Service{s}, 20, 10*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint(n) })
		wg.Wait()
		if l.codes[""] != 200 || l.percentile(1) > 4*time.Second {
			t.Errorf("codes %v, the slowest after %v", l.codes, l.percentile(1))
		}
	})
}

// TestMinuteOf429: callers without an answer get an error that says that nothing is stored.
func TestMinuteOf429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		began := time.Now()
		w.setIntercept(func(r *http.Request, _ []byte) (*http.Response, error) {
			if time.Since(began) < time.Minute {
				return respond(r, 429, "Quota exceeded"), nil
			}
			return nil, nil
		})
		l := w.offer([]*service.Service{s}, 10, 20*time.Second, func(n int) (string, string) { return "Load", fmt.Sprint(n) })
		stored := len(w.ids("Load")) - 2
		if l.codes[table.RateLimited] < 20 || l.codes[""] < 100 || stored < l.codes[""] || stored > l.codes[""]+l.codes[table.OutcomeUnknown] {
			t.Errorf("codes %v, %d rows", l.codes, stored)
		}
	})
}

// TestKeysEditedByAPerson: the sheet of keys can be renamed, sorted or shortened; what is
// stored stays stored once for a key that is still there.
func TestKeysEditedByAPerson(t *testing.T) {
	for _, tt := range []struct {
		name   string
		edit   func(keys int64) *sheets.Request
		replay bool
	}{
		{"renamed", func(keys int64) *sheets.Request {
			return &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
				Properties: &sheets.SheetProperties{SheetId: keys, Title: "Old keys"}, Fields: "title"}}
		}, false},
		{"sorted", func(keys int64) *sheets.Request {
			return &sheets.Request{SortRange: &sheets.SortRangeRequest{
				Range: &sheets.GridRange{SheetId: keys}, SortSpecs: []*sheets.SortSpec{{SortOrder: "DESCENDING", ForceSendFields: []string{"DimensionIndex"}}}}}
		}, true},
		{"blank rows deleted", func(keys int64) *sheets.Request {
			return &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: &sheets.DimensionRange{
				SheetId: keys, Dimension: "ROWS", StartIndex: 5, EndIndex: 6}}}
		}, true},
		{"deleted", func(keys int64) *sheets.Request {
			return &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: keys}}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				instances := []*service.Service{w.instance(0), w.instance(0)}
				for n := range 5 {
					if code, _ := add(instances[n%2], "Load", fmt.Sprint("k", n), fmt.Sprint(n)); code != "" {
						t.Fatal(code)
					}
				}
				w.person(tt.edit(w.sheetID("_keys")))
				for n := range 6 {
					code, result := add(instances[n%2], "Load", fmt.Sprint("k", n), fmt.Sprint(n))
					if code != "" || tt.replay && result.Replayed != (n < 5) {
						t.Errorf("append with key k%d = %q %+v", n, code, result)
					}
				}
				for n := range 6 { // what came after the edit is always kept
					if code, result := add(instances[(n+1)%2], "Load", fmt.Sprint("k", n), fmt.Sprint(n)); code != "" || !result.Replayed && n == 5 {
						t.Errorf("repeat with key k%d = %q %+v", n, code, result)
					}
				}
			})
		})
	}
}

// sheetID returns the ID of a sheet.
func (w *world) sheetID(title string) int64 {
	w.t.Helper()
	s, err := sheets.NewService(context.Background(), clientOptions(w)...)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := s.Spreadsheets.Get(w.id).Do()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, sheet := range answer.Sheets {
		if sheet.Properties.Title == title {
			return sheet.Properties.SheetId
		}
	}
	w.t.Fatalf("there is no sheet %q", title)
	return 0
}
