package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

const (
	target = "sheets@demo-project.iam.gserviceaccount.com"
	person = "ada@example.com"
)

// cloud is the emulated Google, with a spreadsheet that only owner may open.
type cloud struct {
	*emulator.Server
	base  *http.Transport
	sheet string // the URL of a call on the spreadsheet
}

func newCloud(t *testing.T, o emulator.Options, owner string) *cloud {
	t.Helper()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "metadata.test")
	c := &cloud{Server: emulator.New(o)}
	id := c.Create(emulator.Spreadsheet{Title: "T", Sheets: []emulator.Sheet{{Title: "T"}}, Owner: owner, Unshared: true})
	c.sheet = "https://sheets.googleapis.com/v4/spreadsheets/" + id
	c.base = emulator.Transport(c).(*http.Transport)
	t.Cleanup(c.base.CloseIdleConnections)
	return c
}

// get calls Sheets, and returns the status and the token's principal and scopes.
func (c *cloud) get(t *testing.T, transport *Transport) (status int, principal string, scopes []string, err error) {
	t.Helper()
	resp, err := transport.Client().Get(c.sheet)
	if err != nil {
		return 0, "", nil, err
	}
	resp.Body.Close()
	log := c.Requests()
	last := log[len(log)-1]
	return resp.StatusCode, last.Principal, last.Scopes, nil
}

func TestActingAsSomebodyElse(t *testing.T) {
	scopes := Scopes{scopePrefix + "drive", scopePrefix + "spreadsheets"}
	user := `"type":"authorized_user","client_id":"own","client_secret":"s","refresh_token":"REFRESH"`
	for _, tt := range []struct {
		name    string
		config  Config
		profile emulator.Profile
		owner   string
		file    string // a credentials file
		allow   func(c *cloud)
		want    string // in the error; "" is success
		hint    string
	}{
		{name: "another service account", config: Config{Impersonate: target}, owner: target,
			allow: func(c *cloud) { c.Grant(c.ServiceAccount(), target) }},
		{name: "another service account, not granted", config: Config{Impersonate: target}, owner: target,
			want: "iam.serviceAccounts.getAccessToken", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "another service account, IAM's API off", config: Config{Impersonate: target}, owner: target,
			allow: func(c *cloud) { c.Grant(c.ServiceAccount(), target); c.Disable("iamcredentials.googleapis.com", true) },
			want:  "SERVICE_DISABLED", hint: "gcloud services enable iamcredentials.googleapis.com"},
		{name: "another service account from a VM with default scopes", config: Config{Impersonate: target}, profile: emulator.GCE, owner: target,
			allow: func(c *cloud) { c.Grant(c.ServiceAccount(), target) },
			want:  "ACCESS_TOKEN_SCOPE_INSUFFICIENT", hint: "--scopes=cloud-platform"},
		{name: "another service account from a federated identity", config: Config{Impersonate: target}, profile: emulator.GKEDirect, owner: target,
			allow: func(c *cloud) { c.Grant(c.WorkloadPool(), target) }},
		{name: "a user, through the own account", config: Config{Subject: person}, owner: person,
			allow: func(c *cloud) {
				c.Grant(c.ServiceAccount(), c.ServiceAccount())
				c.Delegate(c.ServiceAccount(), "example.com", scopes...)
			}},
		{name: "a user, through another account", config: Config{Subject: person, Impersonate: target}, owner: person,
			allow: func(c *cloud) { c.Grant(c.ServiceAccount(), target); c.Delegate(target, "example.com", scopes...) }},
		{name: "a user, own account not granted on itself", config: Config{Subject: person}, owner: person,
			allow: func(c *cloud) { c.Delegate(c.ServiceAccount(), "example.com", scopes...) },
			want:  "iam.serviceAccounts.signJwt", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "a user, scopes not delegated", config: Config{Subject: person}, owner: person,
			allow: func(c *cloud) {
				c.Grant(c.ServiceAccount(), c.ServiceAccount())
				c.Delegate(c.ServiceAccount(), "example.com", scopes[0])
			},
			want: "unauthorized_client", hint: "Domain-wide delegation"},
		{name: "a user from a federated identity", config: Config{Subject: person}, profile: emulator.GKEDirect, owner: person,
			want: "is no service account", hint: "IMPERSONATE"},
		{name: "a file that impersonates gets exactly our scopes", owner: target,
			file:  `"type":"impersonated_service_account",` + strings.ReplaceAll(impersonates, "sa@p.iam.gserviceaccount.com", target) + `,"source_credentials":{` + user + `}`,
			allow: func(c *cloud) { c.Grant(person, target) }},
		{name: "a person's file impersonates by setting", config: Config{Impersonate: target}, owner: target, file: user,
			allow: func(c *cloud) { c.Grant(person, target) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, emulator.Options{Profile: tt.profile}, tt.owner)
			if tt.allow != nil {
				tt.allow(c)
			}
			if tt.file != "" {
				useFile(t, strings.ReplaceAll(tt.file, "REFRESH", c.RefreshToken(person, scopePrefix+"cloud-platform")))
			}
			tt.config.Base, tt.config.Scopes = c.base, scopes
			transport := newTestTransport(t, tt.config)
			status, principal, got, err := c.get(t, transport)
			if tt.want != "" {
				problem, ok := errors.AsType[*Error](err)
				if !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(problem.Hint, tt.hint) {
					t.Fatalf("error %v, hint %q; want %q, %q", err, problem.Hint, tt.want, tt.hint)
				}
				return
			}
			if status != 200 || principal != tt.owner || err != nil {
				t.Fatalf("call as %s = %d, %v, want 200 as %s", principal, status, err, tt.owner)
			}
			if diff := cmp.Diff([]string(scopes), got); diff != "" {
				t.Errorf("the token's scopes (-want +got):\n%s", diff)
			}
			if email, err := transport.Email(t.Context()); email != tt.owner || err != nil {
				t.Errorf("Email() = %q, %v, want %s", email, err, tt.owner)
			}
		})
	}
}

