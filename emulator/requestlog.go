package emulator

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// CauseHeader is a header that Google does not have. A client may send with it, in any
// form, the request on whose behalf it makes a call, for [Request.Cause].
const CauseHeader = "X-Emulator-Cause"

// Request is an entry of the log.
type Request struct {
	Number int64 // 1 for the first request, without gaps
	Time   time.Time
	// Call is the name in the API's discovery document ("drive.files.get"), or
	// "metadata." and the last element of the path; empty for a path that is of
	// no API.
	Call   string
	Method string
	Path   string // the first 4 KiB
	Query  string // the first 4 KiB, without keys and tokens
	// Principal is the e-mail address of the token's owner; empty without a
	// valid token, and for the metadata server.
	Principal string
	Scopes    []string // full URLs: of the token, or requested from the metadata server
	// Token is the number of the token that was sent, or that the metadata server
	// returned; 0 = none that is valid. See [Server.Tokens].
	Token    int64
	Decision Decision      // why the call was served or refused
	Fault    string        // what [Server.Inject] did to the call, as [Fault.MarshalText] has it
	Cause    string        // value of [CauseHeader]
	Status   int           // 0 = no response was sent
	Error    string        // message of an error response, the first 4 KiB
	Duration time.Duration // until the response began
}

// Decision is why a call was served or refused: what the checks found that come before
// each call of an API. Its fields are Refused (a Check; empty = no check refused the
// call), Accepted and Scope (the scopes that the method accepts, and that of the token
// which is among them), Bucket, Used and Limit (the quota that the call counts for),
// and File, Role and NeededRole (how the file is shared with the token's owner, and
// how it has to be). Fields of checks that were not reached are zero.
type Decision = rest.Decision

// Check is one of the checks of a [Decision].
type Check = rest.Check

// The checks, in the order in which they are made.
const (
	CheckToken   = rest.CheckToken   // the token is valid, and of a type that the API accepts
	CheckAPI     = rest.CheckAPI     // the API is enabled in the project
	CheckScope   = rest.CheckScope   // the token has a scope that the method accepts
	CheckQuota   = rest.CheckQuota   // the limit of the minute is not reached
	CheckSharing = rest.CheckSharing // the token's owner has the role that the method needs
)

const (
	// maxLog bounds the memory of a server that runs for days.
	maxLog = 100_000
	// maxCause bounds a header that a client chooses freely.
	maxCause = 2 << 10
	// maxText bounds a path, a query and a message, which a client chooses too.
	maxText = 4 << 10
)

// cutText returns the beginning of a text, without keeping the rest.
func cutText(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:maxText]), "")
}

// requestLog holds the requests, and the bodies of the newest.
type requestLog struct {
	mu      sync.Mutex // guards all below
	entries []Request
	number  int64
	bodies  bodyLog
	changed chan struct{} // closed at the next change; nil until Changed is called
}

// Requests returns the log of requests, oldest first. Of a long log it returns
// at least the newest 50,000 entries.
func (s *Server) Requests() []Request { return s.RequestsAfter(0) }

// RequestsAfter returns the part of the log after the request with a number.
func (s *Server) RequestsAfter(number int64) []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	i, _ := slices.BinarySearchFunc(s.log.entries, number+1, func(r Request, n int64) int { return int(r.Number - n) })
	return slices.Clone(s.log.entries[i:])
}

// Changed returns a channel that is closed after the next request, or after the next
// call of a method that changes what the server holds.
func (s *Server) Changed() <-chan struct{} {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if s.log.changed == nil {
		s.log.changed = make(chan struct{})
	}
	return s.log.changed
}

// notify closes the channel of [Server.Changed].
func (s *Server) notify() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.notifyLocked()
}

func (l *requestLog) notifyLocked() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// record appends to the log and returns the entry's number.
func (l *requestLog) record(r Request) (number int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxLog {
		l.entries = append([]Request(nil), l.entries[maxLog/2:]...)
	}
	l.number++
	r.Number = l.number
	l.entries = append(l.entries, r)
	l.notifyLocked()
	return r.Number
}

const (
	// maxKeptBody is how much of a body is kept, and maxKeptBodies how much of all.
	maxKeptBody   = 64 << 10
	maxKeptBodies = 16 << 20
)

// bodyLog holds bodies of the newest requests.
type bodyLog struct {
	list []keptBodies
	size int
}

type keptBodies struct {
	number            int64
	request, response []byte
}

// size returns what the bodies count for; empty ones are not free.
func (b *keptBodies) size() int { return 256 + len(b.request) + len(b.response) }

// Bodies returns the bodies of a request and of its response, as far as they are kept:
// with Options.Inspect, the first 64 KiB of each, and of the newest requests as many as
// fit in 16 MiB. Tokens in them are replaced.
func (s *Server) Bodies(number int64) (request, response []byte) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	for _, b := range s.log.bodies.list {
		if b.number == number {
			return b.request, b.response
		}
	}
	return nil, nil
}

// keepBodies stores the bodies of a request.
func (l *requestLog) keepBodies(number int64, request, response []byte) {
	b := keptBodies{number, withoutTokens(request[:min(len(request), maxKeptBody)]), withoutTokens(response)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bodies.list = append(l.bodies.list, b)
	l.bodies.size += b.size()
	drop := 0
	for l.bodies.size > maxKeptBodies {
		l.bodies.size -= l.bodies.list[drop].size()
		drop++
	}
	l.bodies.list = slices.Delete(l.bodies.list, 0, drop)
	l.notifyLocked()
}

// secrets matches access tokens, refresh tokens, and signed assertions and ID tokens.
var secrets = regexp.MustCompile(`ya29\.[\w-]+|1//[\w-]{20,}|eyJ[\w-]+\.[\w-]+\.[\w-]*`)

// withoutTokens returns a copy of a body in which tokens are replaced.
func withoutTokens(body []byte) []byte {
	return secrets.ReplaceAll(bytes.Clone(body), []byte("[token]"))
}

// bodyRecorder keeps the beginning of a response's body.
type bodyRecorder struct {
	http.ResponseWriter
	kept []byte
}

func (w *bodyRecorder) Write(b []byte) (int, error) {
	w.kept = append(w.kept, b[:min(len(b), maxKeptBody-len(w.kept))]...)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *bodyRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
