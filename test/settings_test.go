package test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	function "example.com/sheets-function"
)

func TestSettings(t *testing.T) {
	const id = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
	tests := []struct {
		name string
		env  map[string]string
		want string   // the ID that is read
		errs []string // that the error names
	}{
		{"the required ones", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam"}, id, nil},
		{"URL", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/d/" + id + "/edit#gid=0", "CALLERS": "iam"}, id, nil},
		{"URL of a second account", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/u/1/d/" + id, "CALLERS": "anyone"}, id, nil},
		{"Drive's URL", map[string]string{"SPREADSHEET_ID": "https://drive.google.com/open?id=" + id, "CALLERS": "anyone"}, id, nil},
		{"nothing set", nil, "", []string{"SPREADSHEET_ID is not set; for example SPREADSHEET_ID=https://", "CALLERS is not set; for example CALLERS=iam"}},
		{"empty", map[string]string{"SPREADSHEET_ID": "", "CALLERS": "iam"}, "", []string{"SPREADSHEET_ID is empty"}},
		{"published link", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/d/e/2PACX-1/pubhtml", "CALLERS": "iam"}, "", []string{"published copy"}},
		{"another site", map[string]string{"SPREADSHEET_ID": "https://example.com/d/" + id, "CALLERS": "iam"}, "", []string{"neither the ID nor the URL"}},
		{"callers empty", map[string]string{"SPREADSHEET_ID": id, "CALLERS": ""}, "", []string{"CALLERS", "for example CALLERS=iam"}},
		{"e-mails with an audience", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com,b@example.com", "AUDIENCE": "https://x.example.com"}, id, nil},
		{"e-mails without an audience", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com"}, "", []string{"AUDIENCE is not set, but CALLERS names e-mail addresses", "for example AUDIENCE=https://"}},
		{"IAP with a service", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap", "AUDIENCE": "/projects/123456789/locations/europe-west1/services/sheets-function"}, id, nil},
		{"IAP with a backend service", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap", "AUDIENCE": "/projects/123456789/global/backendServices/42"}, id, nil},
		{"IAP without an audience", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap"}, "", []string{"AUDIENCE is not what Identity-Aware Proxy names the service", "for example AUDIENCE=/projects/"}},
		{"IAP with a URL", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap", "AUDIENCE": "https://x.example.com"}, "", []string{"AUDIENCE is not what Identity-Aware Proxy"}},
		{"IAP with the project's name", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap", "AUDIENCE": "/projects/demo/locations/europe-west1/services/s"}, "", []string{"AUDIENCE is not"}},
		{"IAP beside addresses", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iap,a@example.com"}, "", []string{"CALLERS is neither"}},
		{"audience of blanks", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com", "AUDIENCE": " "}, "", []string{"AUDIENCE is not set"}},
		{"two audiences", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com", "AUDIENCE": "https://x.example.com,https://y.example.com"}, "", []string{"AUDIENCE holds more than one"}},
		{"subject that is not an address", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SUBJECT": "me"}, "", []string{"SUBJECT is not an e-mail address"}},
		{"account that is not an address", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "IMPERSONATE": "Sheets <a@example.com>"}, "", []string{"IMPERSONATE is not an e-mail address"}},
		{"origins of all sites, for known callers", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "ORIGINS": "*"}, "", []string{"ORIGINS is *, but CALLERS is not anyone", "for example ORIGINS=https://"}},
		{"origins of all sites, for anyone", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "anyone", "ORIGINS": "*"}, id, nil},
		{"origins with one of all sites, for known callers", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "ORIGINS": "https://app.example.com,*"}, "", []string{"CALLERS is not anyone"}},
		{"an origin with a path", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "ORIGINS": "https://app.example.com/app"}, "", []string{"ORIGINS", "without a path", "for example ORIGINS=https://"}},
		{"callers unknown", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "everyone"}, "", []string{"neither iam nor iap nor anyone"}},
		{"scopes by blanks", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SCOPES": "drive spreadsheets"}, "", []string{"SCOPES", "commas", "for example SCOPES=" + defaultScopes}},
		{"scopes empty", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SCOPES": ""}, "", []string{"SCOPES names no scope"}},
		{"numbers", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "0", "READS_PER_MINUTE": "1", "WRITES_PER_MINUTE": "100000"}, id, nil},
		{"time without a unit", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "2"}, "", []string{"CACHE_TTL is not a duration with a unit, or 0; for example CACHE_TTL=2s"}},
		{"time before now", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "-1s"}, "", []string{"CACHE_TTL"}},
		{"no reads", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "READS_PER_MINUTE": "0"}, "", []string{"READS_PER_MINUTE is not a whole number from 1 to 100000; for example READS_PER_MINUTE=60"}},
		{"too many writes", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "WRITES_PER_MINUTE": "100001"}, "", []string{"WRITES_PER_MINUTE"}},
		{"emulator with a scheme", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "http://127.0.0.1:1"}, "", []string{"SHEETS_EMULATOR_HOST", "without a scheme"}},
		{"emulator elsewhere", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "10.0.0.1:80"}, "", []string{"in the clear", "for example SHEETS_EMULATOR_HOST=127.0.0.1:8085"}},
		{"emulator by a name that begins as a local address", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "127.0.0.1.example.com:80"}, "", []string{"in the clear"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			got, err := function.ReadSettings()
			if tt.errs == nil {
				if err != nil || string(got.SpreadsheetID) != tt.want || len(got.Scopes) != len(strings.Split(defaultScopes, ",")) {
					t.Errorf("ReadSettings() = %+v, %v", got, err)
				}
				return
			}
			if err == nil {
				t.Fatal("ReadSettings() = nil, want an error")
			}
			for _, want := range tt.errs {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("ReadSettings() = %v, want %q", err, want)
				}
			}
		})
	}
}

// clearEnv unsets all settings.
func clearEnv(t *testing.T) {
	for _, name := range []string{"SPREADSHEET_ID", "CALLERS", "AUDIENCE", "SUBJECT", "IMPERSONATE", "SCOPES", "SHEETS_EMULATOR_HOST", "CACHE_TTL", "READS_PER_MINUTE", "WRITES_PER_MINUTE", "ORIGINS"} {
		t.Setenv(name, "") // so that it is restored afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

// newMisconfigured returns the function as a platform calls it, by Handle, with
// no settings. Handle reads them once, so that this is all it is tested with here;
// TestGeneratedMain has others.
func newMisconfigured(t *testing.T) *world {
	t.Helper()
	clearEnv(t)
	t.Setenv("K_SERVICE", "")
	return &world{t: t, handler: http.HandlerFunc(function.Handle), document: readDocument}
}

// TestWrongSettings checks that each request is answered with what is wrong.
func TestWrongSettings(t *testing.T) {
	w := newMisconfigured(t)
	answer := w.do("GET", "/health", "")
	checkProblem(t, "GET /health", answer, 503, "settings", "SPREADSHEET_ID is not set; for example SPREADSHEET_ID=https://")
	checkProblem(t, "GET /health", answer, 503, "settings", "; CALLERS is not set; for example CALLERS=iam")
}
