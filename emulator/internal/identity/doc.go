// Package identity issues and checks tokens: the metadata server, IAM's Service
// Account Credentials API, the token endpoint, and what comes before each API.
//
//	authority := identity.New(identity.Config{Profile: identity.CloudRun, …})
//	token, err := authority.Authenticate(r)
//	err = authority.Authorize(token, route)
//
// # The metadata server
//
// It has no routes, as its entries depend on the platform: [Profile] selects
// which entries there are, how refusals read, and when a cached token is
// replaced.
//
// # Keys
//
// Service accounts and Google have RSA keys of their own, made when they are
// first needed. They sign JWTs and ID tokens and verify what clients signed.
package identity
