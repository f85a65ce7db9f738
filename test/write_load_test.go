package test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// This test needs POST, PATCH and DELETE of /sheets/{title}.

// TestWritesUnderFaults lets many callers change rows of one sheet, each its own
// row, while answers are lost and calls fail. In the end the sheet must hold what
// each was answered, whatever the others deleted above.
func TestWritesUnderFaults(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	const callers, steps = 30, 12
	tests := []struct {
		name      string
		instances int
		fault     emulator.Fault
	}{
		{"none", 1, emulator.Fault{Times: 1, Delay: time.Millisecond}},
		{"answers lost after storing", 1, emulator.Fault{Times: 20, Drop: emulator.DropAfter}},
		{"answers cut", 1, emulator.Fault{Times: 20, Drop: emulator.DropMiddle}},
		{"dropped before storing", 1, emulator.Fault{Times: 20, Drop: emulator.DropBefore}},
		{"503", 1, emulator.Fault{Times: 20, Status: 503}},
		{"two instances, answers lost", 2, emulator.Fault{Times: 20, Drop: emulator.DropAfter}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := newWorld(t, withSheets(emulator.Sheet{Title: "Load", Values: [][]any{{"id", "v", "sum"}}}))
				worlds := []*world{first}
				for len(worlds) < tt.instances {
					worlds = append(worlds, first.another(t))
				}
				tt.fault.Call = batchCall
				first.google.Inject(tt.fault)
				want := make([]string, callers)
				var wg sync.WaitGroup
				for n := range callers {
					c := &rowWriter{t: t, world: worlds[n%len(worlds)], id: n, random: rand.New(rand.NewPCG(7, uint64(n)))}
					wg.Go(func() {
						for range steps {
							c.step()
						}
						want[n] = c.row
					})
				}
				wg.Wait()
				got := first.rows("Load")
				rows := 0
				for n, row := range want {
					if row != "" {
						rows++
					}
					if row != "" && !strings.Contains(got, row) || row == "" && strings.Contains(got, fmt.Sprintf(`{"id":%d,`, n)) {
						t.Errorf("row %d: want %q", n, row)
					}
				}
				if n := strings.Count(got, `"id"`); n != rows {
					t.Errorf("%d rows, want %d: %s", n, rows, got)
				}
			})
		})
	}
}

// rowWriter is a caller that writes its own row.
type rowWriter struct {
	*world
	t      *testing.T
	id, v  int
	row    string // as it should be; "" is no row
	random *rand.Rand
}

func (c *rowWriter) step() {
	c.v++
	own := fmt.Sprintf("?id=eq.%d", c.id)
	row := fmt.Sprintf(`{"id":%d,"v":%d}`, c.id, c.v)
	switch kind := c.random.IntN(4); {
	case c.row == "" && kind == 0:
		c.write("POST", "", row, `"appended":1`)
	case c.row == "" || kind == 1:
		c.write("POST", "?on_conflict=id", row, `"updated"`)
	case kind == 2:
		c.write("DELETE", own, "", `"deleted":1`)
		row = ""
	default:
		c.write("PATCH", own, fmt.Sprintf(`{"v":%d}`, c.v), `"updated":1`)
	}
	c.row = row
}

// write repeats the request with the same key until the outcome is certain. A
// conflict is stored too: another instance may have written since, so that the
// function cannot say whether the rows beside it are those that were found.
func (c *rowWriter) write(method, query, body, want string) {
	for range 50 {
		answer := c.do(method, "/sheets/Load"+query, body, "Prefer", mergeOn(query), "Idempotency-Key", fmt.Sprintf("%d %d", c.id, c.v))
		switch {
		case answer.Code == 409, answer.Code < 300 && strings.Contains(compact(answer), want):
			return
		case answer.Code < 500:
			c.t.Errorf("%s %s %s = %d %s, want %s", method, query, body, answer.Code, compact(answer), want)
			return
		}
		time.Sleep(time.Second)
	}
	c.t.Errorf("%s %s: no answer that is certain", method, query)
}
