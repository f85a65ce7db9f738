// Package auth is who we are: an [http.Client] whose requests carry an access
// token with exactly the OAuth scopes asked for; and who may call.
//
// On Cloud Run, Cloud Run functions and Knative on Google Cloud the token comes
// from the metadata server, which takes the scopes as a parameter. No key file
// is involved, and the default scope, cloud-platform, is not asked for:
//
//	scopes, err := auth.ParseScopes("drive,spreadsheets")
//	transport, err := auth.NewTransport(auth.Config{Scopes: scopes})
//	service, err := sheets.NewService(ctx, option.WithHTTPClient(transport.Client()))
//
// README.md in this folder is the reference on non-default scopes: which
// platforms honour them, and what each failure looks like. A fork leaves this
// package alone.
package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"
)

// emailTTL is how long an e-mail address is believed; it hardly ever changes.
const emailTTL = 24 * time.Hour

// Config is what [NewTransport] needs to know.
type Config struct {
	// Scopes of every token; at least one.
	Scopes Scopes
	// Subject is the Workspace user to act as, by domain-wide delegation; ""
	// acts as the service account itself. See delegate.go.
	Subject string
	// Impersonate is the service account to act as; "" is the platform's own.
	Impersonate string
	// Endpoint, such as "http://127.0.0.1:8085", stands for the hosts of IAM
	// and of Google's token endpoint; "" is Google.
	Endpoint string
	// Base carries all requests, those for tokens too; nil for net/http's own
	// transport, and for one without proxy to the metadata server.
	Base http.RoundTripper
	// Logger is told once where tokens come from; nil for [slog.Default].
	Logger *slog.Logger
}

// source yields new tokens and keeps none.
type source interface {
	fetch(context.Context) (Token, error)
	email(context.Context) (string, error)
	fmt.Stringer
}

// Transport adds an access token to requests for Google's APIs. It is an
// [http.RoundTripper], safe for concurrent use. All clients that should share
// one token share one Transport.
type Transport struct {
	base         http.RoundTripper
	scopes       Scopes
	source       source
	quotaProject string // pays for the calls of a person's credentials; "" is the account's own
	tokens       cache[Token]
	email        cache[string] // the source's e-mail
}

// NewTransport chooses where tokens come from, and asks nobody yet: a file named
// by GOOGLE_APPLICATION_CREDENTIALS; else, on a platform (K_SERVICE or
// GCE_METADATA_HOST is set), the metadata server; else the file that gcloud
// writes. An error, of type [*Error], says what is missing.
func NewTransport(c Config) (*Transport, error) {
	if len(c.Scopes) == 0 {
		return nil, &Error{Op: "set up access tokens", Err: errors.New("no scope given")}
	}
	src, why, err := chooseSource(c)
	if err != nil {
		return nil, err
	}
	log := c.Logger
	if log == nil {
		log = slog.Default()
	}
	log.Info("access tokens come from the "+src.String(), "why", why, "scopes", c.Scopes.String())
	t := &Transport{base: c.Base, scopes: c.Scopes, source: src}
	if t.base == nil {
		t.base = http.DefaultTransport
	}
	if file, ok := src.(*credentialsFile); ok {
		t.quotaProject = file.quotaProject
	}
	t.tokens = cache[Token]{op: "wait for an access token", interval: tokenInterval, fetch: func(ctx context.Context) (entry[Token], error) {
		token, err := src.fetch(ctx)
		if err == nil && !time.Now().Before(token.Expiry) {
			err = &Error{Op: "fetch an access token from the " + src.String(), Err: errors.New("it has expired on arrival: check this machine's clock")}
		}
		if err != nil {
			return entry[Token]{}, err
		}
		return token.entry(time.Now()), nil
	}}
	t.email = cache[string]{op: "wait for the account's e-mail", interval: tokenInterval, fetch: func(ctx context.Context) (entry[string], error) {
		email, err := src.email(ctx)
		if err != nil {
			return entry[string]{}, err
		}
		end := time.Now().Round(0).Add(emailTTL)
		return entry[string]{email, end, end}, nil
	}}
	return t, nil
}

// chooseSource returns the source of the tokens, which is the platform's or,
// on top of it, one that acts as somebody else.
func chooseSource(c Config) (src source, why string, err error) {
	if c.Subject == "" && c.Impersonate == "" {
		return platformSource(c, c.Scopes)
	}
	base, why, err := platformSource(c, cloudPlatform)
	if err != nil {
		return nil, "", err
	}
	return newDelegate(c, base), why, nil
}

func platformSource(c Config, scopes Scopes) (src source, why string, err error) {
	if path := os.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); path != "" {
		src, err = newCredentialsFile(path, scopes, c.Base)
		return src, "GOOGLE_APPLICATION_CREDENTIALS names it", err
	}
	if host := os.Getenv("GCE_METADATA_HOST"); host != "" {
		if strings.Contains(host, "/") {
			return nil, "", &Error{
				Op: "read GCE_METADATA_HOST", Err: errors.New("it is not host or host:port without a scheme"),
				Hint: "for example GCE_METADATA_HOST=169.254.169.254",
			}
		}
		return newMetadataServer(host, scopes, c.Base), "GCE_METADATA_HOST names it", nil
	}
	if os.Getenv("K_SERVICE") != "" {
		return newMetadataServer(metadataAddress, scopes, c.Base), "K_SERVICE is set, so this runs on a platform", nil
	}
	if src, err = newCredentialsFile(gcloudFile(), scopes, c.Base); errors.Is(err, fs.ErrNotExist) {
		err = &Error{
			Op: "find credentials", Err: fmt.Errorf("GOOGLE_APPLICATION_CREDENTIALS, GCE_METADATA_HOST and K_SERVICE are not set, and there is no %s", gcloudFile()),
			Hint: "on a VM, GKE without Knative, App Engine or a Cloud Run job set GCE_METADATA_HOST=169.254.169.254; on a machine of yours: " + loginHint,
		}
	}
	return src, "neither GOOGLE_APPLICATION_CREDENTIALS, GCE_METADATA_HOST nor K_SERVICE is set", err
}

// Warm starts the first fetch without waiting for it, and says why there is no
// token: nil while the first fetch is under way or a token is valid.
func (t *Transport) Warm() error { return t.tokens.warm() }

// Email returns the address of the account that the tokens stand for, the one
// that a spreadsheet is shared with. It is asked for when it is first wanted.
func (t *Transport) Email(ctx context.Context) (string, error) {
	cached, err := t.email.get(ctx)
	if err != nil {
		return "", err
	}
	return cached.value, nil
}

// Status is what is known of the tokens, for people. It holds no token.
type Status struct {
	Source    string    `json:"source,omitempty"`
	Email     string    `json:"email,omitempty"` // once [Transport.Email] has been asked
	Scopes    Scopes    `json:"scopes"`
	Expiry    time.Time `json:"expiry,omitzero"`      // zero: no token yet
	LastError string    `json:"last_error,omitempty"` // of the last fetch, if it failed
}

// Status asks nobody.
func (t *Transport) Status() Status {
	token, err := t.tokens.state()
	s := Status{Source: t.source.String(), Scopes: t.scopes}
	if token != nil {
		s.Expiry = token.value.Expiry
	}
	if known, _ := t.email.state(); known != nil {
		s.Email = known.value
	}
	if err != nil {
		s.LastError = err.Error()
	}
	return s
}
