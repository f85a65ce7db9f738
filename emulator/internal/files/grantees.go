package files

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// Who may do what with a file. A file's roles are kept by grantee: an e-mail
// address, or one of these.
const (
	anyoneGrantee = "anyone"
	domainGrantee = "domain:" // and the domain
	groupGrantee  = "group:"  // and the group's address; who is in it is not known
)

// Grantee is the name that a permission's type and address are kept by.
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

// GranteeType is the inverse of grantee.
func GranteeType(name string) (kind, email, domain string) {
	switch {
	case name == anyoneGrantee:
		return "anyone", "", ""
	case strings.HasPrefix(name, domainGrantee):
		return "domain", "", strings.TrimPrefix(name, domainGrantee)
	case strings.HasPrefix(name, groupGrantee):
		return "group", strings.TrimPrefix(name, groupGrantee), ""
	}
	return "user", name, ""
}

// PermissionID is the id of a grantee, the same on every file as on Google.
func PermissionID(name string) string {
	if name == anyoneGrantee {
		return "anyoneWithLink"
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	id := strconv.FormatUint(h.Sum64(), 10)
	return strings.Repeat("0", 20-len(id)) + id
}

// RootOf is the id of somebody's "My Drive" folder.
func RootOf(email string) string { return "0A" + PermissionID(email)[:15] + "Uk9PVA" }
