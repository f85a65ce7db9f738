package terminal

import (
	"context"
	"io"
	"net/http"
	"sync"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// Printer writes lines about requests. It is safe for concurrent use.
type Printer struct {
	requests *traffic.Log
	google   *emulator.Server // nil = the function calls Google itself

	mu      sync.Mutex // guards all below
	out     io.Writer
	style   style
	change  int64              // of the log of requests that was printed last
	call    int64              // of the log of calls that was read last
	newest  int64              // number of the newest request
	early   []emulator.Request // calls whose request is not in the log of requests yet
	pending map[int64]*pending
}

// pending collects what the line of a request shows until it is printed.
type pending struct {
	note  note
	calls []emulator.Request
}

// New returns a printer of the requests that begin from now on. Without google the lines
// have no calls.
func New(out io.Writer, color bool, requests *traffic.Log, google *emulator.Server) *Printer {
	return &Printer{requests: requests, google: google, out: out, style: style{color}, pending: map[int64]*pending{}}
}

// Handler prints a line for each request that next has served.
func (p *Printer) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer p.Print() // also where next ends the connection by a panic
		next.ServeHTTP(w, r)
	})
}

// Follow prints what happens without a request, such as the renewal of a token, until ctx
// is done.
func (p *Printer) Follow(ctx context.Context) {
	if p.google == nil {
		return
	}
	for {
		changed := p.google.Changed()
		p.Print()
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// Print writes the lines of requests that have been answered, and of calls to Google that
// no request caused, since it was called last.
func (p *Printer) Print() {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed, last := p.requests.Since(p.change)
	p.change = last
	for _, r := range changed {
		p.entryLocked(r.Number)
		p.newest = max(p.newest, r.Number)
	}
	if p.google != nil {
		p.readCallsLocked()
	}
	for _, r := range changed {
		if !r.Done {
			continue
		}
		known := p.entryLocked(r.Number)
		delete(p.pending, r.Number)
		_, response := p.requests.Bodies(r.Number)
		p.writeLocked(p.style.request(r, response, known.note, known.calls, p.tokenOf(known.calls)))
	}
}

// maxEarly is how many calls are kept for requests that are not in the log yet.
const maxEarly = 1000

// readCallsLocked assigns new calls to the requests that caused them, and prints those that
// none did.
func (p *Printer) readCallsLocked() {
	calls := append(p.early, p.google.RequestsAfter(p.call)...)
	p.early = nil
	for _, call := range calls {
		p.call = max(p.call, call.Number)
		causes := traffic.ParseCauses(call.Cause)
		switch {
		case p.assignLocked(call, causes):
		case len(causes) > 0 && causes[len(causes)-1][1] > p.newest && len(p.early) < maxEarly:
			p.early = append(p.early, call)
		default:
			p.writeLocked(p.style.background(call, p.tokenOf([]emulator.Request{call}), p.google.ServiceAccount()))
		}
	}
}

// assignLocked adds a call to the requests that are among its causes; false if none is.
func (p *Printer) assignLocked(call emulator.Request, causes [][2]int64) (assigned bool) {
	for number, known := range p.pending {
		for _, c := range causes {
			if c[0] <= number && number <= c[1] {
				known.calls = append(known.calls, call)
				assigned = true
			}
		}
	}
	return assigned
}

// entryLocked returns the pending entry of a request, a new one if there is none.
func (p *Printer) entryLocked(number int64) *pending {
	if p.pending[number] == nil {
		p.pending[number] = &pending{}
	}
	return p.pending[number]
}

// tokenOf returns the token of the last of the calls that had one; nil if none had.
func (p *Printer) tokenOf(calls []emulator.Request) *emulator.TokenInfo {
	number := int64(0)
	for _, call := range calls {
		if call.Token > 0 {
			number = call.Token
		}
	}
	if number == 0 || p.google == nil {
		return nil
	}
	for _, token := range p.google.Tokens() {
		if token.Number == number {
			return &token
		}
	}
	return nil
}

func (p *Printer) writeLocked(text string) {
	_, _ = io.WriteString(p.out, text) // an error cannot be reported: the terminal is gone
}
