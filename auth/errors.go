package auth

import (
	"fmt"
	"strings"
)

// Error is why there is no access token. It quotes the start of a response only if
// its status is 400 or more: others may hold a token. The errors of a client that
// [Transport.Client] returned wrap it; use [errors.As].
type Error struct {
	Op   string // the operation, such as "fetch an access token from the metadata server at 169.254.169.254"
	Err  error  // the cause, never nil
	Hint string // what fixes it, for a person who operates the service; may be empty
}

// Error returns the operation, its cause and the hint, so that a program that only
// prints its error shows what fixes it.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Detail()
	}
	return e.Detail() + "; hint: " + e.Hint
}

// Detail returns the operation and its cause, for a program that shows the hint
// separately.
func (e *Error) Detail() string { return fmt.Sprintf("%s: %v", e.Op, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// projectFlag returns the flag by which gcloud commands name the project of a
// service account, with a blank before it; "" if its address does not have one.
func projectFlag(account string) string {
	_, domain, _ := strings.Cut(account, "@")
	if project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com"); ok {
		return " --project=" + project
	}
	return ""
}
