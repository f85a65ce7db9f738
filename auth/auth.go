// Package auth provides access tokens for requests to Google's APIs, and checks
// the ID tokens of requests to an HTTP server.
//
// A [Transport] adds a token with exactly the OAuth scopes that it is configured
// with. On Cloud Run and the like no key file and no IAM role are needed:
//
//	scopes, err := auth.ParseScopes("drive,spreadsheets")
//	// …
//	transport, err := auth.NewTransport(auth.Config{Scopes: scopes})
//	// …
//	service, err := sheets.NewService(ctx, option.WithHTTPClient(transport.Client()))
//
// # Where tokens come from
//
// [NewTransport] uses the first of these that is set, and makes no network call
// to choose:
//
//   - GOOGLE_APPLICATION_CREDENTIALS: the credentials file that it names
//   - GCE_METADATA_HOST: the metadata server that it names, as host or host:port
//   - K_SERVICE, which Cloud Run and Knative set: the metadata server at 169.254.169.254
//   - none: the file that gcloud auth application-default login writes
//
// The metadata server takes the scopes as a parameter. Without it a token has
// the scope cloud-platform, which does not cover Google Workspace.
// [Config].Impersonate and [Config].Subject exchange that token for one of
// another service account, or of a Workspace user.
//
// # Who may call
//
// A [Verifier] checks requests against [Callers]: the platform has checked them
// already, anyone may call, or the accounts on a list, by ID tokens that Google
// has signed.
//
// # What goes wrong
//
// Errors of tokens are of type [*Error], those of callers of type
// [*CallerError]; both have a hint for the person who can fix the cause. README.md
// in this folder lists the platforms that honour scopes, and what each failure
// looks like. Package doctor, in the folder below, finds out which of them it is.
package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// emailTTL is how long the account's e-mail address is cached. It rarely changes.
const emailTTL = 24 * time.Hour

// projectInterval is the shortest time between two requests for the project. Without it
// each log line would request a project that the platform does not have.
const projectInterval = time.Hour

// Config configures [NewTransport].
type Config struct {
	// Scopes are those of every token; at least one.
	Scopes Scopes
	// Subject is the e-mail address of the Workspace user to act as, by
	// domain-wide delegation; "" acts as the service account itself.
	Subject string
	// Impersonate is the e-mail address of the service account to act as, or to
	// act as Subject through; "" is the platform's own account.
	Impersonate string
	// Endpoint replaces the hosts of IAM and of Google's token endpoint, for
	// example by "http://127.0.0.1:8085", an emulator; "" is Google. Tokens are sent to
	// it too if it is on loopback.
	Endpoint string
	// Base sends all requests, those for tokens included. If nil, it is
	// [http.DefaultTransport], and to the metadata server a transport that
	// ignores the proxy settings of the environment.
	Base http.RoundTripper
	// Logger receives one record, which names the source of the tokens; nil is
	// [slog.Default].
	Logger *slog.Logger
}

// Transport is an [http.RoundTripper] that adds an access token to requests for
// Google's APIs. It caches one token, which all clients of the Transport share.
// It is safe for concurrent use. [NewTransport] returns one; the zero value is
// not usable.
type Transport struct {
	base         http.RoundTripper
	scopes       Scopes
	source       source
	emulator     string // scheme://host that may receive tokens; "" is none
	quotaProject string // billed for calls with a person's credentials; "" is the account's own
	tokens       cache[Token]
	email        cache[string] // of the source
	project      cache[string] // of the metadata server
}

