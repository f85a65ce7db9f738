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

// quota is what Google grants one account, reads and writes each:
// https://developers.google.com/workspace/sheets/api/limits
const quota = 60

// answerTime is what is left for the answer to a call that had to wait.
const answerTime = time.Second

// newPace never lets more than perMinute calls through in any minute, wherever
// that minute starts: a full bucket and all that flows into it in a minute,
// burst + 60 s of the rate, are perMinute together. (One call a minute is a
// bucket of one that takes a whole minute to fill.)
func newPace(perMinute, burst int) *rate.Limiter {
	burst = max(1, burst)
	flow := max(1, perMinute-burst)
	return rate.NewLimiter(rate.Every(time.Minute/time.Duration(flow)), burst)
}

// newPaces returns the paces of all reads, of those for callers' rows, and of
// writes. Reads come in bursts, one for each of the sheets that a page shows;
// writes gather while they wait. Rows leave a sixth of the reads to the rest,
// so that the few reads of a write don't queue behind those of many sheets. An
// instance that has only a part of the quota leaves two thirds: before each batch
// it has to read what the others wrote.
func newPaces(readsPerMinute, writesPerMinute int) (reads, rows, writes *rate.Limiter) {
	r, w := cmp.Or(readsPerMinute, quota), cmp.Or(writesPerMinute, quota)
	rest := r / 6
	if r < quota {
		rest = r * 2 / 3
	}
	return newPace(r, r/6), newPace(r-rest, r/6), newPace(w, w/quota)
}

// turn is when a call may be made.
type turn time.Time

// wait returns when it is the turn.
func (t turn) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(time.Time(t)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reserve takes turns for n calls. If the last of them comes after the caller's
// deadline it takes none, and says so at once instead of letting the caller wait.
func reserve(ctx context.Context, pace *rate.Limiter, n int) ([]turn, error) {
	now := time.Now()
	var taken []*rate.Reservation
	var turns []turn
	for range n {
		r := pace.ReserveN(now, 1)
		taken = append(taken, r)
		turns = append(turns, turn(now.Add(r.DelayFrom(now))))
	}
	err := inTime(ctx, turns[n-1])
	if err != nil {
		for _, r := range slices.Backward(taken) {
			r.CancelAt(now)
		}
	}
	return turns, err
}

// inTime is nil if whoever waits for the turn can still be answered before the
// caller's deadline.
func inTime(ctx context.Context, t turn) error {
	deadline, ok := ctx.Deadline()
	if now := time.Now(); !ok || !time.Time(t).After(now) || time.Time(t).Add(answerTime).Before(deadline) {
		return nil
	}
	seconds := math.Ceil(time.Until(time.Time(t)).Seconds())
	return &table.Error{
		Code:       table.RateLimited,
		Detail:     fmt.Sprintf("the calls to Google are kept to a pace, which has room for another one in %.0f s", seconds),
		Remedy:     "come back then, or raise READS_PER_MINUTE if this account's quota is higher; https://console.cloud.google.com/apis/api/sheets.googleapis.com/quotas shows it",
		RetryAfter: time.Duration(seconds) * time.Second,
	}
}

// paceRead waits for the turn of one read.
func (s *Service) paceRead(ctx context.Context) error {
	turns, err := reserve(ctx, s.pace, 1)
	if err != nil {
		return err
	}
	return turns[0].wait(ctx)
}
