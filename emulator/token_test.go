package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"

	"example.com/sheets-function/emulator"
)

const (
	sheetsURL = "https://sheets.googleapis.com/v4/spreadsheets/"
	driveURL  = "https://www.googleapis.com/drive/v3/files/"
)

// TestRefusals compares whole bodies, as clients distinguish causes by them.
func TestRefusals(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{ID: "shared"})
	google.Create(emulator.Spreadsheet{ID: "private", Unshared: true})
	google.Share(id, "reader@example.com", "reader")
	full := newUser(t, google, google.ServiceAccount(), "drive", "spreadsheets")
	wrongScope := newUser(t, google, google.ServiceAccount(), "cloud-platform")
	readOnly := newUser(t, google, "reader@example.com", "drive", "spreadsheets")
	stranger := newUser(t, google, "stranger@example.com", "drive", "spreadsheets")
	tests := []struct {
		name        string
		who         user
		method, url string
		body        string
		status      int
		want        string // the body without white space
	}{
		{"unknown spreadsheet", full, "GET", sheetsURL + "nope", "", 404,
			`{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}`},
		{"alt=json adds errors[]", full, "GET", sheetsURL + "nope?alt=json", "", 404,
			`{"error":{"code":404,"message":"Requested entity was not found.","errors":[{"message":"Requested entity was not found.","domain":"global","reason":"notFound"}],"status":"NOT_FOUND"}}`},
		{"unshared", full, "GET", sheetsURL + "private", "", 403,
			`{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`},
		{"a reader may not write", readOnly, "POST", sheetsURL + "shared/values/A1:clear", "", 403,
			`{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`},
		{"a service account cannot own a spreadsheet", full, "POST", strings.TrimSuffix(sheetsURL, "/"), "", 403,
			`{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`},
		{"Drive: not shared is not found, without status", stranger, "GET", driveURL + "private", "", 404,
			`{"error":{"code":404,"message":"File not found: private.","errors":[{"message":"File not found: private.","domain":"global","reason":"notFound","location":"fileId","locationType":"parameter"}]}}`},
		{"Drive: a service account has no storage", full, "POST", strings.TrimSuffix(driveURL, "/"), `{"name":"x","mimeType":"application/vnd.google-apps.spreadsheet"}`, 403,
			`{"error":{"code":403,"message":"The user's Drive storage quota has been exceeded.","errors":[{"message":"The user's Drive storage quota has been exceeded.","domain":"usageLimits","reason":"storageQuotaExceeded"}]}}`},
		{"scope", wrongScope, "GET", sheetsURL + "shared?alt=json", "", 403,
			`{"error":{"code":403,"message":"Request had insufficient authentication scopes.","errors":[{"message":"Insufficient Permission","domain":"global","reason":"insufficientPermissions"}],"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"googleapis.com","metadata":{"method":"google.apps.sheets.v4.SpreadsheetsService.GetSpreadsheet","service":"sheets.googleapis.com"},"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`},
		{"not emulated", full, "POST", driveURL + "shared/watch", "", 501,
			`{"error":{"code":501,"message":"emulator: drive.files.watch is not emulated; emulator/README.md lists what is","errors":[{"message":"emulator: drive.files.watch is not emulated; emulator/README.md lists what is","domain":"global","reason":"notImplemented"}],"status":"UNIMPLEMENTED"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := tt.who.send(t, tt.method, tt.url, tt.body)
			if got := compact(body); status != tt.status || got != compact(tt.want) {
				t.Errorf("%s %s = %d\n%s, want %d\n%s", tt.method, tt.url, status, got, tt.status, compact(tt.want))
			}
			if got := header.Get("Content-Type"); got != "application/json; charset=UTF-8" {
				t.Errorf("Content-Type = %q", got)
			}
		})
	}
}

// compact removes white space, also in text.
func compact(s string) string { return strings.Join(strings.Fields(s), "") }

func TestScopeChallenge(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{})
	_, header, _ := newUser(t, google, google.ServiceAccount(), "spreadsheets.readonly").send(t, "PUT", sheetsURL+id+"/values/A1?valueInputOption=RAW", "{}")
	want := `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="` +
		scopeRoot + "drive " + scopeRoot + "drive.file " + scopeRoot + `spreadsheets"`
	if got := header.Get("WWW-Authenticate"); got != want {
		t.Errorf("WWW-Authenticate = %s, want %s", got, want)
	}
	if status, _, body := newUser(t, google, google.ServiceAccount(), "spreadsheets.readonly").send(t, "GET", sheetsURL+id, ""); status != 200 {
		t.Errorf("GET with spreadsheets.readonly = %d %s, want 200: reading takes it", status, body)
	}
}

func TestCredentials(t *testing.T) {
	now := time.Now()
	google := emulator.New(emulator.Options{TokenLifetime: time.Minute, Now: func() time.Time { return now }})
	id := google.Create(emulator.Spreadsheet{})
	good := google.Token(google.ServiceAccount(), scopeRoot+"spreadsheets")
	transport := emulator.Transport(google)
	defer transport.(*http.Transport).CloseIdleConnections()
	send := func(authorization string) (int, string, string) {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", sheetsURL+id+"?fields=spreadsheetId", nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		status, header, body := exchange(t, &http.Client{Transport: transport}, r)
		return status, header.Get("WWW-Authenticate"), body
	}
	tests := []struct {
		name, authorization string
		later               time.Duration
		status              int
		text, challenge     string
	}{
		{"good", "Bearer " + good, 0, 200, id, ""},
		{"the scheme is in lower case", "bearer " + good, 0, 200, id, ""},
		{"missing", "", 0, 401, "missing required authentication credential", `Bearer realm="https://accounts.google.com/"`},
		{"unknown", "Bearer ya29.nobody", 0, 401, "invalid authentication credentials", `Bearer realm="https://accounts.google.com/", error="invalid_token"`},
		{"expired at its very end", "Bearer " + good, time.Minute, 401, "invalid authentication credentials", `Bearer realm="https://accounts.google.com/", error="invalid_token"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now = now.Add(tt.later)
			status, challenge, body := send(tt.authorization)
			if status != tt.status || challenge != tt.challenge || !strings.Contains(body, tt.text) {
				t.Errorf("= %d, %q, %s, want %d, %q, %q", status, challenge, body, tt.status, tt.challenge, tt.text)
			}
		})
	}
}

func TestDisable(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	google.Disable("sheets.googleapis.com", true)
	_, err := me.sheets.Spreadsheets.Get(id).Do()
	if status, reason := refusalOf(err); status != 403 || reason != "SERVICE_DISABLED" {
		t.Errorf("Get with the API off = %v, want 403 SERVICE_DISABLED", err)
	}
	if _, err := me.drive.Files.Get(id).Do(); err != nil {
		t.Errorf("Drive is another API: %v", err)
	}
	google.Disable("sheets.googleapis.com", false)
	if _, err := me.sheets.Spreadsheets.Get(id).Do(); err != nil {
		t.Errorf("Get with the API on again: %v", err)
	}
}

// refusalOf returns the status and the ErrorInfo reason of an error.
func refusalOf(err error) (status int, reason string) {
	e, ok := err.(*googleapi.Error)
	if !ok {
		return 0, ""
	}
	for _, d := range e.Details {
		if detail, ok := d.(map[string]any); ok && detail["reason"] != nil {
			reason, _ = detail["reason"].(string)
		}
	}
	return e.Code, reason
}

func TestShare(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{Unshared: true})
	get := func() int {
		_, err := me.sheets.Spreadsheets.Get(id).Do()
		status, _ := refusalOf(err)
		return status
	}
	if got := get(); got != 403 {
		t.Errorf("unshared: %d, want 403", got)
	}
	google.Share(id, google.ServiceAccount(), "reader")
	if got := get(); got != 0 {
		t.Errorf("shared: %d, want success", got)
	}
	google.Share(id, google.ServiceAccount(), "")
	if got := get(); got != 403 {
		t.Errorf("share taken away: %d, want 403", got)
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	google, id, me := writerOf(t, emulator.Spreadsheet{})
	me.send(t, "GET", sheetsURL+id+"?access_token=hidden&fields=sheets&key=hidden", "")
	me.send(t, "GET", "https://www.googleapis.com/nothing/here", "")
	log := google.Requests()
	if len(log) != 2 || log[0].Call != "sheets.spreadsheets.get" || log[0].Principal != google.ServiceAccount() || log[0].Query != "fields=sheets" || log[0].Status != 200 {
		t.Errorf("log = %+v, want a get by the service account without its token", log)
	}
	if log[1].Call != "" || log[1].Status != 404 {
		t.Errorf("log of a path that no API has = %+v, want a 404 without a call", log[1])
	}
}
