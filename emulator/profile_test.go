package emulator_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/credentials/idtoken"

	"example.com/sheets-function/emulator"
)

const (
	accountPath = "instance/service-accounts/default/"
	flavor      = "Metadata-Flavor: Google"
)

// asPlatform makes the emulator the metadata server of Google's libraries,
// without a credentials file.
func asPlatform(t *testing.T, google *emulator.Server) {
	t.Helper()
	listener := httptest.NewServer(google)
	t.Cleanup(listener.Close)
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(listener.URL, "http://"))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("APPDATA", t.TempDir())
}

// TestProfilesThroughGoogleLibrary requests the scope of Sheets as every Go
// client does, and opens a spreadsheet that is shared with the service account.
func TestProfilesThroughGoogleLibrary(t *testing.T) {
	tests := []struct {
		profile emulator.Profile
		vm      []string
		status  int
		reason  string
		rule    string
	}{
		{"", nil, 0, "", "the zero profile is Cloud Run"},
		{emulator.CloudRun, nil, 0, "", "the requested scopes are granted"},
		{emulator.GKE, nil, 0, "", "the requested scopes are granted"},
		{emulator.GCE, nil, 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "a machine's scopes apply, whatever is requested"},
		{emulator.GCE, []string{scopeRoot + "spreadsheets"}, 0, "", "a machine made with the scope has it"},
		{emulator.GKEDirect, nil, 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED", "Sheets takes no federated token"},
		{"heroku", nil, 0, "", "a profile that there is not is Cloud Run"},
	}
	for _, tt := range tests {
		t.Run(string(tt.profile), func(t *testing.T) {
			google := emulator.New(emulator.Options{Profile: tt.profile, VMScopes: tt.vm})
			id := google.Create(emulator.Spreadsheet{})
			asPlatform(t, google)
			found, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{scopeRoot + "spreadsheets"}})
			if err != nil {
				t.Fatal(err)
			}
			token, err := found.Token(t.Context())
			if err != nil {
				t.Fatalf("Token: %v", err)
			}
			if left := time.Until(token.Expiry); left < 59*time.Minute || token.Type != "Bearer" {
				t.Errorf("token of type %q for %v, want Bearer for an hour", token.Type, left)
			}
			_, err = userWithToken(t, google, token.Value).sheets.Spreadsheets.Get(id).Do()
			if status, reason := refusalOf(err); status != tt.status || reason != tt.reason {
				t.Errorf("Get = %v, want %d %s: %s", err, tt.status, tt.reason, tt.rule)
			}
			if log := google.Requests(); log[0].Call != "metadata.token" || log[0].Scopes[0] != scopeRoot+"spreadsheets" {
				t.Errorf("log = %+v, want the requested scopes", log[0])
			}
		})
	}
}

func TestDefaultScopes(t *testing.T) {
	tests := []struct {
		profile emulator.Profile
		want    string
	}{
		{emulator.CloudRun, "cloud-platform"},
		{emulator.GKE, "cloud-platform userinfo.email"},
		{emulator.GCE, "devstorage.read_only logging.write monitoring.write service.management.readonly servicecontrol trace.append"},
	}
	for _, tt := range tests {
		google := emulator.New(emulator.Options{Profile: tt.profile})
		_, _, body := getMetadata(t, google, accountPath+"token", flavor)
		shown := tokenInfo(t, google, tokenIn(t, body).AccessToken)
		if got := strings.ReplaceAll(shown.Scope, scopeRoot, ""); got != tt.want || shown.Email != google.ServiceAccount() {
			t.Errorf("%s: token of %s for %q, want of the account for %q", tt.profile, shown.Email, got, tt.want)
		}
		_, _, listed := getMetadata(t, google, accountPath+"scopes", flavor)
		if got := strings.Join(strings.Fields(strings.ReplaceAll(listed, scopeRoot, "")), " "); got != tt.want {
			t.Errorf("%s: scopes = %q, want %q", tt.profile, got, tt.want)
		}
	}
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	TokenType   string `json:"token_type"`
}

