package test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// TestEventStorm delivers each event five times to three instances, and again
// after each 503, while answers are lost and Google fails for over a minute.
func TestEventStorm(t *testing.T) {
	const events, deliveries = 40, 5
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t, nil)
		broker := &broker{t: t, instances: []*world{first, first.another(t), first.another(t)}, codes: map[string]int{}}
		var wg sync.WaitGroup
		for n := range events * deliveries {
			wg.Go(func() {
				time.Sleep(time.Duration(n) * 31 * time.Millisecond)
				broker.deliver(n, n/deliveries)
			})
		}
		for range 3 {
			first.google.Inject(emulator.Fault{Call: batchCall, Times: 2, Drop: emulator.DropAfter})
			first.google.Inject(emulator.Fault{Call: batchCall, Times: 2, Status: 429})
			time.Sleep(time.Second)
		}
		first.google.Inject(emulator.Fault{Call: batchCall, Status: 503})
		time.Sleep(70 * time.Second)
		first.google.ClearFaults()
		wg.Wait()

		stored := map[any]int{}
		for _, row := range first.google.Values(first.id, "Orders")[len(orders.Values):] {
			stored[row[0]]++
		}
		for n := range events {
			if stored[float64(n)] != 1 || stored[float64(n)+0.5] != 1 {
				t.Errorf("the rows of event %d are stored %d and %d times, want once", n, stored[float64(n)], stored[float64(n)+0.5])
			}
		}
		if len(stored) != 2*events || broker.fresh > events || broker.codes["outcome-unknown"] == 0 {
			t.Errorf("%d rows, %d first answers and 503s %v; want %d, at most %d, and some of the faults", len(stored), broker.fresh, broker.codes, 2*events, events)
		}
		t.Logf("%d deliveries: %d first answers, the others replayed; 503s before: %v", events*deliveries, broker.fresh, broker.codes)
	})
}

// broker delivers events until they are acknowledged.
type broker struct {
	t         *testing.T
	instances []*world

	mu    sync.Mutex
	fresh int            // acknowledged, and not replayed
	codes map[string]int // of answers 503
}

func (b *broker) deliver(delivery, event int) {
	for try, start := 0, time.Now(); time.Since(start) < 10*time.Minute; try++ {
		answer := b.instances[(delivery+try)%len(b.instances)].send(stormEvent(event))
		b.mu.Lock()
		if answer.Code == 204 && answer.Header().Get("Idempotency-Replayed") == "" {
			b.fresh++
		}
		if answer.Code == 503 {
			b.codes[problemOf(b.t, answer).Code]++
		}
		b.mu.Unlock()
		if answer.Code != 503 {
			checkAcknowledged(b.t, fmt.Sprint("delivery ", delivery), answer, answer.Header().Get("Idempotency-Replayed") == "true")
			return
		}
		seconds, err := strconv.Atoi(answer.Header().Get("Retry-After"))
		if err != nil {
			b.t.Errorf("POST /events = 503, Retry-After %q", answer.Header().Get("Retry-After"))
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
	b.t.Errorf("delivery %d is never acknowledged", delivery)
}

// stormEvent returns an event of two rows, in binary mode or as a message.
func stormEvent(n int) *http.Request {
	rows := fmt.Sprintf(`[{"id":%d},{"id":%d.5}]`, n, n)
	if n%2 == 0 {
		return pushedMessage(fmt.Sprint(n), rows)
	}
	return binaryEvent(fmt.Sprint(n), rows)
}
