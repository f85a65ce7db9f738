package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
)

// credentialsFile is a token source off the platform: a file of Application
// Default Credentials. How each type is exchanged for a token is left to
// Google's library; https://google.aip.dev/auth/4110 describes them.
type credentialsFile struct {
	path         string
	kind         string // its "type" field
	account      string // e-mail of the service account, where the file tells
	quotaProject string // only for a person's credentials
	tokens       auth.TokenProvider
}

// fileContent is what we read of it ourselves.
type fileContent struct {
	Type             string `json:"type"`
	ClientID         string `json:"client_id"`
	ClientEmail      string `json:"client_email"`
	ImpersonationURL string `json:"service_account_impersonation_url"`
	QuotaProject     string `json:"quota_project_id"`
}

// gcloudClient is the OAuth client that gcloud logs people in with. Google
// refuses it the scopes of Workspace since June 2025:
// https://docs.cloud.google.com/docs/authentication/troubleshoot-adc
const gcloudClient = "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com"

const loginHint = "gcloud auth application-default login --impersonate-service-account=ACCOUNT"

func newCredentialsFile(path string, scopes Scopes, base http.RoundTripper) (*credentialsFile, error) {
	fail := func(err error) (*credentialsFile, error) {
		return nil, &Error{Op: "read the credentials file " + path, Err: err, Hint: loginHint}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(errors.Unwrap(err)) // without the path, which Op has
	}
	var file fileContent
	if json.Unmarshal(content, &file) != nil || file.Type == "" {
		return fail(errors.New("it is not a credentials file in JSON"))
	}
	if err := file.check(scopes); err != nil {
		return fail(err)
	}
	options := &credentials.DetectOptions{
		Scopes: scopes,
		// The library's own cache would hide renewals from ours: with every
		// token stale from the start, each call fetches.
		EarlyTokenRefresh:   24 * time.Hour,
		DisableAsyncRefresh: true,
	}
	if base != nil {
		options.Client = &http.Client{Transport: base}
	}
	creds, err := credentials.NewCredentialsFromJSON(credentials.CredType(file.Type), content, options)
	if err != nil {
		return fail(err)
	}
	f := &credentialsFile{path: path, kind: file.Type, account: file.ClientEmail, tokens: creds}
	if _, rest, ok := strings.Cut(file.ImpersonationURL, "/serviceAccounts/"); ok {
		f.account, _, _ = strings.Cut(rest, ":")
	}
	if file.Type == string(credentials.AuthorizedUser) {
		f.quotaProject = cmp.Or(os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"), file.QuotaProject)
	}
	return f, nil
}

// check refuses at once what could only fail at the API, and without a word of
// the cause.
func (f fileContent) check(scopes Scopes) error {
	if slices.Equal(scopes, cloudPlatform) {
		return nil // the first step of acting as somebody else
	}
	switch {
	case f.Type == string(credentials.AuthorizedUser) && f.ClientID == gcloudClient:
		return fmt.Errorf("it is a person's login with gcloud's own client, which Google gives no %s: impersonate a service account instead", scopes)
	case f.Type == string(credentials.ExternalAccount) && f.ImpersonationURL == "":
		return errors.New("it names an external identity without an e-mail address, which no spreadsheet can be shared with: let it impersonate a service account (service_account_impersonation_url)")
	}
	return nil
}

func (f *credentialsFile) String() string { return fmt.Sprintf("%s (%s)", f.path, f.kind) }

func (f *credentialsFile) fetch(ctx context.Context) (Token, error) {
	t, err := f.tokens.Token(ctx)
	if err != nil {
		return Token{}, &Error{Op: "fetch an access token with " + f.String(), Err: err, Hint: loginHint}
	}
	return newToken(t.Value, t.Expiry), nil
}

func (f *credentialsFile) email(context.Context) (string, error) {
	if f.account == "" {
		return "", &Error{Op: "name the account of " + f.String(), Err: errors.New("the file does not tell it")}
	}
	return f.account, nil
}

// gcloudFile is where gcloud auth application-default login writes.
func gcloudFile() string {
	dir := os.Getenv("APPDATA")
	if runtime.GOOS != "windows" {
		home, _ := os.UserHomeDir()
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "gcloud", "application_default_credentials.json")
}
