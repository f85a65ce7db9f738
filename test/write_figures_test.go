package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// These figures need GET and POST of /sheets/{title}.

// latency is that of each call to Google in the benchmark.
const latency = 150 * time.Millisecond

// figureLoad is a load for a minute, by callers who each send one row and wait for
// the answer before the next one; with 0 callers each row has its own, and none
// waits for another. GETs come beside it at a fixed rate.
type figureLoad struct {
	rows, callers, instances int // rows a second
	baseline                 bool
}

const getsPerSecond = 50

// figures are what is measured.
type figures struct {
	figureLoad
	sent, stored, lost, doubled int             // rows
	times                       []time.Duration // of the rows that were acknowledged
	gets, served                int
	writes, reads, limited      int // calls
}

// TestWriteFigures prints how many rows a minute are stored, and how long their
// callers wait, at several rates, numbers of callers and instances, beside a
// baseline that makes one typed values.append a request. It takes part in no
// ordinary test run:
//
//	FIGURES=1 go test -run TestWriteFigures -v ./test
//
// Each line is a minute of fake time (testing/synctest), with Google's quota on
// and 150 ms for each call: the figures are those of the protocol and the quota,
// the same on every machine. The function's own CPU time is not in them; BenchmarkGet
// and BenchmarkStart measure that in real time.
func TestWriteFigures(t *testing.T) {
	if os.Getenv("FIGURES") == "" {
		t.Skip("FIGURES is not set")
	}
	var loads []figureLoad
	for _, rows := range []int{5, 200, 2000} {
		for _, callers := range []int{10, 100, 1000} {
			loads = append(loads, figureLoad{rows, callers, 1, false})
			if rows*callers < 2_000_000 { // of that many calls the emulator's log keeps a part only
				loads = append(loads, figureLoad{rows, callers, 1, true})
			}
		}
	}
	for instances := range 3 {
		loads = append(loads, figureLoad{200, 0, instances + 1, false})
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| rows/s offered\t| callers\t| instances\t| rows stored in a minute\t| p50\t| p99\t| writes\t| reads\t| 429s\t| GETs served\t| lost\t| doubled\t|")
	fmt.Fprintln(table, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, l := range loads {
		synctest.Test(t, func(t *testing.T) { measure(t, l).print(table) })
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
}

func (f figures) print(w io.Writer) {
	instances := fmt.Sprint(f.instances)
	if f.baseline {
		instances = "baseline"
	}
	callers := fmt.Sprint(f.callers)
	if f.callers == 0 {
		callers = "any"
	}
	slices.Sort(f.times)
	at := func(share float64) string {
		if len(f.times) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f s", f.times[int(share*float64(len(f.times)-1))].Seconds())
	}
	fmt.Fprintf(w, "| %d\t| %s\t| %s\t| %d of %d\t| %s\t| %s\t| %d\t| %d\t| %d\t| %d of %d\t| %d\t| %d\t|\n",
		f.rows, callers, instances, f.stored, f.sent, at(.5), at(.99), f.writes, f.reads, f.limited, f.served, f.gets, f.lost, f.doubled)
}

// measure measures one line of the table.
func measure(t *testing.T, l figureLoad) figures {
	w := newWorldOn(t, emulator.Options{Quota: true}, func(s *function.Settings, g *emulator.Spreadsheet) {
		s.ReadsPerMinute, s.WritesPerMinute, s.CacheTTL = 60, 60, function.TTL(2*time.Second)
		g.Sheets = []emulator.Sheet{{Title: "Load", Values: [][]any{{"id"}}}, {Title: "Rows", Values: manyRows(100)}}
	})
	w.google.Inject(emulator.Fault{Delay: latency})
	handlers := []http.Handler{w.handler}
	for range l.instances - 1 {
		handlers = append(handlers, w.another(t).handler)
	}
	if l.baseline {
		handlers = []http.Handler{&baseline{w.person(t), w.id}}
	}
	f := figures{figureLoad: l}
	acknowledged := f.run(handlers)
	f.stored = len(acknowledged)
	f.count(w, acknowledged)
	return f
}
