package identity

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Profile is the platform whose metadata server an [Authority] pretends to be. It is
// a [flag.Value] by flag.TextVar. The zero value, and a name that there is not,
// stand for [CloudRun].
type Profile string

const (
	// CloudRun gives a token exactly the scopes that are asked for, as Cloud Run,
	// Cloud Run functions and App Engine do.
	CloudRun Profile = "cloudrun"
	// GKE is Workload Identity with a Google service account: scopes are honoured,
	// if [Authority.Unbind] does not take away the binding.
	GKE Profile = "gke"
	// GCE is a virtual machine, or a GKE node without Workload Identity: scopes
	// are accepted and ignored, and every token has those of Options.VMScopes.
	GCE Profile = "gce"
	// GKEDirect is Workload Identity without a Google service account: the tokens
	// are federated ones of [Authority.WorkloadPool], which Sheets and Drive refuse.
	GKEDirect Profile = "gke-direct"
)

// MarshalText returns the profile's name.
func (p Profile) MarshalText() ([]byte, error) { return []byte(cmp.Or(p, CloudRun)), nil }

// UnmarshalText reads "cloudrun", "gke", "gce" or "gke-direct".
func (p *Profile) UnmarshalText(text []byte) error {
	if _, ok := platforms[Profile(text)]; !ok {
		return fmt.Errorf("no profile %q: want cloudrun, gke, gce or gke-direct", text)
	}
	*p = Profile(text)
	return nil
}

// platform is what tells metadata servers apart.
type platform struct {
	server             string        // Server header
	errors             string        // what its own error texts begin with
	notFound           string        // body of its 404; "html" is Google's error page
	redirectsFolders   bool          // a folder without its slash is sent there
	scopes             []string      // of a token for which none are asked
	refreshBefore      time.Duration // before its expiry, a token is replaced
	staleWhileRenewing bool          // the old one is given out meanwhile, up to a fifth of early
}

// The times are those that users have seen: Cloud Run until the last minute
// (github.com/djc/gcp_auth/issues/1), GKE the old token while it renews
// (github.com/vectordotdev/vector/issues/21411), GCE until five minutes before
// (github.com/googleapis/google-cloud-cpp/issues/8255).
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

// defaultVMScopes are those of a virtual machine that is made without any word on them,
// https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice.
var defaultVMScopes = longScopes("devstorage.read_only logging.write monitoring.write service.management.readonly servicecontrol trace.append")

func longScopes(short string) []string {
	list := strings.Fields(short)
	for i := range list {
		list[i] = rest.ScopePrefix + list[i]
	}
	return list
}

// platform returns that of the server's profile, with the scopes of its machine.
func (auth *Authority) platform() platform {
	p, ok := platforms[auth.config.Profile]
	if !ok {
		p = platforms[CloudRun]
	}
	if auth.config.Profile == GCE && auth.config.VMScopes != nil {
		p.scopes = auth.config.VMScopes
	}
	return p
}

// isGKE reports whether tokens come by Workload Identity.
func (auth *Authority) isGKE() bool {
	return auth.config.Profile == GKE || auth.config.Profile == GKEDirect
}

// WorkloadPool returns the workload identity pool of the project, the identity
// that [GKEDirect] has instead of a service account's e-mail address. It may be
// the caller of [Authority.Grant].
func (auth *Authority) WorkloadPool() string { return auth.config.Project + ".svc.id.goog" }

// servedAccount is what the metadata server calls itself.
func (auth *Authority) servedAccount() string {
	if auth.config.Profile == GKEDirect {
		return auth.WorkloadPool()
	}
	return auth.config.ServiceAccount
}

// Unbind takes away the binding (roles/iam.workloadIdentityUser) by which the
// Kubernetes service account may act as [Authority.ServiceAccount], or gives it
// back: without it [GKE] refuses access tokens and ID tokens. Others need none.
func (auth *Authority) Unbind(unbound bool) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.unbound = unbound
}
