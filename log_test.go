package function

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

func TestVersionsAreLogged(t *testing.T) {
	t.Setenv("K_REVISION", "sheets-function-00042-abc")
	w := newWorld(t, letIn(page))
	for line := range bytes.Lines(w.log.Bytes()) {
		var start struct {
			Message  string
			Settings struct{ Origins string }
			Versions struct{ Go, Revision string }
		}
		if err := json.Unmarshal(line, &start); err != nil {
			t.Fatal(err)
		}
		if start.Message != "function is set up" {
			continue
		}
		if start.Versions.Go != runtime.Version() || start.Versions.Revision != "sheets-function-00042-abc" || start.Settings.Origins != page {
			t.Errorf("log %s, want the versions and the settings", line)
		}
		return
	}
	t.Errorf("log %s has no line at start", w.log)
}

// TestUsageIsLogged holds what a line tells of the work behind a request.
func TestUsageIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *Settings, g *emulator.Spreadsheet) {
			keepFor(time.Hour)(s, g)
			s.WritesPerMinute = 60
		})
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second / 2})
		for _, tt := range []struct {
			name, method, target, body string
			want                       []string
		}{
			{"a read", "GET", "/sheets/Orders?limit=2", "", []string{`"rows":2`, `"google_calls":1`}},
			{"a read from memory", "GET", "/sheets/Orders", "", []string{`"rows":3`}},
			{"a write that reads first", "POST", "/sheets/Orders", `[{"id":4},{"id":5}]`, []string{`"rows":2`, `"google_calls":3`}},
			{"a write that waits for the pace", "POST", "/sheets/Orders", `{"id":6}`, []string{`"rows":1`, `"google_calls":1`, `"queue_wait_seconds":0.5`}},
			{"a change", "DELETE", "/sheets/Orders?where=id:6", "", []string{`"rows":1`, `"google_calls":3`, `"queue_wait_seconds":0.5`}},
			{"nothing", "GET", "/health", "", nil},
		} {
			w.log.Reset()
			if answer := w.do(tt.method, tt.target, tt.body); answer.Code >= 300 {
				t.Fatalf("%s = %d %s", tt.name, answer.Code, answer.Body)
			}
			for _, field := range []string{`"rows":`, `"google_calls":`, `"queue_wait_seconds":`} {
				want := ""
				for _, w := range tt.want {
					if strings.HasPrefix(w, field) {
						want = w
					}
				}
				if got := w.log.String(); want == "" && strings.Contains(got, field) || !strings.Contains(got, want) {
					t.Errorf("%s: log %s, want %s%q", tt.name, got, field, want)
				}
			}
		}
	})
}
