package emulator_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

const (
	tokenURL  = "https://oauth2.googleapis.com/token"
	jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// signAs returns claims as a JWT that IAM signed with an account's key.
func signAs(t testing.TB, google *emulator.Server, account string, claims map[string]any) string {
	t.Helper()
	google.Grant(account, account)
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	request, err := json.Marshal(map[string]string{"payload": string(text)})
	if err != nil {
		t.Fatal(err)
	}
	status, _, body := newUser(t, google, account, "cloud-platform").send(t, "POST", iamURL+account+":signJwt", string(request))
	var a struct{ KeyID, SignedJwt string }
	if err := json.Unmarshal([]byte(body), &a); status != 200 || err != nil || a.KeyID == "" {
		t.Fatalf("signJwt = %d %s, %v", status, body, err)
	}
	return a.SignedJwt
}

// TestActAsUser is domain-wide delegation without a key: metadata server,
// signJwt, token endpoint, and a spreadsheet that only the user may open.
func TestActAsUser(t *testing.T) {
	google := emulator.New(emulator.Options{})
	robot := google.ServiceAccount()
	id := google.Create(emulator.Spreadsheet{Unshared: true})
	google.Share(id, "user@example.com", "reader")
	google.Delegate(robot, "example.com", scopeRoot+"drive", scopeRoot+"spreadsheets")
	google.Grant(robot, robot)

	_, _, body := getMetadata(t, google, accountPath+"token", flavor)
	now := time.Now().Unix()
	claims, _ := json.Marshal(map[string]any{
		"iss": robot, "sub": "user@example.com", "aud": tokenURL, "iat": now, "exp": now + 300,
		"scope": scopeRoot + "drive " + scopeRoot + "spreadsheets",
	})
	request, _ := json.Marshal(map[string]string{"payload": string(claims)})
	_, _, body = userWithToken(t, google, tokenIn(t, body).AccessToken).send(t, "POST", iamURL+robot+":signJwt", string(request))
	var signed struct{ SignedJwt string }
	if err := json.Unmarshal([]byte(body), &signed); err != nil || signed.SignedJwt == "" {
		t.Fatalf("signJwt = %s, %v", body, err)
	}
	_, body = post(t, google, tokenURL, url.Values{"grant_type": {jwtBearer}, "assertion": {signed.SignedJwt}})
	token := tokenIn(t, body)
	if token.ExpiresIn != 3599 {
		t.Errorf("expires_in = %d, want 3599", token.ExpiresIn)
	}
	if _, err := userWithToken(t, google, token.AccessToken).sheets.Spreadsheets.Get(id).Do(); err != nil {
		t.Errorf("Get as the user: %v", err)
	}
	log := google.Requests()
	if last := log[len(log)-1]; last.Principal != "user@example.com" {
		t.Errorf("log = %+v, want the user as principal", last)
	}
}

// TestAssertions changes one claim at a time of a valid assertion.
func TestAssertions(t *testing.T) {
	const (
		unauthorized = `{"error":"unauthorized_client","error_description":"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."}`
		badUser      = `{"error":"invalid_grant","error_description":"Invalid email or User ID"}`
		badTime      = `{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."}`
		badAudience  = `{"error":"invalid_grant","error_description":"Invalid JWT: Failed audience check."}`
		badScope     = `{"error":"invalid_scope","error_description":"Invalid OAuth scope or ID token audience provided."}`
	)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	google.Delegate(robot, "example.com", scopeRoot+"drive")
	valid := map[string]any{
		"iss": robot, "sub": "user@example.com", "aud": tokenURL, "scope": scopeRoot + "drive",
		"iat": now.Unix(), "exp": now.Unix() + 3600,
	}
	tests := []struct {
		name    string
		changes map[string]any
		later   time.Duration
		status  int
		want    string // the body without white space; "" is not compared
	}{
		{"valid", nil, 0, 200, ""},
		{"valid, by the unique ID", map[string]any{"iss": emulator.UniqueID(robot)}, 0, 200, ""},
		{"for itself", map[string]any{"sub": robot, "scope": scopeRoot + "spreadsheets"}, 0, 200, ""},
		{"for itself, unsaid", map[string]any{"sub": "", "scope": scopeRoot + "spreadsheets"}, 0, 200, ""},
		{"the old address", map[string]any{"aud": "https://www.googleapis.com/oauth2/v4/token"}, 0, 200, ""},
		{"a scope that is not delegated", map[string]any{"scope": scopeRoot + "spreadsheets"}, 0, 401, unauthorized},
		{"all scopes must be delegated", map[string]any{"scope": scopeRoot + "drive " + scopeRoot + "spreadsheets"}, 0, 401, unauthorized},
		{"another domain", map[string]any{"sub": "user@example.org"}, 0, 401, unauthorized},
		{"not an address", map[string]any{"sub": "user"}, 0, 400, badUser},
		{"a service account is not a user", map[string]any{"sub": another}, 0, 400, badUser},
		{"scopes are separated by spaces", map[string]any{"scope": scopeRoot + "drive," + scopeRoot + "spreadsheets"}, 0, 400, badScope},
		{"no scope", map[string]any{"scope": ""}, 0, 400, badScope},
		{"another audience", map[string]any{"aud": "https://example.com/token"}, 0, 400, badAudience},
		{"longer than an hour", map[string]any{"exp": now.Unix() + 3601}, 0, 400, badTime},
		{"expired", nil, time.Hour, 400, badTime},
		{"of the future", map[string]any{"iat": now.Unix() + 301}, 0, 400, badTime},
		{"issued after its end", map[string]any{"iat": now.Unix() + 200, "exp": now.Unix() + 100}, 0, 400, badTime},
		{"of another account's key", map[string]any{"iss": another}, 0, 400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`},
		{"of an unknown account", map[string]any{"iss": "nobody@example.com"}, 0, 400, `{"error":"invalid_grant","error_description":"Invalid grant: account not found"}`},
	}
	google.Grant("dev@example.com", another)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			claims := maps.Clone(valid)
			maps.Copy(claims, tt.changes)
			text := signAs(t, google, robot, claims)
			now = now.Add(tt.later)
			defer func() { now = now.Add(-tt.later) }()
			status, body := post(t, google, tokenURL, url.Values{"grant_type": {jwtBearer}, "assertion": {text}})
			if status != tt.status || tt.want != "" && compact(body) != compact(tt.want) {
				t.Errorf("POST /token = %d %s, want %d %s", status, body, tt.status, tt.want)
			}
		})
	}
}

func TestGrants(t *testing.T) {
	google := emulator.New(emulator.Options{})
	refresh := google.RefreshToken("a@example.com", scopeRoot+"drive", "openid")
	tests := []struct {
		name   string
		form   url.Values
		status int
		want   string
	}{
		{"a login's", url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}, "refresh_token": {refresh}}, 200, ""},
		{"an unknown one", url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}, "refresh_token": {"1//x"}}, 400, `{"error":"invalid_grant","error_description":"Bad Request"}`},
		{"without client", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, 400, `{"error":"invalid_request","error_description":"Could not determine client ID from request."}`},
		{"another type", url.Values{"grant_type": {"password"}}, 400, `{"error":"unsupported_grant_type","error_description":"Invalid grant_type: password"}`},
		{"no type", url.Values{}, 400, `{"error":"invalid_request","error_description":"Missing required parameter: grant_type"}`},
		{"no JWT", url.Values{"grant_type": {jwtBearer}, "assertion": {"x"}}, 400, `{"error":"invalid_grant","error_description":"Invalid JWT: Failed to parse."}`},
		{"a JWT of null", url.Values{"grant_type": {jwtBearer}, "assertion": {"bnVsbA.bnVsbA.bnVsbA"}}, 400, `{"error":"invalid_grant","error_description":"Invalid JWT: Failed to parse."}`},
		{"the older draft's name", url.Values{"grant_type": {"assertion"}, "assertion": {"x"}}, 400, `{"error":"invalid_grant","error_description":"Invalid JWT: Failed to parse."}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := post(t, google, tokenURL, tt.form)
			if status != tt.status || tt.want != "" && compact(body) != compact(tt.want) {
				t.Errorf("POST /token = %d %s, want %d %s", status, body, tt.status, tt.want)
			}
			if status != 200 {
				return
			}
			if f := tokenInfo(t, google, tokenIn(t, body).AccessToken); f.Email != "a@example.com" || f.Scope != scopeRoot+"drive openid" {
				t.Errorf("tokeninfo = %+v, want those of the login", f)
			}
		})
	}
	for _, r := range google.Requests() {
		if strings.Contains(r.Query, refresh) || r.Call != "oauth2.token" && r.Call != "oauth2.tokeninfo" {
			t.Errorf("log = %+v, want calls by name, without tokens", r)
		}
	}
	if status, body := post(t, google, "https://sts.googleapis.com/v1/token", url.Values{}); status != 501 || !strings.Contains(body, "sts.token") {
		t.Errorf("the token service of external accounts = %d %s, want a 501 that names it", status, body)
	}
}

