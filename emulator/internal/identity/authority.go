package identity

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Config is what an [Authority] emulates. All fields are required, except
// VMScopes.
type Config struct {
	Profile        Profile
	VMScopes       []string // of the machine of [GCE], as full URLs; nil = the defaults
	Project        string
	ServiceAccount string // address of the account of the metadata server
	TokenLifetime  time.Duration
	Now            func() time.Time
}

// Authority issues and checks tokens. It is the metadata server, IAM, the token
// endpoint, and the check of tokens that comes before each API. All methods are
// safe for concurrent use.
type Authority struct {
	config  Config
	profile atomic.Pointer[Profile] // that of the configuration until [Authority.SetProfile]
	keys    keyRing

	mu        sync.Mutex // guards all below
	tokens    map[string]*Token
	cached    map[string]*cachedToken // of the metadata server, by scopes
	disabled  map[string]bool         // by API
	accounts  map[string]string       // service accounts: unique ID → address
	granted   map[[2]string]bool      // caller and account that it may act as
	delegated map[[2]string][]string  // account and Workspace domain → scopes
	refresh   map[string]*Token
	unbound   bool
	issued    int64 // number of tokens
}

// New returns an authority that has issued no token. The service account of the
// configuration exists.
func New(c Config) *Authority {
	auth := &Authority{
		config:    c,
		tokens:    map[string]*Token{},
		cached:    map[string]*cachedToken{},
		disabled:  map[string]bool{},
		accounts:  map[string]string{},
		granted:   map[[2]string]bool{},
		delegated: map[[2]string][]string{},
		refresh:   map[string]*Token{},
	}
	auth.profile.Store(&c.Profile)
	auth.addAccountLocked(c.ServiceAccount)
	return auth
}

// Routes returns all calls of IAM, of the token endpoint, and of the Security
// Token Service, which federated workloads call. They hold the lock while they are
// served.
func (auth *Authority) Routes() []rest.Route {
	endpoints := auth.iamEndpoints()
	maps.Copy(endpoints, auth.oauthEndpoints())
	return rest.Serve(rest.Locking(&auth.mu, endpoints), "iamcredentials.", "oauth2.", "iap.", "sts.", "discovery.")
}

// addAccountLocked adds a service account.
func (auth *Authority) addAccountLocked(email string) { auth.accounts[UniqueID(email)] = email }

// accountLocked returns the address of the service account that an address or a
// unique ID names, and the name itself if there is no such account.
func (auth *Authority) accountLocked(name string) (email string, known bool) {
	if email, ok := auth.accounts[name]; ok {
		return email, true
	}
	_, known = auth.accounts[UniqueID(name)]
	return name, known
}

// Grant gives the caller (an e-mail address, or [Authority.WorkloadPool]) the
// role roles/iam.serviceAccountTokenCreator on a service account: IAM issues
// tokens of the account to it, and signs in its name. An account does not have
// the role on itself by default.
func (auth *Authority) Grant(caller, account string) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.addAccountLocked(account)
	auth.granted[[2]string{caller, account}] = true
}

// Delegate allows a service account to act as any user of a Workspace domain
// ("example.com") with these scopes (full URLs), as an administrator does with
// domain-wide delegation. Without scopes it revokes that.
func (auth *Authority) Delegate(account, domain string, scopes ...string) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.addAccountLocked(account)
	auth.delegated[[2]string{account, domain}] = slices.Clone(scopes)
}

// mayActAsLocked reports whether a service account may act as a user with all of
// the scopes. An account may act as itself.
func (auth *Authority) mayActAsLocked(account, user string, scopes []string) bool {
	if user == account {
		return true
	}
	allowed := auth.delegated[[2]string{account, user[strings.LastIndexByte(user, '@')+1:]}]
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(allowed, scope) })
}

// RefreshToken returns a refresh token of a user who has consented to the scopes
// (full URLs), as a login stores it in an authorized_user file. It does not
// expire, and any client ID may use it.
func (auth *Authority) RefreshToken(email string, scopes ...string) string {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	text := "1//" + rest.RandomText(100)
	auth.refresh[text] = &Token{Principal: email, Scopes: slices.Clone(scopes)}
	return text
}
