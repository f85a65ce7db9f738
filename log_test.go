package function

import (
	"bytes"
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

func TestTrace(t *testing.T) {
	const (
		id       = "0af7651916cd43dd8448eb211c80319c"
		other    = "105445aa7843bc8bf206b12000100000"
		span     = "b7ad6b7169203331"
		standard = "00-" + id + "-" + span + "-01"
	)
	w := newWorld(t, nil)
	for _, tt := range []struct {
		name                         string
		traceparent, google, project string
		want                         map[string]any // nil is no trace
	}{
		{"none", "", "", "p", nil},
		{"the standard's", standard, "", "my-project", map[string]any{"trace": "projects/my-project/traces/" + id, "spanId": span, "trace_sampled": true}},
		{"no project", standard, "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"not sampled", "00-" + id + "-" + span + "-00", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": false}},
		{"other flags", "00-" + id + "-" + span + "-fe", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": false}},
		{"a later version that says more", "01-" + id + "-" + span + "-03-what", "", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"Google's", "", id + "/74;o=1", "", map[string]any{"trace": id, "spanId": "000000000000004a", "trace_sampled": true}},
		{"Google's largest span", "", id + "/18446744073709551615;o=0", "", map[string]any{"trace": id, "spanId": "ffffffffffffffff", "trace_sampled": false}},
		{"Google's without options", "", id + "/74", "", map[string]any{"trace": id, "spanId": "000000000000004a", "trace_sampled": false}},
		{"Google's without a span", "", id, "", map[string]any{"trace": id, "trace_sampled": false}},
		{"Google's with an empty span", "", id + "/;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"Google's with no span", "", id + "/0;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"Google's span beyond 64 bits", "", id + "/18446744073709551616;o=1", "", map[string]any{"trace": id, "trace_sampled": true}},
		{"the standard's comes first", standard, other + "/1;o=0", "", map[string]any{"trace": id, "spanId": span, "trace_sampled": true}},
		{"Google's where the other is malformed", "00-x", other + "/1", "", map[string]any{"trace": other, "spanId": "0000000000000001", "trace_sampled": false}},
		{"version ff", "ff" + standard[2:], "", "", nil},
		{"version 00 that says more", standard + "-x", "", "", nil},
		{"no trace", "00-" + strings.Repeat("0", 32) + "-" + span + "-01", "", "", nil},
		{"no span", "00-" + id + "-" + strings.Repeat("0", 16) + "-01", "", "", nil},
		{"capitals", strings.ToUpper(standard), "", "", nil},
		{"too short", standard[:54], "", "", nil},
		{"line break", standard + "\n", "", "", nil},
		{"Google's no trace", "", strings.Repeat("0", 32) + "/1;o=1", "", nil},
		{"Google's that is none", "", id + "/x;o=1", "", nil},
		{"Google's with a path", "", "../" + id, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOOGLE_CLOUD_PROJECT", tt.project)
			w.log.Reset()
			w.ask(t.Context(), "GET", "/health", "Traceparent", tt.traceparent, "X-Cloud-Trace-Context", tt.google)
			got := map[string]any{}
			for name, value := range lastLine(t, w) {
				if name, ok := strings.CutPrefix(name, "logging.googleapis.com/"); ok {
					got[name] = value
				}
			}
			if tt.want == nil {
				tt.want = map[string]any{}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPanic holds that a bug in a route is one line, in the shape that Error
// Reporting reads, and a problem that tells nothing.
func TestPanic(t *testing.T) {
	w := newWorld(t, nil)
	h := w.Handler.(*Handler)
	buggy := route{pattern: "GET /route", do: func(http.ResponseWriter, *http.Request) error {
		panic("a bug")
	}}
	h.mux.Handle(buggy.pattern, h.answer(buggy))
	w.log.Reset()
	answer := w.do("GET", "/route", "")
	if p := problemOf(t, answer); p.Status != 500 || p.Code != codeInternal || strings.Contains(answer.Body.String(), "bug") {
		t.Errorf("GET /route = %+v, want 500 internal that tells nothing", p)
	}
	line := lastLine(t, w)
	trace, _ := line["stack_trace"].(string)
	if strings.Count(w.log.String(), "\n") != 1 || line["severity"] != "ERROR" || line["message"] != "GET /route: internal" || line["error"] != "panic: a bug" {
		t.Errorf("log %s, want one ERROR line", w.log)
	}
	if !strings.HasPrefix(trace, "panic: a bug\n\ngoroutine ") || !strings.Contains(trace, "log_test.go:") {
		t.Errorf("stack_trace = %s, want the panic and where it was", trace)
	}
}

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
