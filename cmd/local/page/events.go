package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"example.com/sheets-function/cmd/local/traffic"
)

const (
	// pushInterval is the shortest time between two events.
	pushInterval = 150 * time.Millisecond
	// stateInterval is the longest time until counters are seen, and until a browser that
	// has left is noticed.
	stateInterval = time.Second
	// maxBacklog is how many requests and calls an event has, the newest.
	maxBacklog = 200
	maxTokens  = 30
	// maxStreams is how many pages may be open at a time.
	maxStreams = 32
	// writeTimeout is how long a browser may take none of what it is sent. It is shorter
	// than a shutdown waits.
	writeTimeout = 5 * time.Second
)

// streamEvents sends what has happened, and then what happens, as server-sent events:
// "requests", "calls", "tokens" and "state".
func (p *page) streamEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case p.streams <- struct{}{}:
		defer func() { <-p.streams }()
	default:
		refuse(w, http.StatusServiceUnavailable, "%d of these pages are open, the most that may be: close one, then load this one again", maxStreams)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := stream{w: w, flusher: http.NewResponseController(w)}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		p.stopOnce.Do(func() { server.RegisterOnShutdown(func() { close(p.stopped) }) })
	}
	var change, call int64
	for {
		_ = out.flusher.SetWriteDeadline(time.Now().Add(writeTimeout)) // all connections of a server have one
		google, requests := p.Google.Changed(), p.Requests.Changed()
		calls := p.Google.RequestsAfter(call)
		if len(calls) > 0 {
			call = calls[len(calls)-1].Number
		}
		calls = calls[max(0, len(calls)-maxBacklog):]
		var changed []traffic.Request
		changed, change = p.Requests.Since(change)
		changed = changed[max(0, len(changed)-maxBacklog):]
		out.send("requests", describeAll(changed, describeRequest), len(changed) > 0)
		out.send("calls", describeAll(calls, describeCall), len(calls) > 0)
		tokens := p.Google.Tokens()
		out.sendChanged("tokens", describeAll(tokens[max(0, len(tokens)-maxTokens):], describeToken))
		out.sendChanged("state", p.state())
		if out.flush(); out.err != nil || !p.waitForChange(r, google, requests) {
			return
		}
	}
}

// waitForChange waits until something has changed, or counters may have; it returns
// false if the browser has left, or the server shuts down.
func (p *page) waitForChange(r *http.Request, google, requests <-chan struct{}) bool {
	timer := time.NewTimer(stateInterval)
	defer timer.Stop()
	select {
	case <-google:
	case <-requests:
	case <-timer.C:
	case <-p.stopped:
		return false
	case <-r.Context().Done():
		return false
	}
	select {
	case <-time.After(pushInterval):
		return true
	case <-r.Context().Done():
		return false
	}
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	flusher *http.ResponseController
	last    map[string][]byte
	err     error
}

// send writes an event, unless the condition is false.
func (s *stream) send(name string, v any, condition bool) {
	if !condition || s.err != nil {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		_, err = fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", name, data)
	}
	s.err = err
}

// sendChanged writes an event if it differs from the last one of its name.
func (s *stream) sendChanged(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil || bytes.Equal(data, s.last[name]) {
		return
	}
	if s.last == nil {
		s.last = map[string][]byte{}
	}
	s.last[name] = data
	s.send(name, json.RawMessage(data), true)
}

// flush also sends a comment, without which a browser that has left is not noticed.
func (s *stream) flush() {
	if s.err == nil {
		_, s.err = fmt.Fprint(s.w, ":\n\n")
	}
	if s.err == nil {
		s.err = s.flusher.Flush()
	}
}