func tokenIn(t *testing.T, body string) (a tokenAnswer) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &a); err != nil || a.TokenType != "Bearer" || a.AccessToken == "" {
		t.Fatalf("token answer %q: %v", body, err)
	}
	return a
}

// TestTokenCache requests a token at several times. Each step has the lifetime
// that is left to the cached token, and whether it is replaced.
func TestTokenCache(t *testing.T) {
	type step struct {
		left    int // seconds
		renewed bool
	}
	tests := []struct {
		profile emulator.Profile
		steps   []step
		rule    string
	}{
		{emulator.CloudRun, []step{{1800, false}, {61, false}, {60, true}}, "until its last minute"},
		{emulator.GCE, []step{{301, false}, {300, true}}, "until five minutes before"},
		{emulator.GKE, []step{{301, false}, {300, false}, {299, false}, {298, true}}, "the old one until the new one is there"},
		{emulator.GKE, []step{{60, true}}, "not in the last minute, renewed or not"},
		{emulator.GKEDirect, []step{{200, false}, {197, true}}, "the old one until the new one is there"},
	}
	for _, tt := range tests {
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		google := emulator.New(emulator.Options{Profile: tt.profile, Now: func() time.Time { return now }})
		request := func() tokenAnswer {
			_, _, body := getMetadata(t, google, accountPath+"token?scopes="+scopeRoot+"drive", flavor)
			return tokenIn(t, body)
		}
		first, start := request(), now
		for _, s := range tt.steps {
			now = start.Add(time.Hour - time.Duration(s.left)*time.Second)
			got, want := request(), s.left-1
			if s.renewed {
				want = 3599
			}
			if renewed := got.AccessToken != first.AccessToken; renewed != s.renewed || got.ExpiresIn != want {
				t.Errorf("%s with %d s left: renewed = %t, expires_in = %d, want %t, %d: %s", tt.profile, s.left, renewed, got.ExpiresIn, s.renewed, want, tt.rule)
			}
		}
	}
}

