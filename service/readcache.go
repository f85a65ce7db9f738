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
	// maxAge is how old a copy may be that is served because Google fails.
	maxAge = 5 * time.Minute
	// patience is how long a reader waits for Google who could have a copy.
	patience = 5 * time.Second
	// readBudget bounds a read once it is sent: less than a request's 55 s, so
	// that whoever waits is told.
	readBudget = 50 * time.Second
)

// readKey names one read: a sheet below its header row in one rendering.
type readKey struct {
	title  string
	header int // from 1
	as     table.Values
}

// calls is how many calls the read takes: readSheet.
func (k readKey) calls() int {
	if k.as == table.Typed {
		return 1
	}
	return 2
}

// reads answers many readers with few calls. Reads of the same sheet collapse
// into one that is under way; what it found is kept and served for ttl, and
// beyond that while Google fails. It is safe for concurrent use.
type reads struct {
	load    func(context.Context, readKey, []turn) (*table.Listing, error)
	explain func(ctx context.Context, doing, title string, err error) error
	pace    *rate.Limiter
	ttl     time.Duration
	log     *slog.Logger

	mu      sync.Mutex // guards what follows
	copies  *copies
	flights map[readKey]*flight
}

func newReads(s *Service, pace *rate.Limiter, ttl time.Duration, log *slog.Logger) *reads {
	return &reads{
		load: s.readSheet, explain: s.explain, pace: pace, ttl: ttl, log: log,
		copies: newCopies(maxCopies), flights: map[readKey]*flight{},
	}
}

// flight is a read under way. It belongs to no caller: it ends when Google has
// answered, whoever has left.
type flight struct {
	began  time.Time
	turn   turn // of its last call
	done   chan struct{}
	found  *sheetCopy // when done
	err    error      // when done, instead
	passes bool       // the error may be gone soon
}

// read returns a copy that is fresh, was just read, or is the best there is
// while Google fails; kept tells that it came from memory. With anew Google is
// asked, or was already, and no copy from memory is good enough.
func (r *reads) read(ctx context.Context, k readKey, anew bool) (c *sheetCopy, kept bool, err error) {
	r.mu.Lock()
	c = r.copies.find(k)
	if anew {
		c = nil
	}
	if c != nil && time.Now().Before(c.goodUntil) {
		r.mu.Unlock()
		return c, true, nil
	}
	f, err := r.join(ctx, k)
	r.mu.Unlock()

	passes := true // a call that the pace refuses is one that Google would refuse
	if err == nil {
		var found *sheetCopy
		if found, passes, err = f.wait(ctx, k, c != nil); err == nil {
			return found, false, nil
		}
	}
	if c != nil && passes && time.Since(c.asked) <= maxAge {
		return c, true, nil
	}
	return nil, false, err
}

// join returns the flight for this read, a new one if there is none.
func (r *reads) join(ctx context.Context, k readKey) (*flight, error) {
	if f, ok := r.flights[k]; ok {
		return f, inTime(ctx, f.turn)
	}
	turns, err := reserve(ctx, r.pace, k.calls())
	if err != nil {
		return nil, err
	}
	f := &flight{began: time.Now(), turn: turns[len(turns)-1], done: make(chan struct{})}
	r.flights[k] = f
	go r.fly(context.WithoutCancel(ctx), k, f, turns)
	return f, nil
}

func (r *reads) fly(ctx context.Context, k readKey, f *flight, turns []turn) {
	ctx, cancel := context.WithDeadline(ctx, time.Time(f.turn).Add(readBudget))
	defer cancel()
	asked := time.Time(turns[0])
	found, err := r.load(ctx, k, turns)
	var sheet *table.Error
	switch {
	case errors.As(err, &sheet): // read, but no listing can be made of it
		f.found = &sheetCopy{key: k, err: err, asked: asked}
	case err != nil:
		f.passes = passing(err)
		f.err = r.explain(ctx, "read sheet "+table.QuoteName(k.title), k.title, err)
	default:
		f.found = &sheetCopy{key: k, listing: found, asked: asked}
	}
	r.land(k, f)
}

// land keeps what the flight found, unless a write came in between.
func (r *reads) land(k readKey, f *flight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(f.done)
	if r.flights[k] != f {
		return
	}
	delete(r.flights, k)
	now := time.Now()
	old := r.copies.find(k)
	switch {
	case f.err == nil:
		f.found.goodUntil = now.Add(r.ttl)
		r.copies.add(f.found)
	case !f.passes: // a later failure must not bring back what is refused now
		r.copies.remove(k)
	case old != nil: // Google is left alone for a while
		old.goodUntil = now.Add(min(r.ttl, old.asked.Add(maxAge).Sub(now)))
		r.log.Warn("rows are served from memory: "+f.err.Error(), "sheet", k.title, "age", now.Sub(old.asked).String())
	}
}

// wait returns what the flight found. Someone who could have a copy does not
// wait for long.
func (f *flight) wait(ctx context.Context, k readKey, hasCopy bool) (found *sheetCopy, passes bool, err error) {
	if hasCopy {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, f.began.Add(patience))
		defer cancel()
	}
	select {
	case <-f.done:
		return f.found, f.passes, f.err
	case <-ctx.Done():
		return nil, true, noAnswer(ctx, "read sheet "+table.QuoteName(k.title))
	}
}

func noAnswer(ctx context.Context, doing string) error {
	return &table.Error{Code: table.Upstream, Detail: doing + ": Google gave no answer in time", Err: ctx.Err()}
}

// drop forgets the sheet, because this process has written to it: reads that
// are under way neither fill the memory nor are joined any more.
func (r *reads) drop(title string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.copies.removeSheet(title)
	for k := range r.flights {
		if strings.EqualFold(k.title, title) {
			delete(r.flights, k)
		}
	}
}

// passing reports whether Google fails, rather than refuses.
func passing(err error) bool {
	answer, ok := errors.AsType[*googleapi.Error](err)
	return !ok || answer.Code == http.StatusTooManyRequests || answer.Code >= http.StatusInternalServerError
}
