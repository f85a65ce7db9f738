package test

import (
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

func TestAppendLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.log.Reset() // the lines at the start
		w.do("POST", "/sheets/Orders", `{"item":"private-row"}`)
		w.do("POST", "/sheets/Orders", `{"private-row":1,`)
		w.google.Inject(emulator.Fault{Status: 503, HTML: true})
		w.do("POST", "/sheets/Orders", `{"item":"private-row"}`)
		w.checkLog(t, "/sheets/Orders", "INFO", "WARNING", "ERROR")
		w.google.ClearFaults()
	})
}

// TestAppendLogUsage checks what the log reports about the work of a request.
func TestAppendLogUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.WritesPerMinute = 4 })
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second / 2})
		w.checkUsage(t, "a write that reads first", w.do("POST", "/sheets/Orders", `[{"id":4},{"id":5}]`), `"rows":2`, `"google_calls":3`)
		w.checkUsage(t, "the trial of package commit", w.do("POST", "/sheets/Orders", `{"id":6}`), `"rows":1`, `"google_calls":4`, `"queue_wait_seconds":39.5`)
		w.checkUsage(t, "a write that waits for the quota", w.do("POST", "/sheets/Orders", `{"id":6}`), `"rows":1`, `"google_calls":2`, `"queue_wait_seconds":19.5`)
	})
}
