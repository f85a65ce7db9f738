package service

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.com/sheets-function/service/table"
)

// callState is how far a call has come.
type callState int

const (
	callQueued callState = iota // another call for the same sheet waits for its slot
	callBooked                  // its slot is reserved
	callSent                    // the response may be from before a write that is made now
)

// call is a read in progress. Once its slot is reserved it continues even if all callers
// that wait for it leave.
type call struct {
	began     time.Time
	state     callState     // guarded by the cache's mutex, as is callers
	callers   int           // that wait for the call
	slot      slot          // set with callBooked
	done      chan struct{} // closed when what follows is set
	entry     *cacheEntry
	err       error // if not nil, there is no entry
	transient bool  // whether the read may succeed when it is repeated
}

// joinOrStartLocked returns the call for k, a new one if there is none.
func (r *readCache) joinOrStartLocked(ctx context.Context, k readKey) (*call, error) {
	if c, ok := r.calls[k]; ok {
		if err := beforeDeadline(ctx, c.slot); err != nil {
			return nil, err
		}
		c.callers++
		return c, nil
	}
	c := &call{began: time.Now(), done: make(chan struct{}), callers: 1}
	if !r.bookedLocked(k.title) {
		if err := r.bookLocked(ctx, k, c); err != nil {
			return nil, err
		}
	}
	r.calls[k] = c
	return c, nil
}

// bookedLocked reports whether a call for the sheet waits for its slot.
func (r *readCache) bookedLocked(title string) bool {
	for k, c := range r.calls {
		if c.state == callBooked && strings.EqualFold(k.title, title) {
			return true
		}
	}
	return false
}

// bookLocked reserves the call's slots and starts it. It returns an error at once if
// they are too late for the deadline of ctx.
func (r *readCache) bookLocked(ctx context.Context, k readKey, c *call) error {
	if !r.shared.IsZero() && time.Now().After(r.shared) {
		r.unshareLocked()
	}
	slots, err := reserveSlots(ctx, r.limiter, 1)
	if err != nil {
		return err
	}
	c.state, c.slot = callBooked, slots[0]
	go r.run(context.WithoutCancel(ctx), k, c)
	return nil
}

// run makes the call, up to maxTries times.
func (r *readCache) run(ctx context.Context, k readKey, c *call) {
	rows, requestedAt, err := r.loadAtSlot(ctx, k, c)
	for tries := 1; tries < maxTries && (err == errFormatsNeeded || r.isLimited(err)); tries++ {
		r.bookAgain(c)
		rows, requestedAt, err = r.loadAtSlot(ctx, k, c)
	}
	var invalid *table.Error
	switch {
	case errors.As(err, &invalid): // read, but the sheet breaks a rule
		c.entry = &cacheEntry{key: k, err: err, requestedAt: requestedAt}
	case err != nil:
		c.transient = isTransient(err)
		c.err = r.sheetError(ctx, "read sheet "+table.Quote(k.title), k.title, err)
	default:
		r.titles.add(k.title)
		c.entry = &cacheEntry{key: k, rows: rows, requestedAt: requestedAt}
	}
	r.finish(k, c)
}

// loadAtSlot makes one call to Google, when its slot has come.
func (r *readCache) loadAtSlot(ctx context.Context, k readKey, c *call) (rows *table.RowSet, requestedAt time.Time, err error) {
	ctx, cancel := context.WithDeadline(ctx, time.Time(c.slot).Add(readTimeout))
	defer cancel()
	if err = c.slot.wait(ctx); err == nil {
		err = r.all.Wait(ctx)
	}
	r.markSent(ctx, k.title, c)
	requestedAt = time.Now()
	if err == nil {
		rows, err = r.load(ctx, k)
	}
	return rows, requestedAt, err
}

// bookAgain reserves another slot for a call whose result is not enough.
func (r *readCache) bookAgain(c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slots, _ := reserveSlots(context.Background(), r.limiter, 1) // without a deadline no slot is too late
	c.state, c.slot = callBooked, slots[0]
}

// markSent notes that the call does not wait any more, and lets the oldest one that is
// queued for the sheet reserve its slot.
func (r *readCache) markSent(ctx context.Context, title string, c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.state = callSent
	var oldest readKey
	var next *call
	for k, queued := range r.calls {
		if queued.state == callQueued && strings.EqualFold(k.title, title) && (next == nil || queued.began.Before(next.began)) {
			oldest, next = k, queued
		}
	}
	if next != nil {
		// Without a deadline, no slot is too late. Callers whose deadline is earlier
		// leave.
		_ = r.bookLocked(context.WithoutCancel(ctx), oldest, next)
	}
}

// wait returns the call's result; if there is a stale entry, a transient error after
// staleWait.
func (r *readCache) wait(ctx context.Context, k readKey, c *call, hasStale bool) (e *cacheEntry, transient bool, err error) {
	if hasStale {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.began.Add(staleWait))
		defer cancel()
	}
	select {
	case <-c.done:
		return c.entry, c.transient, c.err
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c.callers--
	if c.state == callQueued {
		if c.callers == 0 && r.calls[k] == c {
			delete(r.calls, k)
		}
		return nil, true, errQueued
	}
	return nil, true, timedOut(ctx, "read sheet "+table.Quote(k.title))
}

// errQueued is for callers whose time ends before their call has a slot.
var errQueued = &table.Error{
	Code: table.RateLimited, Detail: "the calls to Google are rate limited, and many variants of this sheet are being read",
	Hint: "read the sheet with fewer different parameters at a time", RetryAfter: 10 * time.Second,
}

func timedOut(ctx context.Context, op string) error {
	return &table.Error{Code: table.Upstream, Detail: op + ": Google did not answer in time", Err: ctx.Err()}
}
