package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// Verifier checks requests against [Callers]. It caches Google's public keys, and
// is safe for concurrent use. [NewVerifier] returns one; the zero value is not
// usable.
type Verifier struct {
	// Logger gets a warning while the keys cannot be renewed; nil is [slog.Default]. It
	// must be set before the first request.
	Logger *slog.Logger

	callers  Callers
	audience string
	rules    tokenRules
	keys     *cache[keySet]
}

// NewVerifier returns a Verifier for the callers. It makes no network call.
//
// The audience is what tokens must have been issued for: of ID tokens by convention
// the service's URL, of IAP's assertions /projects/NUMBER/locations/REGION/services/SERVICE
// or /projects/NUMBER/global/backendServices/ID. It is an error if it is empty and
// [Callers.NeedsAudience]. The endpoint replaces the hosts of Google's public keys, for
// example by "http://127.0.0.1:8085", an emulator; "" is Google. Base sends the requests
// for the keys; nil is [http.DefaultTransport].
func NewVerifier(c Callers, audience, endpoint string, base http.RoundTripper) (*Verifier, error) {
	if c.NeedsAudience() && audience == "" {
		return nil, errors.New("no audience given, which the tokens of callers must be issued for")
	}
	v := &Verifier{callers: c, audience: audience, rules: idTokenRules}
	if c.IAP() {
		v.rules = iapRules
	}
	v.keys = newKeyCache(v.rules, endpoint, base)
	v.keys.logger = func() *slog.Logger { return v.Logger }
	return v, nil
}

// The commands that send a token. A platform accepts a token of the caller's own
// login. The function requires one for its audience, which Google issues to
// service accounts only: IAM's generateIdToken does so for callers with the role
// Service Account OpenID Connect Identity Token Creator. (gcloud's
// --impersonate-service-account needs a larger role.) [Verifier.Check] fills in the
// audience.
const (
	platformTokenHint = `curl -H "Authorization: Bearer $(gcloud auth print-identity-token)" URL`
	idTokenHint       = `curl -H "Authorization: Bearer $(curl -sS -H "Authorization: Bearer $(gcloud auth print-access-token)" ` +
		`-H 'Content-Type: application/json' -d '{"audience": "AUDIENCE", "includeEmail": true}' ` +
		`"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${CALLER:?is the service account that calls}:generateIdToken" ` +
		`| sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')" "${URL:?is the address to call}"`
)

// Check returns nil if the request is allowed, else a [*CallerError]. It waits for
// Google's public keys if none are cached, until the request's context ends.
//
// With "anyone" every request is allowed. With "iam" every request that has a
// bearer token in Authorization or X-Serverless-Authorization is: the platform
// has verified the token and removed its signature, so that this proves nothing,
// and only catches a service that was deployed without the platform's check. With
// "iap" X-Goog-IAP-JWT-Assertion must be an assertion of Identity-Aware Proxy, and
// with e-mail addresses Authorization an ID token for one of them; both must be
// signed by Google, issued for the audience, and valid now.
func (v *Verifier) Check(r *http.Request) error {
	_, err := v.Caller(r)
	return err
}

// Caller is [Verifier.Check], and returns the e-mail address of the caller: of a person
// whom Identity-Aware Proxy lets in, or from the list. It is "" where the rule verifies
// no address, and for identities that have none.
func (v *Verifier) Caller(r *http.Request) (email string, err error) {
	switch {
	case v.callers.Anyone():
		return "", nil
	case v.callers.IAP():
		email, err = v.checkIAP(r)
	case v.callers.rule == "iam":
		err = checkIAM(r.Header)
	default:
		email, err = v.checkEmail(r)
	}
	// By convention the audience is the URL, which the caller has.
	if refused, ok := errors.AsType[*CallerError](err); ok && v.audience != "" && !v.callers.IAP() && !strings.ContainsAny(v.audience, `'"\`) {
		refused.Hint = strings.Replace(refused.Hint, "AUDIENCE", v.audience, 1)
	}
	return email, err
}

func checkIAM(h http.Header) error {
	_, err := bearer(h, "Authorization", platformTokenHint)
	if err != nil {
		_, err = bearer(h, "X-Serverless-Authorization", platformTokenHint)
	}
	return err
}

// checkIAP returns the address that an assertion names. IAP has decided that it may
// call; one of an identity outside of Google may have no address.
func (v *Verifier) checkIAP(r *http.Request) (string, error) {
	values := r.Header.Values(iapHeader)
	if len(values) != 1 || values[0] == "" {
		return "", unauthenticated("the request does not carry one assertion of Identity-Aware Proxy", v.rules.hint)
	}
	c, err := v.verify(r.Context(), values[0])
	switch {
	case err != nil:
		return "", err
	case c.Subject == "":
		return "", unauthenticated("the assertion of Identity-Aware Proxy has no subject", "")
	}
	return c.Email, nil
}

func (v *Verifier) checkEmail(r *http.Request) (string, error) {
	token, err := bearer(r.Header, "Authorization", idTokenHint)
	if err != nil {
		return "", err
	}
	c, err := v.verify(r.Context(), token)
	switch {
	case err != nil:
		return "", err
	case c.Email == "" || !c.EmailVerified:
		return "", unauthenticated("the ID token has no verified e-mail address", idTokenHint)
	case !slices.Contains(v.callers.emails, c.Email):
		return "", &CallerError{Kind: ErrForbidden, Detail: "the account of this ID token may not call"}
	}
	return c.Email, nil
}

// verify returns the claims of a valid token.
func (v *Verifier) verify(ctx context.Context, token string) (claims, error) {
	c, err := v.rules.parse(ctx, token, v.keys)
	if err != nil {
		return claims{}, err
	}
	return c, v.rules.validate(c, v.audience)
}

func bearer(h http.Header, name, hint string) (string, error) {
	values := h.Values(name)
	if len(values) == 0 {
		return "", &CallerError{Kind: ErrUnauthenticated, Detail: "the request carries no bearer token", Hint: hint}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", &CallerError{Kind: ErrUnauthenticated, Detail: "the " + name + " header is not one bearer token", Hint: hint}
	}
	return token, nil
}
