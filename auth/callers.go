package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Callers says who may call: "iam", "anyone" or e-mail addresses. The zero
// value lets nobody in.
type Callers struct {
	rule   string // "iam", "anyone", or "" for the e-mails
	emails []string
}

// UnmarshalText reads "iam" (the platform checks callers, as Cloud Run does),
// "anyone" (strangers may read and write the spreadsheet), or e-mail addresses
// separated by commas, spelled as Google spells them: case matters. Its error
// quotes nothing and reads on from the name of the setting.
func (c *Callers) UnmarshalText(text []byte) error {
	list := strings.TrimSpace(string(text))
	switch list {
	case "":
		return errors.New("is set to nothing")
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

// String is the rule as it may be written.
func (c Callers) String() string { return c.rule + strings.Join(c.emails, ",") }

// Anyone reports whether strangers may call.
func (c Callers) Anyone() bool { return c.rule == "anyone" }

// NeedsAudience reports whether callers are told apart by ID tokens, which are
// made out to an audience.
func (c Callers) NeedsAudience() bool { return len(c.emails) > 0 }

// What a [CallerError] comes down to.
var (
	ErrUnauthenticated = errors.New("the caller is not known")
	ErrForbidden       = errors.New("the caller may not call")
	ErrKeysUnavailable = errors.New("callers cannot be checked now")
)

// CallerError says why a request may not pass. Its Detail is for the caller: it
// helps an honest one, and tells nobody else anything about who may call.
type CallerError struct {
	Kind   error // one of the three above
	Detail string
	Hint   string
	Err    error // for the log; may be nil
}

// Error is the detail and the cause.
func (e *CallerError) Error() string {
	if e.Err == nil {
		return e.Detail
	}
	return e.Detail + ": " + e.Err.Error()
}

// Unwrap returns the kind.
func (e *CallerError) Unwrap() error { return e.Kind }

// Verifier checks requests against [Callers]. It is safe for concurrent use.
type Verifier struct {
	callers  Callers
	audience string
	keys     *cache[keySet]
}

// NewVerifier returns a Verifier for the callers, who prove themselves by ID
// tokens for the audience. It asks nobody yet. The endpoint, such as
// "http://127.0.0.1:8085", stands for the host of Google's public keys; "" is
// Google. Base carries the requests for them; nil for net/http's own transport.
func NewVerifier(c Callers, audience, endpoint string, base http.RoundTripper) (*Verifier, error) {
	if c.NeedsAudience() && audience == "" {
		return nil, errors.New("callers are told apart by ID tokens, but there is no audience for them")
	}
	return &Verifier{c, audience, newKeyCache(endpoint, base)}, nil
}

// How to send a token: where the platform checks it, any of the caller's own
// will do; where the function does, it must be made out to the audience, which
// gcloud does for service accounts only.
const (
	platformTokenHint = `curl -H "Authorization: Bearer $(gcloud auth print-identity-token)" URL`
	idTokenHint       = `curl -H "Authorization: Bearer $(gcloud auth print-identity-token --impersonate-service-account=ACCOUNT --include-email --audiences=AUDIENCE)" URL`
)

// Check returns nil for a request that may pass, else a [*CallerError].
//
// With "iam" any bearer token passes: the platform has verified it and removed
// its signature. This is a tripwire for a service that was deployed open by
// mistake, and proves nothing. With e-mails the token in Authorization must be
// an ID token that Google has signed, made out to the audience, valid now, and
// of one of the addresses.
func (v *Verifier) Check(r *http.Request) error {
	if v.callers.Anyone() {
		return nil
	}
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

// verify returns the verified e-mail address of a token.
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
