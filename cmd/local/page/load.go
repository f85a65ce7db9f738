package page

import (
	"context"
	"net/http"
	"sync"
	"time"

	"example.com/sheets-function/emulator"
)

const (
	// loadSheet is the sheet that the load is written to, and loadColumn its column of
	// row numbers.
	loadSheet  = "Load"
	loadColumn = "row"
	// maxRate is how many rows a second may be sent, in how many requests a second.
	maxRate, maxRequestRate = 1000, 20
	// maxLoadRows is how many rows are sent until the load stops by itself.
	maxLoadRows = 100_000
	// maxLoadRequests is how many requests may be in flight.
	maxLoadRequests = 400
	loadPause       = time.Second // before a request is repeated
)

// load sends rows to the function as clients do that repeat what fails: with the same
// Idempotency-Key, until they get a 201. It counts what was acknowledged and what is
// stored.
type load struct {
	page *page

	mu           sync.Mutex // guards all below
	rate         int        // rows a second
	cancel       context.CancelFunc
	run          int64 // distinguishes the keys of two runs of the program
	sent         int   // rows
	inFlight     int   // requests
	repeated     int   // requests
	acknowledged map[int]bool
	counts       loadCounts
	version      uint64 // of the spreadsheet that was counted
}

// loadCounts compares what was acknowledged with what is stored. Each row should be
// stored once.
type loadCounts struct {
	Rate         int `json:"rate"`
	Sent         int `json:"sent"`
	Acknowledged int `json:"acknowledged"`
	Stored       int `json:"stored"`
	Doubled      int `json:"doubled"`
	Missing      int `json:"missing"` // acknowledged, and not stored
	Repeated     int `json:"repeated"`
	InFlight     int `json:"in_flight"`
}

// setLoad sets how many rows a second are sent.
func (p *page) setLoad(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Rate int `json:"rows_per_second"`
	}
	if !readJSON(w, r, &change) {
		return
	}
	if change.Rate < 0 || change.Rate > maxRate {
		refuse(w, http.StatusBadRequest, "rows_per_second is 0 to %d", maxRate)
		return
	}
	done(w, p.load.set(r.Context(), change.Rate))
}

func (l *load) set(ctx context.Context, rate int) error {
	if rate > 0 {
		if err := l.ensureSheet(ctx); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		l.cancel()
		l.cancel = nil
	}
	l.rate = rate
	if rate == 0 {
		return nil
	}
	if l.acknowledged == nil {
		l.acknowledged, l.run = map[int]bool{}, time.Now().UnixNano()
	}
	running, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	go l.send(running, rate)
	return nil
}

// ensureSheet adds the sheet that the load is written to, unless there is one.
func (l *load) ensureSheet(ctx context.Context) error {
	overview, err := l.page.Google.Overview(l.page.Spreadsheet)
	if err != nil {
		return err
	}
	for _, sheet := range overview.Sheets {
		if sheet.Title == loadSheet {
			return nil
		}
	}
	return l.page.Google.AddSheet(ctx, ownerOf(overview), l.page.Spreadsheet, loadSheet, loadColumn, "sent")
}

// count returns what was acknowledged and what is stored. The sheet is read only if the
// spreadsheet has changed.
func (l *load) count(o emulator.Overview) loadCounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.acknowledged == nil {
		return loadCounts{}
	}
	if o.Version != l.version {
		l.version = o.Version
		times := map[int]int{}
		l.counts = loadCounts{}
		for _, row := range l.page.Google.Values(l.page.Spreadsheet, loadSheet) {
			if n, ok := row[0].(float64); ok {
				times[int(n)]++
			}
		}
		for n := range l.acknowledged {
			if times[n] == 0 {
				l.counts.Missing++
			}
		}
		for _, n := range times {
			l.counts.Stored++
			if n > 1 {
				l.counts.Doubled++
			}
		}
	}
	c := l.counts
	c.Rate, c.Sent, c.Acknowledged, c.Repeated, c.InFlight = l.rate, l.sent, len(l.acknowledged), l.repeated, l.inFlight
	return c
}
