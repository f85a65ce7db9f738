package table

import "time"

// Code is a kind of failure, for programs. Problem responses have it as "code".
type Code string

// The kinds of failures of a request, of Google, and of this function.
const (
	BadRequest          Code = "bad-request"           // the request cannot be understood
	InvalidRows         Code = "invalid-rows"          // the rows, or the sheet's header, break a rule
	MaxAffected         Code = "max-affected"          // more rows match than may be changed
	TooLarge            Code = "too-large"             // more rows than one request may hold
	SheetNotFound       Code = "sheet-not-found"       // no sheet has this title
	ScopeInsufficient   Code = "scope-insufficient"    // the token lacks the scope
	NotShared           Code = "not-shared"            // the function's account may not open or edit the spreadsheet
	ProtectedRange      Code = "protected-range"       // the function's account may not edit the cells
	APIDisabled         Code = "api-disabled"          // the account's project has not enabled the API
	NoStorage           Code = "no-storage"            // service accounts cannot own files
	SpreadsheetNotFound Code = "spreadsheet-not-found" // no such ID
	UnsupportedDocument Code = "unsupported-document"  // a file that is not a Google spreadsheet
	RateLimited         Code = "rate-limited"          // Google's quota is used up for now
	TokenRefused        Code = "token"                 // Google refuses the access token
	Upstream            Code = "upstream"              // Google failed, or could not be reached
	Overloaded          Code = "overloaded"            // too many requests are waiting
	Conflict            Code = "conflict"              // the sheet was changed at the same moment
	KeyReused           Code = "key-reused"            // another request had the same idempotency key
	Precondition        Code = "precondition-failed"   // the rows are not those of the ETag that was sent
	SheetFull           Code = "sheet-full"            // the rows exceed Google's limit of cells
	OutcomeUnknown      Code = "outcome-unknown"       // the rows may or may not have been stored
)

// Placeholders in an [Error.Hint], which the caller of this module's packages
// replaces: the e-mail address of the function's account, that account's project,
// and the scopes that the function needs, as SCOPES takes them.
const (
	Account = "{account}"
	Project = "{project}"
	Scopes  = "{scopes}"
)

// Error is a failure that a caller or an operator can act on. Packages table and service
// return it as a pointer, which may be wrapped: use [errors.As].
type Error struct {
	Code       Code
	Detail     string        // what failed, and why; for the caller, without row content
	Hint       string        // what to do to fix it; may contain [Account]; may be empty
	RetryAfter time.Duration // when to try again; 0 is unknown
	Err        error         // the cause, for the log; may be nil
}

// Error returns the detail and the cause, without the hint.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
