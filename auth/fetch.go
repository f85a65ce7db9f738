package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Requests for tokens and keys are sent by the functions of this file: with
// bounded time and response size, and without redirects, because they carry
// credentials.

const (
	attemptTimeout  = 3 * time.Second
	maxResponseSize = 64 << 10
)

var errTimeout = errors.New("no response in time")

// statusError is a response with a status other than 200.
type statusError struct {
	status int
	body   string
}

func (e *statusError) Error() string {
	if e.body == "" {
		return fmt.Sprintf("%d %s", e.status, http.StatusText(e.status))
	}
	return fmt.Sprintf("%d %s: %s", e.status, http.StatusText(e.status), e.body)
}

func newClient(base http.RoundTripper) *http.Client {
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: base, CheckRedirect: noRedirect}
}

// retry calls attempt until it succeeds, fails for good, or ctx ends, with
// growing, jittered pauses. Each attempt has a timeout of its own.
func retry(ctx context.Context, attempt func(context.Context) ([]byte, error)) ([]byte, error) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		attemptCtx, cancel := context.WithTimeout(ctx, attemptTimeout)
		body, err := attempt(attemptCtx)
		cancel()
		if err == nil || !temporary(err) {
			return body, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause/2 + rand.N(pause/2)):
		}
	}
}

// roundTrip sends the request and returns the body and header of the response,
// whose status must be 200.
func roundTrip(client *http.Client, req *http.Request) ([]byte, http.Header, error) {
	resp, err := client.Do(req)
	if err != nil {
		if req.Context().Err() != nil {
			err = errTimeout
		}
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // Op names the server, and the URL adds nothing
		}
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseSize+1))
	switch {
	case err != nil:
		return nil, nil, err
	case resp.StatusCode >= http.StatusBadRequest:
		return nil, nil, &statusError{resp.StatusCode, excerpt(body)}
	case resp.StatusCode != http.StatusOK: // its body may hold a token
		return nil, nil, &statusError{status: resp.StatusCode}
	case len(body) > maxResponseSize:
		return nil, nil, fmt.Errorf("the response is longer than %d KiB, so it is not from Google", maxResponseSize>>10)
	}
	return body, resp.Header, nil
}

// temporary reports whether another attempt can succeed: after broken
// connections and timeouts, 429 and 5xx. A 400, 403 or 404 is final.
func temporary(err error) bool {
	if s, ok := errors.AsType[*statusError](err); ok {
		return s.status == http.StatusTooManyRequests || s.status >= 500
	}
	_, broken := errors.AsType[net.Error](err)
	return broken || errors.Is(err, errTimeout) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// excerpt returns the start of a body as one line, for an error message.
func excerpt(body []byte) string {
	const limit = 1000
	line := strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "?")), " ")
	if len(line) > limit {
		line = strings.ToValidUTF8(line[:limit], "") + " …"
	}
	return line
}
