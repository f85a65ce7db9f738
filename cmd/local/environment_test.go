package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestExportedSettings starts the command in an environment made for a deployed function.
func TestExportedSettings(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}")
	tests := []struct {
		name    string
		env     map[string]string
		ignored []string
		status  int // of a GET
	}{
		{"none", nil, nil, 200},
		{"of deploy/variables.sh", map[string]string{"SPREADSHEET_ID": "1a2B3c", "SCOPES": "drive,spreadsheets", "PROJECT": "p"}, []string{"SPREADSHEET_ID"}, 200},
		{"credentials", map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file", "GCE_METADATA_HOST": "192.0.2.1"}, []string{"GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST"}, 200},
		{"identities", map[string]string{"IMPERSONATE": "sheets@project.iam.gserviceaccount.com", "SUBJECT": "person@example.com"}, []string{"IMPERSONATE", "SUBJECT"}, 200},
		{"callers behind a proxy", map[string]string{"CALLERS": "iap", "AUDIENCE": "/projects/1/locations/europe-west1/services/s"}, []string{"CALLERS", "AUDIENCE"}, 200},
		{"callers by e-mail", map[string]string{"CALLERS": "person@example.com", "AUDIENCE": "https://example.com"}, []string{"CALLERS", "AUDIENCE"}, 200},
		{"callers that a platform has checked", map[string]string{"CALLERS": "iam"}, []string{"CALLERS"}, 200},
		{"callers as here", map[string]string{"CALLERS": "anyone"}, nil, 200},
		{"the emulated account", map[string]string{"CALLERS": "sheets-function@demo-project.iam.gserviceaccount.com", "AUDIENCE": "https://example.com"}, nil, 401},
		{"the default scope", map[string]string{"SCOPES": "https://www.googleapis.com/auth/cloud-platform"}, nil, 502},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			emptyEnvironment(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			s := start(t, config{})
			lines := s.until(t, tryLine)
			printed := strings.Join(lines, "\n")
			for _, name := range tt.ignored {
				if !strings.Contains(printed, " "+name+": ") || os.Getenv(name) == tt.env[name] {
					t.Errorf("%s=%s after\n%s\nwant it to be named and ignored", name, os.Getenv(name), printed)
				}
			}
			if n := strings.Count(printed, "does not have this spreadsheet") + strings.Count(printed, "a real token") + strings.Count(printed, "may not act") + strings.Count(printed, "no program on this machine") + strings.Count(printed, "it is for callers"); n != len(tt.ignored) {
				t.Errorf("%d settings are ignored, want %d:\n%s", n, len(tt.ignored), printed)
			}
			response, err := http.Get(address(t, lines) + "/sheets/Orders")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if body, _ := io.ReadAll(response.Body); response.StatusCode != tt.status {
				t.Errorf("GET = %d %s, want %d", response.StatusCode, body, tt.status)
			}
			if end := s.end(t); !strings.Contains(end, fmt.Sprintf("GET /sheets/Orders %d ", tt.status)) || !strings.Contains(end, "Nothing was changed.") {
				t.Errorf("printed at the end\n%s\nwant the request, and what became of the data", end)
			}
		})
	}
}

// TestEnd checks what is said of the demo on Ctrl-C, and that -log json prints no lines for
// people.
func TestEnd(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}")
	for _, log := range []string{"text", "json"} {
		emptyEnvironment(t)
		s := start(t, config{log: log})
		lines := s.until(t, tryLine)
		post(t, address(t, lines)+"/sheets/Orders", `{"id": 4}`)
		post(t, address(t, lines)+"/sheets/Orders", `{"id": 5}`)
		end := s.end(t)
		if !strings.Contains(end, "The changes are gone with the demo; -file ") {
			t.Errorf("printed at the end\n%s\nwant what became of the changes", end)
		}
		if has := strings.Contains(end, "POST /sheets/Orders 201 "); has != (log == "text") {
			t.Errorf("with -log %s printed\n%s", log, end)
		}
	}
}

// TestLink checks that the link of the demo leads to what listens here, not to Google.
func TestLink(t *testing.T) {
	needRoutes(t, "GET /{$}")
	emptyEnvironment(t)
	s := start(t, config{})
	lines := s.until(t, tryLine)
	response, err := http.Get(address(t, lines) + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), `"link": "http://127.0.0.1:`) {
		t.Errorf("GET / = %s, want a link to this machine", body)
	}
}
