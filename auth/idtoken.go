package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Google's ID tokens, https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken.
// go-jose parses them and checks the signature; what it leaves to its users
// stands here: the size, which keys, that there is an expiry and an audience,
// how long a token may live, and that the address is verified.
const (
	keysHost = "https://www.googleapis.com"
	keysPath = "/oauth2/v3/certs"

	maxIDToken         = 8 << 10 // Google's have 1 KiB
	maxIDTokenLifetime = 24 * time.Hour
	clockSkew          = 30 * time.Second

	// keysInterval bounds how often a token with an unknown key makes us ask for
	// new keys.
	keysInterval = 10 * time.Second
	// keysMaxStale is how long keys are still used that cannot be renewed.
	keysMaxStale = 24 * time.Hour
	// signatureRemoved is what Cloud Run writes over the signature of a token
	// that it has checked itself,
	// https://docs.cloud.google.com/run/docs/troubleshooting#signature-removed
	signatureRemoved = ".SIGNATURE_REMOVED_BY_GOOGLE"
)

// One algorithm, so that a token cannot choose.
var algorithms = []jose.SignatureAlgorithm{jose.RS256}

type claims struct {
	jwt.Claims
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
}

func unauthenticated(detail, hint string) error {
	return &CallerError{Kind: ErrUnauthenticated, Detail: detail, Hint: hint}
}

// parseIDToken returns the claims of a token that Google has signed.
func parseIDToken(ctx context.Context, token string, keys *cache[keySet]) (claims, error) {
	notSigned := unauthenticated("the bearer token is not an ID token that Google has signed", idTokenHint)
	if len(token) > maxIDToken {
		return claims{}, unauthenticated("the bearer token is too long for an ID token", "")
	}
	if strings.HasSuffix(token, signatureRemoved) {
		return claims{}, unauthenticated("the platform has checked this token and removed its signature (SIGNATURE_REMOVED_BY_GOOGLE), so the function cannot check it again",
			"behind Cloud Run's own check set CALLERS=iam; or send the platform's token in X-Serverless-Authorization, and the function's in Authorization")
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return claims{}, notSigned
	}
	key, err := findKey(ctx, keys, parsed.Headers[0].KeyID)
	if err != nil {
		return claims{}, &CallerError{Kind: ErrKeysUnavailable, Detail: "Google's public keys cannot be had now, so no caller can be checked", Err: err}
	}
	var c claims
	if key == nil || parsed.Claims(key.Key, &c) != nil {
		return claims{}, notSigned
	}
	return c, nil
}

// check tells what is wrong with a token that Google did sign. Whoever sends
// one may know.
func (c claims) validate(audience string) error {
	err := c.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{audience}}, clockSkew)
	switch {
	case c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return unauthenticated("the ID token is not issued by accounts.google.com", idTokenHint)
	case errors.Is(err, jwt.ErrInvalidAudience):
		return unauthenticated("the ID token is made out to another audience than this function's",
			idTokenHint)
	case err != nil:
		return unauthenticated("the ID token is not valid at this time: "+strings.TrimPrefix(err.Error(), "go-jose/go-jose/jwt: "), idTokenHint)
	case c.Expiry == nil || c.IssuedAt == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > maxIDTokenLifetime:
		return unauthenticated("the ID token has no expiry, or one that is too far away", idTokenHint)
	case c.Email == "" || !c.EmailVerified:
		return unauthenticated("the ID token holds no verified e-mail address", idTokenHint)
	}
	return nil
}

type keySet = jose.JSONWebKeySet

// findKey returns the key with this ID, or nil if Google has none. For an
// unknown ID the keys are fetched anew, but rarely.
func findKey(ctx context.Context, keys *cache[keySet], id string) (*jose.JSONWebKey, error) {
	cached, err := keys.get(ctx)
	if err != nil {
		return nil, err
	}
	if found := cached.value.Key(id); len(found) > 0 {
		return &found[0], nil
	}
	// An error only means that the keys at hand are the newest there are.
	if cached, err = keys.refetch(ctx, cached); err != nil || cached == nil {
		return nil, nil
	}
	if found := cached.value.Key(id); len(found) > 0 {
		return &found[0], nil
	}
	return nil, nil
}

func newKeyCache(endpoint string, base http.RoundTripper) *cache[keySet] {
	target, client := cmp.Or(endpoint, keysHost)+keysPath, newClient(base)
	fetch := func(ctx context.Context) (entry[keySet], error) {
		var header http.Header
		body, err := retry(ctx, func(ctx context.Context) (body []byte, err error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
			if err != nil {
				return nil, err
			}
			body, header, err = roundTrip(client, req)
			return body, err
		})
		var set keySet
		if err == nil {
			if err = json.Unmarshal(body, &set); err == nil && len(set.Keys) == 0 {
				err = errors.New("the answer holds no keys")
			}
		}
		if err != nil {
			return entry[keySet]{}, &Error{Op: "fetch Google's public keys", Err: err}
		}
		refreshAt := time.Now().Round(0).Add(freshness(header))
		return entry[keySet]{value: set, refreshAt: refreshAt, expiry: refreshAt.Add(keysMaxStale)}, nil
	}
	return &cache[keySet]{fetch: fetch, op: "wait for Google's public keys", interval: keysInterval}
}

// freshness is how long an answer may be kept: max-age less Age (RFC 9111),
// between a minute and a day.
func freshness(h http.Header) time.Duration {
	seconds := 0
	for directive := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(directive), "max-age="); ok {
			seconds, _ = strconv.Atoi(value)
		}
	}
	age, _ := strconv.Atoi(h.Get("Age"))
	return min(max(time.Duration(seconds-age)*time.Second, time.Minute), 24*time.Hour)
}
