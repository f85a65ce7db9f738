package emulator

import (
	"slices"

	"example.com/sheets-function/emulator/internal/drive"
	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/sheets"

	"cmp"
	"sync"
	"time"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
)

// Options say what a [Server] pretends to be. The zero value is good.
type Options struct {
	// Profile is the platform whose metadata server it is; empty = CloudRun.
	Profile Profile
	// VMScopes are the scopes (full URLs) that the virtual machine of the profile
	// GCE was made with; nil = Compute Engine's default, without Sheets and Drive.
	VMScopes []string
	// Project is the project that the service account belongs to; empty = "demo-project".
	Project string
	// ServiceAccount is the e-mail address of the account that the metadata
	// server gives tokens for; empty = "sheets-function@<Project>.iam.gserviceaccount.com".
	ServiceAccount string
	// TokenLifetime is how long a token is good; 0 = 1 hour. The metadata server
	// answers one second less when a token is new (3599), and hands out the same
	// token again until its last minute (the last five on GCE and GKE), or its last
	// quarter where that is shorter.
	TokenLifetime time.Duration
	// Quota limits calls of the Sheets API as Google does, by [GoogleQuota].
	Quota bool
	// Now is the clock; nil = time.Now.
	Now func() time.Time
}

// Server answers for the metadata server (/computeMetadata/v1/), the Sheets API
// (/v4/spreadsheets), the Drive API (/drive/v3/), IAM's Service Account Credentials
// API (/v1/projects/), the token endpoint (/token, /tokeninfo) and the public keys
// of ID tokens (/oauth2/v3/certs). It listens on nothing, starts
// no goroutine and needs no closing. All methods are safe for concurrent use.
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
		faults:  faults{healed: make(chan struct{})},
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
		(&sheets.API{Files: s.files, Now: o.Now}).Routes(),
		(&drive.API{Files: s.files, Now: o.Now}).Routes(),
		s.authority.Routes(),
	)
	return s
}

// Request is one entry of the log: what was called, by whom, and what came of it.
type Request struct {
	// Call is the name in the API's discovery document ("drive.files.get"), or
	// "metadata." and what was asked for; empty for a path that no API has.
	Call   string
	Method string
	Path   string
	Query  string // without keys and tokens
	// Principal is the e-mail address of the token's owner; empty without a good
	// token, and for the metadata server.
	Principal string
	Scopes    []string // full URLs: of the token, or asked of the metadata server
	Status    int      // 0 = no answer was sent
}

// maxLog keeps the log of a server that runs for days from eating the memory.
const maxLog = 100_000

// Requests returns the log of all requests, oldest first; of a very long log the
// newest 50,000 at least.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

func (s *Server) record(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= maxLog {
		s.log = append([]Request(nil), s.log[maxLog/2:]...)
	}
	s.log = append(s.log, r)
}