func TestDelegationIsRetried(t *testing.T) {
	inBubble(t, "IAM busy, then the token endpoint broken, then both well", func(t *testing.T) {
		c := newCloud(t, emulator.Options{}, person)
		c.Grant(c.ServiceAccount(), c.ServiceAccount())
		c.Delegate(c.ServiceAccount(), "example.com", scopePrefix+"spreadsheets")
		c.Inject(emulator.Fault{Call: "iamcredentials.projects.serviceAccounts.signJwt", Status: 503, Times: 2})
		c.Inject(emulator.Fault{Call: "oauth2.token", Drop: emulator.DropBefore, Times: 1})
		transport := newTestTransport(t, Config{Subject: person, Scopes: Scopes{scopePrefix + "spreadsheets"}, Base: c.base})
		if status, principal, _, err := c.get(t, transport); status != 200 || principal != person || err != nil {
			t.Errorf("call as %s = %d, %v, want 200 as %s", principal, status, err, person)
		}
	})
}

// What a delegate is told may hold tokens; none of it may reach an error.
func TestDelegateErrorsTellNoToken(t *testing.T) {
	for _, body := range []string{`{"accessToken":"ya29.secret"`, `{"accessToken":"ya29.secret","expireTime":"soon"}`, `{"accessToken":"ya29.secret","expireTime":"2001-01-01T00:00:00Z"}`} {
		base := emulator.Transport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, accountPath) {
				answerToken(w, "ya29.secret", time.Hour)
				return
			}
			fmt.Fprint(w, body)
		})).(*http.Transport)
		defer base.CloseIdleConnections()
		t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
		t.Setenv("GCE_METADATA_HOST", "metadata.test")
		transport := newTestTransport(t, Config{Impersonate: target, Base: base})
		_, err := transport.tokens.get(t.Context())
		status, _ := json.Marshal(transport.Status())
		if text := fmt.Sprintf("%v %+v %#v %s", err, err, err, status); err == nil || strings.Contains(text, "secret") {
			t.Errorf("answer %s: %s", body, text)
		}
	}
}

func TestPlatforms(t *testing.T) {
	for _, tt := range []struct {
		name    string
		profile emulator.Profile
		change  func(c *cloud)
		scopes  Scopes
		status  int
		want    string // in the error of a token that cannot be had
		hint    string
	}{
		{name: "Cloud Run honours scopes", profile: emulator.CloudRun, status: 200},
		{name: "GKE with a bound service account honours scopes", profile: emulator.GKE, status: 200},
		{name: "GKE without the binding", profile: emulator.GKE, change: func(c *cloud) { c.Unbind(true) },
			want: "iam.serviceAccounts.getAccessToken", hint: "roles/iam.workloadIdentityUser"},
		{name: "a VM ignores scopes without a word", profile: emulator.GCE, status: 403},
		{name: "a federated identity is no account", profile: emulator.GKEDirect, status: 401},
		{name: "a scope that Google does not know", profile: emulator.CloudRun, scopes: Scopes{"https://www.googleapis.com/auth/spread sheets"},
			want: "500 Internal Server Error: Could not fetch URI", hint: "SCOPES"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			c := newCloud(t, emulator.Options{Profile: tt.profile}, "")
			c.Share(strings.TrimPrefix(c.sheet, "https://sheets.googleapis.com/v4/spreadsheets/"), c.ServiceAccount(), "writer")
			if tt.change != nil {
				tt.change(c)
			}
			status, _, _, err := c.get(t, newTestTransport(t, Config{Base: c.base, Scopes: tt.scopes}))
			if tt.want != "" {
				problem, ok := errors.AsType[*Error](err)
				if !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(problem.Hint, tt.hint) {
					t.Errorf("error %v, want %q with hint %q", err, tt.want, tt.hint)
				}
				return
			}
			if status != tt.status || err != nil {
				t.Errorf("call = %d, %v, want %d", status, err, tt.status)
			}
		})
	}
}

func TestCallersWithGooglesTokens(t *testing.T) {
	c := newCloud(t, emulator.Options{}, "")
	v, err := NewVerifier(Callers{emails: []string{person}}, audience, "", c.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, token string
		kind        error
	}{
		{"listed", c.IDToken(person, audience), nil},
		{"not listed", c.IDToken("eve@example.com", audience), ErrForbidden},
		{"another audience", c.IDToken(person, "https://other.example.com"), ErrUnauthenticated},
		{"an access token", c.Token(person, scopePrefix+"drive"), ErrUnauthenticated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := check(v, "Authorization", "Bearer "+tt.token); !errors.Is(err, tt.kind) {
				t.Errorf("Check() = %v, want %v", err, tt.kind)
			}
		})
	}
}
