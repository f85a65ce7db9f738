package emulator

import (
	"net/http"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Fault makes calls fail. The zero value applies to every call and changes
// nothing; set what fails.
type Fault struct {
	// Call is one of [Calls], the name of the call that fails, as in the discovery document
	// ("sheets.spreadsheets.values.append", "drive.files.get",
	// "iamcredentials.projects.serviceAccounts.signJwt"), or "oauth2.token",
	// "oauth2.tokeninfo", "oauth2.certs", or "metadata." and the last element of
	// the path ("metadata.token", "metadata.identity", "metadata.email"); empty
	// = every call.
	Call string
	// Times is the number of calls that fail; 0 = all until [Server.ClearFaults].
	Times int
	// Delay is how long the call waits before anything else, or until the client
	// leaves or [Server.ClearFaults] is called.
	Delay time.Duration
	// Status is the status of the response, with Google's own error body; the
	// call is not served. It is one of 400, 401, 403, 404, 429, 500, 503; 0 =
	// serve the call.
	Status int
	// HTML makes the body of Status Google's HTML error page.
	HTML bool
	// Hang never responds: the request ends when the client leaves, or without a
	// response when [Server.ClearFaults] is called. The call is not served.
	Hang bool
	// Drop closes the connection.
	Drop Drop
}

// Drop is when a [Fault] closes the connection.
type Drop int

const (
	// DropNone does not close the connection.
	DropNone Drop = iota
	// DropBefore closes the connection before the call is served.
	DropBefore
	// DropAfter serves the call, stores what it writes, and closes the
	// connection without a response.
	DropAfter
	// DropMiddle serves the call and sends half of the body of the response.
	DropMiddle
)

// Inject adds a fault. Of several faults for a call the first applies, one to a
// request. It panics if no call has the name, as the fault would never apply; see
// [Calls].
func (s *Server) Inject(f Fault) {
	if err := checkCall(f.Call); err != nil {
		panic("emulator: Inject: " + err.Error())
	}
	defer s.notify()
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = append(s.faults.rules, &f)
}

// ClearFaults removes all faults and releases the requests that hang or are
// delayed.
func (s *Server) ClearFaults() {
	defer s.notify()
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = nil
	close(s.faults.cleared)
	s.faults.cleared = make(chan struct{})
}

// faults are the injected faults, in order.
type faults struct {
	mu      sync.Mutex
	rules   []*Fault
	cleared chan struct{}
}

// list returns the faults that are left.
func (f *faults) list() (list []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.rules {
		list = append(list, *rule)
	}
	return list
}

// match returns the fault for a call, the zero Fault if there is none, and a
// channel that is closed by the next ClearFaults.
func (f *faults) match(call string) (Fault, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, rule := range f.rules {
		if rule.Call != "" && rule.Call != call {
			continue
		}
		hit := *rule
		if rule.Times > 0 {
			if rule.Times--; rule.Times == 0 {
				f.rules = append(f.rules[:i:i], f.rules[i+1:]...)
			}
		}
		return hit, f.cleared
	}
	return Fault{}, f.cleared
}

// wait blocks a request as the fault requires; it returns false if the request is to
// end without a response.
func (f Fault) wait(r *http.Request, cleared <-chan struct{}) bool {
	if f.Hang {
		select {
		case <-cleared:
		case <-r.Context().Done():
		}
		return false
	}
	if f.Delay <= 0 {
		return true
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-cleared:
	case <-r.Context().Done():
		return false
	}
	return true
}

// faultMessages are the messages of the errors that a fault can have.
var faultMessages = map[int]string{
	http.StatusBadRequest:          "Request contains an invalid argument.",
	http.StatusForbidden:           "The caller does not have permission",
	http.StatusNotFound:            "Requested entity was not found.",
	http.StatusTooManyRequests:     "Resource has been exhausted (e.g. check quota).",
	http.StatusInternalServerError: "Internal error encountered.",
	http.StatusServiceUnavailable:  "The service is currently unavailable.",
}

// faultFailure returns the error of a status as the API of the route has it.
func faultFailure(status int, rt *rest.Route) error {
	switch {
	case status == http.StatusTooManyRequests && rt.IsDrive():
		return &rest.Error{Status: status, Message: "User Rate Limit Exceeded", Item: rest.ErrorItem{Domain: "usageLimits", Reason: "userRateLimitExceeded"}}
	case status == http.StatusTooManyRequests && rt.Service() == "sheets.googleapis.com":
		return rateLimited(rt, "User", GoogleQuota.User)
	case status == http.StatusUnauthorized:
		return identity.InvalidToken()
	}
	message, ok := faultMessages[status]
	if !ok {
		message = http.StatusText(status)
	}
	return &rest.Error{Status: status, Message: message}
}
