package service_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// TestExactlyOnceIsTried: whether Google refuses a marker that exists is tried with the
// second write to a spreadsheet, and never again.
func TestExactlyOnceIsTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		for n, want := range []string{"<nil>", "true", "true"} {
			if code, _ := add(s, "Load", "", fmt.Sprint(n)); code != "" {
				t.Fatal(code)
			}
			if got := exactlyOnce(t, w); n > 0 && got != want {
				t.Errorf("exactly_once after %d writes is %s, want %s", n+1, got, want)
			}
		}
		trials := func() (n int) {
			for _, r := range w.google.Requests() {
				if r.Call == batchCall && r.Status == http.StatusBadRequest {
					n++
				}
			}
			return n
		}
		again := w.instance(0) // reads the verdict in the markers
		for n := range 3 {
			add(again, "Load", "", fmt.Sprint("again", n))
		}
		if n := trials(); n != 1 {
			t.Errorf("%d trials, want 1", n)
		}
		if !strings.Contains(w.log.String(), "each write is stored once") {
			t.Errorf("the log has no verdict: %s", &w.log)
		}
	})
}

// exactlyOnce returns the verdict that a new instance shows.
func exactlyOnce(t *testing.T, w *world) string {
	t.Helper()
	d, err := w.instance(0).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d.ExactlyOnce == nil {
		return "<nil>"
	}
	return fmt.Sprint(*d.ExactlyOnce)
}

// TestGoogleWithoutRefusal: where Google stores a marker that exists, nothing is sent twice.
func TestGoogleWithoutRefusal(t *testing.T) {
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprintf("the first answer is lost %v", first), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{DuplicateMetadata: true})
				s := w.instance(0)
				if !first {
					for n := range 3 {
						if code, _ := add(s, "Load", "", fmt.Sprint(n)); code != "" {
							t.Fatal(code)
						}
					}
					if got := exactlyOnce(t, w); got != "false" {
						t.Errorf("exactly_once is %s, want false", got)
					}
				}
				// The next batch is lost, and stored two seconds later.
				sent := 0
				w.setIntercept(func(r *http.Request, body []byte) (*http.Response, error) {
					if !isBatch(r) || !strings.Contains(string(body), `"lost"`) {
						return nil, nil
					}
					if sent++; sent > 1 {
						return nil, nil
					}
					httptrace.ContextClientTrace(r.Context()).WroteHeaders()
					late := r.Clone(t.Context())
					late.Body = io.NopCloser(bytes.NewReader(body))
					time.AfterFunc(2*time.Second, func() {
						if answer, err := w.base.RoundTrip(late); err == nil {
							_ = answer.Body.Close()
						}
					})
					return nil, errors.New("connection reset by peer")
				})
				if code, _ := add(s, "Load", "", "lost"); code != table.OutcomeUnknown {
					t.Errorf("append = %q, want %s", code, table.OutcomeUnknown)
				}
				time.Sleep(5 * time.Second)
				if code, _ := add(s, "Load", "", "next"); code != "" {
					t.Errorf("the next append = %q", code)
				}
				if n := strings.Count(strings.Join(w.ids("Load"), " "), "lost"); n != 1 || sent != 1 {
					t.Errorf("the lost row is stored %d times, and was sent %d times", n, sent)
				}
				if got := exactlyOnce(t, w); got != "false" {
					t.Errorf("exactly_once is %s, want false", got)
				}
				if !strings.Contains(w.log.String(), "level=ERROR") {
					t.Errorf("the log has no error: %s", &w.log)
				}
			})
		})
	}
}

// TestTrialWhileMarkersAreDeleted: that Google stores a number again whose marker somebody
// has deleted proves nothing.
func TestTrialWhileMarkersAreDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		s := w.instance(0)
		deleted := false
		w.setIntercept(func(r *http.Request, body []byte) (*http.Response, error) {
			if isBatch(r) && strings.Contains(string(body), `"metadataKey":"t"`) && !deleted {
				deleted = true
				w.person(&sheets.Request{DeleteDeveloperMetadata: &sheets.DeleteDeveloperMetadataRequest{
					DataFilter: &sheets.DataFilter{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataKey: "w"}},
				}})
			}
			return nil, nil
		})
		for n := range 5 {
			if code, _ := add(s, "Load", "", fmt.Sprint(n)); code != "" {
				t.Errorf("append %d = %q", n, code)
			}
		}
		if got := exactlyOnce(t, w); !deleted || got != "true" || len(w.ids("Load")) != 7 {
			t.Errorf("exactly_once is %s, %d rows, want true and 7; the markers were deleted: %v", got, len(w.ids("Load")), deleted)
		}
	})
}
