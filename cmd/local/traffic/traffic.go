// Package traffic records the requests of callers to the function, and which calls to
// Google each of them caused. It is for people who watch the function on their machine:
//
//	log := traffic.NewLog()
//	handler, err := function.NewHandler(settings, function.WithTransport(log.Transport(http.DefaultTransport)))
//	…
//	server := &http.Server{Handler: log.Handler(handler)}
//
// Handler gives each request a number. Transport writes the numbers of the requests
// that a call is for into the header [emulator.CauseHeader], so that they are in the
// emulator's own log. A batch of writes is for several requests, a read for the request
// that started it: others that share its answer are not known.
package traffic

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Request is one request of a caller.
type Request struct {
	Number int64 // 1 for the first
	// Change is the number of the log's last change of the request: when it began, and
	// when it was answered.
	Change       int64
	Time         time.Time // when it began
	Duration     time.Duration
	Method, Path string
	Query        string
	Header       http.Header // those of the request that matter to the function, without credentials
	Status       int         // 0 = in flight, or ended without a response
	Done         bool
	Problem      Problem // of a response that is one
}

// Problem is what a problem response says.
type Problem struct {
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

const (
	// maxRequests is how many requests are kept, maxBody how much of a body, and
	// maxBodies how much of all.
	maxRequests = 2000
	maxBody     = 64 << 10
	maxBodies   = 16 << 20
	// maxText is how much of a path and a query is kept.
	maxText = 2 << 10
)

// Log records requests, as many as fit in its memory: the newest 2,000. It is safe for
// concurrent use.
type Log struct {
	mu       sync.Mutex // guards all below
	requests []*entry   // by number
	number   int64
	change   int64
	bodies   int
	inFlight map[int64]bool
	changed  chan struct{} // closed at the next change; nil until Changed is called
}

// entry is a request with its bodies, as far as they are kept.
type entry struct {
	Request
	request, response []byte
}

// NewLog returns an empty log.
func NewLog() *Log { return &Log{inFlight: map[int64]bool{}} }

// Since returns the requests that have changed after a change, by number, and the
// number of the last change.
func (l *Log) Since(change int64) (changed []Request, last int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.requests {
		if e.Change > change {
			changed = append(changed, e.Request)
		}
	}
	return changed, l.change
}

// Bodies returns the bodies of a request and of its response, as far as they are kept:
// the first 64 KiB of each, and of the newest requests as many as fit in 16 MiB.
func (l *Log) Bodies(number int64) (request, response []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.indexLocked(number); ok {
		return l.requests[i].request, l.requests[i].response
	}
	return nil, nil
}

// Changed returns a channel that is closed after the next change.
func (l *Log) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

func (l *Log) indexLocked(number int64) (int, bool) {
	return slices.BinarySearchFunc(l.requests, number, func(e *entry, n int64) int { return int(e.Number - n) })
}

// begin adds a request and returns its number.
func (l *Log) begin(r Request) (number int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	r.Number = l.number
	l.inFlight[r.Number] = true
	l.requests = append(l.requests, &entry{Request: r})
	for len(l.requests) > maxRequests {
		l.bodies -= len(l.requests[0].request) + len(l.requests[0].response)
		l.requests = slices.Delete(l.requests, 0, 1)
	}
	l.touchLocked(l.requests[len(l.requests)-1])
	return r.Number
}

// end completes a request.
func (l *Log) end(number int64, took time.Duration, status int, problem Problem, request, response []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.inFlight, number)
	i, ok := l.indexLocked(number)
	if !ok {
		return
	}
	e := l.requests[i]
	e.Duration, e.Status, e.Problem, e.Done = took, status, problem, true
	e.request, e.response = request, response
	l.bodies += len(request) + len(response)
	for _, old := range l.requests {
		if l.bodies <= maxBodies {
			break
		}
		l.bodies -= len(old.request) + len(old.response)
		old.request, old.response = nil, nil
	}
	l.touchLocked(e)
}

func (l *Log) touchLocked(e *entry) {
	l.change++
	e.Change = l.change
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// pending returns the numbers of the requests that have no response yet.
func (l *Log) pending() (numbers []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.inFlight {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// NumberOf returns the number of the request that ctx belongs to; 0 without one.
func NumberOf(ctx context.Context) int64 {
	n, _ := ctx.Value(numberKey{}).(int64)
	return n
}
