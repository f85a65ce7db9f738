package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// Bodies limits request bodies: the length of each, and the memory that all of
// them take together. It is safe for concurrent use.
type Bodies struct {
	max    int64
	memory *semaphore.Weighted
}

// NewBodies returns limits of max bytes a body and total bytes for all bodies at
// one time.
func NewBodies(max, total int64) *Bodies {
	return &Bodies{max: max, memory: semaphore.NewWeighted(total)}
}

// Open returns the body of a request and a function that gives its memory back,
// to be called when what was read is no longer held. Reading fails with an
// [*Error]: 413 for a body that is too long, 400 for one that does not arrive
// whole or not before the request's deadline. Open itself returns 503 where too
// much memory is in use.
func (b *Bodies) Open(w http.ResponseWriter, r *http.Request) (body io.Reader, release func(), err error) {
	length := r.ContentLength
	if length < 0 || length > b.max { // unknown, or to be refused while it is read
		length = b.max
	}
	if !b.memory.TryAcquire(length) {
		return nil, nil, &Error{
			Code: CodeOverloaded, Status: http.StatusServiceUnavailable,
			Detail: "too many large requests are being read, so nothing was stored",
			Hint:   "send a smaller body, or the same again later", RetryAfter: time.Second,
		}
	}
	release = func() { b.memory.Release(length) }
	if deadline, ok := r.Context().Deadline(); ok {
		// The context alone does not end the reading of a slow body.
		if err := http.NewResponseController(w).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
			release()
			return nil, nil, fmt.Errorf("read the body: %w", err)
		}
	}
	return bodyReader{http.MaxBytesReader(w, r.Body, b.max)}, release, nil
}

// ErrBodyCut is in the tree of the error of a body that did not arrive whole.
var ErrBodyCut = errors.New("the body did not arrive whole")

// cutError is the connection's error, and is [ErrBodyCut].
type cutError struct{ error }

func (cutError) Is(target error) bool { return target == ErrBodyCut }

// bodyReader explains the errors of a connection.
type bodyReader struct{ io.Reader }

func (r bodyReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, &Error{
			Code: CodeTooLarge, Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("the body is longer than %d bytes", tooLong.Limit), Hint: "send it in several requests",
		}
	}
	return n, &Error{Code: CodeBadRequest, Status: http.StatusBadRequest, Detail: ErrBodyCut.Error(), Err: cutError{err}}
}

// formType is what curl -d sends with JSON.
const formType = "application/x-www-form-urlencoded"

// MediaType returns the media type of a request's body, which must be one of
// accepted, in UTF-8. A request without Content-Type, or with that of curl -d, has
// the first of them.
func MediaType(r *http.Request, accepted ...string) (string, error) {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return accepted[0], nil
	}
	media, parameters, err := mime.ParseMediaType(given)
	if media == formType {
		media = accepted[0]
	}
	if charset := parameters["charset"]; err != nil || !slices.Contains(accepted, media) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", BadRequest("Content-Type %.100q: send %s in UTF-8", given, strings.Join(accepted, " or "))
	}
	return media, nil
}
