package service

import (
	"context"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"example.com/sheets-function/service/table"
)

// The memory of one instance, which service.yaml gives 512 MiB, is divided so that all
// of these together, and as much again that the garbage collector has not freed yet,
// stay below 60 % of it: maxCacheBytes, maxHeldBytes, and one large sheet that is being
// read or sorted.
const (
	// maxHeldBytes bounds what responses hold while they are written. Callers that read
	// slowly hold the rows of a sheet also where it has changed since.
	maxHeldBytes = 48 << 20
	// maxSheetBytes is the largest sheet that is read: a million cells of a few
	// characters take about 30 MB.
	maxSheetBytes = 48 << 20
	// largeSheetBytes is the size from which sheets are read one at a time.
	largeSheetBytes = 4 << 20
)

// heldRows counts the memory of responses that are being written. Row sets that several
// of them share count once. It is safe for concurrent use.
type heldRows struct {
	mu   sync.Mutex
	used int
	sets map[*table.RowSet]int // how many responses hold it
}

func newHeldRows() *heldRows { return &heldRows{sets: map[*table.RowSet]int{}} }

// Hold counts the memory of rows until release is called, once, after they are written.
// The error is a [table.Error] with the code [table.Overloaded]: too many large
// responses are being written.
func (s *Service) Hold(rows table.Rows) (release func(), err error) {
	h, set := s.held, rows.Set()
	h.mu.Lock()
	defer h.mu.Unlock()
	more := rows.Memory()
	if h.sets[set] == 0 {
		more += set.Size()
	}
	if h.used > 0 && h.used+more > maxHeldBytes {
		return nil, &table.Error{
			Code:   table.Overloaded,
			Detail: "the responses of other requests take all the memory for responses", RetryAfter: time.Second,
		}
	}
	h.used += more
	h.sets[set]++
	return func() { h.release(set, rows.Memory()) }, nil
}

func (h *heldRows) release(set *table.RowSet, own int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used -= own
	if h.sets[set]--; h.sets[set] == 0 {
		delete(h.sets, set)
		h.used -= set.Size()
	}
}

// largeWork bounds the memory of what is read and selected at the same time: one large
// sheet that is read, or selections that together take no more than workBytes. It also
// bounds how many selections that take long are made at the same time, so that others do
// not wait for them.
type largeWork struct {
	*semaphore.Weighted
	slow *semaphore.Weighted
}

const (
	// workBytes is what sorting the rows of a sheet of largeSheetBytes takes, twice.
	workBytes = 12 << 20
	// smallWorkBytes is the memory of selections that are not counted.
	smallWorkBytes = 64 << 10
	// slowWork is the time from which a selection waits for others that take long, for at
	// most maxSlowWait.
	slowWork    = 20 * time.Millisecond
	maxSlowWait = 10 * time.Second
)

func newLargeWork() largeWork {
	processors := max(1, runtime.GOMAXPROCS(0)/2) // the others are for what does not take long
	return largeWork{semaphore.NewWeighted(workBytes), semaphore.NewWeighted(int64(processors))}
}

// read waits until nothing else is worked on. The caller has to release [workBytes].
func (w largeWork) read(ctx context.Context) error { return w.Acquire(ctx, workBytes) }

// rows selects rows of the set when there are a processor and memory for that.
func (w largeWork) rows(ctx context.Context, set *table.RowSet, q table.Query) (table.Rows, error) {
	if set.WorkTime(q) > slowWork {
		limited, cancel := context.WithTimeout(ctx, maxSlowWait)
		defer cancel()
		if err := w.slow.Acquire(limited, 1); err != nil {
			return table.Rows{}, &table.Error{
				Code:   table.Overloaded,
				Detail: "other requests compare their sheets with patterns or long lists of values", RetryAfter: maxSlowWait, Err: err,
			}
		}
		defer w.slow.Release(1)
	}
	if need := min(int64(set.WorkSize(q)), workBytes); need > smallWorkBytes {
		if err := w.Acquire(ctx, need); err != nil {
			return table.Rows{}, &table.Error{Code: table.Overloaded, Detail: "other large sheets are being searched and sorted", RetryAfter: time.Second, Err: err}
		}
		defer w.Release(need)
	}
	return set.Rows(q)
}
