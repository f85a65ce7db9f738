package auth

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// fetchTimeout bounds one fetch with all its attempts, whatever the deadlines
	// of the callers that wait for it.
	fetchTimeout = 10 * time.Second
	// maxRefreshPause bounds the growing pause between failed refreshes.
	maxRefreshPause = 20 * time.Second
	// refreshLogInterval is the shortest time between two log lines about a refresh that
	// keeps failing.
	refreshLogInterval = 5 * time.Minute
)

// entry is a value that is valid until expiry and is refreshed in the background
// from refreshAt on. Neither time has a monotonic reading, which stops while a
// machine is suspended: the value would look valid for too long.
type entry[V any] struct {
	value             V
	refreshAt, expiry time.Time
}

// cache holds one entry: a token, an e-mail address or a key set. At most one
// fetch is in flight at a time. It runs in a goroutine of its own, so that the
// callers that wait for it can give up without ending it for the others. A cache
// is safe for concurrent use.
type cache[V any] struct {
	fetch func(context.Context) (entry[V], error)
	op    string // of the error when a caller's context ends
	// interval is the shortest time between the starts of two fetches. Without it
	// every request would fetch while the server returns errors or values that
	// are about to expire.
	interval time.Duration
	// logger returns where failing refreshes are logged; nil, or where it returns nil,
	// it is slog.Default.
	logger func() *slog.Logger

	mu         sync.Mutex
	current    *entry[V]
	err        error     // of the last fetch; nil after a success
	started    time.Time // start of the last fetch
	ended      time.Time // end of the last fetch that has ended
	inFlight   *call[V]  // nil if there is none
	refreshing bool      // refresh is running
}

// call is one fetch. Its fields are read after done is closed.
type call[V any] struct {
	done  chan struct{}
	entry *entry[V]
	err   error
}

// get returns a valid entry. If one is cached it returns at once, without an
// error; else it waits for the fetch in flight, or starts one, until ctx ends.
// For an interval after a failed fetch it returns that fetch's error.
func (c *cache[V]) get(ctx context.Context) (*entry[V], error) {
	c.mu.Lock()
	now := time.Now()
	if c.validLocked(now) {
		defer c.mu.Unlock()
		if c.refreshDueLocked(now) && !c.refreshing {
			c.refreshing = true
			go c.refresh()
		}
		return c.current, nil
	}
	if c.inFlight == nil && c.err != nil && now.Sub(c.ended) < c.interval {
		defer c.mu.Unlock()
		return nil, c.err
	}
	// Cloud Run may give a process no CPU between requests, so that a fetch stops
	// halfway and exceeds its timeout. That is not a failure of the server, so it is
	// fetched once more.
	frozen := c.inFlight != nil && now.Round(0).Sub(c.started.Round(0)) > fetchTimeout
	f := c.startLocked(now)
	c.mu.Unlock()
	cached, err := c.wait(ctx, f)
	if err == nil || !frozen || ctx.Err() != nil {
		return cached, err
	}
	c.mu.Lock()
	f = c.startLocked(time.Now())
	c.mu.Unlock()
	return c.wait(ctx, f)
}

// invalidate drops bad, which was refused before its expiry, and returns an
// entry fetched after it; nil if bad itself was fetched within the interval.
func (c *cache[V]) invalidate(ctx context.Context, bad *entry[V]) (*entry[V], error) {
	return c.fetchNewer(ctx, bad, true)
}

// refetch returns an entry fetched after old; nil if old itself was fetched
// within the interval. Until then get returns old.
func (c *cache[V]) refetch(ctx context.Context, old *entry[V]) (*entry[V], error) {
	return c.fetchNewer(ctx, old, false)
}

// fetchNewer waits until ctx ends. Another entry than old in the cache is newer.
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
	f := c.startLocked(now)
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

// warm starts a fetch if no entry is valid, and does not wait for it. It returns
// nil if an entry is valid or the last fetch did not fail, else that fetch's error.
func (c *cache[V]) warm() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.validLocked(now) {
		return nil
	}
	err := c.err
	if c.inFlight == nil && now.Sub(c.started) >= c.interval {
		c.startLocked(now)
	}
	return err
}

// state returns the cached entry, which is nil before the first fetch and may
// have expired, and the error of the last fetch.
func (c *cache[V]) state() (*entry[V], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current, c.err
}

func (c *cache[V]) validLocked(now time.Time) bool {
	return c.current != nil && now.Round(0).Before(c.current.expiry)
}

func (c *cache[V]) refreshDueLocked(now time.Time) bool {
	return c.current != nil && !now.Round(0).Before(c.current.refreshAt)
}

// startLocked returns the fetch in flight, or starts one, not before the
// interval since the last one is over. c.mu must be held.
func (c *cache[V]) startLocked(now time.Time) *call[V] {
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

// refresh fetches, with growing pauses, until the entry is not due for a refresh,
// or has expired. Meanwhile get returns the entry.
func (c *cache[V]) refresh() {
	var logged time.Time
	for pause := c.interval; ; pause = min(2*pause, maxRefreshPause) {
		c.mu.Lock()
		now := time.Now()
		if !c.refreshDueLocked(now) || !c.validLocked(now) {
			c.refreshing = false
			c.mu.Unlock()
			return
		}
		f, expiry := c.startLocked(now), c.current.expiry
		c.mu.Unlock()
		<-f.done
		if f.err != nil && time.Since(logged) >= refreshLogInterval {
			logged = time.Now()
			c.log().Warn("renewal fails, so that what was fetched before is used", "error", f.err, "until", expiry)
		}
		if f.err != nil || !time.Now().Before(f.entry.refreshAt) {
			time.Sleep(pause + rand.N(pause/2))
		}
	}
}

func (c *cache[V]) log() *slog.Logger {
	if c.logger != nil {
		if l := c.logger(); l != nil {
			return l
		}
	}
	return slog.Default()
}
