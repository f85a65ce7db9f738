package auth

import (
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newTestTransport(t *testing.T, c Config) *Transport {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	if c.Scopes == nil {
		c.Scopes = Scopes{scopePrefix + "drive", scopePrefix + "spreadsheets"}
	}
	transport, err := NewTransport(c)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// get opens the spreadsheet of a [fakeGoogle], and returns the status.
func get(t *testing.T, transport *Transport) (status int, err error) {
	t.Helper()
	resp, err := transport.Client().Get("https://sheets.googleapis.com/v4/spreadsheets/x")
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return resp.StatusCode, nil
}

// checkError fails the test unless err is an [Error] with both texts.
func checkError(t *testing.T, err error, want, hint string) {
	t.Helper()
	failure, ok := errors.AsType[*Error](err)
	if !ok || !strings.Contains(err.Error(), want) || !strings.Contains(failure.Hint, hint) {
		t.Fatalf("error %v; want %q with a hint that names %q", err, want, hint)
	}
}

// inBubble runs f in a synctest bubble that ends when the pipes are closed.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func TestWarmAndStatus(t *testing.T) {
	inBubble(t, "cold, then ready", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			writeToken(w, "one", time.Hour)
		})
		if err := p.Warm(); err != nil {
			t.Errorf("Warm() = %v on a cold instance, want nil", err)
		}
		time.Sleep(2 * time.Second)
		email, err := p.Email(t.Context())
		if email != ownAccount || err != nil {
			t.Errorf("Email() = %q, %v", email, err)
		}
		want := Status{
			Source: "metadata server at metadata.test", Email: email,
			Scopes: Scopes{scopePrefix + "drive", scopePrefix + "spreadsheets"},
			Expiry: time.Now().Add(time.Hour - 2*time.Second).Round(0),
		}
		if diff := cmp.Diff(want, p.Status()); diff != "" {
			t.Errorf("Status() (-want +got):\n%s", diff)
		}
		if got := p.requests.Load(); got != 1 {
			t.Errorf("%d requests, want 1", got)
		}
	})
	inBubble(t, "a fetch that fails", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) })
		if err := p.Warm(); err != nil {
			t.Errorf("Warm() = %v at first, want nil", err)
		}
		time.Sleep(time.Second)
		if err := p.Warm(); err == nil {
			t.Error("Warm() = nil after a failed fetch, want its error")
		}
	})
}

func TestChooseSource(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	user := `{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}`
	impersonated := `{"type":"impersonated_service_account","service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@p.iam.gserviceaccount.com:generateAccessToken","source_credentials":` + user + `}`
	tests := []struct {
		name, file, host, service, gcloud string
		want, email, wantErr              string
	}{
		{name: "an explicit file wins over the platform", file: file("imp.json", impersonated), service: "svc", host: "h",
			want: filepath.Join(dir, "imp.json") + " (impersonated_service_account)", email: "sa@p.iam.gserviceaccount.com"},
		{name: "the metadata server that is named", host: "127.0.0.1:1", service: "svc", want: "metadata server at 127.0.0.1:1"},
		{name: "on a platform the metadata server, without a probe", service: "svc", gcloud: user, want: "metadata server at 169.254.169.254"},
		{name: "elsewhere gcloud's file", gcloud: user, want: "application_default_credentials.json (authorized_user)"},
		{name: "nothing", wantErr: "there is no "},
		{name: "a metadata host with a scheme", host: "http://169.254.169.254", wantErr: "without a scheme"},
		{name: "explicit file missing", file: filepath.Join(dir, "none"), service: "svc", wantErr: "no such file"},
		{name: "not JSON", file: file("html", "<html>"), wantErr: "not a credentials file"},
		{name: "unknown type", file: file("odd.json", `{"type":"odd"}`), wantErr: "odd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", tt.file)
			t.Setenv("GCE_METADATA_HOST", tt.host)
			t.Setenv("K_SERVICE", tt.service)
			if tt.gcloud != "" {
				_ = os.MkdirAll(filepath.Dir(gcloudFile()), 0o700)
				if err := os.WriteFile(gcloudFile(), []byte(tt.gcloud), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			transport, err := NewTransport(Config{Scopes: Scopes{scopePrefix + "drive"}, Logger: slog.New(slog.DiscardHandler)})
			if tt.wantErr != "" {
				if problem, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), tt.wantErr) || problem.Hint == "" {
					t.Fatalf("NewTransport() = %v, want %q and a hint", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := transport.Status().Source; !strings.HasSuffix(got, tt.want) {
				t.Errorf("Source = %q, want %q", got, tt.want)
			}
			if tt.email != "" {
				if got, err := transport.Email(t.Context()); got != tt.email || err != nil {
					t.Errorf("Email() = %q, %v, want %q", got, err, tt.email)
				}
			}
		})
	}
}

func TestScopesOnPlatforms(t *testing.T) {
	tests := []struct {
		name     string
		platform fakePlatform
		scopes   Scopes
		status   int
		want     string // in the error where there is no token
		hint     string
	}{
		{name: "Cloud Run honours scopes", platform: cloudRun, status: 200},
		{name: "GKE without the binding", platform: gkeUnbound,
			want: "iam.serviceAccounts.getAccessToken", hint: "roles/iam.workloadIdentityUser"},
		{name: "a VM ignores scopes silently", platform: vm, status: 403},
		{name: "a federated identity is not an account", platform: federated, status: 401},
		{name: "a scope that Google does not know", platform: cloudRun, scopes: Scopes{"https://www.googleapis.com/auth/spread sheets"},
			want: "500 Internal Server Error: Could not fetch URI", hint: "SCOPES"},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			useMetadataServer(t)
			google := &fakeGoogle{platform: tt.platform, owner: ownAccount}
			status, err := get(t, newTestTransport(t, Config{Base: inMemory(t, google), Scopes: tt.scopes}))
			if tt.want != "" {
				checkError(t, err, tt.want, tt.hint)
				return
			}
			if status != tt.status || err != nil {
				t.Errorf("call = %d, %v, want %d", status, err, tt.status)
			}
		})
	}
}
