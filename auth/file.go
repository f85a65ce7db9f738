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

// credentialsFile is the token source outside of a platform: a file of Application
// Default Credentials, https://google.aip.dev/auth/4110. Google's library
// exchanges each type of file for tokens.
type credentialsFile struct {
	path         string
	kind         string // its "type" field
	account      string // e-mail of the service account; "" if the file has none
	scopes       Scopes
	quotaProject string // of a person's credentials; "" for others
	tokens       auth.TokenProvider
}

// fileContent is what this package itself reads of a file.
type fileContent struct {
	Type             string `json:"type"`
	ClientID         string `json:"client_id"`
	ClientEmail      string `json:"client_email"`
	ImpersonationURL string `json:"service_account_impersonation_url"`
	QuotaProject     string `json:"quota_project_id"`
}

// gcloudClient is the OAuth client of gcloud's logins. Since June 2025 Google
// grants it no scopes of Workspace:
// https://docs.cloud.google.com/docs/authentication/troubleshoot-adc
const gcloudClient = "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com"

const (
	plainLogin = "gcloud auth application-default login"
	loginHint  = plainLogin + " --impersonate-service-account=ACCOUNT"
	// loggedIn is, in a shell, the account that is logged in to gcloud, as a member of a
	// policy.
	loggedIn    = `"user:$(gcloud config get account)"`
	creatorRole = "roles/iam.serviceAccountTokenCreator"
)

func newCredentialsFile(path string, scopes Scopes, base http.RoundTripper) (*credentialsFile, error) {
	fail := func(err error) (*credentialsFile, error) {
		return nil, &Error{Op: "read the credentials file " + path, Err: err, Hint: loginHintFor(scopes)}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(errors.Unwrap(err)) // without the path, which is in Op
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
		// The cache of this package decides when to fetch. This turns off the
		// library's own: every token is stale from the start.
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
	f := &credentialsFile{path: path, kind: file.Type, account: file.ClientEmail, scopes: scopes, tokens: creds}
	if _, rest, ok := strings.Cut(file.ImpersonationURL, "/serviceAccounts/"); ok {
		f.account, _, _ = strings.Cut(rest, ":")
	}
	if file.Type == string(credentials.AuthorizedUser) {
		f.quotaProject = cmp.Or(os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"), file.QuotaProject)
	}
	return f, nil
}

// check refuses files whose tokens are of no use: an API would refuse them with an
// error that does not name the cause.
func (f fileContent) check(scopes Scopes) error {
	if slices.Equal(scopes, cloudPlatform) {
		return nil // only used to act as another identity
	}
	switch {
	case f.Type == string(credentials.AuthorizedUser) && f.ClientID == gcloudClient:
		return fmt.Errorf("it is a person's login with gcloud's own client, which Google does not grant %s: impersonate a service account instead", scopes)
	case f.Type == string(credentials.ExternalAccount) && f.ImpersonationURL == "":
		return errors.New("it is for an external identity without an e-mail address, which no spreadsheet can be shared with: impersonate a service account in it (service_account_impersonation_url)")
	}
	return nil
}

func (f *credentialsFile) String() string { return fmt.Sprintf("%s (%s)", f.path, f.kind) }

func (f *credentialsFile) fetch(ctx context.Context) (Token, error) {
	t, err := f.tokens.Token(ctx)
	if err != nil {
		return Token{}, &Error{Op: "fetch an access token with " + f.String(), Err: err, Hint: f.hint()}
	}
	return newToken(t.Value, t.Expiry), nil
}

// hint returns what mostly fixes a file of this type that gets no token.
func (f *credentialsFile) hint() string {
	account := cmp.Or(f.account, "ACCOUNT")
	switch credentials.CredType(f.kind) {
	case credentials.AuthorizedUser:
		if slices.Equal(f.scopes, cloudPlatform) {
			return "log in again: " + plainLogin
		}
		return "log in again, with the same OAuth client: " + plainLogin + " --client-id-file=CLIENT.json --scopes=" + Scopes(slices.Concat(cloudPlatform, f.scopes)).String()
	case credentials.ServiceAccount:
		return "check that the key exists and is enabled: gcloud iam service-accounts keys list --iam-account=" + account
	case credentials.ExternalAccount:
		return "check that the pool's identities have roles/iam.workloadIdentityUser: gcloud iam service-accounts get-iam-policy " + account
	}
	return "log in again: " + plainLogin + " --impersonate-service-account=" + account + "; you need a role on the account: gcloud iam service-accounts add-iam-policy-binding " +
		account + " --role=" + creatorRole + " --member=" + loggedIn
}

// loginHintFor returns how to make a file from which tokens with the scopes come.
func loginHintFor(scopes Scopes) string {
	if slices.Equal(scopes, cloudPlatform) { // only used to act as another identity
		return plainLogin
	}
	return loginHint
}

func (f *credentialsFile) email(context.Context) (string, error) {
	if f.account == "" {
		return "", &Error{Op: "read the account of " + f.String(), Err: errors.New("the file has no e-mail address")}
	}
	return f.account, nil
}

// gcloudFile returns the path that gcloud auth application-default login writes to.
func gcloudFile() string {
	dir := os.Getenv("APPDATA")
	if runtime.GOOS != "windows" {
		home, _ := os.UserHomeDir()
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "gcloud", "application_default_credentials.json")
}
