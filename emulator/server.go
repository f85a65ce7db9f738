package emulator

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/drive"
	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/sheets"
)

// Options configure a [Server]. The zero value is valid.
type Options struct {
	// Profile is the platform whose metadata server is emulated; empty =
	// CloudRun.
	Profile Profile
	// VMScopes are the scopes (full URLs) of the virtual machine of the profile
	// GCE; nil = Compute Engine's default, without Sheets and Drive.
	VMScopes []string
	// Project is the ID of the project of the service account; empty =
	// "demo-project".
	Project string
	// ServiceAccount is the e-mail address of the account whose tokens the
	// metadata server issues; empty =
	// "sheets-function@<Project>.iam.gserviceaccount.com".
	ServiceAccount string
	// TokenLifetime is the lifetime of a token; 0 = 1 hour. The metadata server
	// reports one second less for a new token (3599), and returns the same token
	// until its last minute (its last five on GCE and GKE), or its last quarter
	// where that is shorter.
	TokenLifetime time.Duration
	// Quota limits calls of the Sheets and the Drive API to [GoogleQuota].
	Quota bool
	// DuplicateMetadata takes developer metadata whose ID exists, as nobody has seen Google
	// do: it is to test what depends on Google refusing it.
	DuplicateMetadata bool
	// Now is the clock; nil = time.Now.
	Now func() time.Time
}

// Server emulates the metadata server (/computeMetadata/v1/), the Sheets API
// (/v4/spreadsheets), the Drive API (/drive/v3/), IAM's Service Account
// Credentials API (/v1/projects/), the token endpoint (/token, /tokeninfo) and
// the public keys of ID tokens (/oauth2/v3/certs). It has no listener, starts no
// goroutine and needs no closing. All methods are safe for concurrent use.
type Server struct {
	options   Options
	faults    faults
	files     *files.Store
	authority *identity.Authority
	routes    []rest.Route

	mu    sync.Mutex // guards all below
	log   []Request
	quota quota
}

// New returns an emulator without any spreadsheet.
func New(o Options) *Server {
	o.Project = cmp.Or(o.Project, "demo-project")
	o.ServiceAccount = cmp.Or(o.ServiceAccount, "sheets-function@"+o.Project+".iam.gserviceaccount.com")
	o.Profile = cmp.Or(o.Profile, CloudRun)
	o.TokenLifetime = cmp.Or(o.TokenLifetime, time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		options: o,
		faults:  faults{cleared: make(chan struct{})},
		files:   files.NewStore(o.Now),
		authority: identity.New(identity.Config{
			Profile: o.Profile, VMScopes: o.VMScopes, Project: o.Project,
			ServiceAccount: o.ServiceAccount, TokenLifetime: o.TokenLifetime, Now: o.Now,
		}),
	}
	if o.Quota {
		s.quota.limits = GoogleQuota
	}
	s.routes = slices.Concat(
		(&sheets.API{Files: s.files, Now: o.Now, DuplicateMetadata: o.DuplicateMetadata}).Routes(),
		(&drive.API{Files: s.files, Now: o.Now}).Routes(),
		s.authority.Routes(),
	)
	rest.SortRoutes(s.routes)
	return s
}

// Request is an entry of the log.
type Request struct {
	// Call is the name in the API's discovery document ("drive.files.get"), or
	// "metadata." and the last element of the path; empty for a path that is of
	// no API.
	Call   string
	Method string
	Path   string
	Query  string // without keys and tokens
	// Principal is the e-mail address of the token's owner; empty without a
	// valid token, and for the metadata server.
	Principal string
	Scopes    []string // full URLs: of the token, or requested from the metadata server
	Status    int      // 0 = no response was sent
}

// maxLog bounds the memory of a server that runs for days.
const maxLog = 100_000

// Requests returns the log of requests, oldest first. Of a long log it returns
// at least the newest 50,000 entries.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// record appends to the log.
func (s *Server) record(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= maxLog {
		s.log = append([]Request(nil), s.log[maxLog/2:]...)
	}
	s.log = append(s.log, r)
}
