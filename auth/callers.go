package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Callers is a rule for who may call: "iam", "anyone" or a list of e-mail
// addresses. The zero value allows no caller.
type Callers struct {
	rule   string // "iam", "anyone", or "" for the e-mails
	emails []string
}

// UnmarshalText reads "iam" (the platform checks callers, as Cloud Run does),
// "anyone" (no caller is checked), or e-mail addresses separated by commas. They
// are compared with those in ID tokens byte by byte, so that case matters. An
// error leaves c unchanged; its text quotes nothing of the input and continues
// the name of a setting: "CALLERS" + " is empty".
func (c *Callers) UnmarshalText(text []byte) error {
	list := strings.TrimSpace(string(text))
	switch list {
	case "":
		return errors.New("is empty")
	case "iam", "anyone":
		*c = Callers{rule: list}
		return nil
	}
	var emails []string
	for item := range strings.SplitSeq(list, ",") {
		email := strings.TrimSpace(item)
		name, domain, ok := strings.Cut(email, "@")
		if !ok || name == "" || !strings.Contains(domain, ".") || strings.ContainsAny(email, " :*\t\n") || strings.Contains(domain, "@") {
			return errors.New("is neither iam nor anyone nor a list of e-mail addresses separated by commas")
		}
		emails = append(emails, email)
	}
	*c = Callers{emails: emails}
	return nil
}

// String returns the rule in the form that [Callers.UnmarshalText] reads; "" for
// the zero value.
func (c Callers) String() string { return c.rule + strings.Join(c.emails, ",") }

// Anyone reports whether the rule is "anyone": requests need no token.
func (c Callers) Anyone() bool { return c.rule == "anyone" }

// NeedsAudience reports whether callers are checked by ID tokens, which are
// issued for an audience.
func (c Callers) NeedsAudience() bool { return len(c.emails) > 0 }

// The kinds of a [CallerError], for [errors.Is].
var (
	// ErrUnauthenticated is for a request without a valid token.
	ErrUnauthenticated = errors.New("caller is not authenticated")
	// ErrForbidden is for a valid token of an account that may not call.
	ErrForbidden = errors.New("caller is not allowed")
	// ErrKeysUnavailable is for a token that could not be checked, because Google's
	// public keys could not be fetched. The same request may succeed later.
	ErrKeysUnavailable = errors.New("public keys are unavailable")
)

// CallerError is why a request is refused. Detail and Hint are meant for the
// caller: they say what is wrong with the token, and nothing about who may call.
type CallerError struct {
	Kind   error  // ErrUnauthenticated, ErrForbidden or ErrKeysUnavailable
	Detail string // what is wrong
	Hint   string // a command that sends a valid token, for example; may be empty
	Err    error  // the cause, for the log; may be nil
}

// Error returns the detail and the cause.
func (e *CallerError) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the kind.
func (e *CallerError) Unwrap() error { return e.Kind }

// Verifier checks requests against [Callers]. It caches Google's public keys, and
// is safe for concurrent use. [NewVerifier] returns one; the zero value is not
// usable.
type Verifier struct {
	callers  Callers
	audience string
	keys     *cache[keySet]
}

// NewVerifier returns a Verifier for the callers. It makes no network call.
//
// The audience is what ID tokens must have been issued for, by convention the
// service's URL. It is an error if it is empty and [Callers.NeedsAudience]. The
// endpoint replaces the host of Google's public keys, for example by
// "http://127.0.0.1:8085", an emulator; "" is Google. Base sends the requests
// for the keys; nil is [http.DefaultTransport].
func NewVerifier(c Callers, audience, endpoint string, base http.RoundTripper) (*Verifier, error) {
	if c.NeedsAudience() && audience == "" {
		return nil, errors.New("no audience given, which the ID tokens of callers must be issued for")
	}
	return &Verifier{c, audience, newKeyCache(endpoint, base)}, nil
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
// e-mail addresses Authorization must be an ID token that is signed by Google,
// issued for the audience, valid now, and for one of the addresses.
func (v *Verifier) Check(r *http.Request) error {
	if v.callers.Anyone() {
		return nil
	}
	err := v.check(r)
	// By convention the audience is the URL, which the caller has.
	if refused, ok := errors.AsType[*CallerError](err); ok && v.audience != "" && !strings.ContainsAny(v.audience, `'"\`) {
		refused.Hint = strings.Replace(refused.Hint, "AUDIENCE", v.audience, 1)
	}
	return err
}

func (v *Verifier) check(r *http.Request) error {
	hint := idTokenHint
	if v.callers.rule == "iam" {
		hint = platformTokenHint
	}
	token, err := bearer(r.Header, "Authorization", hint)
	if v.callers.rule == "iam" && err != nil {
		_, err = bearer(r.Header, "X-Serverless-Authorization", hint)
	}
	if err != nil || v.callers.rule == "iam" {
		return err
	}
	email, err := v.verify(r.Context(), token)
	if err != nil {
		return err
	}
	if !slices.Contains(v.callers.emails, email) {
		return &CallerError{Kind: ErrForbidden, Detail: "the account of this ID token may not call"}
	}
	return nil
}

// verify returns the e-mail address of a valid token.
func (v *Verifier) verify(ctx context.Context, token string) (string, error) {
	c, err := parseIDToken(ctx, token, v.keys)
	if err != nil {
		return "", err
	}
	return c.Email, c.validate(v.audience)
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