// TestIDTokenByAssertion: an assertion with a target_audience is exchanged for
// an ID token of the account.
func TestIDTokenByAssertion(t *testing.T) {
	google := emulator.New(emulator.Options{})
	now := time.Now().Unix()
	text := signAs(t, google, robot, map[string]any{"iss": robot, "aud": tokenURL, "iat": now, "exp": now + 300, "target_audience": "https://a.example.com"})
	_, body := post(t, google, tokenURL, url.Values{"grant_type": {jwtBearer}, "assertion": {text}})
	var a struct {
		IDToken string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("POST /token = %s: %v", body, err)
	}
	if c := verified(t, google, a.IDToken); c.Audience != "https://a.example.com" || c.Email != robot {
		t.Errorf("claims = %+v", c)
	}
}

// TestIdentityFaults makes each call fail once, by its name.
func TestIdentityFaults(t *testing.T) {
	const iamName = "iamcredentials.projects.serviceAccounts."
	google := emulator.New(emulator.Options{Profile: emulator.GKE})
	me := newUser(t, google, "dev@example.com", "cloud-platform")
	google.Grant("dev@example.com", robot)
	metadata := func(leaf string) func() (int, string) {
		return func() (int, string) {
			status, _, body := getMetadata(t, google, accountPath+leaf, flavor)
			return status, body
		}
	}
	iam := func(verb, body string) func() (int, string) {
		return func() (int, string) {
			status, _, text := me.send(t, "POST", iamURL+robot+":"+verb, body)
			return status, text
		}
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"c"}, "refresh_token": {google.RefreshToken("a@example.com")}}
	tests := []struct {
		call   string
		status int
		send   func() (int, string)
		want   string
	}{
		{"metadata.token", 500, metadata("token"), "GKE Metadata Server: Internal Server Error\n"},
		{"metadata.identity", 403, metadata("identity?audience=x"), "Permission 'iam.serviceAccounts.getAccessToken' denied"},
		{"metadata.email", 404, metadata("email"), "Not Found\n"},
		{iamName + "generateAccessToken", 429, iam("generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"]}`), "RESOURCE_EXHAUSTED"},
		{iamName + "signJwt", 503, iam("signJwt", `{"payload":"{}"}`), "UNAVAILABLE"},
		{iamName + "generateIdToken", 500, iam("generateIdToken", `{"audience":"x"}`), "INTERNAL"},
		{"oauth2.token", 400, func() (int, string) { return post(t, google, tokenURL, refresh) }, `"error": "invalid_grant"`},
		{"oauth2.token", 500, func() (int, string) { return post(t, google, tokenURL, refresh) }, `"error": "internal_failure"`},
		{"oauth2.token", 503, func() (int, string) { return post(t, google, tokenURL, refresh) }, "<!DOCTYPE html>"},
		{"oauth2.certs", 500, func() (int, string) {
			status, _, body := me.send(t, "GET", "https://www.googleapis.com/oauth2/v3/certs", "")
			return status, body
		}, "<!DOCTYPE html>"},
	}
	for _, tt := range tests {
		google.Inject(emulator.Fault{Call: tt.call, Times: 1, Status: tt.status})
		if status, body := tt.send(); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s struck = %d %q, want %d %q", tt.call, status, body, tt.status, tt.want)
		}
		log := google.Requests()
		if last := log[len(log)-1]; last.Call != tt.call || last.Status != tt.status {
			t.Errorf("log = %+v, want %s with %d", last, tt.call, tt.status)
		}
		if status, body := tt.send(); status != 200 {
			t.Errorf("%s after its fault = %d %s, want 200", tt.call, status, body)
		}
	}
}

// TestIdentityConcurrently is for the race detector.
func TestIdentityConcurrently(t *testing.T) {
	google := emulator.New(emulator.Options{})
	google.Grant(google.ServiceAccount(), google.ServiceAccount())
	me := newUser(t, google, google.ServiceAccount(), "cloud-platform")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			google.IDToken("a@example.com", "x")
			google.Delegate(robot, "example.com", scopeRoot+"drive")
			google.SetWorkloadIdentityBinding(false)
			google.KeyFile(google.ServiceAccount())
			me.send(t, "POST", iamURL+google.ServiceAccount()+":signJwt", `{"payload":"{}"}`)
			me.send(t, "GET", "https://www.googleapis.com/oauth2/v3/certs", "")
			getMetadata(t, google, accountPath+"identity?audience=x", flavor)
		})
	}
	google.RotateKeys()
	all.Wait()
}
