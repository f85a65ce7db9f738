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
	// DuplicateMetadata accepts developer metadata whose ID exists, which Google is not
	// known to do: it is for tests of programs that depend on Google refusing it.
	DuplicateMetadata bool
	// Inspect keeps more than the log for people: bodies ([Server.Bodies]), and which cells
	// the last change of a spreadsheet has written ([CellView]).
	Inspect bool
	// WebViewLink returns what Drive gives as the link to a spreadsheet, by its ID, for a
	// place that shows it; nil = the link to Sheets, as Google's.
	WebViewLink func(id string) string
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

	log requestLog

	mu    sync.Mutex // guards all below
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
	s.files.KeepBefore = o.Inspect
	if o.Quota {
		s.quota.limits = GoogleQuota
	}
	s.routes = slices.Concat(
		(&sheets.API{Files: s.files, Now: o.Now, DuplicateMetadata: o.DuplicateMetadata}).Routes(),
		(&drive.API{Files: s.files, Now: o.Now, WebViewLink: o.WebViewLink}).Routes(),
		s.authority.Routes(),
	)
	rest.SortRoutes(s.routes)
	return s
}
