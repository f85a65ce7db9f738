package test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
)

const (
	scopeRoot         = "https://www.googleapis.com/auth/"
	delegatedAccount  = "sheets@demo-project.iam.gserviceaccount.com"
	delegatedUser     = "ada@example.com"
	spreadsheetsURL   = "https://sheets.googleapis.com/v4/spreadsheets/"
	functionsAudience = "https://function.example.com"
)

var driveAndSheets = auth.Scopes{scopeRoot + "drive", scopeRoot + "spreadsheets"}

// tokenWorld is the emulated Google, with a spreadsheet that only its owner may open.
type tokenWorld struct {
	*emulator.Server
	base  *http.Transport
	sheet string // the spreadsheet's ID
}

func newTokenWorld(t *testing.T, o emulator.Options, owner string) *tokenWorld {
	t.Helper()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "metadata.test")
	w := &tokenWorld{Server: emulator.New(o)}
	w.sheet = w.Create(emulator.Spreadsheet{Title: "T", Sheets: []emulator.Sheet{{Title: "T"}}, Owner: owner, Unshared: true})
	w.base = emulator.Transport(w).(*http.Transport)
	t.Cleanup(w.base.CloseIdleConnections)
	return w
}

// transport returns the transport under test, by default for drive and spreadsheets.
func (w *tokenWorld) transport(t *testing.T, c auth.Config) *auth.Transport {
	t.Helper()
	c.Base, c.Logger = w.base, slog.New(slog.DiscardHandler)
	if c.Scopes == nil {
		c.Scopes = driveAndSheets
	}
	transport, err := auth.NewTransport(c)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// get opens the spreadsheet, and returns the status and the token's principal and scopes.
func (w *tokenWorld) get(t *testing.T, transport *auth.Transport) (status int, principal string, scopes []string, err error) {
	t.Helper()
	resp, err := transport.Client().Get(spreadsheetsURL + w.sheet)
	if err != nil {
		return 0, "", nil, err
	}
	resp.Body.Close()
	log := w.Requests()
	last := log[len(log)-1]
	return resp.StatusCode, last.Principal, last.Scopes, nil
}

// checkAuthError fails the test unless err is an [auth.Error] with both texts.
func checkAuthError(t *testing.T, err error, want, hint string) {
	t.Helper()
	failure, ok := errors.AsType[*auth.Error](err)
	if !ok || !strings.Contains(err.Error(), want) || !strings.Contains(failure.Hint, hint) {
		t.Fatalf("error %v; want %q with a hint that names %q", err, want, hint)
	}
}

func TestActingAsAnotherIdentity(t *testing.T) {
	user := `"type":"authorized_user","client_id":"own","client_secret":"s","refresh_token":"REFRESH"`
	tests := []struct {
		name    string
		config  auth.Config
		profile emulator.Profile
		owner   string
		file    string // the fields of a credentials file
		allow   func(w *tokenWorld)
		want    string // in the error; "" is success
		hint    string
	}{
		{name: "another service account", config: auth.Config{Impersonate: delegatedAccount}, owner: delegatedAccount,
			allow: func(w *tokenWorld) { w.Grant(w.ServiceAccount(), delegatedAccount) }},
		{name: "another service account, not granted", config: auth.Config{Impersonate: delegatedAccount}, owner: delegatedAccount,
			want: "iam.serviceAccounts.getAccessToken", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "another service account, IAM's API off", config: auth.Config{Impersonate: delegatedAccount}, owner: delegatedAccount,
			allow: func(w *tokenWorld) {
				w.Grant(w.ServiceAccount(), delegatedAccount)
				w.Disable("iamcredentials.googleapis.com", true)
			},
			want: "SERVICE_DISABLED", hint: "gcloud services enable iamcredentials.googleapis.com"},
		{name: "another service account from a VM with default scopes", config: auth.Config{Impersonate: delegatedAccount}, profile: emulator.GCE, owner: delegatedAccount,
			allow: func(w *tokenWorld) { w.Grant(w.ServiceAccount(), delegatedAccount) },
			want:  "ACCESS_TOKEN_SCOPE_INSUFFICIENT", hint: "--scopes=cloud-platform"},
		{name: "another service account from a federated identity", config: auth.Config{Impersonate: delegatedAccount}, profile: emulator.GKEDirect, owner: delegatedAccount,
			allow: func(w *tokenWorld) { w.Grant(w.WorkloadPool(), delegatedAccount) }},
		{name: "a user, through the own account", config: auth.Config{Subject: delegatedUser}, owner: delegatedUser,
			allow: func(w *tokenWorld) {
				w.Grant(w.ServiceAccount(), w.ServiceAccount())
				w.Delegate(w.ServiceAccount(), "example.com", driveAndSheets...)
			}},
		{name: "a user, through another account", config: auth.Config{Subject: delegatedUser, Impersonate: delegatedAccount}, owner: delegatedUser,
			allow: func(w *tokenWorld) {
				w.Grant(w.ServiceAccount(), delegatedAccount)
				w.Delegate(delegatedAccount, "example.com", driveAndSheets...)
			}},
		{name: "a user, own account not granted on itself", config: auth.Config{Subject: delegatedUser}, owner: delegatedUser,
			allow: func(w *tokenWorld) { w.Delegate(w.ServiceAccount(), "example.com", driveAndSheets...) },
			want:  "iam.serviceAccounts.signJwt", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "a user, scopes not delegated", config: auth.Config{Subject: delegatedUser}, owner: delegatedUser,
			allow: func(w *tokenWorld) {
				w.Grant(w.ServiceAccount(), w.ServiceAccount())
				w.Delegate(w.ServiceAccount(), "example.com", driveAndSheets[0])
			},
			want: "unauthorized_client", hint: "Domain-wide delegation"},
		{name: "a user from a federated identity", config: auth.Config{Subject: delegatedUser}, profile: emulator.GKEDirect, owner: delegatedUser,
			want: "is not a service account", hint: "IMPERSONATE"},
		{name: "a file that impersonates gets exactly the scopes requested", owner: delegatedAccount,
			file: `"type":"impersonated_service_account","service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/` +
				delegatedAccount + `:generateAccessToken","source_credentials":{` + user + `}`,
			allow: func(w *tokenWorld) { w.Grant(delegatedUser, delegatedAccount) }},
		{name: "a person's file impersonates by setting", config: auth.Config{Impersonate: delegatedAccount}, owner: delegatedAccount, file: user,
			allow: func(w *tokenWorld) { w.Grant(delegatedUser, delegatedAccount) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTokenWorld(t, emulator.Options{Profile: tt.profile}, tt.owner)
			if tt.allow != nil {
				tt.allow(w)
			}
			if tt.file != "" {
				useCredentialsFile(t, strings.ReplaceAll(tt.file, "REFRESH", w.RefreshToken(delegatedUser, scopeRoot+"cloud-platform")))
			}
			transport := w.transport(t, tt.config)
			status, principal, got, err := w.get(t, transport)
			if tt.want != "" {
				checkAuthError(t, err, tt.want, tt.hint)
				return
			}
			if status != 200 || principal != tt.owner || err != nil {
				t.Fatalf("call as %s = %d, %v, want 200 as %s", principal, status, err, tt.owner)
			}
			if diff := cmp.Diff([]string(driveAndSheets), got); diff != "" {
				t.Errorf("the token's scopes (-want +got):\n%s", diff)
			}
			if email, err := transport.Email(t.Context()); email != tt.owner || err != nil {
				t.Errorf("Email() = %q, %v, want %s", email, err, tt.owner)
			}
		})
	}
}

// useCredentialsFile sets GOOGLE_APPLICATION_CREDENTIALS to a file with these fields.
func useCredentialsFile(t *testing.T, fields string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(path, fmt.Appendf(nil, "{%s}", fields), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "")
}

func TestDelegationIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTokenWorld(t, emulator.Options{}, delegatedUser)
		w.Grant(w.ServiceAccount(), w.ServiceAccount())
		w.Delegate(w.ServiceAccount(), "example.com", scopeRoot+"spreadsheets")
		w.Inject(emulator.Fault{Call: "iamcredentials.projects.serviceAccounts.signJwt", Status: 503, Times: 2})
		w.Inject(emulator.Fault{Call: "oauth2.token", Drop: emulator.DropBefore, Times: 1})
		transport := w.transport(t, auth.Config{Subject: delegatedUser, Scopes: auth.Scopes{scopeRoot + "spreadsheets"}})
		if status, principal, _, err := w.get(t, transport); status != 200 || principal != delegatedUser || err != nil {
			t.Errorf("call as %s = %d, %v, want 200 as %s", principal, status, err, delegatedUser)
		}
	})
}

