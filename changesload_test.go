package function

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// TestChangesUnderFaults lets many callers change rows of one sheet, each the
// row that is its own, while answers are lost and calls fail. What each was told
// has to be what the sheet holds in the end, whatever the others deleted above.
func TestChangesUnderFaults(t *testing.T) {
	const callers, steps = 30, 12
	for _, tt := range []struct {
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
	} {
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
					c := &changer{t: t, world: worlds[n%len(worlds)], id: n, random: rand.New(rand.NewPCG(7, uint64(n)))}
					wg.Go(func() {
						for range steps {
							c.step()
						}
						want[n] = c.row
					})
				}
				wg.Wait()
				got := first.rowsOf("Load")
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

// changer is a caller that changes its own row.
type changer struct {
	*world
	t      *testing.T
	id, v  int
	row    string // as it should be; "" is not there
	random *rand.Rand
}

func (c *changer) step() {
	c.v++
	own := fmt.Sprintf("?where=id:%d", c.id)
	row := fmt.Sprintf(`{"id":%d,"v":%d}`, c.id, c.v)
	switch kind := c.random.IntN(4); {
	case c.row == "" && kind == 0:
		c.send("POST", "", row, `"appended":1`)
	case c.row == "" || kind == 1:
		c.send("PUT", "?key=id", row, `"replaced"`)
	case kind == 2:
		c.send("DELETE", own, "", `"deleted":1`)
		row = ""
	default:
		c.send("PATCH", own, fmt.Sprintf(`{"v":%d}`, c.v), `"updated":1`)
	}
	c.row = row
}

// send comes back with the same key until the outcome is certain. A conflict is
// stored too: another instance may have written since, so that it cannot be told
// whether the neighbours are those that were found.
func (c *changer) send(method, query, body, want string) {
	for range 50 {
		r := httptest.NewRequest(method, "/sheets/Load"+query, strings.NewReader(body))
		r.Header.Set("Idempotency-Key", fmt.Sprintf("%d %d", c.id, c.v))
		answer := httptest.NewRecorder()
		c.ServeHTTP(answer, r)
		switch {
		case answer.Code == 409, answer.Code < 300 && strings.Contains(flat(answer), want):
			return
		case answer.Code < 500:
			c.t.Errorf("%s %s %s = %d %s, want %s", method, query, body, answer.Code, flat(answer), want)
			return
		}
		time.Sleep(time.Second)
	}
	c.t.Errorf("%s %s: no answer that is certain", method, query)
}
