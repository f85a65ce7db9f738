package commit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// job is a write of the explorer: one row that holds its name.
type job struct {
	name, key string
	after     bool          // after the one before has its answer
	idle      time.Duration // and so much later
}

// explore runs one script.
func explore(t *testing.T, script []int, c world) (r *run, all []outcome) {
	r = &run{t: t, google: emulator.New(emulator.Options{}), script: script, world: c, dead: map[int]bool{}, misplaced: map[string]bool{}}
	r.touched, r.certain = c.people > 0, c.people+c.faults+c.ticks == 0
	r.id = r.google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Rows", Values: [][]any{{"name"}, {"first"}}}}})
	r.token = r.google.Token(r.google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets")
	r.people++
	r.person(createMarker(1, markerKey, "AAAAAAAAAAA"+verdictOnce)) // of a batch long ago
	var mu sync.Mutex
	callers := 0
	submit := func(w *Writer[string, rowPlan], instance int, j job, before <-chan struct{}) (done chan struct{}) {
		done = make(chan struct{})
		mu.Lock()
		callers++
		mu.Unlock()
		go func() {
			defer close(done)
			if before != nil {
				<-before
				time.Sleep(j.idle)
			}
			// No pause and no rate limit ends at the same instant.
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute+1234567*time.Nanosecond)
			defer cancel()
			write := &Write[string]{Key: j.key, Request: j.name}
			err := w.Submit(ctx, write)
			mu.Lock()
			defer mu.Unlock()
			callers--
			if r.mu.Lock(); r.dead[instance] {
				err = ErrOutcomeUnknown // the caller's connection broke
			}
			r.mu.Unlock()
			all = append(all, outcome{j.name, err})
		}()
		return done
	}
	for instance, list := range c.jobs {
		w := r.newWriter(instance)
		var before chan struct{}
		for _, j := range list {
			wait := before
			if !j.after {
				wait = nil
			}
			before = submit(w, instance, j, wait)
			synctest.Wait() // so that they queue in this order in every run
		}
	}
	restarted := 0
	for range 2000 {
		synctest.Wait()
		r.dropDead()
		mu.Lock()
		left := callers
		mu.Unlock()
		if r.step(left) {
			continue
		}
		if left == 0 && restarted == len(r.dead) {
			return r, all
		}
		// A dead instance is started again, and its callers repeat what has a key.
		for instance := range c.jobs {
			if r.dead[instance] && left == 0 {
				restarted++
				w := r.newWriter(instance + 10*restarted)
				for _, j := range c.jobs[instance] {
					if j.key != "" {
						submit(w, instance+10*restarted, j, nil)
						synctest.Wait()
					}
				}
			}
		}
		time.Sleep(time.Second) // pauses between tries
	}
	t.Fatalf("no end after 2000 steps: %v", r.trace)
	return nil, nil
}

// dropDead loses the calls of instances that have crashed.
func (r *run) dropDead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = slices.DeleteFunc(r.pending, func(p *pending) bool {
		if r.dead[p.instance] {
			close(p.answer)
			return true
		}
		return false
	})
}

// audit compares what callers were answered with what is stored.
func (r *run) audit(all []outcome) error {
	count := map[string]int{}
	for _, row := range r.google.Values(r.id, "Rows")[1:] {
		if len(row) > 0 && row[0] != "first" && row[0] != "person" {
			count[fmt.Sprint(row[0])]++
		}
	}
	sure, unsure := map[string]bool{}, map[string]bool{}
	for _, c := range all {
		sure[c.name] = sure[c.name] || c.err == nil || errors.Is(c.err, errConflict)
		unsure[c.name] = unsure[c.name] || errors.Is(c.err, ErrOutcomeUnknown)
		if c.err == nil && r.misplaced[c.name] && !unsure[c.name] && !r.repeated(c.name) {
			return fmt.Errorf("%s was acknowledged, and is not below the last row", c.name)
		}
	}
	for _, c := range all {
		if r.certain && !sure[c.name] && c.name != "bad" && c.name != "poison" {
			return fmt.Errorf("%s was answered %v, though no call was lost", c.name, c.err)
		}
		if !sure[c.name] && !unsure[c.name] && count[c.name] > 0 {
			return fmt.Errorf("%s was answered %v, but is stored", c.name, c.err)
		}
		if c.name != "bad" && !sure[c.name] && !unsure[c.name] && !errors.Is(c.err, ErrKeyReused) && r.refusals == 0 {
			return fmt.Errorf("%s was answered %v, though nothing was wrong with it", c.name, c.err)
		}
	}
	for name, ok := range sure {
		if ok && count[name] != 1 {
			return fmt.Errorf("%s was acknowledged and is stored %d times", name, count[name])
		}
	}
	for name, n := range count {
		if _, requested := sure[name]; !requested {
			return fmt.Errorf("%s is stored, and nobody requested it", name)
		}
		if n > 1 {
			return fmt.Errorf("%s is stored %d times", name, n)
		}
	}
	return nil
}

// repeated reports whether several callers sent the write: a replay is answered as the
// first was planned.
func (r *run) repeated(name string) bool {
	n := 0
	for _, list := range r.jobs {
		for _, j := range list {
			if j.name == name {
				n++
			}
		}
	}
	return n > 1
}

