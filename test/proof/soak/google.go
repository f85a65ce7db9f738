package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/emulator"
)

const (
	latency    = 150 * time.Millisecond // of a call to Google
	loadSheet  = "Load"
	refusedRow = "Google refuses this row"
)

// google is the emulator with latency and faults. It records every batch of every
// instance, and compares the sheet before and after it.
type google struct {
	*emulator.Server
	id string

	mu      sync.Mutex // held while a batch or an edit is served, so that they do not overlap
	journal journal

	faults   sync.Mutex
	injected []emulator.Fault // for calls of instances, not of the person
	hang     int              // batches to leave unanswered
	late     int              // batches to lose on their way, and serve later
	lateBy   time.Duration    // than they were sent
	slow     int              // calls to delay by slowBy
	slowBy   time.Duration
	pending  sync.WaitGroup // batches to be served late
	stopping chan struct{}  // closed at the end: nothing hangs longer
}

func newGoogle(rows [][]any) *google {
	g := &google{Server: emulator.New(emulator.Options{Quota: true}), stopping: make(chan struct{})}
	g.id = g.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: loadSheet, Values: rows}, {Title: "Other"}}})
	g.journal.grid = g.grid()
	return g
}

// handler serves one instance, so that its calls can be distinguished from others'.
func (g *google) handler(instance int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v4/") {
			g.ServeHTTP(w, r)
			return
		}
		arrived := time.Now()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		batch := strings.HasSuffix(r.URL.Path, ":batchUpdate") && !strings.Contains(r.URL.Path, "/values")
		pause(r, latency/2)
		g.misbehave(r, body, batch, instance, arrived)
		answer, aborted := g.serve(r, body, batch, instance, arrived)
		pause(r, latency/2)
		if aborted {
			panic(http.ErrAbortHandler)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// misbehave delays a call, or ends it without an answer, as the faults say.
func (g *google) misbehave(r *http.Request, body []byte, batch bool, instance int, arrived time.Time) {
	take := func(left *int) bool {
		g.faults.Lock()
		defer g.faults.Unlock()
		if *left > 0 {
			*left--
			return true
		}
		return false
	}
	if take(&g.slow) {
		pause(r, g.slowBy)
	}
	switch {
	case batch && take(&g.hang):
		select {
		case <-r.Context().Done():
		case <-g.stopping:
		}
		panic(http.ErrAbortHandler)
	case batch && take(&g.late):
		g.faults.Lock()
		by := g.lateBy
		g.faults.Unlock()
		copied := r.Clone(context.WithoutCancel(r.Context()))
		g.pending.Go(func() {
			pause(copied, by)
			g.serve(copied, body, true, instance, arrived)
		})
		panic(http.ErrAbortHandler)
	}
}

// serve lets the emulator serve a call. aborted reports that the connection is to be
// dropped after that.
func (g *google) serve(r *http.Request, body []byte, batch bool, instance int, arrived time.Time) (answer *httptest.ResponseRecorder, aborted bool) {
	if batch && bytes.Contains(body, []byte(refusedRow)) {
		return refuse(body), false
	}
	if !batch {
		if g.willFail(batch) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.injectNext()
			return g.call(r, body)
		}
		answer, aborted = g.call(r, body)
		if answer.Code == http.StatusOK && showsRows(r, body) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.journal.read(instance, arrived)
		}
		return answer, aborted
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.journal.grid
	if g.willFail(batch) {
		g.injectNext()
	}
	answer, aborted = g.call(r, body)
	if after := g.grid(); !same(before, after) {
		g.journal.batch(instance, arrived, before, after)
	}
	return answer, aborted
}

// willFail reports whether the next fault is for such a call.
func (g *google) willFail(batch bool) bool {
	g.faults.Lock()
	defer g.faults.Unlock()
	return len(g.injected) > 0 && (batch || g.injected[0].Call == "")
}

// injectNext makes the next call that the emulator serves fail.
func (g *google) injectNext() {
	g.faults.Lock()
	defer g.faults.Unlock()
	if len(g.injected) == 0 {
		return
	}
	f := &g.injected[0]
	once := *f
	once.Times = 1
	g.Inject(once)
	if f.Times--; f.Times == 0 {
		g.injected = g.injected[1:]
	}
}

// showsRows reports whether a call reads cells of the load's sheet, and not only properties,
// metadata or keys.
func showsRows(r *http.Request, body []byte) bool {
	return slices.ContainsFunc(r.URL.Query()["ranges"], func(a1 string) bool { return strings.Contains(a1, loadSheet) }) ||
		strings.HasSuffix(r.URL.Path, ":getByDataFilter") && bytes.Contains(body, []byte(loadSheet))
}

func (g *google) call(r *http.Request, body []byte) (answer *httptest.ResponseRecorder, aborted bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(p)
		}
	}()
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	answer = httptest.NewRecorder()
	g.ServeHTTP(answer, again)
	return answer, false
}

// edit makes an edit of the person's, which nothing comes between.
func (g *google) edit(name string, do func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.journal.grid
	err := do()
	if after := g.grid(); !same(before, after) {
		g.journal.edit(name, before, after)
	}
	return err
}

// grid is the sheet of the load, whatever its title is now.
func (g *google) grid() [][]any {
	for _, title := range []string{loadSheet, renamed} {
		if rows := g.Values(g.id, title); rows != nil {
			return rows
		}
	}
	return nil
}

func same(a, b [][]any) bool { return slices.EqualFunc(a, b, slices.Equal[[]any]) }

// refuse is Google's answer to a write into a protected range, with the number of
// the request that has it.
func refuse(body []byte) *httptest.ResponseRecorder {
	var batch struct{ Requests []json.RawMessage }
	_ = json.Unmarshal(body, &batch)
	n := slices.IndexFunc(batch.Requests, func(request json.RawMessage) bool { return bytes.Contains(request, []byte(refusedRow)) })
	answer := httptest.NewRecorder()
	answer.Header().Set("Content-Type", "application/json; charset=UTF-8")
	answer.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(answer, `{"error":{"code":400,"message":"Invalid requests[%d].updateCells: You are trying to edit a protected cell or object. `+
		`Please contact the spreadsheet owner to remove protection if you need to edit.","status":"INVALID_ARGUMENT"}}`, n)
	return answer
}
