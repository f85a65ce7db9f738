package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// go-jose parses tokens and checks the signature. The other checks are here: the
// size, the key, the issuer, that there are an expiry and an audience, the
// longest lifetime, and that the address is verified.
const (
	maxIDToken = 8 << 10 // bytes; Google's have about 1 KiB
	clockSkew  = 30 * time.Second
	// signatureRemoved is the end of a token that Cloud Run has checked,
	// https://docs.cloud.google.com/run/docs/troubleshooting#signature-removed
	signatureRemoved = ".SIGNATURE_REMOVED_BY_GOOGLE"
)

// tokenRules say which tokens are valid.
type tokenRules struct {
	what string // the text that is checked, in errors
	name string // what it has to be, with its article
	// algorithms has one element, so that a token cannot choose a weaker one.
	algorithms  []jose.SignatureAlgorithm
	keys        string // URL of the public keys
	issuers     []string
	maxLifetime time.Duration
	hint        string // how to get a token
}

// idTokenRules are those of Google's ID tokens,
// https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken.
var idTokenRules = tokenRules{
	what:        "bearer token",
	name:        "an ID token",
	algorithms:  []jose.SignatureAlgorithm{jose.RS256},
	keys:        "https://www.googleapis.com/oauth2/v3/certs",
	issuers:     []string{"https://accounts.google.com", "accounts.google.com"},
	maxLifetime: 24 * time.Hour,
	hint:        idTokenHint,
}

// iapHeader carries the assertion of Identity-Aware Proxy.
const iapHeader = "X-Goog-IAP-JWT-Assertion"

// iapRules are those of the assertions of Identity-Aware Proxy, which live for ten
// minutes, https://docs.cloud.google.com/iap/docs/signed-headers-howto.
var iapRules = tokenRules{
	what:        "header " + iapHeader,
	name:        "an assertion of Identity-Aware Proxy",
	algorithms:  []jose.SignatureAlgorithm{jose.ES256},
	keys:        "https://www.gstatic.com/iap/verify/public_key-jwk",
	issuers:     []string{"https://cloud.google.com/iap"},
	maxLifetime: 10*time.Minute + 2*clockSkew,
	hint:        "call the URL that Identity-Aware Proxy protects, and check that AUDIENCE names this service as IAP does: /projects/NUMBER/locations/REGION/services/SERVICE",
}

type claims struct {
	jwt.Claims
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
}

func unauthenticated(detail, hint string) error {
	return &CallerError{Kind: ErrUnauthenticated, Detail: detail, Hint: hint}
}

// parse returns the claims of a token that Google has signed. They are not
// validated.
func (t tokenRules) parse(ctx context.Context, token string, keys *cache[keySet]) (claims, error) {
	notSigned := unauthenticated("the "+t.what+" is not "+t.name+" that Google has signed", t.hint)
	if len(token) > maxIDToken {
		return claims{}, unauthenticated("the "+t.what+" is too long for "+t.name, "")
	}
	if strings.HasSuffix(token, signatureRemoved) {
		return claims{}, unauthenticated("the platform has checked this token and removed its signature (SIGNATURE_REMOVED_BY_GOOGLE), so the function cannot check it again",
			"if Cloud Run checks callers, set CALLERS=iam; or send the platform's token in X-Serverless-Authorization, and the function's in Authorization")
	}
	parsed, err := jwt.ParseSigned(token, t.algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return claims{}, notSigned
	}
	key, err := findKey(ctx, keys, parsed.Headers[0].KeyID)
	if err != nil {
		return claims{}, &CallerError{Kind: ErrKeysUnavailable, Detail: "Google's public keys are unavailable, so callers cannot be checked now", Err: err}
	}
	var c claims
	if key == nil || parsed.Claims(key.Key, &c) != nil {
		return claims{}, notSigned
	}
	return c, nil
}

// validate returns what is wrong with the claims. Its errors are specific: only the
// holder of a token that Google has signed receives them.
func (t tokenRules) validate(c claims, audience string) error {
	err := c.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{audience}}, clockSkew)
	name := "the " + t.name[strings.IndexByte(t.name, ' ')+1:]
	switch {
	case !slices.Contains(t.issuers, c.Issuer):
		return unauthenticated(name+" is not issued by "+strings.TrimPrefix(t.issuers[0], "https://"), t.hint)
	case errors.Is(err, jwt.ErrInvalidAudience):
		return unauthenticated(name+" is for another audience than this function's", t.hint)
	case err != nil:
		return unauthenticated(name+" is not valid at this time: "+strings.TrimPrefix(err.Error(), "go-jose/go-jose/jwt: "), t.hint)
	case c.Expiry == nil || c.IssuedAt == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > t.maxLifetime:
		return unauthenticated(name+" has no expiry, or one that is too far away", t.hint)
	}
	return nil
}
