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
	// fetchPause is the shortest time between the starts of two fetches: a
	// metadata server that hands out a nearly expired token, or none, is not
	// asked again by every request.
	fetchPause = 3 * time.Second
	// renewEarly is how long before expiry a token is renewed, at most. The
	// metadata server itself renews 4 to 5 minutes before; asked earlier it
	// returns the same token.
	renewEarly = 225 * time.Second
	// renewPauseMax bounds the growing pause between failed renewals.
	renewPauseMax = time.Minute
	// expirySkew is how long before its expiry a token is no longer sent, so
	// that it does not expire on the way.
	expirySkew = 5 * time.Second
)

// cache keeps one token. At most one fetch is under way at a time; it belongs
// to nobody, so that a caller that leaves does not end it for the others.
// Safe for concurrent use.
type cache struct {
	fetch func(context.Context) (Token, error)

	mu      sync.Mutex
	token   Token
	life    time.Duration // of token, when it was fetched
	err     error         // of the last fetch; nil after a success
	started time.Time     // of the last fetch
	flight  *flight       // the fetch under way, or nil
	renewer bool          // a renewal loop is running
}

// flight is one fetch. Its fields are read after done is closed.
type flight struct {
	done  chan struct{}
	token Token
	err   error
}

// get returns a valid token. While there is one it never waits and never
// fails; else it waits for the fetch under way, or starts one, until ctx ends.
func (c *cache) get(ctx context.Context) (Token, error) {
	c.mu.Lock()
	now := time.Now()
	if c.valid(now) {
		defer c.mu.Unlock()
		if c.due(now) && !c.renewer {
			c.renewer = true
			go c.renew()
		}
		return c.token, nil
	}
	if c.flight == nil && c.err != nil && now.Sub(c.started) < fetchPause {
		defer c.mu.Unlock()
		return Token{}, c.err
	}
	f := c.start(now)
	c.mu.Unlock()

	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return Token{}, &Error{Doing: "wait for an access token", Err: context.Cause(ctx)}
	}
}

// warm starts the first fetch without waiting for it, and reports why there is
// no token: nil while the first fetch is under way or a token is valid.
func (c *cache) warm() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.valid(now) {
		return nil
	}
	err := c.err
	if c.flight == nil && now.Sub(c.started) >= fetchPause {
		c.start(now)
	}
	return err
}

// state returns the current token, which may have expired or be none, and the
// error of the last fetch.
func (c *cache) state() (Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token, c.err
}

func (c *cache) valid(now time.Time) bool {
	return !c.token.isZero() && now.Round(0).Before(c.token.Expiry.Add(-min(expirySkew, c.life/10)))
}

// due reports whether the token nears its expiry. A quarter of its lifetime is
// the bound for short-lived ones, which would be due from the start otherwise.
func (c *cache) due(now time.Time) bool {
	return !now.Round(0).Before(c.token.Expiry.Add(-min(renewEarly, c.life/4)))
}

// start returns the fetch under way, or starts one. The caller holds mu.
func (c *cache) start(now time.Time) *flight {
	if c.flight != nil {
		return c.flight
	}
	f := &flight{done: make(chan struct{})}
	pause := fetchPause - now.Sub(c.started)
	c.flight, c.started = f, now.Add(max(pause, 0))
	go func() {
		time.Sleep(pause)
		ctx, cancel := context.WithTimeout(context.Background(), fetchBudget)
		defer cancel()
		f.token, f.err = c.fetch(ctx)
		c.land(f)
	}()
	return f
}

func (c *cache) land(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flight, c.err = nil, f.err
	// A token that expires before the one at hand is no gain: the metadata
	// server's replicas do not agree on what they keep.
	if f.err == nil && (c.token.isZero() || !f.token.Expiry.Before(c.token.Expiry)) {
		c.token, c.life = f.token, time.Until(f.token.Expiry)
	}
	close(f.done)
}

// renew fetches until the token is no longer due or has expired, with growing
// pauses in between. Requests go on with the token at hand meanwhile.
func (c *cache) renew() {
	for pause := fetchPause; ; pause = min(2*pause, renewPauseMax) {
		c.mu.Lock()
		now := time.Now()
		if !c.due(now) || !c.valid(now) {
			c.renewer = false
			c.mu.Unlock()
			return
		}
		f := c.start(now)
		c.mu.Unlock()
		if <-f.done; f.err != nil || c.stillDue() {
			time.Sleep(pause + rand.N(pause/2))
		}
	}
}

func (c *cache) stillDue() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.due(time.Now())
}
