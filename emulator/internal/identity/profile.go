package identity

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Profile is the platform whose metadata server is emulated. It is a
// [flag.Value] by flag.TextVar. The zero value, and an unknown name, are
// [CloudRun].
type Profile string

const (
	// CloudRun issues a token with exactly the requested scopes, as Cloud Run,
	// Cloud Run functions and App Engine do.
	CloudRun Profile = "cloudrun"
	// GKE is Workload Identity with a Google service account: requested scopes
	// are honoured, unless
	// [Authority.SetWorkloadIdentityBinding] removes the binding.
	GKE Profile = "gke"
	// GCE is a virtual machine, or a GKE node without Workload Identity:
	// requested scopes are ignored, and every token has those of the machine.
	GCE Profile = "gce"
	// GKEDirect is Workload Identity without a Google service account: the
	// tokens are federated ones of [Authority.WorkloadPool], which Sheets and
	// Drive do not accept.
	GKEDirect Profile = "gke-direct"
)

// MarshalText returns the profile's name.
func (p Profile) MarshalText() ([]byte, error) { return []byte(cmp.Or(p, CloudRun)), nil }

// UnmarshalText reads "cloudrun", "gke", "gce" or "gke-direct".
func (p *Profile) UnmarshalText(text []byte) error {
	if _, ok := platforms[Profile(text)]; !ok {
		return fmt.Errorf("no profile %.100q: want cloudrun, gke, gce or gke-direct", text)
	}
	*p = Profile(text)
	return nil
}

// platform is how a metadata server differs from others.
type platform struct {
	server             string        // Server header
	errors             string        // prefix of its own error texts
	notFound           string        // body of its 404; "html" is Google's error page
	redirectsFolders   bool          // a folder without its slash is redirected
	scopes             []string      // of a token that was requested without any
	refreshBefore      time.Duration // how long before its expiry a token is replaced
	staleWhileRenewing bool          // the old one is returned meanwhile, up to a fifth of refreshBefore
}

// platforms are the metadata servers. Their times were observed by users: Cloud
// Run replaces a token in its last minute (github.com/djc/gcp_auth/issues/1),
// GKE returns the old token while it renews it
// (github.com/vectordotdev/vector/issues/21411), GCE replaces it five minutes
// before (github.com/googleapis/google-cloud-cpp/issues/8255).
var platforms = map[Profile]platform{
	CloudRun: {
		server:        "Metadata Server for Serverless",
		scopes:        []string{cloudPlatform},
		refreshBefore: time.Minute,
	},
	GKE:       gke,
	GKEDirect: gke,
	GCE: {
		server:           "Metadata Server for VM",
		notFound:         "html",
		redirectsFolders: true,
		scopes:           defaultVMScopes,
		refreshBefore:    5 * time.Minute,
	},
}

var gke = platform{
	server:             "GKE Metadata Server",
	errors:             "GKE Metadata Server encountered an error: ",
	notFound:           "Not Found\n",
	scopes:             []string{cloudPlatform, rest.ScopePrefix + "userinfo.email"},
	refreshBefore:      5 * time.Minute,
	staleWhileRenewing: true,
}

// defaultVMScopes are those of a virtual machine that is created without a
// choice of scopes,
// https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice.
var defaultVMScopes = longScopes("devstorage.read_only logging.write monitoring.write service.management.readonly servicecontrol trace.append")

// longScopes returns scopes as full URLs.
func longScopes(short string) []string {
	list := strings.Fields(short)
	for i := range list {
		list[i] = rest.ScopePrefix + list[i]
	}
	return list
}

// platform returns the platform of the profile, with the scopes of its machine.
func (auth *Authority) platform() platform {
	p, ok := platforms[auth.Profile()]
	if !ok {
		p = platforms[CloudRun]
	}
	if auth.Profile() == GCE && auth.config.VMScopes != nil {
		p.scopes = auth.config.VMScopes
	}
	return p
}

// Profile returns the platform whose metadata server is emulated.
func (auth *Authority) Profile() Profile { return *auth.profile.Load() }

// SetProfile emulates the metadata server of another platform from now on. Tokens
// stay valid; the metadata server returns none of those that it has issued before.
func (auth *Authority) SetProfile(p Profile) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.profile.Store(&p)
	clear(auth.cached)
}

// isGKE reports whether tokens come from Workload Identity.
func (auth *Authority) isGKE() bool {
	return auth.Profile() == GKE || auth.Profile() == GKEDirect
}

// WorkloadPool returns the workload identity pool of the project, the identity
// that [GKEDirect] has instead of a service account. It may be the caller of
// [Authority.Grant].
func (auth *Authority) WorkloadPool() string { return auth.config.Project + ".svc.id.goog" }

// servedAccount returns the account of the metadata server.
func (auth *Authority) servedAccount() string {
	if auth.Profile() == GKEDirect {
		return auth.WorkloadPool()
	}
	return auth.config.ServiceAccount
}

// SetWorkloadIdentityBinding removes (false) or restores (true) the binding of
// roles/iam.workloadIdentityUser with which the Kubernetes service account may
// act as the service account. Without it, [GKE] issues no tokens. Other profiles
// need none.
func (auth *Authority) SetWorkloadIdentityBinding(bound bool) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.unbound = !bound
}