func TestMetadataRefusals(t *testing.T) {
	unbound := "Unable to generate access token; IAM returned 403 Forbidden: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).\n" +
		"This error could be caused by a missing IAM policy binding on the target IAM service account.\n" +
		"For more information, refer to the Workload Identity documentation:\n" +
		"\thttps://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#authenticating_to\n\n"
	tests := []struct {
		name         string
		profile      emulator.Profile
		path, header string
		status       int
		body, server string
	}{
		{"Cloud Run: a 404 says nothing", emulator.CloudRun, "nope", flavor, 404, "", "Metadata Server for Serverless"},
		{"a leaf takes no slash", emulator.CloudRun, accountPath + "token/", flavor, 404, "", "Metadata Server for Serverless"},
		{"GKE: a 404 is a word", emulator.GKE, "nope", flavor, 404, "Not Found\n", "GKE Metadata Server"},
		{"GKE: of a leaf with a slash", emulator.GKE, accountPath + "email/", flavor, 404, "Not Found\n", "GKE Metadata Server"},
		{"GCE: a 404 is a page", emulator.GCE, "nope", flavor, 404, "<!DOCTYPE html>", "Metadata Server for VM"},
		{"GCE: what a machine has and we lack", emulator.GCE, "instance/disks/", flavor, 501, "emulator: metadata.disks is not emulated", "Metadata Server for VM"},
		{"flavor", emulator.GCE, accountPath + "token", "", 403, "Missing required header \"Metadata-Flavor\": \"Google\"\n", "Metadata Server for VM"},
		{"GKE: flavor", emulator.GKE, accountPath + "token", "", 403, "GKE Metadata Server encountered an error: Missing required header \"Metadata-Flavor\": \"Google\"\n", "GKE Metadata Server"},
		{"an audience is required", emulator.GKE, accountPath + "identity", flavor, 400, "non-empty audience parameter required\n", "GKE Metadata Server"},
		{"and may not be empty", emulator.CloudRun, accountPath + "identity?audience=&format=full", flavor, 400, "non-empty audience parameter required\n", ""},
		{"no account, no ID token", emulator.GKEDirect, accountPath + "identity?audience=x", flavor, 404, "Not Found\n", ""},
		{"no scope", emulator.CloudRun, accountPath + "token?scopes=drive", flavor, 500, "Could not fetch URI /computeMetadata/v1/instance/service-accounts/sheets-function@demo-project.iam.gserviceaccount.com/token?scopes=drive\n", ""},
		{"GKE: no scope", emulator.GKE, accountPath + "token?scopes=drive", flavor, 400, "Unable to generate access token; IAM returned 400 Bad Request: Request contains an invalid argument.\n", ""},
		{"GCE looks at no scope", emulator.GCE, accountPath + "token?scopes=a+b", flavor, 200, `{"access_token":"ya29.`, ""},
		{"GKE: no binding", emulator.GKE, accountPath + "token", flavor, 403, unbound, ""},
		{"GKE: no binding, ID token", emulator.GKE, accountPath + "identity?audience=x", flavor, 403, strings.Replace(unbound, "getAccessToken", "getOpenIdToken", 1), ""},
		{"others need no binding", emulator.CloudRun, accountPath + "token", flavor, 200, `{"access_token":"ya29.`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{Profile: tt.profile})
			google.SetWorkloadIdentityBinding(!strings.Contains(tt.name, "binding"))
			status, header, body := getMetadata(t, google, tt.path, tt.header)
			if status != tt.status || body != tt.body && (tt.body == "" || strings.HasSuffix(tt.body, "\n") || !strings.HasPrefix(body, tt.body)) {
				t.Errorf("GET %s = %d %q, want %d %q", tt.path, status, body, tt.status, tt.body)
			}
			if got := header.Get("Server"); tt.server != "" && got != tt.server || header.Get("Metadata-Flavor") != "Google" {
				t.Errorf("GET %s: Server = %q, Metadata-Flavor = %q, want %q, Google", tt.path, got, header.Get("Metadata-Flavor"), tt.server)
			}
		})
	}
}

