package test

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

func TestListLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.log.Reset() // the lines at the start
		w.google.Inject(emulator.Fault{Call: getCall, Status: 503, HTML: true})
		w.do("GET", "/sheets/Orders?item=eq.private-row", "")
		w.google.ClearFaults()
		w.do("GET", "/sheets/Orders?item=eq.private-row", "")
		w.do("GET", "/sheets/Orders?were=item:private-row", "")
		w.checkLog(t, "/sheets/Orders", "ERROR", "INFO", "WARNING")
	})
}

// TestListLogUsage checks what the log reports about the work of a request.
func TestListLogUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCacheTTL(time.Hour))
		w.checkUsage(t, "a read", w.do("GET", "/sheets/Orders?limit=2", ""), `"rows":2`, `"google_calls":1`)
		w.checkUsage(t, "a read from the cache", w.do("GET", "/sheets/Orders", ""), `"rows":3`)
	})
}
