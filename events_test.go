package function

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// newEvent makes a request of headers, one a line, and a body.
func newEvent(headers, body string) *http.Request {
	r := httptest.NewRequest("POST", "/events", strings.NewReader(body))
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Add(name, value)
	}
	return r
}

// binaryEvent makes a CloudEvent in binary mode whose rows go to Orders.
func binaryEvent(id, rows string) *http.Request {
	return newEvent("Ce-Specversion: 1.0\nCe-Type: t\nCe-Source: /s\nCe-Subject: Orders\nContent-Type: application/json\nCe-Id: "+id, rows)
}

// pushedMessage makes a message that Pub/Sub pushes.
func pushedMessage(id, rows string) *http.Request {
	return newEvent("Content-Type: application/json", fmt.Sprintf(`{"message":{"data":%q,"messageId":%q,"attributes":{"sheet":"Orders"}},"subscription":"projects/p/subscriptions/s"}`,
		base64.StdEncoding.EncodeToString([]byte(rows)), id))
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder
}

// checkStored holds that the answer acknowledges, and is no event to Knative.
func checkStored(t *testing.T, name string, answer *httptest.ResponseRecorder, replayed bool) {
	t.Helper()
	if answer.Code != 204 || answer.Body.Len() != 0 || answer.Header().Get("Content-Type") != "" {
		t.Errorf("%s: POST /events = %d %s %v, want 204 and no body", name, answer.Code, answer.Body, answer.Header())
	}
	if got := answer.Header().Get("Idempotency-Replayed") == "true"; got != replayed {
		t.Errorf("%s: replayed = %v, want %v", name, got, replayed)
	}
}

// sample reads the options for curl in a file of deploy/events as curl does.
func sample(t testing.TB, name string) *http.Request {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := newEvent("", "")
	for line := range strings.Lines(string(file)) {
		option, quoted, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if option == "include" || strings.HasPrefix(option, "#") {
			continue
		}
		value, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %s: %v", name, line, err)
		}
		switch option {
		case "url":
			if !strings.HasSuffix(value, ":8080/events") {
				t.Errorf("%s: url = %s, want that of cmd/local", name, value)
			}
		case "header":
			header, text, _ := strings.Cut(value, ": ")
			r.Header.Add(header, text)
		case "data-binary":
			body := []byte(value)
			if path, ok := strings.CutPrefix(value, "@"); ok {
				if body, err = os.ReadFile(path); err != nil {
					t.Fatal(err)
				}
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		default:
			t.Errorf("%s: option %q is not read here", name, option)
		}
	}
	return r
}

func TestEventSamples(t *testing.T) {
	names, err := filepath.Glob("deploy/events/*.curl")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{ // what is in the new rows
		"binary": {"dates"}, "structured": {"eggs", "figs"}, "pubsub": {"grapes"}, "pubsub-unwrapped": {"honey"}, "eventarc": {"ice"},
	}
	if len(names) != len(want) {
		t.Errorf("samples %q, want one for each of %v", names, slices.Sorted(maps.Keys(want)))
	}
	w := newWorld(t, nil)
	for _, name := range names {
		before := len(w.google.Values(w.id, "Orders"))
		checkStored(t, name, w.send(sample(t, name)), false)
		checkStored(t, name, w.another(t).send(sample(t, name)), true)
		var items []string
		for _, row := range w.google.Values(w.id, "Orders")[before:] {
			items = append(items, fmt.Sprint(row[1]))
		}
		if diff := cmp.Diff(want[strings.TrimSuffix(filepath.Base(name), ".curl")], items); diff != "" {
			t.Errorf("%s stores (-want +got):\n%s", name, diff)
		}
	}
}

