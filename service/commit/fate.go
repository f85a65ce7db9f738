package commit

import (
	"context"
	"errors"
	"net/http"
	"time"

	"google.golang.org/api/googleapi"
)

// fate is what is certain after one try.
type fate int

const (
	stored  fate = iota
	lost         // stored or not, or still under way
	notDone      // not stored, and may be sent again: a 429
	notSent      // not stored, because there was no connection or no token
	refused      // not stored: a 400
	denied       // not stored, and no write will be: 401, 403, 404
)

func classify(err error) fate {
	if err == nil {
		return stored
	}
	if errors.Is(err, errNotSent) {
		return notSent
	}
	answer, ok := errors.AsType[*googleapi.Error](err)
	switch {
	case !ok || answer.Code >= 500 || answer.Code < 400 || answer.Code == http.StatusRequestTimeout:
		return lost
	case answer.Code == http.StatusTooManyRequests:
		return notDone
	case answer.Code == http.StatusBadRequest:
		return refused
	}
	return denied
}

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
