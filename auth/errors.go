package auth

import "fmt"

// Error says why there is no access token. It never holds one.
type Error struct {
	Op   string // what was tried, such as "fetch an access token from the metadata server at 169.254.169.254"
	Err  error  // the cause
	Hint string // the act that mends it; may be empty
}

// Error returns the operation and its cause, without the hint.
func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Op, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
