package auth

import "fmt"

// Error says why there is no access token. It never holds one.
type Error struct {
	Doing  string // what was tried, such as "fetch an access token from the metadata server at 169.254.169.254"
	Err    error  // the cause
	Remedy string // the act that mends it; may be empty
}

// Error is the attempt and its cause, without the remedy.
func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Doing, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
