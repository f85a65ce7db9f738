package files

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// Role is what a grantee may do with a file. A greater role allows all that a
// smaller one does.
type Role int

// The roles of My Drive. Those of members of a shared drive are stored as the
// role that allows the same: organizer as Owner, fileOrganizer as Writer.
const (
	NoRole Role = iota
	Reader
	Commenter
	Writer
	Owner
)

// Roles are the roles by the names that the Drive API has for them.
var Roles = map[string]Role{"": NoRole, "reader": Reader, "commenter": Commenter, "writer": Writer, "owner": Owner}

// String returns the name that the Drive API has for the role; "" for none.
func (r Role) String() string { return [...]string{"", "reader", "commenter", "writer", "owner"}[r] }

// What grantees that are not users are stored as.
const (
	anyoneGrantee = "anyone"
	domainGrantee = "domain:" // and the domain
	groupGrantee  = "group:"  // and the group's address; its members are not known
)

// Grantee returns the key of [File.Roles] for a permission of a type ("user",
// "group", "domain" or "anyone"): the address of a user, or one that cannot be an
// address.
func Grantee(kind, email, domain string) string {
	switch kind {
	case "anyone":
		return anyoneGrantee
	case "domain":
		return domainGrantee + domain
	case "group":
		return groupGrantee + email
	}
	return email
}

// GranteeType is the inverse of [Grantee].
func GranteeType(grantee string) (kind, email, domain string) {
	switch {
	case grantee == anyoneGrantee:
		return "anyone", "", ""
	case strings.HasPrefix(grantee, domainGrantee):
		return "domain", "", strings.TrimPrefix(grantee, domainGrantee)
	case strings.HasPrefix(grantee, groupGrantee):
		return "group", strings.TrimPrefix(grantee, groupGrantee), ""
	}
	return "user", grantee, ""
}

// PermissionID returns the ID of a grantee's permissions, the same on every file
// as on Google.
func PermissionID(grantee string) string {
	if grantee == anyoneGrantee {
		return "anyoneWithLink"
	}
	h := fnv.New64a()
	h.Write([]byte(grantee))
	id := strconv.FormatUint(h.Sum64(), 10)
	return strings.Repeat("0", 20-len(id)) + id
}

// RootID returns the ID of a user's "My Drive" folder.
func RootID(email string) string { return "0A" + PermissionID(email)[:15] + "Uk9PVA" }
