package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Google's ID tokens, https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken.
// go-jose parses them and checks the signature. The other checks are here: the
// size, the key, the issuer, that there are an expiry and an audience, the
// longest lifetime, and that the address is verified.
const (
	maxIDToken         = 8 << 10 // bytes; Google's have about 1 KiB
	maxIDTokenLifetime = 24 * time.Hour
	clockSkew          = 30 * time.Second
	// signatureRemoved is the end of a token that Cloud Run has checked,
	// https://docs.cloud.google.com/run/docs/troubleshooting#signature-removed
	signatureRemoved = ".SIGNATURE_REMOVED_BY_GOOGLE"
)

// algorithms has one element, so that a token cannot choose a weaker one.
var algorithms = []jose.SignatureAlgorithm{jose.RS256}

type claims struct {
	jwt.Claims
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
}

func unauthenticated(detail, hint string) error {
	return &CallerError{Kind: ErrUnauthenticated, Detail: detail, Hint: hint}
}

// parseIDToken returns the claims of a token that Google has signed. They are not
// validated.
func parseIDToken(ctx context.Context, token string, keys *cache[keySet]) (claims, error) {
	notSigned := unauthenticated("the bearer token is not an ID token that Google has signed", idTokenHint)
	if len(token) > maxIDToken {
		return claims{}, unauthenticated("the bearer token is too long for an ID token", "")
	}
	if strings.HasSuffix(token, signatureRemoved) {
		return claims{}, unauthenticated("the platform has checked this token and removed its signature (SIGNATURE_REMOVED_BY_GOOGLE), so the function cannot check it again",
			"if Cloud Run checks callers, set CALLERS=iam; or send the platform's token in X-Serverless-Authorization, and the function's in Authorization")
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
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
func (c claims) validate(audience string) error {
	err := c.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{audience}}, clockSkew)
	switch {
	case c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return unauthenticated("the ID token is not issued by accounts.google.com", idTokenHint)
	case errors.Is(err, jwt.ErrInvalidAudience):
		return unauthenticated("the ID token is for another audience than this function's", idTokenHint)
	case err != nil:
		return unauthenticated("the ID token is not valid at this time: "+strings.TrimPrefix(err.Error(), "go-jose/go-jose/jwt: "), idTokenHint)
	case c.Expiry == nil || c.IssuedAt == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > maxIDTokenLifetime:
		return unauthenticated("the ID token has no expiry, or one that is too far away", idTokenHint)
	case c.Email == "" || !c.EmailVerified:
		return unauthenticated("the ID token has no verified e-mail address", idTokenHint)
	}
	return nil
}
