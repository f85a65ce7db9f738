package function

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// latency is that of each call to Google in the benchmark.
const latency = 150 * time.Millisecond

// offer is one line of the table: a load that is offered for a minute, by
// callers who each send one row and wait for the answer before the next one; with
// 0 callers each row has its own, and none waits for another. Beside it GETs come
// at a fixed rate.
type offer struct {
	rows, callers, instances int
	baseline                 bool
}

const getsASecond = 50

// score is what came of it.
type score struct {
	offer
	sent, stored, lost, doubled int // rows
	acks                        []time.Duration
	gets, served                int
	writes, reads, limited      int // calls
}

// TestWriteFigures prints how many rows a minute are stored, and how long their
// callers wait, at several rates, numbers of callers and instances, beside a
// baseline that makes one typed values.append a request. It takes part in no
// ordinary test run:
//
//	FIGURES=1 go test -run TestWriteFigures -v .
//
// Each line is a minute of fake time (testing/synctest), with Google's quota on
// and 150 ms for each call: the figures are those of the protocol and the quota,
// the same on every machine. What our own CPU needs is not in them; BenchmarkGet
// and BenchmarkStart measure that in real time.
func TestWriteFigures(t *testing.T) {
	if os.Getenv("FIGURES") == "" {
		t.Skip("FIGURES is not set")
	}
	var offers []offer
	for _, rows := range []int{5, 200, 2000} {
		for _, callers := range []int{10, 100, 1000} {
			offers = append(offers, offer{rows, callers, 1, false})
			if rows*callers < 2_000_000 { // of that many calls the emulator's log keeps a part only
				offers = append(offers, offer{rows, callers, 1, true})
			}
		}
	}
	for instances := range 3 {
		offers = append(offers, offer{200, 0, instances + 1, false})
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| rows/s offered\t| callers\t| instances\t| rows stored in a minute\t| p50\t| p99\t| writes\t| reads\t| 429s\t| GETs served\t| lost\t| doubled\t|")
	fmt.Fprintln(table, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, o := range offers {
		synctest.Test(t, func(t *testing.T) { measure(t, o).print(table) })
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
}

func (s score) print(w io.Writer) {
	instances := fmt.Sprint(s.instances)
	if s.baseline {
		instances = "baseline"
	}
	callers := fmt.Sprint(s.callers)
	if s.callers == 0 {
		callers = "any"
	}
	slices.Sort(s.acks)
	at := func(share float64) string {
		if len(s.acks) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f s", s.acks[int(share*float64(len(s.acks)-1))].Seconds())
	}
	fmt.Fprintf(w, "| %d\t| %s\t| %s\t| %d of %d\t| %s\t| %s\t| %d\t| %d\t| %d\t| %d of %d\t| %d\t| %d\t|\n",
		s.rows, callers, instances, s.stored, s.sent, at(.5), at(.99), s.writes, s.reads, s.limited, s.served, s.gets, s.lost, s.doubled)
}

// measure plays one line.
func measure(t *testing.T, o offer) score {
	w := newWorldOn(t, emulator.Options{Quota: true}, func(s *Settings, g *emulator.Spreadsheet) {
		share := PerMinute(60 / o.instances)
		s.ReadsPerMinute, s.WritesPerMinute, s.CacheTTL = share, share, TTL(2*time.Second)
		g.Sheets = []emulator.Sheet{{Title: "Load", Values: [][]any{{"id"}}}, {Title: "Rows", Values: manyRows(100)}}
	})
	w.google.Inject(emulator.Fault{Delay: latency})
	handlers := []http.Handler{w.Handler}
	for range o.instances - 1 {
		handlers = append(handlers, w.another(t).Handler)
	}
	if o.baseline {
		handlers = []http.Handler{&baseline{w.person(t), w.id}}
	}
	s := score{offer: o}
	acked := s.run(handlers)
	s.stored = len(acked)
	s.count(w, acked)
	return s
}

// run offers the load for a minute and returns the rows that were acknowledged.
func (s *score) run(handlers []http.Handler) (acked map[string]bool) {
	acked = map[string]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	callers := s.callers
	if callers == 0 {
		callers = 60 * s.rows
	}
	each := time.Duration(float64(time.Second) * float64(callers) / float64(s.rows)) // between a caller's rows
	began := time.Now()
	for caller := range callers {
		wg.Go(func() {
			time.Sleep(time.Duration(float64(each) * float64(caller) / float64(callers)))
			for n := 0; time.Since(began) < time.Minute; n++ {
				name := fmt.Sprintf("%d-%d", caller, n)
				sent := time.Now()
				answer := request(handlers[caller%len(handlers)], "POST", "/sheets/Load", fmt.Sprintf(`{"id":%q}`, name))
				mu.Lock()
				s.sent++
				if answer == http.StatusCreated {
					acked[name] = true
					s.acks = append(s.acks, time.Since(sent))
				}
				mu.Unlock()
				time.Sleep(max(0, each-time.Since(sent)))
			}
		})
	}
	for s.gets = 0; s.gets < 60*getsASecond; s.gets++ {
		handler := handlers[s.gets%len(handlers)]
		wg.Go(func() {
			if request(handler, "GET", "/sheets/Rows", "") == http.StatusOK {
				mu.Lock()
				defer mu.Unlock()
				s.served++
			}
		})
		time.Sleep(time.Second / getsASecond)
	}
	wg.Wait()
	return acked
}

func request(h http.Handler, method, target, body string) (status int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body)))
	return recorder.Code
}

// count compares what was acknowledged with what is stored, and counts calls.
func (s *score) count(w *world, acked map[string]bool) {
	copies := map[string]int{}
	for _, row := range w.google.Values(w.id, "Load")[1:] {
		copies[fmt.Sprint(row[0])]++
	}
	for name := range acked {
		if copies[name] == 0 {
			s.lost++
		}
	}
	for _, n := range copies {
		s.doubled += n - 1
	}
	for _, r := range w.google.Requests() {
		switch {
		case !strings.HasPrefix(r.Call, "sheets."):
		case r.Status == http.StatusTooManyRequests:
			s.limited++
		case r.Method == http.MethodGet || strings.HasSuffix(r.Path, ":search"):
			s.reads++
		default:
			s.writes++
		}
	}
}

// baseline is what the function is measured against: one typed call a request.
type baseline struct {
	sheets *sheets.Service
	id     string
}

func (b *baseline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	if r.Method == http.MethodGet {
		_, err = b.sheets.Spreadsheets.Values.Get(b.id, "Rows").Context(r.Context()).Do()
	} else {
		var row struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&row)
		_, err = b.sheets.Spreadsheets.Values.Append(b.id, "Load!A1", &sheets.ValueRange{Values: [][]any{{row.ID}}}).
			ValueInputOption("RAW").InsertDataOption("INSERT_ROWS").Context(r.Context()).Do()
	}
	switch {
	case err != nil:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
	}
}