// TestProbes are the requests with which Google's libraries detect a metadata
// server and read from it.
func TestProbes(t *testing.T) {
	const email = "sheets-function@demo-project.iam.gserviceaccount.com"
	const account = `{"aliases":["default"],"email":"` + email + `","scopes":["https://www.googleapis.com/auth/cloud-platform"]}`
	const pool = `{"aliases":["default"],"email":"demo-project.svc.id.goog","scopes":["https://www.googleapis.com/auth/cloud-platform","https://www.googleapis.com/auth/userinfo.email"]}`
	tests := []struct {
		name, path, header string
		profile            emulator.Profile
		status             int
		body               string
	}{
		{"Go's probe sends no header", "/", "", "", 200, "computeMetadata/\n"},
		{"Python's ping does", "/", flavor, "", 200, "computeMetadata/\n"},
		{"one floor up", "/computeMetadata/", flavor, "", 200, "v1/\n"},
		{"the root without its slash", "/computeMetadata/v1", flavor, "", 200, "instance/\nproject/\nuniverse/\n"},
		{"Node's probe", "/computeMetadata/v1/instance", flavor, "", 200, "id\nregion\nservice-accounts/\nzone\n"},
		{"Node's probe is redirected on a machine", "/computeMetadata/v1/instance", flavor, "gce", 200,
			"attributes/\nhostname\nid\nmachine-type\nname\nservice-accounts/\ntags\nzone\n"},
		{"Python's account", "/computeMetadata/v1/" + accountPath + "?recursive=true", flavor, "", 200, account},
		{"Node's accounts", "/computeMetadata/v1/instance/service-accounts/?recursive=true", flavor, "", 200,
			`{"default":` + account + `,"` + email + `":` + account + `}`},
		{"a federated workload has no address", "/computeMetadata/v1/instance/service-accounts/?recursive=true", flavor, "gke-direct", 200,
			`{"default":` + pool + `,"demo-project.svc.id.goog":` + pool + `}`},
		{"members are in camel case", "/computeMetadata/v1/project/?recursive=true", flavor, "", 200, `{"numericProjectId":123456789012,"projectId":"demo-project"}`},
		{"universe", "/computeMetadata/v1/universe/universe-domain", flavor, "", 200, "googleapis.com"},
		{"the cluster by which Node detects GKE", "/computeMetadata/v1/instance/attributes/cluster-name", flavor, "gke", 200, "demo-cluster"},
		{"which others do not have", "/computeMetadata/v1/instance/attributes/cluster-name", flavor, "", 404, ""},
		{"an empty folder", "/computeMetadata/v1/instance/attributes/", flavor, "gce", 200, ""},
		{"alt=json of a leaf", "/computeMetadata/v1/project/project-id?alt=json", flavor, "", 200, `"demo-project"`},
		{"alt=json of a folder", "/computeMetadata/v1/project/?alt=json", flavor, "", 200, `["numeric-project-id","project-id"]`},
		{"alt=text of a leaf", "/computeMetadata/v1/project/project-id?alt=text", flavor, "", 200, "demo-project"},
		{"alt=text of a tree is lacking", "/computeMetadata/v1/project/?recursive=true&alt=text", flavor, "", 501, "emulator: metadata with recursive and alt=text is not emulated; emulator/README.md lists what is\n"},
		{"not for others", "/computeMetadata/v0.1/", flavor, "", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{Profile: tt.profile})
			status, header, body := getMetadata(t, google, tt.path, tt.header)
			if status != tt.status || body != tt.body {
				t.Errorf("GET %s = %d %q, want %d %q", tt.path, status, body, tt.status, tt.body)
			}
			if isJSON := strings.HasSuffix(header.Get("Content-Type"), "/json"); isJSON != json.Valid([]byte(body)) && !strings.HasSuffix(tt.name, "text") {
				t.Errorf("GET %s: Content-Type = %q", tt.path, header.Get("Content-Type"))
			}
		})
	}
}

// TestFolderWithoutSlash: a virtual machine redirects the client, others
// respond.
func TestFolderWithoutSlash(t *testing.T) {
	for profile, want := range map[emulator.Profile][]int{emulator.CloudRun: {200}, emulator.GCE: {301, 200}} {
		google := emulator.New(emulator.Options{Profile: profile})
		getMetadata(t, google, "instance?alt=json", flavor)
		var got []int
		for _, r := range google.Requests() {
			got = append(got, r.Status)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: statuses %v, want %v", profile, got, want)
		}
	}
}

func TestIdentityThroughGoogleLibrary(t *testing.T) {
	for _, profile := range []emulator.Profile{emulator.CloudRun, emulator.GKE, emulator.GCE} {
		google := emulator.New(emulator.Options{Profile: profile})
		asPlatform(t, google)
		found, err := idtoken.NewCredentials(&idtoken.Options{Audience: "https://a.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		token, err := found.Token(t.Context())
		if err != nil {
			t.Fatalf("%s: Token: %v", profile, err)
		}
		if c := verified(t, google, token.Value); c.Audience != "https://a.example.com" || c.Email != "" && c.Email != google.ServiceAccount() {
			t.Errorf("%s: claims = %+v", profile, c)
		}
	}
}

func TestProfileText(t *testing.T) {
	for _, name := range []string{"cloudrun", "gke", "gce", "gke-direct"} {
		var p emulator.Profile
		if err := p.UnmarshalText([]byte(name)); err != nil || string(p) != name {
			t.Errorf("UnmarshalText(%s) = %q, %v", name, p, err)
		}
	}
	var p emulator.Profile
	if err := p.UnmarshalText([]byte("heroku")); err == nil {
		t.Errorf("UnmarshalText(heroku) = nil, want an error")
	}
	if text, _ := p.MarshalText(); string(text) != "cloudrun" {
		t.Errorf("MarshalText of the zero Profile = %s, want cloudrun", text)
	}
}
