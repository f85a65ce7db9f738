package auth

import "fmt"

// Error is why there is no access token. It quotes the start of a response only if
// its status is 400 or more: others may hold a token. The errors of a client that
// [Transport.Client] returned wrap it; use [errors.As].
type Error struct {
	Op   string // the operation, such as "fetch an access token from the metadata server at 169.254.169.254"
	Err  error  // the cause, never nil
	Hint string // what fixes it, for a person who operates the service; may be empty
}

// Error returns the operation and its cause, without the hint.
func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Op, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
