package test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// lastLine returns the last line of the log.
func (w *world) lastLine() (line map[string]any) {
	w.t.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		w.t.Fatalf("log %s: %v", w.log, err)
	}
	return line
}

// checkLog checks that the log has one line a request, in Cloud Logging's shape,
// and nothing of a token, a query or a row. Tests put "private-row" there.
func (w *world) checkLog(t testing.TB, path string, severities ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if len(lines) != len(severities) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(severities), w.log)
	}
	for i, severity := range severities {
		var line struct {
			Severity, Message string
			HTTPRequest       struct{ RequestMethod, RequestURL, Latency string }
		}
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil || line.Severity != severity || line.HTTPRequest.RequestURL != path || line.Message == "" {
			t.Errorf("line %d = %s, %v, want %s in Cloud Logging's shape", i, lines[i], err, severity)
		}
	}
	for _, secret := range []string{"private-row", "ya29"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, w.log)
		}
	}
}

// checkUsage checks which fields about its work the last request has in the log:
// these and no others. It empties the log.
func (w *world) checkUsage(t testing.TB, name string, answer *httptest.ResponseRecorder, want ...string) {
	t.Helper()
	if answer.Code >= 300 {
		t.Fatalf("%s = %d %s", name, answer.Code, answer.Body)
	}
	line := strings.TrimSuffix(w.log.String(), "\n")
	line = line[strings.LastIndex(line, "\n")+1:]
	for _, field := range []string{`"rows":`, `"google_calls":`, `"queue_wait_seconds":`} {
		i := slices.IndexFunc(want, func(w string) bool { return strings.HasPrefix(w, field) })
		if i < 0 && strings.Contains(line, field) || i >= 0 && !strings.Contains(line, want[i]) {
			t.Errorf("%s: log %s, want of %s only %v", name, line, field, want)
		}
	}
	w.log.Reset()
}
