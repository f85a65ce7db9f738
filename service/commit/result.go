package commit

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"google.golang.org/api/googleapi"
)

// sendResult is what is certain after a batch was sent once.
type sendResult int

const (
	resultStored    sendResult = iota
	resultUnknown              // stored or not, or still on its way
	resultRetryable            // not stored, for a reason that passes: 429, 409, 412
	resultUnsent               // not stored, because there was no connection or no token
	resultInvalid              // not stored, for something in the batch: 400, 413
	resultDenied               // not stored, and no batch will be: 401, 403, 404
)

// errNotSent wraps the error of a call that never left this process.
var errNotSent = errors.New("nothing was sent")

func resultOf(err error) sendResult {
	if err == nil {
		return resultStored
	}
	if errors.Is(err, errNotSent) {
		return resultUnsent
	}
	switch code := statusOf(err); {
	case code < 400 || code >= 500 || code == http.StatusRequestTimeout:
		return resultUnknown
	case code == http.StatusTooManyRequests || code == http.StatusConflict || code == http.StatusPreconditionFailed:
		return resultRetryable
	case code == http.StatusBadRequest || code == http.StatusForbidden && isProtected(err) || code == http.StatusRequestEntityTooLarge:
		return resultInvalid
	}
	return resultDenied
}

// isProtected reports whether a request of the batch was for a protected range. Google
// answers 400 then; programs that report it as a 403 exist. A 403 is for every batch
// otherwise.
func isProtected(err error) bool {
	answer, ok := errors.AsType[*googleapi.Error](err)
	return ok && strings.Contains(answer.Message, "protected cell or object")
}

// statusOf returns the status that Google answered; 0 if there was no answer.
func statusOf(err error) int {
	if answer, ok := errors.AsType[*googleapi.Error](err); ok {
		return answer.Code
	}
	return 0
}

// backoff returns the pause after the n-th failure in a row, from 1.
func backoff(n int) time.Duration { return min(firstPause<<min(n-1, 10), longestPause) }

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
