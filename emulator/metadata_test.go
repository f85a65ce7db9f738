package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

const metadataHost = "http://169.254.169.254/computeMetadata/v1/"

// getMetadata gets a path below metadataHost or, with a slash before it, below
// its root. A header is "Name: value", or empty.
func getMetadata(t *testing.T, google *emulator.Server, path string, headers ...string) (int, http.Header, string) {
	t.Helper()
	address := metadataHost + path
	if strings.HasPrefix(path, "/") {
		address = strings.TrimSuffix(metadataHost, "/computeMetadata/v1/") + path
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	transport := emulator.Transport(google)
	defer transport.(*http.Transport).CloseIdleConnections()
	return exchange(t, &http.Client{Transport: transport}, r)
}

func TestMetadataEntries(t *testing.T) {
	google := emulator.New(emulator.Options{Project: "p1"})
	const email = "sheets-function@p1.iam.gserviceaccount.com"
	const flavor = "Metadata-Flavor: Google"
	tests := []struct {
		name, path, header string
		status             int
		body               string
	}{
		{"e-mail", "instance/service-accounts/default/email", flavor, 200, email},
		{"the account may be named by its e-mail", "instance/service-accounts/" + email + "/email", flavor, 200, email},
		{"aliases", "instance/service-accounts/default/aliases", flavor, 200, "default\n"},
		{"scopes", "instance/service-accounts/default/scopes", flavor, 200, "https://www.googleapis.com/auth/cloud-platform\n"},
		{"project", "project/project-id", flavor, 200, "p1"},
		{"project number", "project/numeric-project-id", flavor, 200, "123456789012"},
		{"region", "instance/region", flavor, 200, "projects/123456789012/regions/us-central1"},
		{"root", "", flavor, 200, "instance/\nproject/\nuniverse/\n"},
		{"instance", "instance/", flavor, 200, "id\nregion\nservice-accounts/\nzone\n"},
		{"without a trailing slash", "instance", flavor, 200, "id\nregion\nservice-accounts/\nzone\n"},
		{"accounts", "instance/service-accounts/", flavor, 200, "default/\n" + email + "/\n"},
		{"one account", "instance/service-accounts/" + email + "/", flavor, 200, "aliases\nemail\nidentity\nscopes\ntoken\n"},
		{"unknown path", "instance/disks", flavor, 404, ""},
		{"another account", "instance/service-accounts/other@p1.iam.gserviceaccount.com/email", flavor, 404, ""},
		{"the flavor header is required", "project/project-id", "", 403, "Missing required header \"Metadata-Flavor\": \"Google\"\n"},
		{"another flavor", "project/project-id", "Metadata-Flavor: Other", 403, "Missing required header \"Metadata-Flavor\": \"Google\"\n"},
		{"what is lacking says so", "?wait_for_change=true", flavor, 501,
			"emulator: metadata with wait_for_change is not emulated; emulator/README.md lists what is\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := getMetadata(t, google, tt.path, tt.header)
			if status != tt.status || body != tt.body {
				t.Errorf("GET %s = %d %q, want %d %q", tt.path, status, body, tt.status, tt.body)
			}
			if got := header.Get("Metadata-Flavor"); got != "Google" {
				t.Errorf("GET %s: Metadata-Flavor = %q, want Google on every answer", tt.path, got)
			}
		})
	}
	status, _, body := getMetadata(t, google, "project/project-id", flavor, "X-Forwarded-For: 10.0.0.1")
	if status != 403 || body != "Forbidden\n" {
		t.Errorf("with X-Forwarded-For: %d %q, want 403: a proxied request is refused", status, body)
	}
}

func TestMetadataTokenScopes(t *testing.T) {
	google := emulator.New(emulator.Options{})
	const path = "instance/service-accounts/default/token"
	const drive, sheets = "https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/spreadsheets"
	tests := []struct {
		name, query string
		status      int
		want        string
	}{
		{"scopes are comma separated", "?scopes=" + drive + "," + sheets, 200, drive + " " + sheets},
		{"an escaped comma is a comma", "?scopes=" + drive + "%2C" + sheets, 200, drive + " " + sheets},
		{"the default is cloud-platform", "", 200, "https://www.googleapis.com/auth/cloud-platform"},
		{"plus is a space, and no separator", "?scopes=" + drive + "+" + sheets, 500, ""},
		{"nor is an escaped space", "?scopes=" + drive + "%20" + sheets, 500, ""},
		{"an empty scope", "?scopes=" + drive + ",", 500, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := getMetadata(t, google, path+tt.query, "Metadata-Flavor: Google")
			if status != tt.status {
				t.Fatalf("token%s = %d %q, want %d", tt.query, status, body, tt.status)
			}
			if status == 500 {
				if want := "Could not fetch URI /computeMetadata/v1/instance/service-accounts/" + google.ServiceAccount() + "/token"; !strings.HasPrefix(body, want) {
					t.Errorf("body = %q, want prefix %q", body, want)
				}
				return
			}
			log := google.Requests()
			if got := strings.Join(log[len(log)-1].Scopes, " "); got != tt.want || log[len(log)-1].Call != "metadata.token" {
				t.Errorf("log = %+v, want a metadata.token with scopes %q", log[len(log)-1], tt.want)
			}
		})
	}
}

func TestMetadataTokenIsCachedUntilItsLastMinute(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	fetch := func() (token string, seconds int) {
		_, _, body := getMetadata(t, google, "instance/service-accounts/default/token", "Metadata-Flavor: Google")
		var a struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   int    `json:"expires_in"`
			TokenType   string `json:"token_type"`
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil || a.TokenType != "Bearer" {
			t.Fatalf("token answer %q: %v", body, err)
		}
		return a.AccessToken, a.ExpiresIn
	}
	first, seconds := fetch()
	if seconds != 3599 || !strings.HasPrefix(first, "ya29.") {
		t.Errorf("first token = %.6s…, %d s, want ya29.…, 3599 s", first, seconds)
	}
	now = now.Add(58 * time.Minute)
	if again, seconds := fetch(); again != first || seconds != 119 {
		t.Errorf("after 58 minutes: same token = %t, %d s, want the same with 119 s", again == first, seconds)
	}
	now = now.Add(time.Minute)
	if fresh, seconds := fetch(); fresh == first || seconds != 3599 {
		t.Errorf("in the last minute: same token = %t, %d s, want a new one with 3599 s", fresh == first, seconds)
	}
}
