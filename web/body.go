package web

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// firstPart is how much of each body counts for memory of its own, so that large
// bodies which arrive slowly do not keep small ones out.
const firstPart = 64 << 10

// Bodies limits request bodies: the length of each, and the memory that all of
// them take together. It is safe for concurrent use.
type Bodies struct {
	max         int64
	first, rest *semaphore.Weighted // of the first parts, and of what follows them
}

// NewBodies returns limits of max bytes a body, and of total bytes for all bodies at
// one time, not counting the first 64 KiB of each, which have as much again.
func NewBodies(max, total int64) *Bodies {
	return &Bodies{max: max, first: semaphore.NewWeighted(total), rest: semaphore.NewWeighted(total)}
}

// Read returns the body of a request, without its Content-Encoding if that is gzip,
// and a function that gives its memory back, to be called once when the body is not
// held any more. Memory is taken as the body arrives, whatever length it has
// announced. Errors are an [*Error]: 413 for a body that is too long, also after
// inflation, 415 for another Content-Encoding, 400 for one that does not arrive whole
// or not before the request's deadline, and 503 where too much memory is in use.
func (b *Bodies) Read(w http.ResponseWriter, r *http.Request) (content []byte, release func(), err error) {
	if deadline, ok := r.Context().Deadline(); ok {
		// The context alone does not end the reading of a slow body.
		if err := http.NewResponseController(w).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, nil, fmt.Errorf("read the body: %w", err)
		}
	}
	read := &bodyRead{bodies: b, firstLeft: firstPart}
	if err = read.decode(w, r); err != nil {
		read.release()
		if err == errBodiesFull {
			// A client that is still sending when the connection is closed does not see
			// the answer.
			_, _ = io.CopyN(io.Discard, r.Body, b.max)
		}
		return nil, nil, err
	}
	return read.content, read.release, nil
}

// bodyRead is the reading of one body.
type bodyRead struct {
	bodies      *Bodies
	content     []byte
	firstLeft   int64 // of firstPart
	first, rest int64 // memory that is held
}

func (b *bodyRead) decode(w http.ResponseWriter, r *http.Request) error {
	var body io.Reader = bodyReader{http.MaxBytesReader(w, r.Body, b.bodies.max)}
	switch encoding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ",")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		inflated, err := gzip.NewReader(body)
		if err != nil {
			return gzipError(err)
		}
		body = inflated
	default:
		w.Header().Set("Accept-Encoding", "gzip") // as RFC 9110 has it, section 12.5.3
		return &Error{
			Code: CodeUnsupportedMedia, Status: http.StatusUnsupportedMediaType,
			Detail: fmt.Sprintf("Content-Encoding %.100q: send the body as it is, or in gzip", encoding),
		}
	}
	return b.readAll(body)
}

func (b *bodyRead) readAll(body io.Reader) error {
	for {
		if int64(len(b.content)) == b.bodies.max {
			return b.expectEnd(body)
		}
		if len(b.content) == cap(b.content) {
			if err := b.grow(); err != nil {
				return err
			}
		}
		n, err := body.Read(b.content[len(b.content):cap(b.content)])
		b.content = b.content[:len(b.content)+n]
		if err == io.EOF {
			return nil
		} else if err != nil {
			return gzipError(err)
		}
	}
}

// expectEnd returns an error if the body is longer than the longest.
func (b *bodyRead) expectEnd(body io.Reader) error {
	n, err := io.ReadFull(body, make([]byte, 1))
	switch {
	case n > 0:
		return errTooLong(b.bodies.max) // after inflation
	case err != io.EOF:
		return gzipError(err)
	}
	return nil
}

// grow doubles the memory for the body, up to the longest.
func (b *bodyRead) grow() error {
	const least = 512
	more := min(max(least, int64(cap(b.content))), b.bodies.max-int64(cap(b.content)))
	first := min(more, b.firstLeft)
	if !b.bodies.first.TryAcquire(first) {
		return errBodiesFull
	}
	b.first += first
	b.firstLeft -= first
	if !b.bodies.rest.TryAcquire(more - first) {
		return errBodiesFull
	}
	b.rest += more - first
	larger := make([]byte, len(b.content), int64(cap(b.content))+more)
	copy(larger, b.content)
	b.content = larger
	return nil
}

func (b *bodyRead) release() {
	b.bodies.first.Release(b.first)
	b.bodies.rest.Release(b.rest)
	b.first, b.rest, b.content = 0, 0, nil
}

var errBodiesFull error = &Error{
	Code: CodeOverloaded, Status: http.StatusServiceUnavailable,
	Detail: "the bodies of other requests take all the memory for bodies, so nothing was stored",
	Hint:   "send the same again later", RetryAfter: time.Second,
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
		return n, errTooLong(tooLong.Limit)
	}
	return n, &Error{Code: CodeBadRequest, Status: http.StatusBadRequest, Detail: ErrBodyCut.Error(), Err: cutError{err}}
}

func errTooLong(limit int64) error {
	return &Error{
		Code: CodeTooLarge, Status: http.StatusRequestEntityTooLarge,
		Detail: fmt.Sprintf("the body is longer than %d bytes", limit), Hint: "send it in several requests",
	}
}

// gzipError explains an error that is not one of bodyReader.
func gzipError(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return BadRequest("the body is not in gzip, although Content-Encoding says so")
}
