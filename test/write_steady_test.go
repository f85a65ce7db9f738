package test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// These tests need GET and POST of /sheets/{title}.

// TestWriteSteadily appends a row a second and reads the same sheet for ten
// minutes, at Google's quota. Readers must not wait until the writer pauses, and
// the writer must read its own rows.
func TestWriteSteadily(t *testing.T) {
	tests := []struct {
		readers int // each sends one GET a second
		query   string
		longest time.Duration // of 99 % of the GETs
	}{
		{10, "", 3 * time.Second},
		{10, "?values=text", 3 * time.Second},
		{100, "", 3 * time.Second},
		{1000, "", 3 * time.Second},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.readers, " readers", tt.query), func(t *testing.T) {
			if tt.readers > 100 && os.Getenv("FIGURES") == "" {
				t.Skip("600,000 requests take a minute: FIGURES is not set")
			}
			if tt.readers > 10 && raceDetector {
				t.Skip("the race detector makes 60,000 requests take a minute, and finds races among fewer")
			}
			synctest.Test(t, func(t *testing.T) { testSteady(t, tt.readers, tt.query, tt.longest) })
		})
	}
}

func testSteady(t *testing.T, readers int, query string, longest time.Duration) {
	const minutes = 10
	w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) {
		s.CacheTTL, s.ReadsPerMinute, s.WritesPerMinute = function.TTL(2*time.Second), 60, 60
	})
	w.withoutLog(t)
	w.google.Inject(emulator.Fault{Call: getCall, Delay: 150 * time.Millisecond})
	w.google.Inject(emulator.Fault{Call: batchCall, Delay: 300 * time.Millisecond})
	end := time.Now().Add(minutes * time.Minute)
	s := &steady{t: t, w: w, target: "/sheets/Orders" + query}
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * time.Second / time.Duration(readers))
			for time.Now().Before(end) {
				next := time.Now().Add(time.Second)
				s.read()
				time.Sleep(time.Until(next))
			}
		})
	}
	for n := 0; time.Now().Before(end); n++ {
		wg.Go(func() { s.write(fmt.Sprintf("w%d", n)) })
		time.Sleep(time.Second)
		s.reads = append(s.reads, w.countReads())
	}
	wg.Wait()
	s.report(minutes, longest)
}

// steady measures GETs beside writes.
type steady struct {
	t      *testing.T
	w      *world
	target string

	mu      sync.Mutex
	took    []time.Duration
	refused int
	written []time.Duration
	unseen  int   // rows that the next GET did not have
	reads   []int // of Google, up to each second
}

func (s *steady) read() (body string) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	start, recorder := time.Now(), httptest.NewRecorder()
	s.w.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, "GET", s.target, nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, time.Since(start))
	if recorder.Code != http.StatusOK {
		s.refused++
	}
	return recorder.Body.String()
}

// write appends a row and checks that the next GET has it.
func (s *steady) write(item string) {
	start, recorder := time.Now(), httptest.NewRecorder()
	s.w.handler.ServeHTTP(recorder, httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(fmt.Sprintf(`{"item":%q}`, item))))
	if recorder.Code != http.StatusCreated {
		s.t.Errorf("POST = %d %s", recorder.Code, recorder.Body)
		return
	}
	took, seen := time.Since(start), strings.Contains(s.read(), `"`+item+`"`)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, took)
	if !seen {
		s.unseen++
	}
}

func (s *steady) report(minutes int, longest time.Duration) {
	slices.Sort(s.took)
	slices.Sort(s.written)
	at := func(took []time.Duration, percent int) time.Duration {
		return took[(len(took)-1)*percent/100].Round(time.Millisecond)
	}
	most := 0
	for i := range max(0, len(s.reads)-60) {
		most = max(most, s.reads[i+60]-s.reads[i])
	}
	s.t.Logf("%d minutes: %d GETs, %d refused, p50 %v, p99 %v, longest %v; %d rows, p50 %v, p99 %v; %d reads a minute at the most",
		minutes, len(s.took), s.refused, at(s.took, 50), at(s.took, 99), at(s.took, 100), len(s.written), at(s.written, 50), at(s.written, 99), most)
	if s.refused > 0 || at(s.took, 99) > longest || s.unseen > 0 || most > 60 {
		s.t.Errorf("%d GETs refused, p99 %v, own row not seen %d times, %d reads in a minute; want 0, at most %v, 0, at most 60",
			s.refused, at(s.took, 99), s.unseen, most, longest)
	}
}

// withoutLog replaces the function by one that logs nothing, because lines of ten
// minutes are too many to keep.
func (w *world) withoutLog(t *testing.T) {
	t.Helper()
	h, err := function.NewHandler(w.settings, function.WithTransport(w.transport), function.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	w.handler = h
}
