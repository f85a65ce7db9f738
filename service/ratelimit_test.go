package service

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/service/table"
)

// TestLimitHoldsInAnyMinute takes every call that the limiters allow, also after two
// minutes without calls, and counts those of every minute.
func TestLimitHoldsInAnyMinute(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 60, 300, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			reads, rows, writes := newLimiters(n, n)
			for _, limiter := range []interface {
				AllowN(time.Time, int) bool
			}{reads, rows, writes} {
				var made []time.Time
				start := time.Now()
				for now := start; now.Sub(start) < 5*time.Minute; now = now.Add(5 * time.Millisecond) {
					if now.Sub(start)/time.Minute == 2 { // the bucket fills
						continue
					}
					for limiter.AllowN(now, 1) {
						made = append(made, now)
					}
				}
				for i := n; i < len(made); i++ {
					if took := made[i].Sub(made[i-n]); took < time.Minute {
						t.Fatalf("%d calls within %v, want up to %d a minute", n+1, took, n)
					}
				}
				if len(made) < n {
					t.Errorf("%d calls in all: too few for %d a minute", len(made), n)
				}
			}
		})
	}
}

func TestReserveSlots(t *testing.T) {
	for _, tt := range []struct {
		name   string
		budget time.Duration
		calls  int
		waits  time.Duration // for the last slot
		code   table.Code
	}{
		{"at once", time.Second, 10, 0, ""},
		{"at once, with little time", time.Millisecond, 1, 0, ""},
		{"soon enough", 5 * time.Second, 17, 2667 * time.Millisecond, ""},
		{"too late", 3 * time.Second, 17, 0, table.RateLimited},
		{"no deadline", 0, 20, 6667 * time.Millisecond, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, start := t.Context(), time.Now()
				if tt.budget > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.budget)
					defer cancel()
				}
				limiter, _, _ := newLimiters(60, 60)
				slots, err := reserveSlots(ctx, limiter, tt.calls)
				if codeOf(err) != tt.code || time.Now() != start {
					t.Fatalf("reserveSlots = %v after %v, want %q at once", err, time.Since(start), tt.code)
				}
				if err != nil {
					if again, err := reserveSlots(t.Context(), limiter, 10); err != nil || time.Time(again[9]).After(start) {
						t.Errorf("slots that were refused are still reserved: %v", err)
					}
					return
				}
				if got := time.Time(slots[tt.calls-1]).Sub(start).Round(time.Millisecond); got != tt.waits {
					t.Errorf("the last slot is after %v, want %v", got, tt.waits)
				}
			})
		})
	}
}

func codeOf(err error) table.Code {
	if e, ok := errors.AsType[*table.Error](err); ok {
		return e.Code
	}
	return ""
}
