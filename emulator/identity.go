package emulator

import "example.com/sheets-function/emulator/internal/identity"

// Profile is the platform whose metadata server a [Server] emulates. It is a
// [flag.Value] by flag.TextVar. The zero value, and an unknown name, are
// [CloudRun].
type Profile = identity.Profile

const (
	// CloudRun issues a token with exactly the requested scopes, as Cloud Run,
	// Cloud Run functions and App Engine do.
	CloudRun = identity.CloudRun
	// GKE is Workload Identity with a Google service account: requested scopes
	// are honoured, unless [Server.SetWorkloadIdentityBinding] removes
	// the binding.
	GKE = identity.GKE
	// GCE is a virtual machine, or a GKE node without Workload Identity:
	// requested scopes are ignored, and every token has those of
	// Options.VMScopes.
	GCE = identity.GCE
	// GKEDirect is Workload Identity without a Google service account: the
	// tokens are federated ones of [Server.WorkloadPool], which Sheets and Drive
	// do not accept.
	GKEDirect = identity.GKEDirect
)

// ServiceAccount returns the e-mail address of the account of the metadata
// server; on GKEDirect, where it has none, that of an account that
// [Server.Grant] can name.
func (s *Server) ServiceAccount() string { return s.options.ServiceAccount }

// WorkloadPool returns the workload identity pool of the project, the identity
// that [GKEDirect] has instead of a service account. It may be the caller of
// [Server.Grant].
func (s *Server) WorkloadPool() string { return s.authority.WorkloadPool() }

// SetWorkloadIdentityBinding removes (false) or restores (true) the binding of
// roles/iam.workloadIdentityUser with which the Kubernetes service account may
// act as [Server.ServiceAccount]. Without it, [GKE] issues no tokens. Other
// profiles need none.
func (s *Server) SetWorkloadIdentityBinding(bound bool) {
	s.authority.SetWorkloadIdentityBinding(bound)
}

// Disable disables an API of the project, or enables it again:
// "sheets.googleapis.com", "drive.googleapis.com" or
// "iamcredentials.googleapis.com". Calls to a disabled API are answered with 403
// SERVICE_DISABLED.
func (s *Server) Disable(service string, disabled bool) {
	s.authority.Disable(service, disabled)
	s.notify()
}

// Token returns a new access token of any address, as if its owner had consented
// to the scopes (full URLs). Its lifetime is Options.TokenLifetime.
func (s *Server) Token(email string, scopes ...string) string {
	return s.authority.Token(email, scopes...)
}

// RefreshToken returns a refresh token of a user who has consented to the scopes
// (full URLs), as a login stores it in an authorized_user file. It does not
// expire, and any client ID may use it.
func (s *Server) RefreshToken(email string, scopes ...string) string {
	return s.authority.RefreshToken(email, scopes...)
}

// IDToken returns an ID token of any address, which it has as verified, for an
// audience. It expires in an hour; its key is served at /oauth2/v3/certs.
func (s *Server) IDToken(email, audience string) string { return s.authority.IDToken(email, audience) }

// ProxyAssertion returns what Identity-Aware Proxy sends for a person in the header
// X-Goog-IAP-JWT-Assertion, made out to the audience. It expires in ten minutes; its
// key is served at /iap/verify/public_key-jwk.
func (s *Server) ProxyAssertion(email, audience string) string {
	return s.authority.ProxyAssertion(email, audience)
}

// RotateKeys makes a new key sign ID tokens from now on. The old one is served
// until the next call, as Google serves one for some days.
func (s *Server) RotateKeys() { s.authority.RotateKeys() }

// KeyFile returns a key file (type service_account) of a service account, as the
// console does. The account exists from then on.
func (s *Server) KeyFile(account string) []byte { return s.authority.KeyFile(account) }

// Grant gives the caller (an e-mail address, or [Server.WorkloadPool]) the role
// roles/iam.serviceAccountTokenCreator on a service account: IAM issues tokens
// of the account to it, and signs in its name. An account does not have the role
// on itself by default.
func (s *Server) Grant(caller, account string) { s.authority.Grant(caller, account) }

// Delegate allows a service account to act as any user of a Workspace domain
// ("example.com") with these scopes (full URLs), as an administrator does with
// domain-wide delegation. Without scopes it revokes that.
func (s *Server) Delegate(account, domain string, scopes ...string) {
	s.authority.Delegate(account, domain, scopes...)
}

// UniqueID returns the unique ID of an account, the "sub" of its tokens: a
// number of 21 digits that depends on the address alone.
func UniqueID(email string) string { return identity.UniqueID(email) }