// NewTransport returns a Transport for the configuration and the environment; the
// package documentation has the order of the sources. It makes no network call.
// Its error, of type [*Error], names what is missing or unusable.
func NewTransport(c Config) (*Transport, error) {
	if len(c.Scopes) == 0 {
		return nil, &Error{Op: "set up access tokens", Err: errors.New("no scope given")}
	}
	src, reason, err := chooseSource(c)
	if err != nil {
		return nil, err
	}
	log := c.Logger
	if log == nil {
		log = slog.Default()
	}
	log.Info("access tokens come from the "+src.String(), "why", reason, "scopes", c.Scopes.String())
	t := &Transport{base: c.Base, scopes: c.Scopes, source: src, emulator: emulatorOf(c.Endpoint)}
	if t.base == nil {
		t.base = http.DefaultTransport
	}
	if file, ok := src.(*credentialsFile); ok {
		t.quotaProject = file.quotaProject
	}
	logger := func() *slog.Logger { return log }
	t.tokens = cache[Token]{op: "wait for an access token", interval: tokenInterval, fetch: t.fetchToken, logger: logger}
	t.email = cache[string]{op: "wait for the account's e-mail", interval: tokenInterval, fetch: t.fetchEmail, logger: logger}
	t.project = cache[string]{op: "wait for the project", interval: projectInterval, fetch: t.fetchProject, logger: logger}
	return t, nil
}

func (t *Transport) fetchToken(ctx context.Context) (entry[Token], error) {
	token, err := t.source.fetch(ctx)
	if err == nil && !time.Now().Before(token.Expiry) {
		err = &Error{
			Op: "fetch an access token from the " + t.source.String(), Err: errors.New("it has already expired"),
			Hint: "compare this machine's clock with Google's: date -u; curl -sI https://www.googleapis.com | grep -i ^date",
		}
	}
	if err != nil {
		return entry[Token]{}, err
	}
	return token.entry(time.Now()), nil
}

func (t *Transport) fetchEmail(ctx context.Context) (entry[string], error) {
	email, err := t.source.email(ctx)
	if err != nil {
		return entry[string]{}, err
	}
	end := time.Now().Round(0).Add(emailTTL)
	return entry[string]{email, end, end}, nil
}

// Warm starts the fetch of a token if none is valid, and does not wait for it.
// It returns nil if a token is valid or the last fetch did not fail, else that
// fetch's error. A server may call it at its start and in its health check.
func (t *Transport) Warm() error { return t.tokens.warm() }

// Email returns the e-mail address of the identity that the tokens are for, the
// one to share a spreadsheet with. The first call fetches it, within ctx; later
// ones return it from the cache. The error is of type [*Error].
func (t *Transport) Email(ctx context.Context) (string, error) {
	cached, err := t.email.get(ctx)
	if err != nil {
		return "", err
	}
	return cached.value, nil
}

// Project returns the Google Cloud project of the platform, for the names of traces in
// logs; "" if it is not known. It does not wait: the first call starts a request to the
// metadata server, and later ones return its response. Without a metadata server it makes
// no network call.
func (t *Transport) Project() string {
	src := t.source
	if d, ok := src.(*delegate); ok {
		src = d.base
	}
	if _, ok := src.(*metadataServer); !ok {
		return ""
	}
	_ = t.project.warm() // after an error the log lines lack the project
	if known, _ := t.project.state(); known != nil {
		return known.value
	}
	return ""
}

func (t *Transport) fetchProject(ctx context.Context) (entry[string], error) {
	src := t.source
	if d, ok := src.(*delegate); ok {
		src = d.base
	}
	project, err := src.(*metadataServer).project(ctx)
	if err != nil {
		return entry[string]{}, err
	}
	never := time.Now().Round(0).AddDate(100, 0, 0) // it does not change
	return entry[string]{project, never, never}, nil
}

// Status describes the tokens of a [Transport], for people. It holds no token.
type Status struct {
	Source    string    `json:"source,omitempty"`     // such as "metadata server at 169.254.169.254"
	Email     string    `json:"email,omitempty"`      // empty until [Transport.Email] has returned one
	Scopes    Scopes    `json:"scopes"`               // as configured
	Expiry    time.Time `json:"expiry,omitzero"`      // zero if there is no token yet
	LastError string    `json:"last_error,omitempty"` // of the last fetch of a token; empty if it succeeded
}

// Status returns what is cached now. It makes no network call.
func (t *Transport) Status() Status {
	token, err := t.tokens.state()
	s := Status{Source: t.source.String(), Scopes: t.scopes}
	if token != nil {
		s.Expiry = token.value.Expiry
	}
	if email, _ := t.email.state(); email != nil {
		s.Email = email.value
	}
	if err != nil {
		s.LastError = detailOf(err)
	}
	return s
}
