package rest

// Check is one of the checks that come before a call is served.
type Check string

// The checks, in the order in which Google makes them.
const (
	CheckToken   Check = "token"   // the token is valid, and of a type that the API accepts
	CheckAPI     Check = "api"     // the API is enabled in the token's project
	CheckScope   Check = "scope"   // the token has one of the scopes that the method accepts
	CheckQuota   Check = "quota"   // the limits of the minute are not reached
	CheckSharing Check = "sharing" // the token's owner has the role that the method needs on the file
)

// Decision is what the checks of a call found. The fields of a check that was not
// reached, or that the call does not need, are zero.
type Decision struct {
	// Refused is the check that refused the call; empty = none did.
	Refused Check
	// Accepted are the scopes, as full URLs, of which the token needs one, and Scope is
	// the one of the token that is among them; empty = none is.
	Accepted []string
	Scope    string
	// Bucket is the quota that the call counts for ("read requests per minute per
	// user"), Limit is its limit, 0 if it is not enforced, and Used how much of it is
	// used, this call included.
	Bucket      string
	Used, Limit int
	// File is the ID of the file, Role is that of the token's owner on it ("reader",
	// "writer"; empty = it is not shared), and NeededRole the one that the method needs.
	File, Role, NeededRole string
}

// Refuse notes which check refused the call, and returns err; a nil error notes
// nothing.
func (d *Decision) Refuse(check Check, err error) error {
	if err != nil {
		d.Refused = check
	}
	return err
}
