package test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// TestListUnknownTitles checks that titles which no sheet has cost one call in 30 s,
// however many callers request however many of them, and that a sheet which is added
// later is found.
func TestListUnknownTitles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.ReadsPerMinute = 60 })
		var wg sync.WaitGroup
		for i := range 600 {
			wg.Go(func() {
				checkProblem(t, "GET", w.do("GET", fmt.Sprint("/sheets/Order", i%60), ""), 404, "sheet-not-found", `the sheets are "Orders"`)
			})
			if i%60 == 59 {
				time.Sleep(9 * time.Second) // 90 s in all
			}
		}
		wg.Wait()
		if n := w.countReads(); n > 5 { // the first title is read before there is a list
			t.Errorf("600 GETs of no sheet in 90 s made %d calls, want at most 5", n)
		}
		start := time.Now()
		if got := w.do("GET", "/sheets/Orders", ""); got.Code != 200 || time.Since(start) > 0 {
			t.Errorf("GET of a sheet after them = %d after %v, want 200 at once", got.Code, time.Since(start))
		}
		w.batch(t, w.person(t), &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{SheetId: 77, Title: "Order1"}}})
		time.Sleep(30 * time.Second)
		if got := w.do("GET", "/sheets/Order1", ""); got.Code != 200 {
			t.Errorf("GET of the sheet that was added = %d %s, want 200", got.Code, got.Body)
		}
		w.batch(t, w.person(t), &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: 77, ForceSendFields: []string{"SheetId"}}})
		time.Sleep(time.Second)
		checkProblem(t, "GET of the sheet that was deleted", w.do("GET", "/sheets/Order1", ""), 404, "sheet-not-found", "")
	})
}

// TestListVariants checks that a caller who requests many variants of one sheet does
// not use up the slots of another sheet's readers.
func TestListVariants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) { s.ReadsPerMinute = 60 })
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { w.do("GET", fmt.Sprintf("/sheets/Orders?values=text&header=%d", i+1), "") })
		}
		synctest.Wait()
		start := time.Now()
		if got := w.do("GET", "/sheets/Shifted", ""); got.Code != 200 || time.Since(start) > 6*time.Second {
			t.Errorf("GET of another sheet = %d after %v, want 200 within 6 s", got.Code, time.Since(start))
		}
		wg.Wait()
		time.Sleep(time.Minute) // the last call goes on
	})
}

// TestListHidesTitles checks that strangers do not get the names of all sheets.
func TestListHidesTitles(t *testing.T) {
	for _, host := range []function.LoopbackHost{"", "127.0.0.1:1"} {
		w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.Emulator = host })
		missing := w.do("GET", "/sheets/None", "").Body.String()
		if shown := strings.Contains(missing, "Orders"); shown != (host != "") {
			t.Errorf("GET of no sheet with the emulator %q = %s, shows the sheets: %v", host, missing, shown)
		}
	}
}
