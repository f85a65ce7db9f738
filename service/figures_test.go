package service_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

// contest is several instances that start cold at the same moment, with the default quota.
type contest struct {
	instances, perSecond int
	minutes              int
	keyed                bool
	gets                 int // a second
}

// contestResult is what came of it.
type contestResult struct {
	sent, stored, wrong     int
	worst                   float64 // share of its rows that the worst instance stored
	first50, first99        time.Duration
	later50, later99        time.Duration // after the first minute
	batches, refused, reads int
	limited                 int
	gets, unread            int // those without rows
	get50, get99            time.Duration
}

// run offers the rows, spread over the instances.
func (c contest) run(t *testing.T) (r contestResult) {
	w := newWorld(t, emulator.Options{Quota: true})
	var instances []*service.Service
	for range c.instances {
		instances = append(instances, w.instance(0))
	}
	var first, later, gets load
	stored := make([]int, c.instances)
	names := map[string]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for n := range c.minutes * 60 * c.gets {
		wg.Go(func() {
			time.Sleep(time.Duration(n) * time.Second / time.Duration(c.gets))
			ctx, cancel := context.WithTimeout(context.Background(), 55*time.Second)
			defer cancel()
			sent := time.Now()
			_, err := instances[n%c.instances].ListRows(ctx, "Load", table.Query{})
			gets.note(codeOf(err), time.Since(sent))
		})
	}
	for n := range c.minutes * 60 * c.perSecond {
		time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / time.Duration(c.perSecond))))
		wg.Go(func() {
			name, key := fmt.Sprint("r", n), ""
			if c.keyed {
				key = name
			}
			sent := time.Now()
			code, _ := add(instances[n%c.instances], "Load", key, name)
			to := &later
			if sent.Sub(began) < time.Minute {
				to = &first
			}
			to.note(code, time.Since(sent))
			mu.Lock()
			defer mu.Unlock()
			if code == "" {
				stored[n%c.instances]++
				names[name] = true
			}
		})
	}
	wg.Wait()
	time.Sleep(5 * time.Minute) // until reads have ended for which no caller waits any more
	r.sent = c.minutes * 60 * c.perSecond
	for _, n := range stored {
		r.stored += n
	}
	r.worst = float64(slices.Min(stored)*c.instances) / float64(r.sent)
	copies := map[string]int{}
	for _, id := range w.ids("Load") {
		copies[id]++
	}
	for name := range names {
		if copies[name] != 1 {
			r.wrong++
		}
	}
	r.first50, r.first99 = first.percentile(.5), first.percentile(.99)
	r.gets, r.unread = c.minutes*60*c.gets, c.minutes*60*c.gets-gets.codes[""]
	r.get50, r.get99 = gets.percentile(.5), gets.percentile(.99)
	r.later50, r.later99 = later.percentile(.5), later.percentile(.99)
	for _, request := range w.google.Requests() {
		switch {
		case request.Status == 429:
			r.limited++
		case request.Call == batchCall && request.Status == 400:
			r.refused++
		case request.Call == batchCall:
			r.batches++
		default:
			r.reads++
		}
	}
	return r
}

// TestInstances holds what several instances store, and how long it takes three of them in
// the emulated time. How long it takes ten differs between runs by a factor of two: who
// is refused in the first minute is a matter of chance, and what is left of it comes later.
func TestInstances(t *testing.T) {
	for _, tt := range []struct {
		contest
		share, worst float64
		first, later time.Duration
		unread       float64
	}{
		{contest{instances: 3, perSecond: 200, minutes: 2}, .99, .97, 8 * time.Second, 4500 * time.Millisecond, 0},
		{contest{instances: 3, perSecond: 60, minutes: 2, keyed: true}, .99, .97, 8 * time.Second, 4500 * time.Millisecond, 0},
		{contest{instances: 3, perSecond: 200, minutes: 2, gets: 50}, .99, .97, 30 * time.Second, 4500 * time.Millisecond, .15},
		{contest: contest{instances: 10, perSecond: 50, minutes: 3}, share: .9, worst: .8},
		{contest: contest{instances: 10, perSecond: 50, minutes: 3, gets: 20}, share: .85, worst: .6, unread: .7},
	} {
		t.Run(fmt.Sprint(tt.instances, map[bool]string{true: " with keys"}[tt.keyed], map[bool]string{true: " with GETs"}[tt.gets > 0]), func(t *testing.T) {
			if raceDetector { // which makes it ten times as slow, and finds races at any load
				tt.perSecond, tt.gets = tt.perSecond/10, tt.gets/10
			}
			synctest.Test(t, func(t *testing.T) {
				r := tt.run(t)
				if r.wrong > 0 || float64(r.stored) < tt.share*float64(r.sent) || r.worst < tt.worst || float64(r.unread) > tt.unread*float64(r.gets) {
					t.Errorf("%+v, want %.0f %% stored, of the worst %.0f %%, and %.0f %% of GETs refused at most", r, 100*tt.share, 100*tt.worst, 100*tt.unread)
				}
				if tt.later > 0 && (r.first99 > tt.first || r.later99 > tt.later) {
					t.Errorf("%+v, want p99 %v in the first minute and %v later", r, tt.first, tt.later)
				}
				t.Logf("%+v", r)
			})
		})
	}
}

// TestInstanceFigures prints figures of several instances beside what is possible at
// best: with W = 60 writes a minute each of n instances sends every n·60/W seconds.
//
//	FIGURES=1 go test -run TestInstanceFigures -v ./service
func TestInstanceFigures(t *testing.T) {
	if os.Getenv("FIGURES") == "" {
		t.Skip("FIGURES is not set")
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(out, "| instances\t| rows/s\t| stored\t| worst instance\t| p50, p99 in the first minute\t| p50, p99 after it\t| bound\t| batches\t| refused\t| reads\t| 429s\t| wrong\t| GETs answered\t| p50, p99 of them\t|")
	fmt.Fprintln(out, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, c := range []contest{{1, 200, 5, false, 0}, {2, 200, 5, false, 0}, {3, 200, 5, false, 0}, {3, 200, 5, true, 0}, {3, 200, 5, false, 50}, {5, 200, 5, false, 0}, {10, 200, 5, false, 0}, {10, 50, 5, false, 20}} {
		synctest.Test(t, func(t *testing.T) {
			r := c.run(t)
			seconds := func(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
			name := fmt.Sprint(c.instances)
			if c.keyed {
				name += ", keyed"
			}
			answered, took := "", ""
			if c.gets > 0 {
				name += fmt.Sprintf(", %d GETs/s", c.gets)
				answered = fmt.Sprintf("%.1f %%", 100-100*float64(r.unread)/float64(r.gets))
				took = fmt.Sprintf("%s, %s s", seconds(r.get50), seconds(r.get99))
			}
			fmt.Fprintf(out, "| %s\t| %d\t| %.1f %%\t| %.1f %%\t| %s, %s s\t| %s, %s s\t| %.2f, %.2f s\t| %d\t| %d\t| %d\t| %d\t| %d\t| %s\t| %s\t|\n",
				name, c.perSecond, 100*float64(r.stored)/float64(r.sent), 100*r.worst, seconds(r.first50), seconds(r.first99), seconds(r.later50), seconds(r.later99),
				.5*float64(c.instances)+.15, .99*float64(c.instances)+.15, r.batches, r.refused, r.reads, r.limited, r.wrong, answered, took)
		})
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}
