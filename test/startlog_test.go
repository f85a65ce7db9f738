package test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"testing"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// TestStartIsLogged checks that the log begins with the versions and the settings.
func TestStartIsLogged(t *testing.T) {
	t.Setenv("K_REVISION", "sheets-function-00042-abc")
	w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.Origins = []string{origin} })
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
		if start.Versions.Go != runtime.Version() || start.Versions.Revision != "sheets-function-00042-abc" || start.Settings.Origins != origin {
			t.Errorf("log %s, want the versions and the settings", line)
		}
		return
	}
	t.Errorf("log %s has no line of the start", w.log)
}
