package auth

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// fetchTimeout bounds one fetch with all its tries, whoever waits for it.
	fetchTimeout = 10 * time.Second
	// maxRefreshPause bounds the growing pause between failed renewals.
	maxRefreshPause = 20 * time.Second
)

// entry is a value that may be used until it expires and should be renewed
// from when it is due. Neither time has a monotonic reading, so that a
// suspended machine does not take an expired value for a valid one.
type entry[V any] struct {
	value             V
	refreshAt, expiry time.Time
}

// cache keeps one entry, for tokens and for public keys alike. At most one
// fetch is under way at a time; it belongs to nobody, so that a caller that
// leaves does not end it for the others. Safe for concurrent use.
type cache[V any] struct {
	fetch func(context.Context) (entry[V], error)
	op    string // for the error of a caller that leaves
	// interval is the shortest time between the starts of two fetches: a server
	// that hands out what is nearly expired, or nothing, is not asked again by
	// every request.
	interval time.Duration

	mu         sync.Mutex
	current    *entry[V]
	err        error     // of the last fetch; nil after a success
	started    time.Time // of the last fetch
	ended      time.Time // of the last fetch that has ended
	inFlight   *call[V]  // the fetch under way, or nil
	refreshing bool      // a renewal loop is running
}

// call is one fetch. Its fields are read after done is closed.
type call[V any] struct {
	done  chan struct{}
	entry *entry[V]
	err   error
}

// get returns a valid entry. While there is one it never waits and never
// fails; else it waits for the fetch under way, or starts one, until ctx ends.
func (c *cache[V]) get(ctx context.Context) (*entry[V], error) {
	c.mu.Lock()
	now := time.Now()
	if c.valid(now) {
		defer c.mu.Unlock()
		if c.refreshDue(now) && !c.refreshing {
			c.refreshing = true
			go c.refresh()
		}
		return c.current, nil
	}
	if c.inFlight == nil && c.err != nil && now.Sub(c.ended) < c.interval {
		defer c.mu.Unlock()
		return nil, c.err
	}
	// A platform that gives a process no CPU between requests freezes fetches:
	// one that is overdue only tells of that, and is tried once more.
	frozen := c.inFlight != nil && now.Round(0).Sub(c.started.Round(0)) > fetchTimeout
	f := c.start(now)
	c.mu.Unlock()
	cached, err := c.wait(ctx, f)
	if err == nil || !frozen || ctx.Err() != nil {
		return cached, err
	}
	c.mu.Lock()
	f = c.start(time.Now())
	c.mu.Unlock()
	return c.wait(ctx, f)
}

// invalidate drops bad, which proved useless before its expiry, and returns an
// entry fetched after it; nil if bad itself was fetched within the interval.
func (c *cache[V]) invalidate(ctx context.Context, bad *entry[V]) (*entry[V], error) {
	return c.fetchNewer(ctx, bad, true)
}

// refetch returns an entry fetched after old; nil if old itself was fetched
// within the interval. Until then get returns old.
func (c *cache[V]) refetch(ctx context.Context, old *entry[V]) (*entry[V], error) {
	return c.fetchNewer(ctx, old, false)
}

func (c *cache[V]) fetchNewer(ctx context.Context, old *entry[V], drop bool) (*entry[V], error) {
	c.mu.Lock()
	now := time.Now()
	if c.current != nil && c.current != old {
		defer c.mu.Unlock()
		return c.current, nil
	}
	if c.inFlight == nil && now.Sub(c.started) < c.interval {
		c.mu.Unlock()
		return nil, nil
	}
	if drop {
		c.current = nil
	}
	f := c.start(now)
	c.mu.Unlock()
	return c.wait(ctx, f)
}

func (c *cache[V]) wait(ctx context.Context, f *call[V]) (*entry[V], error) {
	select {
	case <-f.done:
		return f.entry, f.err
	case <-ctx.Done():
		return nil, &Error{Op: c.op, Err: context.Cause(ctx)}
	}
}

// warm starts the first fetch without waiting for it, and reports why nothing
// is held: nil while the first fetch is under way or an entry is valid.
func (c *cache[V]) warm() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.valid(now) {
		return nil
	}
	err := c.err
	if c.inFlight == nil && now.Sub(c.started) >= c.interval {
		c.start(now)
	}
	return err
}

// state returns the entry at hand, which may have expired or be nil, and the
// error of the last fetch.
func (c *cache[V]) state() (*entry[V], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current, c.err
}

func (c *cache[V]) valid(now time.Time) bool {
	return c.current != nil && now.Round(0).Before(c.current.expiry)
}

func (c *cache[V]) refreshDue(now time.Time) bool {
	return c.current != nil && !now.Round(0).Before(c.current.refreshAt)
}

// start returns the fetch under way, or starts one. The caller holds mu.
func (c *cache[V]) start(now time.Time) *call[V] {
	if c.inFlight != nil {
		return c.inFlight
	}
	f := &call[V]{done: make(chan struct{})}
	pause := max(0, c.interval-now.Sub(c.started))
	c.inFlight, c.started = f, now.Add(pause)
	go func() {
		time.Sleep(pause)
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		fetched, err := c.fetch(ctx)
		if f.err = err; err == nil {
			f.entry = &fetched
		}
		c.finish(f)
	}()
	return f
}

func (c *cache[V]) finish(f *call[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = time.Now()
	if c.inFlight, c.err = nil, f.err; f.err == nil {
		c.current = f.entry
	}
	close(f.done)
}

// refresh fetches until the entry is no longer due or has expired, with growing
// pauses in between. Requests go on with the entry at hand meanwhile.
func (c *cache[V]) refresh() {
	for pause := c.interval; ; pause = min(2*pause, maxRefreshPause) {
		c.mu.Lock()
		now := time.Now()
		if !c.refreshDue(now) || !c.valid(now) {
			c.refreshing = false
			c.mu.Unlock()
			return
		}
		f := c.start(now)
		c.mu.Unlock()
		if <-f.done; f.err != nil || !time.Now().Before(f.entry.refreshAt) {
			time.Sleep(pause + rand.N(pause/2))
		}
	}
}
