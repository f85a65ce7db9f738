package emulator

import "example.com/sheets-function/emulator/internal/identity"

// TokenInfo is an access token without its text: its Number, the Principal that owns
// it, the scopes that were Requested last and the Scopes that it was issued with, its
// Source, when it was Issued and its Expiry, whether it is Federated, and the number of
// Calls that were made with it.
type TokenInfo = identity.Token

// Tokens returns the access tokens that were issued, oldest first, expired ones too.
func (s *Server) Tokens() []TokenInfo { return s.authority.Tokens() }

// Profile returns the platform whose metadata server is emulated.
func (s *Server) Profile() Profile { return s.authority.Profile() }

// SetProfile emulates the metadata server of another platform from now on. Tokens that
// were issued stay valid, as they do on Google.
func (s *Server) SetProfile(p Profile) {
	s.authority.SetProfile(p)
	s.notify()
}
