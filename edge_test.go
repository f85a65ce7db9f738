package function

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// TestEveryAnswerIsMarked holds that no way to an answer goes past the headers
// that all carry.
func TestEveryAnswerIsMarked(t *testing.T) {
	w := newWorld(t, nil)
	closed := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) { s.Callers = callers(t, "iam") })
	stopped := newWorld(t, nil)
	stopped.Handler.(*handler).stop()
	wrong := &world{Handler: misconfigured(errors.New("x"), newLogger(io.Discard))}
	tag := w.do("GET", "/sheets/Orders", "").Header().Get("ETag")
	for _, tt := range []struct {
		name                 string
		world                *world
		method, target, body string
		status               int
		cache                string
	}{
		{"rows", w, "GET", "/sheets/Orders", "", 200, "private, no-cache"},
		{"a write", w, "POST", "/sheets/Orders", `{"id":4}`, 201, "no-store"},
		{"ready", w, "GET", "/health", "", 200, "no-store"},
		{"rows that are none", w, "POST", "/sheets/Orders", `{"x":4}`, 422, "no-store"},
		{"no route", w, "GET", "/nothing", "", 404, "no-store"},
		{"no method", w, "PUT", "/", "", 405, "no-store"},
		{"no caller", closed, "GET", "/sheets/Orders", "", 401, "no-store"},
		{"after the end", stopped, "GET", "/", "", 503, "no-store"},
		{"wrong settings", wrong, "GET", "/", "", 503, "no-store"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := tt.world.do(tt.method, tt.target, tt.body)
			want := map[string]string{
				"X-Content-Type-Options":       "nosniff",
				"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Referrer-Policy":              "no-referrer",
				"Cache-Control":                tt.cache,
			}
			got := map[string]string{}
			for name := range want {
				got[name] = answer.Header().Get(name)
			}
			if diff := cmp.Diff(want, got); answer.Code != tt.status || diff != "" {
				t.Errorf("%s %s = %d, want %d; header (-want +got):\n%s", tt.method, tt.target, answer.Code, tt.status, diff)
			}
			if len(answer.Header().Get("X-Request-Id")) < 20 {
				t.Errorf("X-Request-Id = %q, want one that was made", answer.Header().Get("X-Request-Id"))
			}
		})
	}
	if same := w.ask(t.Context(), "GET", "/sheets/Orders", "If-None-Match", tag); same.Header().Get("X-Request-Id") == "" {
		t.Error("a 304 has no X-Request-Id")
	}
}

// TestProblemReplacesAnAnswer holds that nothing of an answer that was about to
// begin stands beside the problem.
func TestProblemReplacesAnAnswer(t *testing.T) {
	answer := httptest.NewRecorder()
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Age", "Cache-Control", "Content-Type"} {
		answer.Header().Set(name, "of the answer")
	}
	toProblem(errors.New("x")).write(answer)
	want := http.Header{"Cache-Control": {"no-store"}, "Content-Type": {"application/problem+json"}}
	if diff := cmp.Diff(want, answer.Header()); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t, nil)
	long := strings.Repeat("x", 128)
	for _, tt := range []struct {
		name  string
		given []string
		taken bool
	}{
		{"none", nil, false},
		{"the caller's", []string{"order 17/a;b=\"c\"~"}, true},
		{"the longest", []string{long}, true},
		{"too long", []string{long + "x"}, false},
		{"empty", []string{""}, false},
		{"two", []string{"a", "b"}, false},
		{"a line break", []string{"a\nX-Injected: b"}, false},
		{"a null byte", []string{"a\x00"}, false},
		{"beyond ASCII", []string{"ä"}, false},
		{"no UTF-8", []string{"\xff"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.log.Reset()
			var header []string
			for _, id := range tt.given {
				header = append(header, "X-Request-Id", id)
			}
			answer := w.ask(t.Context(), "GET", "/nothing", header...)
			got := answer.Header().Get("X-Request-Id")
			if taken := slices.Equal(tt.given, []string{got}); taken != tt.taken || got == "" {
				t.Errorf("X-Request-Id = %q for %q, taken: %v, want %v", got, tt.given, taken, tt.taken)
			}
			if p := problemOf(t, answer); p.RequestID != got {
				t.Errorf("request_id in the problem = %q, in the header %q", p.RequestID, got)
			}
			if line := lastLine(t, w); line["request_id"] != got {
				t.Errorf("request_id in the log = %q, in the header %q", line["request_id"], got)
			}
		})
	}
	first, second := w.do("GET", "/health", ""), w.do("GET", "/health", "")
	if one := first.Header().Get("X-Request-Id"); one == second.Header().Get("X-Request-Id") {
		t.Errorf("two requests are both %q", one)
	}
}

// lastLine is what was logged last.
func lastLine(t testing.TB, w *world) (line map[string]any) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatalf("log %s: %v", w.log, err)
	}
	return line
}
