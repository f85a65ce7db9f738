package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth/credentials"

	"example.com/sheets-function/emulator"
)

const (
	iamURL  = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
	robot   = "robot@demo-project.iam.gserviceaccount.com"
	another = "another@demo-project.iam.gserviceaccount.com"
)

func deniedBody(permission string) string {
	return `{"error":{"code":403,"message":"Permission '` + permission + `' denied on resource (or it may not exist).","status":"PERMISSION_DENIED",` +
		`"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"iam.googleapis.com","metadata":{"permission":"` + permission + `"},"reason":"IAM_PERMISSION_DENIED"}]}}`
}

// TestIAMRefusals compares whole bodies, as clients distinguish causes by them.
func TestIAMRefusals(t *testing.T) {
	const invalid = `{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT"}}`
	const scope = `{"scope":["https://www.googleapis.com/auth/drive"]}`
	google := emulator.New(emulator.Options{})
	google.Grant("dev@example.com", robot)
	google.Grant(robot, another)
	dev := newUser(t, google, "dev@example.com", "cloud-platform")
	stranger := newUser(t, google, "stranger@example.com", "iam")
	itself := newUser(t, google, robot, "cloud-platform")
	sheetsOnly := newUser(t, google, "dev@example.com", "spreadsheets")
	hours := func(n int) string { return fmt.Sprint(time.Now().Add(time.Duration(n) * time.Hour).Unix()) }
	tests := []struct {
		name       string
		who        user
		call, body string
		status     int
		want       string // the body without white space; "" is not compared
	}{
		{"granted", dev, robot + ":generateAccessToken", scope, 200, ""},
		{"granted, by the unique ID", dev, emulator.UniqueID(robot) + ":generateAccessToken", scope, 200, ""},
		{"not granted", stranger, robot + ":generateAccessToken", scope, 403, deniedBody("iam.serviceAccounts.getAccessToken")},
		{"no such account", dev, "nobody@demo-project.iam.gserviceaccount.com:generateAccessToken", scope, 403, deniedBody("iam.serviceAccounts.getAccessToken")},
		{"not granted to sign", stranger, robot + ":signJwt", `{"payload":"{}"}`, 403, deniedBody("iam.serviceAccounts.signJwt")},
		{"an account may not sign for itself unless granted", itself, robot + ":signJwt", `{"payload":"{}"}`, 403, deniedBody("iam.serviceAccounts.signJwt")},
		{"not granted an ID token", stranger, robot + ":generateIdToken", `{"audience":"x"}`, 403, deniedBody("iam.serviceAccounts.getOpenIdToken")},
		{"a grant is not handed on", dev, another + ":generateAccessToken", scope, 403, deniedBody("iam.serviceAccounts.getAccessToken")},
		{"but by a chain of delegates", dev, another + ":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"],"delegates":["projects/-/serviceAccounts/` + robot + `"]}`, 200, ""},
		{"a token without the scope", sheetsOnly, robot + ":generateAccessToken", scope, 403,
			`{"error":{"code":403,"message":"Request had insufficient authentication scopes.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"googleapis.com","metadata":{"method":"google.iam.credentials.v1.IAMCredentials.GenerateAccessToken","service":"iamcredentials.googleapis.com"},"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`},
		{"a text that is not a scope", dev, robot + ":generateAccessToken", `{"scope":["drive"]}`, 400, invalid},
		{"scopes are a list", dev, robot + ":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/spreadsheets"]}`, 400, invalid},
		{"no scope", dev, robot + ":generateAccessToken", `{}`, 400, invalid},
		{"more than an hour", dev, robot + ":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"],"lifetime":"3601s"}`, 400, invalid},
		{"a lifetime is in seconds", dev, robot + ":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"],"lifetime":"1h"}`, 400, ""},
		{"no audience", dev, robot + ":generateIdToken", `{}`, 400, invalid},
		{"claims are an object", dev, robot + ":signJwt", `{"payload":"[]"}`, 400, invalid},
		{"claims are not null", dev, robot + ":signJwt", `{"payload":"null"}`, 400, invalid},
		{"an expiry in the past", dev, robot + ":signJwt", `{"payload":"{\"exp\":` + hours(-1) + `}"}`, 400, invalid},
		{"an expiry after twelve hours", dev, robot + ":signJwt", `{"payload":"{\"exp\":` + hours(13) + `}"}`, 400, invalid},
		{"an expiry of a fraction", dev, robot + ":signJwt", `{"payload":"{\"exp\":1.5}"}`, 400, invalid},
		{"an unknown member", dev, robot + ":signJwt", `{"claims":"{}"}`, 400,
			`{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"claims\": Cannot find field.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"description":"Invalid JSON payload received. Unknown name \"claims\": Cannot find field."}]}]}}`},
		{"not emulated", dev, robot + ":signBlob", `{}`, 501,
			`{"error":{"code":501,"message":"emulator: iamcredentials.projects.serviceAccounts.signBlob is not emulated; emulator/README.md lists what is","status":"UNIMPLEMENTED"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := tt.who.send(t, "POST", iamURL+tt.call, tt.body)
			if got := compact(body); status != tt.status || tt.want != "" && got != compact(tt.want) {
				t.Errorf("POST %s = %d\n%s, want %d\n%s", tt.call, status, got, tt.status, compact(tt.want))
			}
		})
	}
}

func TestIAMDisabled(t *testing.T) {
	google := emulator.New(emulator.Options{})
	google.Grant("dev@example.com", robot)
	google.Disable("iamcredentials.googleapis.com", true)
	dev := newUser(t, google, "dev@example.com", "cloud-platform")
	status, _, body := dev.send(t, "POST", iamURL+robot+":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"]}`)
	if status != 403 || !strings.Contains(body, `"reason": "SERVICE_DISABLED"`) || !strings.Contains(body, "IAM Service Account Credentials API has not been used") {
		t.Errorf("generateAccessToken with the API off = %d %s, want 403 SERVICE_DISABLED", status, body)
	}
}

