package test

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
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// newEvent returns a request with these header fields, one a line, of which the
// last one of a name counts.
func newEvent(header, body string) *http.Request {
	r := httptest.NewRequest("POST", "/events", strings.NewReader(body))
	for line := range strings.Lines(header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	return r
}

// binaryEvent returns a CloudEvent in binary mode whose rows go to Orders.
func binaryEvent(id, rows string) *http.Request {
	return newEvent("Ce-Specversion: 1.0\nCe-Type: t\nCe-Source: /s\nCe-Subject: Orders\nContent-Type: application/json\nCe-Id: "+id, rows)
}

// pushedMessage returns a message that Pub/Sub pushes.
func pushedMessage(id, rows string) *http.Request {
	return newEvent("Content-Type: application/json", fmt.Sprintf(`{"message":{"data":%q,"messageId":%q,"attributes":{"sheet":"Orders"}},"subscription":"projects/p/subscriptions/s"}`,
		base64.StdEncoding.EncodeToString([]byte(rows)), id))
}

// checkAcknowledged checks that the answer acknowledges the event, and is not an
// event itself to Knative.
func checkAcknowledged(t *testing.T, name string, answer *httptest.ResponseRecorder, replayed bool) {
	t.Helper()
	if answer.Code != 204 || answer.Body.Len() != 0 || answer.Header().Get("Content-Type") != "" {
		t.Errorf("%s: POST /events = %d %s %v, want 204 and no body", name, answer.Code, answer.Body, answer.Header())
	}
	if got := answer.Header().Get("Idempotency-Replayed") == "true"; got != replayed {
		t.Errorf("%s: replayed = %v, want %v", name, got, replayed)
	}
}

// readSample reads a file of deploy/events, which has options for curl.
func readSample(t testing.TB, name string) *http.Request {
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
				if body, err = os.ReadFile(filepath.Join("..", path)); err != nil {
					t.Fatal(err)
				}
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		default:
			t.Errorf("%s: unknown option %q", name, option)
		}
	}
	return r
}

func TestEventSamples(t *testing.T) {
	names, err := filepath.Glob("../deploy/events/*.curl")
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
		checkAcknowledged(t, name, w.send(readSample(t, name)), false)
		checkAcknowledged(t, name, w.another(t).send(readSample(t, name)), true)
		var items []string
		for _, row := range w.google.Values(w.id, "Orders")[before:] {
			items = append(items, fmt.Sprint(row[1]))
		}
		if diff := cmp.Diff(want[strings.TrimSuffix(filepath.Base(name), ".curl")], items); diff != "" {
			t.Errorf("%s stores (-want +got):\n%s", name, diff)
		}
	}
}

func TestEventBodyIsCut(t *testing.T) {
	w := newWorld(t, nil)
	r := binaryEvent("1", "")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":4}`), iotest.ErrReader(errors.New("connection reset"))))
	if p := problemOf(t, w.send(r)); p.Status != 408 {
		t.Errorf("POST /events = %+v, want 408, after which it is delivered again", p)
	}
	checkAcknowledged(t, "delivered again", w.send(binaryEvent("1", `{"id":4}`)), false)
}

// TestEventKey checks that source and ID alone make two events the same.
func TestEventKey(t *testing.T) {
	w := newWorld(t, nil)
	checkAcknowledged(t, "first", w.send(binaryEvent("1", `{"id":4}`)), false)
	checkProblem(t, "POST /events of another event with the same ID", w.send(binaryEvent("1", `{"id":5}`)), 422, "key-reused", "")
	checkAcknowledged(t, "the ID of another source", w.send(pushedMessage("1", `{"id":4}`)), false)
}

func TestEventCallers(t *testing.T) {
	w := newWorld(t, withCallers(t, "push@example.com"))
	for name, status := range map[string]int{"": 401, "eve@example.com": 403, "push@example.com": 204} {
		r := pushedMessage("1", `{"id":4}`)
		if name != "" {
			r.Header.Set("Authorization", "Bearer "+w.google.IDToken(name, audience))
		}
		if answer := w.send(r); answer.Code != status {
			t.Errorf("POST /events by %q = %d %s, want %d", name, answer.Code, answer.Body, status)
		}
	}
}
