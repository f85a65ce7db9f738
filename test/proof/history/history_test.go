package history

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

var (
	seeds = flag.Int("seeds", 20, "how many histories to record")
	first = flag.Uint64("seed", 1, "seed of the first history")
	calls = flag.Bool("calls", false, "print all calls to Google")
)

// TestHistories records histories of the function under faults, and checks that
// each is that of one log.
//
//	go -C test/proof test ./history -run TestHistories -seeds 200
func TestHistories(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1") // any address: the transport goes to the emulator
	t.Setenv("K_SERVICE", "")
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			var operations []Operation
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 0))
				w := newWorld(t, random, 1+random.IntN(3))
				w.run()
				operations = w.operations
			})
			ok, page, err := Check(operations)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				t.Errorf("what callers were told is not one log; the history is in %s; %q", page, Hints(operations))
			}
			counts := map[Outcome]int{}
			for _, o := range operations {
				if o.Name != "" {
					counts[o.Outcome]++
				}
			}
			if counts[Stored] == 0 {
				t.Error("nothing was stored")
			}
			t.Logf("%d stored, %d replayed, %d not stored, %d unknown", counts[Stored], counts[Replayed], counts[NotStored], counts[Unknown])
		})
	}
}

// run records a history: requests for a minute, in bursts, while faults come and go.
func (w *world) run() {
	const requests = 80
	var wg sync.WaitGroup
	wg.Go(w.fail)
	for n := range requests {
		count, gap := 1+w.random.IntN(3), time.Duration(w.random.IntN(1500))*time.Millisecond
		if w.random.IntN(3) > 0 {
			gap = 0 // together with the next one
		}
		key := ""
		if w.random.IntN(2) == 0 {
			key = fmt.Sprint("key ", n)
		}
		seed := w.random.Uint64()
		wg.Go(func() { w.caller(n, count, key, rand.New(rand.NewPCG(seed, 1))) })
		time.Sleep(gap)
		if w.random.IntN(8) == 0 {
			w.read(requests)
		}
	}
	wg.Wait()
	w.google.ClearFaults()
	time.Sleep(4 * time.Minute) // for what Google serves late
	for _, i := range w.instances {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		i.handler.Shutdown(ctx)
		cancel()
	}
	w.read(requests)
}

// fail injects a fault every few seconds.
func (w *world) fail() {
	random := rand.New(rand.NewPCG(w.random.Uint64(), 2))
	for range 12 {
		time.Sleep(time.Duration(random.IntN(6000)) * time.Millisecond)
		times := 1 + random.IntN(3)
		switch random.IntN(9) {
		case 0:
			w.google.Inject(emulator.Fault{Call: batchCall, Times: times, Drop: emulator.DropAfter})
		case 1:
			w.google.Inject(emulator.Fault{Call: batchCall, Times: times, Drop: emulator.DropBefore})
		case 2:
			w.google.Inject(emulator.Fault{Call: batchCall, Times: times, Drop: emulator.DropMiddle})
		case 3:
			w.google.Inject(emulator.Fault{Times: times, Status: []int{429, 500, 503}[random.IntN(3)]})
		case 4:
			w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Hang: true})
		case 5:
			w.google.Inject(emulator.Fault{Times: times, Delay: time.Duration(random.IntN(8000)) * time.Millisecond})
		case 6:
			w.delayBatch(time.Duration(random.IntN(180_000)) * time.Millisecond)
		case 7:
			w.delayBatch(time.Duration(random.IntN(2000)) * time.Millisecond)
			fallthrough
		case 8:
			w.restart(random.IntN(len(w.instances)))
		}
	}
}

// caller sends a request until its outcome is certain, if it can: with a key always,
// without one as long as nothing was stored.
func (w *world) caller(n, count int, key string, random *rand.Rand) {
	o := Operation{Client: n, Name: fmt.Sprint("r", n), Count: count}
	rows := make([]map[string]any, count)
	for i := range rows {
		rows[i] = map[string]any{"id": o.Name, "n": i}
	}
	body, _ := json.Marshal(rows)
	for range 20 {
		o.Call = time.Since(w.began)
		answer := w.post(random.IntN(len(w.instances)), key, string(body))
		o.Return = time.Since(w.began)
		o.Outcome, o.Row = outcome(w.t, answer)
		w.record(o)
		if *calls && answer != nil {
			w.t.Logf("%8.3f s %s, sent at %.3f s: %d %s", o.Return.Seconds(), o.Name, o.Call.Seconds(), answer.Code, answer.Body)
		}
		if o.Outcome == Stored || o.Outcome == Replayed || o.Outcome == Unknown && key == "" {
			return
		}
		time.Sleep(time.Duration(500+random.IntN(1000)) * time.Millisecond)
	}
}

func (w *world) record(o Operation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.operations = append(w.operations, o)
}

var firstRow = regexp.MustCompile(`"range": *"Load![A-Z]+(\d+)`)

// outcome returns what the caller learns from an answer.
func outcome(t *testing.T, answer *httptest.ResponseRecorder) (outcome Outcome, row int) {
	switch {
	case answer == nil:
		return Unknown, 0
	case answer.Code == http.StatusServiceUnavailable || answer.Code == http.StatusBadGateway:
		return NotStored, 0
	case answer.Code == http.StatusGatewayTimeout:
		return Unknown, 0
	case answer.Code != http.StatusCreated:
		t.Errorf("POST /sheets/Load = %d %s", answer.Code, answer.Body)
		return Unknown, 0
	}
	match := firstRow.FindSubmatch(answer.Body.Bytes())
	if match == nil {
		t.Errorf("POST /sheets/Load = 201 %s, without the rows' range", answer.Body)
		return Unknown, 0
	}
	row, _ = strconv.Atoi(string(match[1]))
	if answer.Header().Get("Idempotency-Replayed") == "true" {
		return Replayed, row - 2
	}
	return Stored, row - 2
}

// read records what the sheet holds at this moment.
func (w *world) read(client int) {
	o := Operation{Client: client, Log: []string{}}
	o.Call = time.Since(w.began)
	for _, row := range w.google.Values(string(w.settings.SpreadsheetID), "Load")[1:] {
		name := "a row without a name"
		if len(row) == 2 {
			name = fmt.Sprintf("%v.%v", row[0], row[1])
		}
		o.Log = append(o.Log, name)
	}
	o.Return = time.Since(w.began)
	w.record(o)
}
