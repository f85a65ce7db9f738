package web

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// The codes of the errors that this package returns. An API adds its own.
const (
	CodeBadRequest          = "bad-request"            // 400
	CodeForbidden           = "forbidden"              // 403
	CodeRouteNotFound       = "route-not-found"        // 404
	CodeMethodNotAllowed    = "method-not-allowed"     // 405
	CodePrecondition        = "precondition-failed"    // 412
	CodeTooLarge            = "too-large"              // 413
	CodeUnsupportedMedia    = "unsupported-media-type" // 415
	CodeRangeNotSatisfiable = "range-not-satisfiable"  // 416
	CodeInternal            = "internal"               // 500
	CodeOverloaded          = "overloaded"             // 503
)

// Error is what a caller gets instead of what was asked for. It is answered as a
// problem of RFC 9457.
type Error struct {
	Code       string        // for programs; see the constants of this package
	Status     int           // HTTP status; 0 is 500
	Detail     string        // for people: what is wrong, with which object
	Details    string        // more of that, for programs that read it; may be empty
	Hint       string        // for people: what to do about it; may be empty
	HintQuotes bool          // Hint holds what the caller sent, corrected: it is left out of the log
	RetryAfter time.Duration // 0 sends no Retry-After
	// Err is the cause. It is logged and not sent; it may be nil.
	Err error
	// AlwaysLog keeps the severity of the log line also where the client did not
	// wait for the answer.
	AlwaysLog bool
}

// Error returns the detail and the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) status() int { return cmp.Or(e.Status, http.StatusInternalServerError) }

// BadRequest returns an error with status 400. It quotes what the caller sent, so
// bound what it prints: %.100q.
func BadRequest(format string, args ...any) error {
	return &Error{Code: CodeBadRequest, Status: http.StatusBadRequest, Detail: fmt.Sprintf(format, args...)}
}

// AsError returns the [*Error] in err's tree. Without one it returns a 500 that does not
// name the cause.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: CodeInternal, Status: http.StatusInternalServerError, Detail: "the function failed; its log has the cause"}
}

const maxRetryAfter = 24 * time.Hour

// problem is the body of an error response, https://www.rfc-editor.org/rfc/rfc9457.
// Its type is about:blank because the code carries the meaning. The request's ID
// is a member of its own: it is not a URI, as the member instance has to be. Clients of
// PostgREST read code, message, details and hint,
// https://docs.postgrest.org/en/stable/references/errors.html.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	Message   string `json:"message"` // Detail again
	Details   string `json:"details,omitempty"`
	Hint      string `json:"hint,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// write sends the error, and removes the headers of the response that it replaces.
func (e *Error) write(w http.ResponseWriter) {
	header := w.Header()
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Age", "Link", "Preference-Applied"} {
		header.Del(name)
	}
	header.Set("Cache-Control", "no-store")
	if e.RetryAfter > 0 {
		// Clients come back within a day, however long a server upstream asks for.
		seconds := math.Ceil(min(e.RetryAfter, maxRetryAfter).Seconds())
		header.Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	if e.status() == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	// The client has gone if this fails.
	_ = writeJSON(w, "application/problem+json", e.status(), problem{
		Type: "about:blank", Title: http.StatusText(e.status()), Status: e.status(),
		Detail: e.Detail, Code: e.Code, Message: e.Detail, Details: e.Details, Hint: e.Hint, RequestID: header.Get(RequestIDHeader),
	})
}

// Unavailable returns a handler that answers every request with e, for a process
// that has started and cannot serve.
func Unavailable(e Error) http.Handler {
	return withRequestID(withSecurityHeaders(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { e.write(w) })))
}
