package emulator

import (
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// Who may do what with a file. A file's roles are kept by grantee: an e-mail
// address, or one of these.
const (
	anyoneGrantee = "anyone"
	domainGrantee = "domain:" // and the domain
	groupGrantee  = "group:"  // and the group's address; who is in it is not known
)

// grantee is the name that a permission's type and address are kept by.
func grantee(kind, email, domain string) string {
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

// granteeType is the inverse of grantee.
func granteeType(name string) (kind, email, domain string) {
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

// permissionID is the id of a grantee, the same on every file as on Google.
func permissionID(name string) string {
	if name == anyoneGrantee {
		return "anyoneWithLink"
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	id := strconv.FormatUint(h.Sum64(), 10)
	return strings.Repeat("0", 20-len(id)) + id
}

// role is what somebody may do with a file, by whatever grant is the greatest.
func (s *Server) role(f *file, email string) role {
	_, domain, _ := strings.Cut(email, "@")
	best := max(f.roles[email], f.roles[anyoneGrantee], f.roles[domainGrantee+domain])
	if home := s.files[f.drive]; home != nil && home != f {
		best = max(best, s.role(home, email))
	}
	return best
}

// listed tells whether a file is among somebody's: what anyone may open by its
// link is not.
func (s *Server) listed(f *file, email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	home := s.files[f.drive]
	return max(f.roles[email], f.roles[domainGrantee+domain]) >= reader || home != nil && home != f && s.listed(home, email)
}

// rootOf is the id of somebody's "My Drive" folder.
func rootOf(email string) string { return "0A" + permissionID(email)[:15] + "Uk9PVA" }

// trashedIn tells whether a file or a folder that it lies in is in the trash.
func (s *Server) trashedIn(f *file) bool {
	for depth := 0; f != nil && depth < 100; depth++ {
		if f.trashed {
			return true
		}
		f = s.files[f.parent]
	}
	return false
}

// isServiceAccount tells by the address whose files have no storage.
func isServiceAccount(email string) bool { return strings.HasSuffix(email, ".gserviceaccount.com") }

// noStorage is the 403 of Drive for a service account that wants to own a file.
func noStorage() error {
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "The user's Drive storage quota has been exceeded.",
		Item:    rest.ErrorItem{Domain: "usageLimits", Reason: "storageQuotaExceeded"},
	}
}