func TestScopesOnPlatforms(t *testing.T) {
	tests := []struct {
		name    string
		profile emulator.Profile
		change  func(w *tokenWorld)
		scopes  auth.Scopes
		status  int
		want    string // in the error where there is no token
		hint    string
	}{
		{name: "Cloud Run honours scopes", profile: emulator.CloudRun, status: 200},
		{name: "GKE with a bound service account honours scopes", profile: emulator.GKE, status: 200},
		{name: "GKE without the binding", profile: emulator.GKE, change: func(w *tokenWorld) { w.SetWorkloadIdentityBinding(false) },
			want: "iam.serviceAccounts.getAccessToken", hint: "roles/iam.workloadIdentityUser"},
		{name: "a VM ignores scopes silently", profile: emulator.GCE, status: 403},
		{name: "a federated identity is not an account", profile: emulator.GKEDirect, status: 401},
		{name: "a scope that Google does not know", profile: emulator.CloudRun, scopes: auth.Scopes{scopeRoot + "spread sheets"},
			want: "500 Internal Server Error: Could not fetch URI", hint: "SCOPES"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTokenWorld(t, emulator.Options{Profile: tt.profile}, "")
				w.Share(w.sheet, w.ServiceAccount(), "writer")
				if tt.change != nil {
					tt.change(w)
				}
				status, _, _, err := w.get(t, w.transport(t, auth.Config{Scopes: tt.scopes}))
				if tt.want != "" {
					checkAuthError(t, err, tt.want, tt.hint)
					return
				}
				if status != tt.status || err != nil {
					t.Errorf("call = %d, %v, want %d", status, err, tt.status)
				}
			})
		})
	}
}

func TestCallersWithGooglesTokens(t *testing.T) {
	w := newTokenWorld(t, emulator.Options{}, "")
	var callers auth.Callers
	if err := callers.UnmarshalText([]byte(delegatedUser)); err != nil {
		t.Fatal(err)
	}
	v, err := auth.NewVerifier(callers, functionsAudience, "", w.base)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, token string
		kind        error
	}{
		{"listed", w.IDToken(delegatedUser, functionsAudience), nil},
		{"not listed", w.IDToken("eve@example.com", functionsAudience), auth.ErrForbidden},
		{"another audience", w.IDToken(delegatedUser, "https://other.example.com"), auth.ErrUnauthenticated},
		{"an access token", w.Token(delegatedUser, scopeRoot+"drive"), auth.ErrUnauthenticated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", "Bearer "+tt.token)
			if err := v.Check(r); !errors.Is(err, tt.kind) {
				t.Errorf("Check() = %v, want %v", err, tt.kind)
			}
		})
	}
}
