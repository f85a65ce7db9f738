package auth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	target = "sheets@demo-project.iam.gserviceaccount.com"
	person = "ada@example.com"
)

func TestActingAsAnotherIdentity(t *testing.T) {
	scopes := Scopes{scopePrefix + "drive", scopePrefix + "spreadsheets"}
	may := func(caller, account string) map[[2]string]bool { return map[[2]string]bool{{caller, account}: true} }
	delegates := func(account string, scopes ...string) map[[2]string][]string {
		return map[[2]string][]string{{account, "example.com"}: scopes}
	}
	user := `"type":"authorized_user","client_id":"own","client_secret":"s","refresh_token":"refresh"`
	tests := []struct {
		name   string
		config Config
		google *fakeGoogle
		owner  string
		file   string // the fields of a credentials file
		want   string // in the error; "" is success
		hint   string
	}{
		{name: "another service account", config: Config{Impersonate: target}, owner: target,
			google: &fakeGoogle{creators: may(ownAccount, target)}},
		{name: "another service account, not granted", config: Config{Impersonate: target}, owner: target,
			google: &fakeGoogle{},
			want:   "iam.serviceAccounts.getAccessToken", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "another service account, IAM's API off", config: Config{Impersonate: target}, owner: target,
			google: &fakeGoogle{creators: may(ownAccount, target), iamDisabled: true},
			want:   "SERVICE_DISABLED", hint: "gcloud services enable iamcredentials.googleapis.com"},
		{name: "another service account from a VM with default scopes", config: Config{Impersonate: target}, owner: target,
			google: &fakeGoogle{platform: vm, creators: may(ownAccount, target)},
			want:   "ACCESS_TOKEN_SCOPE_INSUFFICIENT", hint: "--scopes=cloud-platform"},
		{name: "another service account from a federated identity", config: Config{Impersonate: target}, owner: target,
			google: &fakeGoogle{platform: federated, creators: may(workloadPool, target)}},
		{name: "a user, through the own account", config: Config{Subject: person}, owner: person,
			google: &fakeGoogle{creators: may(ownAccount, ownAccount), delegations: delegates(ownAccount, scopes...)}},
		{name: "a user, through another account", config: Config{Subject: person, Impersonate: target}, owner: person,
			google: &fakeGoogle{creators: may(ownAccount, target), delegations: delegates(target, scopes...)}},
		{name: "a user, own account not granted on itself", config: Config{Subject: person}, owner: person,
			google: &fakeGoogle{delegations: delegates(ownAccount, scopes...)},
			want:   "iam.serviceAccounts.signJwt", hint: "roles/iam.serviceAccountTokenCreator"},
		{name: "a user, scopes not delegated", config: Config{Subject: person}, owner: person,
			google: &fakeGoogle{creators: may(ownAccount, ownAccount), delegations: delegates(ownAccount, scopes[0])},
			want:   "unauthorized_client", hint: "Domain-wide delegation"},
		{name: "a user that is not one", config: Config{Subject: ownAccount}, owner: person,
			google: &fakeGoogle{creators: may(ownAccount, ownAccount)},
			want:   "Invalid email or User ID", hint: "SUBJECT"},
		{name: "a user, from a federated identity", config: Config{Subject: person}, owner: person,
			google: &fakeGoogle{platform: federated},
			want:   "is not a service account", hint: "IMPERSONATE"},
		{name: "a user, through another account from a federated identity", config: Config{Subject: person, Impersonate: target}, owner: person,
			google: &fakeGoogle{platform: federated, creators: may(workloadPool, target)},
			want:   "ACCESS_TOKEN_TYPE_UNSUPPORTED", hint: "federated identity"},
		{name: "a file that impersonates gets exactly the scopes requested", owner: target,
			file:   `"type":"impersonated_service_account",` + strings.ReplaceAll(impersonates, "sa@p.iam.gserviceaccount.com", target) + `,"source_credentials":{` + user + `}`,
			google: &fakeGoogle{creators: may(person, target)}},
		{name: "a person's file impersonates by setting", config: Config{Impersonate: target}, owner: target, file: user,
			google: &fakeGoogle{creators: may(person, target)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			useMetadataServer(t)
			tt.google.owner, tt.google.logins = tt.owner, map[string]string{"refresh": person}
			if tt.file != "" {
				useFile(t, tt.file)
			}
			tt.config.Base, tt.config.Scopes = inMemory(t, tt.google), scopes
			transport := newTestTransport(t, tt.config)
			status, err := get(t, transport)
			if tt.want != "" {
				checkError(t, err, tt.want, tt.hint)
				return
			}
			if status != 200 || tt.google.last.principal != tt.owner || err != nil {
				t.Fatalf("call as %s = %d, %v, want 200 as %s", tt.google.last.principal, status, err, tt.owner)
			}
			if diff := cmp.Diff([]string(scopes), tt.google.last.scopes); diff != "" {
				t.Errorf("the token's scopes (-want +got):\n%s", diff)
			}
			if email, err := transport.Email(t.Context()); email != tt.owner || err != nil {
				t.Errorf("Email() = %q, %v, want %s", email, err, tt.owner)
			}
		})
	}
}

func TestDelegationIsRetried(t *testing.T) {
	inBubble(t, "503 from IAM twice, then a connection of the token endpoint dropped", func(t *testing.T) {
		useMetadataServer(t)
		google := &fakeGoogle{
			owner:       person,
			creators:    map[[2]string]bool{{ownAccount, ownAccount}: true},
			delegations: map[[2]string][]string{{ownAccount, "example.com"}: {scopePrefix + "spreadsheets"}},
			faults:      map[string][]int{":signJwt": {503, 503}, "/token": {0}},
		}
		transport := newTestTransport(t, Config{Subject: person, Scopes: Scopes{scopePrefix + "spreadsheets"}, Base: inMemory(t, google)})
		if status, err := get(t, transport); status != 200 || google.last.principal != person || err != nil {
			t.Errorf("call as %s = %d, %v, want 200 as %s", google.last.principal, status, err, person)
		}
		for path, left := range google.faults {
			if len(left) > 0 {
				t.Errorf("%d faults of %s left, want none", len(left), path)
			}
		}
	})
}

// Responses that a delegate reads may hold tokens, which no error may quote.
func TestDelegateErrorsHoldNoToken(t *testing.T) {
	for _, body := range []string{`{"accessToken":"ya29.secret"`, `{"accessToken":"ya29.secret","expireTime":"soon"}`, `{"accessToken":"ya29.secret","expireTime":"2001-01-01T00:00:00Z"}`} {
		useMetadataServer(t)
		base := inMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, accountPath) {
				writeToken(w, "ya29.secret", time.Hour)
				return
			}
			fmt.Fprint(w, body)
		}))
		transport := newTestTransport(t, Config{Impersonate: target, Base: base})
		_, err := transport.tokens.get(t.Context())
		status, _ := json.Marshal(transport.Status())
		if text := fmt.Sprintf("%v %+v %#v %s", err, err, err, status); err == nil || strings.Contains(text, "secret") {
			t.Errorf("response %s: %s", body, text)
		}
	}
}