func TestBadEvents(t *testing.T) {
	const structured = "Content-Type: application/cloudevents+json"
	const binary = "Ce-Specversion: 1.0\nCe-Id: 1\nCe-Source: /s\nCe-Type: t\n"
	const unwrapped = "X-Goog-Pubsub-Message-Id: 9\nX-Goog-Pubsub-Subscription-Name: projects/p/subscriptions/s\n"
	w := newWorld(t, nil)
	before := w.google.Values(w.id, "Orders")
	for _, tt := range []struct {
		name, headers, body string
		status              int
		code                table.Code
		detail              string
	}{
		{"rows alone", "Content-Type: application/json", `{"id":"private-row"}`, 400, "bad-request", "neither a CloudEvent"},
		{"nothing", "", "", 400, "bad-request", "neither a CloudEvent"},
		{"a message that is text", "", `{"message":"private-row","subscription":"s"}`, 400, "bad-request", "nor a message"},
		{"a message without an ID", "", `{"message":{"data":"e30=","attributes":{"sheet":"Orders"}},"subscription":"s"}`, 400, "bad-request", "messageId"},
		{"a message without a subscription", "", `{"message":{"data":"e30=","messageId":"1","attributes":{"sheet":"Orders"}}}`, 400, "bad-request", "subscription"},
		{"a message that is not base64", "", `{"message":{"data":"private-row","messageId":"1"},"subscription":"s"}`, 400, "bad-request", "base64"},
		{"a message without a sheet", "", `{"message":{"data":"e30=","messageId":"1"},"subscription":"s"}`, 400, "bad-request", `attribute "sheet"`},
		{"a message without data", "", `{"message":{"messageId":"1","attributes":{"sheet":"Orders"}},"subscription":"s"}`, 400, "bad-request", "empty"},
		{"unwrapped without a sheet", unwrapped, `{"id":"private-row"}`, 400, "bad-request", `attribute "sheet"`},
		{"unwrapped without a subscription", "Sheet: Orders\nX-Goog-Pubsub-Message-Id: 1", `{"id":"private-row"}`, 400, "bad-request", "Subscription-Name"},
		{"unwrapped, not JSON", unwrapped + "Sheet: Orders", `private-row`, 400, "bad-request", "not JSON"},
		{"binary without a sheet", binary, `{"id":"private-row"}`, 400, "bad-request", "subject"},
		{"binary without an ID", "Ce-Specversion: 1.0\nCe-Source: /s\nCe-Type: t\nCe-Subject: Orders", `{"id":"private-row"}`, 400, "bad-request", "want specversion 1.0, and id, source and type"},
		{"binary of an unknown version", binary + "Ce-Specversion: 0.3", `{"id":"private-row"}`, 400, "bad-request", "specversion 1.0"},
		{"binary, not JSON by its type", binary + "Ce-Subject: Orders\nContent-Type: application/xml", `{"id":"private-row"}`, 400, "bad-request", "application/xml"},
		{"binary, no media type", binary + "Ce-Subject: Orders\nContent-Type: ///", `{"id":"private-row"}`, 400, "bad-request", "application/json"},
		{"structured, not JSON", structured, `{"private-row"`, 400, "bad-request", "JSON format"},
		{"structured, an array", structured, `[{"id":"private-row"}]`, 400, "bad-request", "an object"},
		{"structured, null", structured, `null`, 400, "bad-request", "not whole"},
		{"structured, an ID that is a number", structured, `{"specversion":"1.0","id":1,"source":"private-row","type":"t"}`, 400, "bad-request", "attributes are strings"},
		{"structured of version 0.3", structured, `{"specversion":"0.3","id":"1","source":"/s","type":"t","subject":"Orders","data":{"id":"private-row"}}`, 400, "bad-request", "specversion 1.0"},
		{"structured with data twice", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data":{"id":4},"data_base64":"e30="}`, 400, "bad-request", "both"},
		{"structured, base64 that is a number", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data_base64":1}`, 400, "bad-request", "JSON format"},
		{"structured without data", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders"}`, 400, "bad-request", "empty"},
		{"structured, data in a string", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data":"{\"id\":4}"}`, 422, "invalid-rows", "neither"},
		{"structured as XML", "Content-Type: application/cloudevents+xml", `<event/>`, 400, "bad-request", "JSON format"},
		{"a batch", "Content-Type: application/cloudevents-batch+json", `[]`, 400, "bad-request", "each event by itself"},
		{"Eventarc's with data that are no message", binary + "Ce-Subject: Orders\nCe-Type: " + "google.cloud.pubsub.topic.v1.messagePublished", `{"message":{"data":"private-row"}}`, 400, "bad-request", "not a Pub/Sub message"},
		{"unknown column", binary + "Ce-Subject: Orders", `{"prize":"private-row"}`, 422, "invalid-rows", `no column "prize"`},
		{"unknown sheet, which Knative would try again as 404", binary + "Ce-Subject: Order", `{"id":"private-row"}`, 422, "sheet-not-found", `no sheet "Order"`},
		{"the sheet of keys", binary + "Ce-Subject: _keys", `{"A":"private-row"}`, 422, "sheet-not-found", `"_keys"`},
		{"too large", binary + "Ce-Subject: Orders", `{"item":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too-large", "8388608 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := w.another(t)
			r := newEvent("", tt.body)
			for line := range strings.Lines(tt.headers) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				r.Header.Set(name, value)
			}
			answer := w.send(r)
			if p := problemOf(t, answer); p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("POST /events = %+v, want %d %s: %s", p, tt.status, tt.code, tt.detail)
			}
			if strings.Contains(answer.Body.String()+w.log.String(), "private-row") {
				t.Errorf("what is in a row is told:\n%s%s", answer.Body, w.log)
			}
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Errorf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestEventTroubles holds what a broker is told, and what becomes of the event
// when it is delivered again.
func TestEventTroubles(t *testing.T) {
	var releases []func()
	fault := func(f emulator.Fault) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.google.Inject(f) }
	}
	for _, tt := range []struct {
		name       string
		cause      func(*testing.T, *world)
		mend       func(*testing.T, *world)
		status     int
		code       table.Code
		retryAfter string
	}{
		{name: "429 without end", cause: fault(emulator.Fault{Call: batchCall, Status: 429}), status: 503, code: "rate-limited", retryAfter: "60"},
		{name: "500 without end", cause: fault(emulator.Fault{Call: batchCall, Status: 500}), status: 503, code: "outcome-unknown", retryAfter: "10"},
		{name: "stored, but Google is out of reach from then on", cause: func(t *testing.T, w *world) {
			google := w.base
			var stored atomic.Bool
			w.base = roundTripper(func(r *http.Request) (*http.Response, error) {
				if stored.Load() {
					return nil, errors.New("no route to host")
				}
				answer, err := google.RoundTrip(r)
				if strings.HasSuffix(r.URL.Path, ":batchUpdate") && err == nil {
					stored.Store(true)
					_ = answer.Body.Close()
					return nil, errors.New("connection reset")
				}
				return answer, err
			})
			*w = *w.another(t)
			w.base = google
		}, mend: func(t *testing.T, w *world) { *w = *w.another(t) }, status: 503, code: "outcome-unknown", retryAfter: "10"},
		{name: "reads fail", cause: fault(emulator.Fault{Call: "sheets.spreadsheets.values.batchGet", Status: 503}), status: 503, code: "upstream", retryAfter: "10"},
		{name: "not shared, until somebody shares it", cause: fault(emulator.Fault{Call: batchCall, Status: 403}), status: 503, code: "not-shared", retryAfter: "10"},
		{name: "no token", cause: fault(emulator.Fault{Call: "metadata.token", Status: 403}), status: 503, code: "token", retryAfter: "10"},
		{name: "no memory for bodies", cause: func(_ *testing.T, w *world) {
			for range 2 { // of unknown length
				r := httptest.NewRequest("POST", "/", nil)
				r.ContentLength = -1
				if _, release, err := w.Handler.(*Handler).bodies.Open(httptest.NewRecorder(), r); err == nil {
					releases = append(releases, release)
				}
			}
		}, mend: func(*testing.T, *world) {
			for _, release := range releases {
				release()
			}
		}, status: 503, code: "overloaded", retryAfter: "1"},
		{name: "no room in the spreadsheet", cause: func(t *testing.T, w *world) {
			w.change(t, w.person(t), &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
				SheetId: 77, Title: "Big", GridProperties: &sheets.GridProperties{RowCount: (10_000_000 - 5*26_000) / 26, ColumnCount: 26},
			}}})
		}, mend: func(t *testing.T, w *world) {
			w.change(t, w.person(t), &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 77}})
		}, status: 503, code: "sheet-full", retryAfter: "10"},
		{name: "the header was changed meanwhile: stored, for a person to look at", cause: func(t *testing.T, w *world) {
			person, google := w.person(t), w.base
			w.base = roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
					_, err := person.Spreadsheets.Values.Update(w.id, "Orders!B1", &sheets.ValueRange{Values: [][]any{{"article"}}}).ValueInputOption("RAW").Do()
					if err != nil {
						t.Error(err)
					}
				}
				return google.RoundTrip(r)
			})
			*w = *w.another(t)
		}, status: 422, code: "conflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				before := len(w.google.Values(w.id, "Orders"))
				tt.cause(t, w)
				answer := w.send(binaryEvent("1", `{"id":4,"item":"dates"}`))
				if p := problemOf(t, answer); p.Status != tt.status || p.Code != tt.code || answer.Header().Get("Retry-After") != tt.retryAfter {
					t.Errorf("POST /events = %+v, Retry-After %q, want %d %s, %q", p, answer.Header().Get("Retry-After"), tt.status, tt.code, tt.retryAfter)
				}
				w.google.ClearFaults()
				if tt.mend != nil {
					tt.mend(t, w)
				}
				time.Sleep(time.Minute)
				if answer := w.send(binaryEvent("1", `{"id":4,"item":"dates"}`)); answer.Code != 204 {
					t.Errorf("delivered again: POST /events = %d %s, want 204", answer.Code, answer.Body)
				}
				checkStored(t, "a third time", w.send(binaryEvent("1", `{"id":4,"item":"dates"}`)), true)
				if got := len(w.google.Values(w.id, "Orders")) - before; got != 1 {
					t.Errorf("%d rows stored, want 1", got)
				}
			})
		})
	}
}

