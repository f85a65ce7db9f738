package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	account   = "sheets@p1.iam.gserviceaccount.com"
	testToken = "ya29.test-token"
	drive     = scopePrefix + "drive"
	sheets    = scopePrefix + "spreadsheets"
)

// fakeGoogle serves the metadata server, token info, Drive and Sheets. An entry of
// its map replaces the response to the paths that end so: a status, a blank, a body.
type fakeGoogle map[string]string

func (g fakeGoogle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, metadataRoot) {
		w.Header().Set(flavorHeader, "Google")
	}
	responses := map[string]string{
		"/default/token":          `200 {"access_token":"` + testToken + `","expires_in":3599,"token_type":"Bearer"}`,
		"/default/email":          "200 " + account,
		"/project/project-id":     "200 p1",
		"/instance/region":        "200 projects/1/regions/europe-west1",
		"/tokeninfo":              `200 {"scope":"` + drive + " " + sheets + `","email":"` + account + `"}`,
		"/drive/v3/files/sheet1":  `200 {"id":"sheet1","mimeType":"` + spreadsheetType + `","capabilities":{"canEdit":true}}`,
		"/v4/spreadsheets/sheet1": `200 {"spreadsheetId":"sheet1"}`,
	}
	for path, response := range g {
		responses[path] = response
	}
	for path, response := range responses {
		if strings.HasSuffix(r.URL.Path, path) {
			var status int
			_, body, _ := strings.Cut(response, " ")
			_, _ = fmt.Sscan(response, &status)
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
			return
		}
	}
	http.NotFound(w, r)
}

// requestToken returns a transport that adds a token with the scopes.
func requestToken(host string, scopes ...string) func(http.RoundTripper) (http.RoundTripper, error) {
	return func(base http.RoundTripper) (http.RoundTripper, error) {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			path := "instance/service-accounts/default/token?scopes=" + strings.Join(scopes, ",")
			x := do(req.Context(), base, probeTimeout, "GET", "http://"+host+metadataRoot+path, "")
			_, rest, found := strings.Cut(string(x.body), `"access_token":"`)
			if x.failed() || !found {
				return nil, fmt.Errorf("no token: %v", x.err)
			}
			token, _, _ := strings.Cut(rest, `"`)
			req = req.Clone(req.Context())
			req.Header.Set("Authorization", "Bearer "+token)
			return base.RoundTrip(req)
		}), nil
	}
}

func run(google http.Handler) Report {
	server := httptest.NewServer(google)
	defer server.Close()
	return Run(context.Background(), Config{
		SpreadsheetID: "sheet1", Scopes: []string{drive, sheets}, Service: "orders", Endpoint: server.URL,
		Transport: requestToken(strings.TrimPrefix(server.URL, "http://"), drive, sheets),
	})
}

// The first lines of a report: what was checked, and the cause.
func ExampleRun() {
	report := run(fakeGoogle{
		"/drive/v3/files/sheet1":  `404 {"error":{"code":404,"message":"File not found: sheet1."}}`,
		"/v4/spreadsheets/sheet1": `403 {"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`,
	})
	for _, step := range report.Steps {
		fmt.Println(step.Name, !step.Failed)
	}
	fmt.Println(report.Cause)
	fmt.Println(report.Detail)
	// Output:
	// credentials true
	// token true
	// scopes true
	// Drive true
	// Sheets false
	// not-shared
	// the token is good, and the spreadsheet is not shared with sheets@p1.iam.gserviceaccount.com
}

func TestRun(t *testing.T) {
	tests := []struct {
		name   string
		google fakeGoogle
		want   Cause
		text   string // in the report
	}{
		{"everything works", nil, "", "The token opens the spreadsheet."},
		{"the token has the default scope", fakeGoogle{"/tokeninfo": `200 {"scope":"https://www.googleapis.com/auth/cloud-platform","email":"` + account + `"}`},
			ScopeIgnored, "lacks " + drive + " " + sheets},
		{"token info is not there, and Sheets refuses the scope", fakeGoogle{"/tokeninfo": "503 ",
			"/v4/spreadsheets/sheet1": `403 {"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`},
			ScopeIgnored, "sheets.googleapis.com accepts"},
		{"the API is off", fakeGoogle{"/v4/spreadsheets/sheet1": `403 {"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED","metadata":{"service":"sheets.googleapis.com","consumer":"projects/1"}}]}}`},
			APIDisabled, "gcloud services enable sheets.googleapis.com --project=p1"},
		{"no service account", fakeGoogle{"/default/token": "404 "}, NoServiceAccount, "gcloud run services update orders --region=europe-west1 --project=p1 --service-account=ACCOUNT"},
		{"a message that quotes what it may not", fakeGoogle{"/v4/spreadsheets/sheet1": `409 {"error":{"code":409,"message":"eve@example.com sent ` + testToken + ` and eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJldmUifQ.c2ln"}}`},
			Unknown, "***@example.com sent [token] and [token]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := run(tt.google)
			if text := report.String(); report.Cause != tt.want || !strings.Contains(text, tt.text) || strings.Contains(text, testToken) {
				t.Errorf("cause %q, want %q; want %q in\n%s", report.Cause, tt.want, tt.text, text)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	tests := []struct{ word, want string }{
		{"a-b@c.example", "a-b@c.example"},
		{"--set-env-vars=^;^A=1,2", "'--set-env-vars=^;^A=1,2'"},
		{"it's $HOME", `'it'\''s $HOME'`},
		{"", "''"},
	}
	for _, tt := range tests {
		if got := quote(tt.word); got != tt.want {
			t.Errorf("quote(%q) = %s, want %s", tt.word, got, tt.want)
		}
	}
}
