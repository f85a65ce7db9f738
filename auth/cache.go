package auth

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// fetchBudget bounds one fetch with all its tries, whoever waits for it.
	fetchBudget = 10 * time.Second
	// renewPauseMax bounds the growing pause between failed renewals.
	renewPauseMax = 20 * time.Second
)

// lease is a value that may be used until it expires and should be renewed
// from when it is due. Neither time has a monotonic reading, so that a
// suspended machine does not take an expired value for a valid one.
type lease[V any] struct {
	value       V
	due, expiry time.Time
}

// cache keeps one lease, for tokens and for public keys alike. At most one
// fetch is under way at a time; it belongs to nobody, so that a caller that
// leaves does not end it for the others. Safe for concurrent use.
type cache[V any] struct {
	fetch func(context.Context) (lease[V], error)
	op    string // for the error of a caller that leaves
	// pause is the shortest time between the starts of two fetches: a server
	// that hands out what is nearly expired, or nothing, is not asked again by
	// every request.
	pause time.Duration

	mu       sync.Mutex
	held     *lease[V]
	err      error      // of the last fetch; nil after a success
	started  time.Time  // of the last fetch
	ended    time.Time  // of the last fetch that has ended
	flight   *flight[V] // the fetch under way, or nil
	renewing bool       // a renewal loop is running
}

// flight is one fetch. Its fields are read after done is closed.
type flight[V any] struct {
	done  chan struct{}
	lease *lease[V]
	err   error
}

// get returns a valid lease. While there is one it never waits and never
// fails; else it waits for the fetch under way, or starts one, until ctx ends.
func (c *cache[V]) get(ctx context.Context) (*lease[V], error) {
	c.mu.Lock()
	now := time.Now()
	if c.valid(now) {
		defer c.mu.Unlock()
		if c.due(now) && !c.renewing {
			c.renewing = true
			go c.renew()
		}
		return c.held, nil
	}
	if c.flight == nil && c.err != nil && now.Sub(c.ended) < c.pause {
		defer c.mu.Unlock()
		return nil, c.err
	}
	// A platform that gives a process no CPU between requests freezes fetches:
	// one that is overdue only tells of that, and is tried once more.
	frozen := c.flight != nil && now.Round(0).Sub(c.started.Round(0)) > fetchBudget
	f := c.start(now)
	c.mu.Unlock()
	held, err := c.wait(ctx, f)
	if err == nil || !frozen || ctx.Err() != nil {
		return held, err
	}
	c.mu.Lock()
	f = c.start(time.Now())
	c.mu.Unlock()
	return c.wait(ctx, f)
}

// replace returns a lease other than bad, which proved useless before its
// time; nil where none can be had, because bad has only just been fetched. With
// drop nobody is given bad again.
func (c *cache[V]) replace(ctx context.Context, bad *lease[V], drop bool) (*lease[V], error) {
	c.mu.Lock()
	now := time.Now()
	if c.held != nil && c.held != bad {
		defer c.mu.Unlock()
		return c.held, nil
	}
	if c.flight == nil && now.Sub(c.started) < c.pause {
		c.mu.Unlock()
		return nil, nil
	}
	if drop {
		c.held = nil
	}
	f := c.start(now)
	c.mu.Unlock()
	return c.wait(ctx, f)
}

func (c *cache[V]) wait(ctx context.Context, f *flight[V]) (*lease[V], error) {
	select {
	case <-f.done:
		return f.lease, f.err
	case <-ctx.Done():
		return nil, &Error{Op: c.op, Err: context.Cause(ctx)}
	}
}

// warm starts the first fetch without waiting for it, and reports why nothing
// is held: nil while the first fetch is under way or a lease is valid.
func (c *cache[V]) warm() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.valid(now) {
		return nil
	}
	err := c.err
	if c.flight == nil && now.Sub(c.started) >= c.pause {
		c.start(now)
	}
	return err
}

// state returns the lease at hand, which may have expired or be nil, and the
// error of the last fetch.
func (c *cache[V]) state() (*lease[V], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held, c.err
}

func (c *cache[V]) valid(now time.Time) bool {
	return c.held != nil && now.Round(0).Before(c.held.expiry)
}

func (c *cache[V]) due(now time.Time) bool {
	return c.held != nil && !now.Round(0).Before(c.held.due)
}

// start returns the fetch under way, or starts one. The caller holds mu.
func (c *cache[V]) start(now time.Time) *flight[V] {
	if c.flight != nil {
		return c.flight
	}
	f := &flight[V]{done: make(chan struct{})}
	pause := max(0, c.pause-now.Sub(c.started))
	c.flight, c.started = f, now.Add(pause)
	go func() {
		time.Sleep(pause)
		ctx, cancel := context.WithTimeout(context.Background(), fetchBudget)
		defer cancel()
		fetched, err := c.fetch(ctx)
		if f.err = err; err == nil {
			f.lease = &fetched
		}
		c.land(f)
	}()
	return f
}

func (c *cache[V]) land(f *flight[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = time.Now()
	if c.flight, c.err = nil, f.err; f.err == nil {
		c.held = f.lease
	}
	close(f.done)
}

// renew fetches until the lease is no longer due or has expired, with growing
// pauses in between. Requests go on with the lease at hand meanwhile.
func (c *cache[V]) renew() {
	for pause := c.pause; ; pause = min(2*pause, renewPauseMax) {
		c.mu.Lock()
		now := time.Now()
		if !c.due(now) || !c.valid(now) {
			c.renewing = false
			c.mu.Unlock()
			return
		}
		f := c.start(now)
		c.mu.Unlock()
		if <-f.done; f.err != nil || !time.Now().Before(f.lease.due) {
			time.Sleep(pause + rand.N(pause/2))
		}
	}
}
