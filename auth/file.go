package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
)

// credentialsFile is a token source off the platform: a file of Application
// Default Credentials. How each type is exchanged for a token is left to
// Google's library; https://google.aip.dev/auth/4110 describes them.
type credentialsFile struct {
	path    string
	kind    string // its "type" field
	account string // e-mail of the service account, where the file tells
	tokens  auth.TokenProvider
}

func newCredentialsFile(path string, scopes Scopes, base http.RoundTripper) (*credentialsFile, error) {
	fail := func(err error) (*credentialsFile, error) {
		return nil, &Error{
			Doing: "read the credentials file " + path, Err: err,
			Remedy: "gcloud auth application-default login --impersonate-service-account=ACCOUNT",
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(errors.Unwrap(err)) // without the path, which Doing has
	}
	var file struct {
		Type             string `json:"type"`
		ClientEmail      string `json:"client_email"`
		ImpersonationURL string `json:"service_account_impersonation_url"`
	}
	if json.Unmarshal(content, &file) != nil || file.Type == "" {
		return fail(errors.New("it is not a credentials file in JSON"))
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
	account := file.ClientEmail
	if _, rest, ok := strings.Cut(file.ImpersonationURL, "/serviceAccounts/"); ok {
		account, _, _ = strings.Cut(rest, ":")
	}
	return &credentialsFile{path, file.Type, account, creds}, nil
}

func (f *credentialsFile) String() string { return fmt.Sprintf("%s (%s)", f.path, f.kind) }

func (f *credentialsFile) fetch(ctx context.Context) (Token, error) {
	t, err := f.tokens.Token(ctx)
	if err != nil {
		return Token{}, &Error{Doing: "fetch an access token with " + f.String(), Err: err}
	}
	return newToken(t.Value, t.Expiry), nil
}

func (f *credentialsFile) email(context.Context) (string, error) {
	if f.account == "" {
		return "", &Error{Doing: "name the account of " + f.String(), Err: errors.New("the file does not tell it")}
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