// TestExplore goes through the first 500 runs of each case, or 50 with the race detector, which
// makes them ten times as slow; EXPLORE=1 through all.
func TestExplore(t *testing.T) {
	for _, tt := range []world{
		{name: "one instance, three mishaps", faults: 3, jobs: [][]job{{{name: "a"}}}},
		{name: "one instance with a refused write, two mishaps", faults: 2, jobs: [][]job{{{name: "a"}, {name: "bad"}, {name: "b"}}}},
		{name: "two instances, one with a refused write, one mishap", faults: 1, jobs: [][]job{{{name: "a"}, {name: "bad"}}, {{name: "b"}}}},
		{name: "markers are pruned meanwhile, one mishap", faults: 1, window: 3, jobs: [][]job{{{name: "a"}}, {{name: "b"}, {name: "c", after: true}, {name: "d", after: true}}}},
		{name: "two instances, two mishaps", faults: 2, jobs: [][]job{{{name: "a"}}, {{name: "b"}}}},
		{name: "two instances with keys, one mishap", faults: 1, jobs: [][]job{{{name: "a", key: "ka"}}, {{name: "b", key: "kb"}}}},
		{name: "two writes with keys, one mishap", faults: 1, jobs: [][]job{{{name: "a", key: "ka"}, {name: "b", key: "kb", after: true}}}},
		{name: "the same key at two instances, one mishap", faults: 1, jobs: [][]job{{{name: "a", key: "k"}}, {{name: "a", key: "k"}}}},
		{name: "planned again, three mishaps", faults: 3, jobs: [][]job{{{name: "a!"}}}},
		{name: "two instances, one plans again, two mishaps", faults: 2, jobs: [][]job{{{name: "a!"}, {name: "bad"}}, {{name: "b"}}}},
		{name: "somebody touches the markers, two mishaps", faults: 2, people: 1, jobs: [][]job{{{name: "a"}}}},
		{name: "somebody touches the markers between two writes, one mishap", faults: 1, people: 1, jobs: [][]job{{{name: "a"}, {name: "b", after: true}}}},
		{name: "one idles while the other stores more than the window, and repeats its key", window: 7, lead: 4, ticks: 1, jobs: [][]job{
			{{name: "a"}, {name: "c", key: "kc", after: true, idle: 30 * time.Second}},
			{{name: "b", after: true}, {name: "c", key: "kc", after: true}, {name: "d", after: true}, {name: "e", after: true}, {name: "f", after: true}, {name: "g", after: true}, {name: "i", after: true}, {name: "j", after: true}, {name: "k", after: true}},
		}},
		{name: "one idles, a mishap", faults: 1, window: 7, lead: 4, jobs: [][]job{
			{{name: "a"}, {name: "h", after: true, idle: 30 * time.Second}},
			{{name: "b", after: true}, {name: "c", after: true}, {name: "d", after: true}, {name: "e", after: true}, {name: "f", after: true}, {name: "g", after: true}, {name: "i", after: true}, {name: "j", after: true}, {name: "k", after: true}},
		}},
		{name: "a send is delayed after the look", ticks: 3, window: 7, lead: 4, jobs: [][]job{{{name: "a", key: "k"}}, {{name: "b"}, {name: "a", key: "k", after: true}}}},
		{name: "a send is delayed, one mishap", ticks: 2, faults: 1, window: 7, lead: 4, jobs: [][]job{{{name: "a"}}, {{name: "b"}, {name: "c", after: true}}}},
		{name: "a person edits rows between any two events", edits: 2, jobs: [][]job{{{name: "a"}, {name: "b", after: true}}}},
		{name: "a person edits rows while an instance idles", edits: 1, jobs: [][]job{{{name: "a"}, {name: "b", after: true, idle: 5 * time.Second}, {name: "c", after: true}}}},
		{name: "a person edits rows, one mishap", edits: 1, faults: 1, jobs: [][]job{{{name: "a"}, {name: "b", after: true}}}},
		{name: "a person edits rows, two instances", edits: 1, jobs: [][]job{{{name: "a"}, {name: "b", after: true}}, {{name: "c"}}}},
		{name: "one clock is an hour ahead, one mishap", faults: 1, skew: time.Hour, jobs: [][]job{{{name: "a"}, {name: "c", after: true}}, {{name: "b"}, {name: "d", after: true}}}},
		{name: "one clock is an hour behind, one mishap", faults: 1, skew: -time.Hour, jobs: [][]job{{{name: "a"}, {name: "c", after: true}}, {{name: "b"}, {name: "d", after: true}}}},
		{name: "Google fails on one write", jobs: [][]job{{{name: "a"}, {name: "poison"}, {name: "b"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runs, most := 0, exploreRuns
			if os.Getenv("EXPLORE") != "" {
				most = math.MaxInt
			}
			for script := []int{}; script != nil && runs < most; runs++ {
				var failed error
				synctest.Test(t, func(t *testing.T) {
					r, all := explore(t, script, tt)
					if err := r.audit(all); err != nil {
						failed = fmt.Errorf("%w\n%s\nanswers %v", err, strings.Join(r.trace, "\n"), all)
					}
					script = next(r.script, r.taken)
				})
				if failed != nil {
					t.Fatal(failed)
				}
			}
			t.Logf("%d runs", runs)
		})
	}
}

// next is the script after this one in the order of all; nil behind the last.
func next(script, options []int) []int {
	n := make([]int, len(options))
	copy(n, script)
	for i := len(n) - 1; i >= 0; i-- {
		if n[i]++; n[i] < options[i] {
			return n[:i+1]
		}
	}
	return nil
}
