package emulator

import (
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// identity is who may act as whom. Server.mu guards all but the keys.
type identity struct {
	keys      keyRing
	accounts  map[string]string      // service accounts that exist: unique ID → e-mail
	granted   map[[2]string]bool     // caller and the account that it may act as
	delegated map[[2]string][]string // account and Workspace domain → scopes
	refresh   map[string]*token
	unbound   bool
}

func newIdentity() identity {
	return identity{
		accounts:  map[string]string{},
		granted:   map[[2]string]bool{},
		delegated: map[[2]string][]string{},
		refresh:   map[string]*token{},
	}
}

// exists notes that there is a service account; the caller holds the lock.
func (i *identity) exists(account string) { i.accounts[UniqueID(account)] = account }

// account returns the e-mail address of a service account that an address or a
// unique ID names, and the name itself where nobody has told of it.
func (i *identity) account(name string) (email string, known bool) {
	if email, ok := i.accounts[name]; ok {
		return email, true
	}
	_, known = i.accounts[UniqueID(name)]
	return name, known
}

// Grant gives the caller (an e-mail address, or [Server.WorkloadPool]) the role
// roles/iam.serviceAccountTokenCreator on a service account: IAM makes tokens of
// the account for it, and signs in its name. An account has no such right on
// itself unless granted, too.
func (s *Server) Grant(caller, account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity.exists(account)
	s.identity.granted[[2]string{caller, account}] = true
}

// Delegate lets a service account act as any user of a Workspace domain
// ("example.com") with these scopes (full URLs), as the domain's administrator
// does under domain-wide delegation. Without scopes it takes that away.
func (s *Server) Delegate(account, domain string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity.exists(account)
	s.identity.delegated[[2]string{account, domain}] = slices.Clone(scopes)
}

// mayActAs reports whether a service account may act as a user with all of the
// scopes; any account may act as itself.
func (i *identity) mayActAs(account, user string, scopes []string) bool {
	if user == account {
		return true
	}
	allowed := i.delegated[[2]string{account, user[strings.LastIndexByte(user, '@')+1:]}]
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(allowed, scope) })
}

// RefreshToken returns a refresh token of a person who has consented to the
// scopes (full URLs), as a login leaves it in an authorized_user file. It does
// not expire; any client ID may use it.
func (s *Server) RefreshToken(email string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := "1//" + rest.RandomText(100)
	s.identity.refresh[text] = &token{principal: email, scopes: slices.Clone(scopes)}
	return text
}