func TestEventBodyBreaksOff(t *testing.T) {
	w := newWorld(t, nil)
	r := binaryEvent("1", "")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":4}`), iotest.ErrReader(errors.New("connection reset"))))
	if p := problemOf(t, w.send(r)); p.Status != 408 {
		t.Errorf("POST /events = %+v, want 408, which is delivered again", p)
	}
	checkStored(t, "whole", w.send(binaryEvent("1", `{"id":4}`)), false)
}

// TestEventIsOneByItsKey holds that source and ID alone make an event the same,
// and that callers' own keys are others.
func TestEventIsOneByItsKey(t *testing.T) {
	w := newWorld(t, nil)
	checkStored(t, "first", w.send(binaryEvent("1", `{"id":4}`)), false)
	if p := problemOf(t, w.send(binaryEvent("1", `{"id":5}`))); p.Status != 422 || p.Code != "key-reused" {
		t.Errorf("another event under the same ID = %+v, want 422 key-reused", p)
	}
	checkStored(t, "the ID of another source", w.send(pushedMessage("1", `{"id":4}`)), false)
	if got := w.post("Orders", "1", `{"id":4}`); got.Code != 201 || got.Header().Get("Idempotency-Replayed") != "" {
		t.Errorf("POST with the ID as Idempotency-Key = %d %v, want a first 201", got.Code, got.Header())
	}
}

