package service

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"example.com/sheets-function/service/table"
)

// defaultQuota is the number of reads, and of writes, that Google allows one account in
// a minute:
// https://developers.google.com/workspace/sheets/api/limits
const defaultQuota = 60

// replyMargin is how long before a caller's deadline a call that had to wait is made at
// the latest.
const replyMargin = time.Second

// newLimiter returns a limiter that allows no more than perMinute calls in any minute,
// wherever that minute starts: a full bucket and what flows into it in a minute, burst +
// 60 s of the rate, are perMinute together. (For one call a minute it is a bucket of one
// that takes a whole minute to fill.)
func newLimiter(perMinute, burst int) *rate.Limiter {
	burst = max(1, burst)
	flow := max(1, perMinute-burst)
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(flow)), burst)
}

// newLimiters returns the limiters of all reads, of reads of rows for callers, and of
// writes. A quarter of the quota is a burst, so that a lone write, or the sheets that a web
// page shows, do not wait; the rest flows evenly. Reads of rows leave a sixth of the
// quota to other reads, so that those of a write do not wait for those of many sheets.
// Where an instance has only a part of the quota, they leave two thirds: other instances
// write too, and each batch has to read what they wrote.
func newLimiters(readsPerMinute, writesPerMinute int) (reads, rows, writes *rate.Limiter) {
	r, w := cmp.Or(readsPerMinute, defaultQuota), cmp.Or(writesPerMinute, defaultQuota)
	rest := r / 6
	if r < defaultQuota {
		rest = r * 2 / 3
	}
	return newLimiter(r, r/4), newLimiter(r-rest, r/6), newLimiter(w, w/4)
}

// slot is a time at which the rate limiter allows one call.
type slot time.Time

// wait blocks until the slot. Its error is the cause of ctx.
func (s slot) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(time.Time(s)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reserveSlots reserves slots for n calls. If the last of them is too late for the
// deadline of ctx it reserves none, and returns an error at once.
func reserveSlots(ctx context.Context, limiter *rate.Limiter, n int) ([]slot, error) {
	now := time.Now()
	var taken []*rate.Reservation
	var slots []slot
	for range n {
		r := limiter.ReserveN(now, 1)
		taken = append(taken, r)
		slots = append(slots, slot(now.Add(r.DelayFrom(now))))
	}
	err := beforeDeadline(ctx, slots[n-1])
	if err != nil {
		for _, r := range slices.Backward(taken) {
			r.CancelAt(now)
		}
	}
	return slots, err
}

// beforeDeadline returns an error if the slot is too late for a reply before the
// deadline of ctx.
func beforeDeadline(ctx context.Context, t slot) error {
	deadline, ok := ctx.Deadline()
	if now := time.Now(); !ok || !time.Time(t).After(now) || time.Time(t).Add(replyMargin).Before(deadline) {
		return nil
	}
	seconds := math.Ceil(time.Until(time.Time(t)).Seconds())
	return &table.Error{
		Code:       table.RateLimited,
		Detail:     fmt.Sprintf("the calls to Google are rate limited, and the next one is possible in %.0f s", seconds),
		Hint:       "come back then, or raise READS_PER_MINUTE if this account's quota is higher; https://console.cloud.google.com/apis/api/sheets.googleapis.com/quotas shows it",
		RetryAfter: time.Duration(seconds) * time.Second,
	}
}

// waitRead blocks until the rate limiter allows a read.
func (s *Service) waitRead(ctx context.Context) error {
	slots, err := reserveSlots(ctx, s.readLimiter, 1)
	if err != nil {
		return err
	}
	return slots[0].wait(ctx)
}
