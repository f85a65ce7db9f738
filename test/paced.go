package test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// countReads counts the calls that Google's quota of reads counts.
func (w *world) countReads() (n int) {
	for _, r := range w.google.Requests() {
		if strings.HasPrefix(r.Call, "sheets.") && !strings.HasSuffix(r.Call, ".batchUpdate") {
			n++
		}
	}
	return n
}

// testPace sends 50 GETs a second, of that many sheets, for a minute and a half,
// and calls beside after half a minute, unless it is nil.
func testPace(t *testing.T, sheets int, query string, refused bool, beside func(t *testing.T, w *world)) {
	t.Helper()
	const minute = 50 * 60
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) {
			s.CacheTTL, s.ReadsPerMinute, g.Sheets = function.TTL(2*time.Second), 60, nil
			for i := range sheets {
				g.Sheets = append(g.Sheets, emulator.Sheet{Title: fmt.Sprint("S", i), Values: orders.Values})
			}
		})
		w.google.Inject(emulator.Fault{Call: getCall, Delay: 150 * time.Millisecond})
		p := &paced{t: t, w: w}
		var wg sync.WaitGroup
		var calls []int // made up to each tick
		for i := range minute * 3 / 2 {
			wg.Go(func() { p.get(fmt.Sprintf("/sheets/S%d%s", i%sheets, query)) })
			if i == minute/2 && beside != nil {
				wg.Go(func() { beside(t, w) })
			}
			time.Sleep(20 * time.Millisecond)
			calls = append(calls, w.countReads())
		}
		wg.Wait()
		most := calls[minute-1]
		for i := minute; i < len(calls); i++ {
			most = max(most, calls[i]-calls[i-minute])
		}
		if most > 60 || (p.refused > 0) != refused || p.served == 0 {
			t.Errorf("%d calls in a minute, %d requests served, %d refused; want at most 60 calls, refused %v", most, p.served, p.refused, refused)
		}
		t.Logf("%d calls in a minute at the most, %d requests served, %d refused", most, p.served, p.refused)
	})
}

// paced counts what becomes of requests.
type paced struct {
	t *testing.T
	w *world

	mu              sync.Mutex
	served, refused int
}

// get sends a GET with a deadline. One that cannot be served before it must be
// refused at once.
func (p *paced) get(target string) {
	ctx, cancel := context.WithTimeout(p.t.Context(), 3*time.Second)
	defer cancel()
	start := time.Now()
	got := p.w.send(httptest.NewRequestWithContext(ctx, "GET", target, nil))
	p.mu.Lock()
	defer p.mu.Unlock()
	if got.Code == 200 {
		p.served++
		return
	}
	p.refused++
	after, _ := strconv.Atoi(got.Header().Get("Retry-After"))
	if problem := problemOf(p.t, got); problem.Code != "rate-limited" || time.Since(start) > 0 || after < 1 {
		p.t.Errorf("GET = %+v after %v, Retry-After %d, want rate-limited at once", problem, time.Since(start), after)
	}
}