func TestEventCallersAreChecked(t *testing.T) {
	w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) {
		s.Callers, s.Audience = callers(t, "push@example.com"), "https://function.example.com"
	})
	for name, status := range map[string]int{"": 401, "eve@example.com": 403, "push@example.com": 204} {
		r := pushedMessage("1", `{"id":4}`)
		if name != "" {
			r.Header.Set("Authorization", "Bearer "+w.google.IDToken(name, "https://function.example.com"))
		}
		if answer := w.send(r); answer.Code != status {
			t.Errorf("POST /events by %q = %d %s, want %d", name, answer.Code, answer.Body, status)
		}
	}
}

// TestEventStorm delivers each event five times to three instances, again while it
// is told to, and while answers are lost and Google fails for over a minute.
func TestEventStorm(t *testing.T) {
	const events, deliveries = 40, 5
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t, nil)
		instances := []*world{first, first.another(t), first.another(t)}
		var wg sync.WaitGroup
		var mu sync.Mutex
		fresh, codes := 0, map[table.Code]int{}
		for n := range events * deliveries {
			wg.Go(func() {
				time.Sleep(time.Duration(n) * 31 * time.Millisecond)
				for try, start := 0, time.Now(); time.Since(start) < 10*time.Minute; try++ {
					answer := instances[(n+try)%len(instances)].send(stormEvent(n / deliveries))
					mu.Lock()
					if answer.Code == 204 && answer.Header().Get("Idempotency-Replayed") == "" {
						fresh++
					}
					if answer.Code == 503 {
						codes[problemOf(t, answer).Code]++
					}
					mu.Unlock()
					if answer.Code != 503 {
						checkStored(t, fmt.Sprint("delivery ", n), answer, answer.Header().Get("Idempotency-Replayed") == "true")
						return
					}
					seconds, err := strconv.Atoi(answer.Header().Get("Retry-After"))
					if err != nil {
						t.Errorf("503 with Retry-After %q", answer.Header().Get("Retry-After"))
					}
					time.Sleep(time.Duration(seconds) * time.Second)
				}
				t.Errorf("delivery %d is never acknowledged", n)
			})
		}
		for range 3 {
			first.google.Inject(emulator.Fault{Call: batchCall, Times: 2, Drop: emulator.DropAfter})
			first.google.Inject(emulator.Fault{Call: batchCall, Times: 2, Status: 429})
			time.Sleep(time.Second)
		}
		first.google.Inject(emulator.Fault{Call: batchCall, Status: 503})
		time.Sleep(70 * time.Second)
		first.google.ClearFaults()
		wg.Wait()

		stored := map[any]int{}
		for _, row := range first.google.Values(first.id, "Orders")[len(orders.Values):] {
			stored[row[0]]++
		}
		for n := range events {
			if stored[float64(n)] != 1 || stored[float64(n)+0.5] != 1 {
				t.Errorf("the rows of event %d are stored %d and %d times, want once", n, stored[float64(n)], stored[float64(n)+0.5])
			}
		}
		if len(stored) != 2*events || fresh > events || codes["outcome-unknown"] == 0 {
			t.Errorf("%d rows, %d first answers and 503s %v; want %d, at most %d, and some that the storm has shaken", len(stored), fresh, codes, 2*events, events)
		}
		t.Logf("%d deliveries: %d first answers, the others replayed; 503s on the way: %v", events*deliveries, fresh, codes)
	})
}

// stormEvent has two rows, in a form that its number chooses.
func stormEvent(n int) *http.Request {
	rows := fmt.Sprintf(`[{"id":%d},{"id":%d.5}]`, n, n)
	if n%2 == 0 {
		return pushedMessage(fmt.Sprint(n), rows)
	}
	return binaryEvent(fmt.Sprint(n), rows)
}
