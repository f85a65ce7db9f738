package auth

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	ownClient    = `"type":"authorized_user","client_id":"own.apps.googleusercontent.com","client_secret":"s","refresh_token":"r"`
	gcloudLogin  = `"type":"authorized_user","client_id":"` + gcloudClient + `","client_secret":"s","refresh_token":"r"`
	workload     = `"type":"external_account","audience":"//iam.googleapis.com/p","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":{"file":"/nowhere"}`
	impersonates = `"service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@p.iam.gserviceaccount.com:generateAccessToken"`
)

// useFile lets GOOGLE_APPLICATION_CREDENTIALS name a file with these fields.
func useFile(t *testing.T, fields string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(path, []byte("{"+fields+"}"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "")
	return path
}

func TestFilesThatCannotServe(t *testing.T) {
	tests := []struct {
		name, fields string
		config       Config
		want         string // in the error; "" is none
	}{
		{"a person's login with gcloud's client: Google gives it no Drive", gcloudLogin, Config{}, "gcloud's own client"},
		{"a person's login with an OAuth client of their own", ownClient, Config{}, ""},
		{"gcloud's client is enough to impersonate", gcloudLogin, Config{Impersonate: "sa@p.iam.gserviceaccount.com"}, ""},
		{"gcloud's client in an impersonated_service_account file", `"type":"impersonated_service_account",` + impersonates + `,"source_credentials":{` + gcloudLogin + `}`, Config{}, ""},
		{"an external identity has no e-mail to share with", workload, Config{}, "no spreadsheet can be shared with"},
		{"an external identity that impersonates in its file", workload + "," + impersonates, Config{}, ""},
		{"an external identity that impersonates by setting", workload, Config{Impersonate: "sa@p.iam.gserviceaccount.com"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := useFile(t, tt.fields)
			tt.config.Scopes, tt.config.Logger = Scopes{scopePrefix + "drive"}, slog.New(slog.DiscardHandler)
			_, err := NewTransport(tt.config)
			if tt.want == "" {
				if err != nil {
					t.Errorf("NewTransport() = %v", err)
				}
				return
			}
			problem, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) || !strings.Contains(problem.Hint, "--impersonate-service-account") {
				t.Errorf("NewTransport() = %v, want %q with the hint to impersonate", err, tt.want)
			}
		})
	}
}

func TestQuotaProject(t *testing.T) {
	tests := []struct{ name, fields, env, want string }{
		{"of a person's credentials", ownClient + `,"quota_project_id":"pays"`, "", "pays"},
		{"the environment wins", ownClient + `,"quota_project_id":"pays"`, "other", "other"},
		{"none named", ownClient, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			useFile(t, tt.fields)
			t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", tt.env)
			var project []string
			base := inMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"access_token":"one","expires_in":3599,"token_type":"Bearer"}`)
					return
				}
				project = r.Header.Values("X-Goog-User-Project")
			}))
			resp, err := newTestTransport(t, Config{Base: base}).Client().Get("https://sheets.googleapis.com/v4/spreadsheets/x")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := strings.Join(project, ","); got != tt.want {
				t.Errorf("X-Goog-User-Project = %q, want %q", got, tt.want)
			}
		})
	}
}