// TestGenerateAccessToken: the token is one of the account, with the requested
// scopes and lifetime.
func TestGenerateAccessToken(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	google.Grant("dev@example.com", robot)
	dev := newUser(t, google, "dev@example.com", "cloud-platform")
	for lifetime, want := range map[string]string{"": "2026-01-02T04:04:05Z", "300s": "2026-01-02T03:09:05Z"} {
		_, _, body := dev.send(t, "POST", iamURL+robot+":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/drive"],"lifetime":"`+lifetime+`"}`)
		var a struct{ AccessToken, ExpireTime string }
		if err := json.Unmarshal([]byte(body), &a); err != nil || a.ExpireTime != want {
			t.Fatalf("generateAccessToken for %q = %s, want expireTime %s", lifetime, body, want)
		}
		if f := tokenInfo(t, google, a.AccessToken); f.Email != robot || f.Scope != scopeRoot+"drive" {
			t.Errorf("tokeninfo = %+v, want robot with drive", f)
		}
	}
}

func TestGenerateIDToken(t *testing.T) {
	google := emulator.New(emulator.Options{})
	google.Grant("dev@example.com", robot)
	dev := newUser(t, google, "dev@example.com", "cloud-platform")
	for include, want := range map[string]string{"true": robot, "false": ""} {
		_, _, body := dev.send(t, "POST", iamURL+robot+":generateIdToken", `{"audience":"https://a.example.com","includeEmail":`+include+`}`)
		var a struct{ Token string }
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatalf("generateIdToken = %s: %v", body, err)
		}
		if c := verified(t, google, a.Token); c.Email != want || c.Subject != emulator.UniqueID(robot) || c.Audience != "https://a.example.com" {
			t.Errorf("includeEmail %s: claims = %+v", include, c)
		}
	}
}

// TestFederated: a federated token opens no spreadsheet and signs nothing, but
// can be exchanged for a token of a service account.
func TestFederated(t *testing.T) {
	google := emulator.New(emulator.Options{Profile: emulator.GKEDirect})
	id := google.Create(emulator.Spreadsheet{})
	_, _, body := getMetadata(t, google, accountPath+"token", flavor)
	federated := tokenIn(t, body).AccessToken
	workload := userWithToken(t, google, federated)
	if status, _, body := workload.send(t, "GET", tokenURL+"info?access_token="+federated, ""); status != 400 {
		t.Errorf("tokeninfo = %d %s, want 400: it has no account", status, body)
	}
	const unsupportedType = `{"error":{"code":401,"message":"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.","status":"UNAUTHENTICATED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","metadata":{"method":"google.iam.credentials.v1.IAMCredentials.SignJwt","service":"iamcredentials.googleapis.com"},"reason":"ACCESS_TOKEN_TYPE_UNSUPPORTED"}]}}`
	google.Grant(google.WorkloadPool(), google.ServiceAccount())
	status, _, body := workload.send(t, "POST", iamURL+google.ServiceAccount()+":signJwt", `{"payload":"{}"}`)
	if status != 401 || compact(body) != compact(unsupportedType) {
		t.Errorf("signJwt = %d %s, want 401 %s", status, compact(body), unsupportedType)
	}
	status, _, body = workload.send(t, "POST", iamURL+google.ServiceAccount()+":generateAccessToken", `{"scope":["https://www.googleapis.com/auth/spreadsheets"]}`)
	var a struct{ AccessToken string }
	if err := json.Unmarshal([]byte(body), &a); status != 200 || err != nil {
		t.Fatalf("generateAccessToken = %d %s, %v", status, body, err)
	}
	if _, err := userWithToken(t, google, a.AccessToken).sheets.Spreadsheets.Get(id).Do(); err != nil {
		t.Errorf("Get as the service account: %v", err)
	}
	if status, _, _ := workload.send(t, "GET", sheetsURL+id, ""); status != 401 {
		t.Errorf("Get as the workload = %d, want 401", status)
	}
}

// TestCredentialsFiles passes the files that gcloud writes to Google's library.
func TestCredentialsFiles(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Unshared: true})
	google.Share(id, robot, "reader")
	google.Share(id, "dev@example.com", "reader")
	google.Grant("dev@example.com", robot)
	login := func(scopes ...string) string {
		return `{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"` + google.RefreshToken("dev@example.com", scopes...) + `"}`
	}
	impersonated := func(source string) string {
		return `{"type":"impersonated_service_account","service_account_impersonation_url":"` + iamURL + robot + `:generateAccessToken","source_credentials":` + source + `}`
	}
	tests := []struct {
		name, kind, file, principal, refused string
	}{
		{"a login with the scope", "authorized_user", login(scopeRoot + "spreadsheets"), "dev@example.com", ""},
		{"a login has its own scopes, not the requested ones", "authorized_user", login(scopeRoot + "cloud-platform"), "dev@example.com", "insufficient authentication scopes"},
		{"impersonation", "impersonated_service_account", impersonated(login(scopeRoot + "cloud-platform")), robot, ""},
		{"a key", "service_account", string(google.KeyFile(robot)), robot, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			transport := emulator.Transport(google)
			defer transport.(*http.Transport).CloseIdleConnections()
			found, err := credentials.NewCredentialsFromJSON(credentials.CredType(tt.kind), []byte(tt.file), &credentials.DetectOptions{
				Scopes: []string{scopeRoot + "spreadsheets"}, Client: &http.Client{Transport: transport},
			})
			if err != nil {
				t.Fatal(err)
			}
			token, err := found.Token(t.Context())
			if err != nil {
				t.Fatalf("Token: %v", err)
			}
			if f := tokenInfo(t, google, token.Value); f.Email != tt.principal {
				t.Errorf("the token is of %s, want %s", f.Email, tt.principal)
			}
			_, err = userWithToken(t, google, token.Value).sheets.Spreadsheets.Get(id).Do()
			if err == nil && tt.refused != "" || err != nil && (tt.refused == "" || !strings.Contains(err.Error(), tt.refused)) {
				t.Errorf("Get = %v, want %q", err, tt.refused)
			}
		})
	}
}
