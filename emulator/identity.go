package emulator

import "example.com/sheets-function/emulator/internal/identity"

// Profile is the platform whose metadata server a [Server] pretends to be. It is
// a [flag.Value] by flag.TextVar. The zero value, and a name that there is not,
// stand for [CloudRun].
type Profile = identity.Profile

const (
	// CloudRun gives a token exactly the scopes that are asked for, as Cloud Run,
	// Cloud Run functions and App Engine do.
	CloudRun = identity.CloudRun
	// GKE is Workload Identity with a Google service account: scopes are honoured,
	// if [Server.Unbind] does not take away the binding.
	GKE = identity.GKE
	// GCE is a virtual machine, or a GKE node without Workload Identity: scopes
	// are accepted and ignored, and every token has those of Options.VMScopes.
	GCE = identity.GCE
	// GKEDirect is Workload Identity without a Google service account: the tokens
	// are federated ones of [Server.WorkloadPool], which Sheets and Drive refuse.
	GKEDirect = identity.GKEDirect
)

// ServiceAccount returns the e-mail address that the metadata server serves; on
// GKEDirect, which has none, that of an account which may be acted as.
func (s *Server) ServiceAccount() string { return s.options.ServiceAccount }

// WorkloadPool returns the workload identity pool of the project, the identity
// that [GKEDirect] has instead of a service account's e-mail address. It may be
// the caller of [Server.Grant].
func (s *Server) WorkloadPool() string { return s.authority.WorkloadPool() }

// Unbind takes away the binding (roles/iam.workloadIdentityUser) by which the
// Kubernetes service account may act as [Server.ServiceAccount], or gives it
// back: without it [GKE] refuses access tokens and ID tokens. Others need none.
func (s *Server) Unbind(unbound bool) { s.authority.Unbind(unbound) }

// Disable switches an API of the project off or on again: "sheets.googleapis.com",
// "drive.googleapis.com" or "iamcredentials.googleapis.com". Calls to an API that is off answer 403 SERVICE_DISABLED.
func (s *Server) Disable(service string, disabled bool) { s.authority.Disable(service, disabled) }

// Token returns a new access token for anybody, as if that person had consented
// to the scopes (full URLs). It is good for Options.TokenLifetime.
func (s *Server) Token(email string, scopes ...string) string {
	return s.authority.Token(email, scopes...)
}

// RefreshToken returns a refresh token of a person who has consented to the
// scopes (full URLs), as a login leaves it in an authorized_user file. It does
// not expire; any client ID may use it.
func (s *Server) RefreshToken(email string, scopes ...string) string {
	return s.authority.RefreshToken(email, scopes...)
}

// IDToken returns an ID token of anybody, with a verified e-mail address, made
// out to the audience and good for an hour. Its key is served at
// /oauth2/v3/certs.
func (s *Server) IDToken(email, audience string) string { return s.authority.IDToken(email, audience) }

// RotateKeys lets a new key sign ID tokens from now on. The one that signed
// until now stays among the served keys until the next call, as Google's do for
// some days.
func (s *Server) RotateKeys() { s.authority.RotateKeys() }

// KeyFile returns a key file (type service_account) of a service account, as a
// download from the console. It makes the account known.
func (s *Server) KeyFile(account string) []byte { return s.authority.KeyFile(account) }

// Grant gives the caller (an e-mail address, or [Server.WorkloadPool]) the role
// roles/iam.serviceAccountTokenCreator on a service account: IAM makes tokens of
// the account for it, and signs in its name. An account has no such right on
// itself unless granted, too.
func (s *Server) Grant(caller, account string) { s.authority.Grant(caller, account) }

// Delegate lets a service account act as any user of a Workspace domain
// ("example.com") with these scopes (full URLs), as the domain's administrator
// does under domain-wide delegation. Without scopes it takes that away.
func (s *Server) Delegate(account, domain string, scopes ...string) {
	s.authority.Delegate(account, domain, scopes...)
}

// UniqueID returns the number of 21 digits by which Google knows an account, its
// "sub". It depends on the address alone.
func UniqueID(email string) string { return identity.UniqueID(email) }
