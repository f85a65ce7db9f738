package emulator

import (
	"net/http"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// Fault makes calls fail. The zero value strikes every call until [Server.Heal]
// and changes nothing; set what is to go wrong.
type Fault struct {
	// Call is the call it strikes, named as in the discovery document
	// ("sheets.spreadsheets.values.append", "drive.files.get",
	// "iamcredentials.projects.serviceAccounts.signJwt"), or "oauth2.token",
	// "oauth2.tokeninfo", "oauth2.certs", or "metadata." and the last word of the
	// path ("metadata.token", "metadata.identity", "metadata.email"); empty = every call.
	Call string
	// Times is how often it strikes; 0 = until Heal.
	Times int
	// Delay is waited first, or until the client leaves or Heal is called.
	Delay time.Duration
	// Status is answered with Google's own error body instead of serving the
	// call: 400, 401, 403, 404, 429, 500, 503. 0 = serve the call.
	Status int
	// HTML makes the body of Status Google's HTML error page.
	HTML bool
	// Hang never answers: the request ends when the client leaves, or unanswered
	// when Heal is called. Nothing is done.
	Hang bool
	// Drop cuts the connection.
	Drop Drop
}

// Drop tells where a [Fault] cuts the connection.
type Drop int

const (
	// DropNone leaves the connection alone.
	DropNone Drop = iota
	// DropBefore drops the connection before anything is done.
	DropBefore
	// DropAfter does what was asked, stores it, and drops the connection
	// without an answer.
	DropAfter
	// DropMiddle does what was asked and sends half of the answer's body.
	DropMiddle
)

// Inject adds a fault. The one injected first strikes first, one to a request.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = append(s.faults.rules, &f)
}

// Heal removes all faults and releases the requests that hang or are delayed.
func (s *Server) Heal() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rules = nil
	close(s.faults.healed)
	s.faults.healed = make(chan struct{})
}

type faults struct {
	mu     sync.Mutex
	rules  []*Fault
	healed chan struct{}
}

// strike returns the fault for a call, the zero Fault if there is none, and a
// channel that closes at the next Heal.
func (f *faults) strike(call string) (Fault, <-chan struct{}) {
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
		return hit, f.healed
	}
	return Fault{}, f.healed
}

// wait holds a request as the fault says; it returns false when the request is
// to end without an answer.
func (f Fault) wait(r *http.Request, healed <-chan struct{}) bool {
	if f.Hang {
		select {
		case <-healed:
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
	case <-healed:
	case <-r.Context().Done():
		return false
	}
	return true
}

// faultMessages are the texts of the errors that a fault can ask for.
var faultMessages = map[int]string{
	http.StatusBadRequest:          "Request contains an invalid argument.",
	http.StatusForbidden:           "The caller does not have permission",
	http.StatusNotFound:            "Requested entity was not found.",
	http.StatusTooManyRequests:     "Resource has been exhausted (e.g. check quota).",
	http.StatusInternalServerError: "Internal error encountered.",
	http.StatusServiceUnavailable:  "The service is currently unavailable.",
}

// faultFailure is the error of a status as the API of rt answers it.
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
