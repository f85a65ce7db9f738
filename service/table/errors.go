package table

import "time"

// Code names a kind of failure for machines. It stands in the answer's "code".
type Code string

// What can go wrong with a request, and with Google.
const (
	BadRequest          Code = "bad-request"           // the request cannot be understood
	InvalidRows         Code = "invalid-rows"          // the rows, or the sheet's header, break a rule
	TooLarge            Code = "too-large"             // more rows than one request may hold
	SheetNotFound       Code = "sheet-not-found"       // no sheet has this title
	ScopeInsufficient   Code = "scope-insufficient"    // the token lacks the scope
	NotShared           Code = "not-shared"            // the function's account may not open or edit the spreadsheet
	APIDisabled         Code = "api-disabled"          // the account's project has not enabled the API
	NoStorage           Code = "no-storage"            // service accounts cannot own files
	SpreadsheetNotFound Code = "spreadsheet-not-found" // no such ID
	UnsupportedDocument Code = "unsupported-document"  // a file that is no Google spreadsheet
	RateLimited         Code = "rate-limited"          // Google's quota is used up for now
	TokenRefused        Code = "token"                 // Google does not take the access token
	Upstream            Code = "upstream"              // Google failed, or could not be reached
	Overloaded          Code = "overloaded"            // too much is waiting already
	Conflict            Code = "conflict"              // somebody changed the sheet meanwhile
	KeyReused           Code = "key-reused"            // the idempotency key belongs to another request
	SheetFull           Code = "sheet-full"            // Google's limit of cells
	OutcomeUnknown      Code = "outcome-unknown"       // the rows may have been stored or not
)

// Account stands in a remedy for the e-mail of the function's account, which
// this package does not know.
const Account = "{account}"

// Error is a failure that a caller or an operator can act on.
type Error struct {
	Code       Code
	Detail     string        // what happened, to what; for the caller
	Remedy     string        // the act that mends it; may hold [Account]; may be empty
	RetryAfter time.Duration // when to come back; 0 is unsaid
	Err        error         // the cause, for the log; may be nil
}

// Error is the detail and the cause, without the remedy.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
