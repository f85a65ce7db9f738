package service

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/googleapi"

	"example.com/sheets-function/service/table"
)

const (
	// maxStale is the age up to which an entry is served while Google fails.
	maxStale = 5 * time.Minute
	// staleWait is how long a caller waits for a call before it gets a stale entry.
	staleWait = 5 * time.Second
	// readTimeout bounds a call to Google. It is less than a request's 55 s, so that
	// all who wait for the call still get an error in time.
	readTimeout = 50 * time.Second
	// sharedTime is how long other instances are taken to write after they did. It is longer
	// than the quota can keep an instance from seeing them.
	sharedTime = 2 * time.Minute
	// sharedPart of the limit for one instance is what reads of rows get of all instances
	// that write: turns leave a fifth of the quota, of which instances that come need some.
	sharedPart = 1. / 6
	// maxTries is how often a sheet is read for one call: again where the first answer is not
	// enough, or where others have used up the quota.
	maxTries = 4
)

// readKey identifies what is read: a sheet below its header row in one rendering.
type readKey struct {
	title  string
	header int // from 1
	render table.Render
}

// readCache reads sheets with few calls to Google. Callers that read the same sheet
// at the same time share a call; its result is served for ttl, and longer while
// Google fails. It is safe for concurrent use.
//
// It is not built on singleflight, because a call may have to wait a minute for its
// rate limiter's slot. A caller whose deadline is before the slot is refused at once
// instead of joining the call, and one that has a stale entry waits for staleWait only.
//
// A write drops entries, and detaches the calls that were sent to Google before it:
// their results are neither stored nor served to those who come later. A call that has
// not been sent yet stays, because it will see the write. Of the calls for one sheet
// only one at a time waits for a slot, so that neither writes nor the variants of a
// request use up the slots of other sheets.
type readCache struct {
	load       func(context.Context, readKey) (*table.RowSet, error)
	sheetError func(ctx context.Context, op, title string, err error) error
	titles     *sheetTitles
	limiter    *rate.Limiter // of reads of rows
	all        *rate.Limiter // of all reads
	alone      rate.Limit    // of limiter, while one instance uses the quota
	burst      int           // likewise
	ttl        time.Duration
	log        *slog.Logger

	mu      sync.Mutex // guards what follows, and the states of calls
	shared  time.Time  // until when other instances write
	entries *lru
	calls   map[readKey]*call
}

func newReadCache(s *Service, limiter *rate.Limiter, ttl time.Duration, log *slog.Logger) *readCache {
	return &readCache{
		load: s.readSheet, sheetError: s.sheetError, titles: s.titles, limiter: limiter, all: s.readLimiter,
		alone: limiter.Limit(), burst: limiter.Burst(), ttl: ttl, log: log,
		entries: newLRU(maxCacheBytes), calls: map[readKey]*call{},
	}
}

// read returns the entry for k: a fresh one, one that was just read, or while Google
// fails a stale one. With noCache it returns only what was just read. The result
// cached reports whether the entry was in the cache already.
func (r *readCache) read(ctx context.Context, k readKey, noCache bool) (e *cacheEntry, cached bool, err error) {
	r.mu.Lock()
	e = r.entries.find(k)
	if noCache {
		e = nil
	}
	if e != nil && time.Now().Before(e.freshUntil) {
		r.mu.Unlock()
		return e, true, nil
	}
	r.mu.Unlock()
	loaded, transient, err := r.refresh(ctx, k, e != nil)
	if err == nil {
		return loaded, false, nil
	}
	if e != nil && transient && time.Since(e.requestedAt) <= maxStale {
		return e, true, nil
	}
	return nil, false, err
}

// refresh returns what Google has now. If there is a stale entry, it returns a
// transient error after staleWait.
func (r *readCache) refresh(ctx context.Context, k readKey, hasStale bool) (e *cacheEntry, transient bool, err error) {
	if err := r.titles.check(ctx, k.title); err != nil {
		missing, ok := errors.AsType[*table.Error](err)
		return nil, !ok || missing.Code != table.SheetNotFound, err
	}
	r.mu.Lock()
	c, err := r.joinOrStartLocked(ctx, k)
	// While others write the slot may be far off: what is cached is served at once.
	late := err == nil && hasStale && !r.shared.IsZero() && time.Until(time.Time(c.slot)) > staleWait
	if late {
		c.callers--
	}
	r.mu.Unlock()
	switch {
	case late:
		return nil, true, errQueued
	case err != nil: // where the rate limiter refuses a call, Google would too
		return nil, true, err
	}
	return r.wait(ctx, k, c, hasStale)
}

// share leaves the quota of reads to the batches of n instances that write, except for some
// calls, of which this one takes its part. It holds for sharedTime, or until the next call.
func (r *readCache) share(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n < 2 {
		r.unshareLocked()
		return
	}
	first := r.shared.IsZero()
	r.shared = time.Now().Add(sharedTime)
	r.limiter.SetBurst(1)
	r.limiter.SetLimit(r.alone * sharedPart / rate.Limit(n))
	if first {
		r.limiter.Allow() // what was left of the burst is used up by instances that start together
	}
}

func (r *readCache) unshareLocked() {
	r.shared = time.Time{}
	r.limiter.SetBurst(r.burst)
	r.limiter.SetLimit(r.alone)
}

// finish stores the call's result, unless drop has detached the call.
func (r *readCache) finish(k readKey, c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(c.done)
	if r.calls[k] != c {
		return
	}
	delete(r.calls, k)
	now := time.Now()
	old := r.entries.find(k)
	switch {
	case c.err == nil:
		c.entry.freshUntil = now.Add(r.ttl)
		r.entries.add(c.entry)
	case !c.transient: // the next transient error must not serve what is refused now
		r.entries.remove(k)
	case old != nil: // no call for another ttl while Google fails
		old.freshUntil = now.Add(min(r.ttl, old.requestedAt.Add(maxStale).Sub(now)))
		r.log.Warn("rows are served from memory: "+c.err.Error(), "sheet", k.title, "age", now.Sub(old.requestedAt).String())
	}
}

// drop removes the sheet's entries because this process has written to it. Calls that
// were sent to Google may have read it before: they are detached.
func (r *readCache) drop(title string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries.removeSheet(title)
	for k, c := range r.calls {
		if c.state == callSent && strings.EqualFold(k.title, title) {
			delete(r.calls, k)
		}
	}
}

// isLimited reports whether Google refused a call because others have used up the quota,
// so that their callers wait for another slot.
func (r *readCache) isLimited(err error) bool {
	if answer, ok := errors.AsType[*googleapi.Error](err); !ok || answer.Code != http.StatusTooManyRequests {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.shared.IsZero()
}

// isTransient reports whether Google failed to answer a call, rather than refused it.
func isTransient(err error) bool {
	answer, ok := errors.AsType[*googleapi.Error](err)
	return !ok || answer.Code == http.StatusTooManyRequests || answer.Code >= http.StatusInternalServerError
}
