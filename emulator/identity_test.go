package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// userWithToken returns clients for a token.
func userWithToken(t testing.TB, google *emulator.Server, token string) user {
	t.Helper()
	transport := emulator.Transport(google)
	t.Cleanup(transport.(*http.Transport).CloseIdleConnections)
	client := &http.Client{Transport: bearer{token, transport}}
	s, err := sheets.NewService(t.Context(), option.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	return user{http: client, sheets: s}
}

// post sends a form to the token endpoint, or an API's JSON.
func post(t testing.TB, google *emulator.Server, address string, form url.Values) (int, string) {
	t.Helper()
	transport := emulator.Transport(google)
	defer transport.(*http.Transport).CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), "POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, body := exchange(t, &http.Client{Transport: transport}, r)
	return status, body
}

type tokenFacts struct {
	Scope, Email string
	ExpiresIn    string `json:"expires_in"`
}

func tokenInfo(t testing.TB, google *emulator.Server, token string) (f tokenFacts) {
	t.Helper()
	status, _, body := userWithToken(t, google, "").send(t, "GET", "https://oauth2.googleapis.com/tokeninfo?access_token="+token, "")
	if err := json.Unmarshal([]byte(body), &f); status != 200 || err != nil {
		t.Fatalf("tokeninfo = %d %s, %v", status, body, err)
	}
	return f
}

type identityClaims struct {
	Issuer        string `json:"iss"`
	Audience      string `json:"aud"`
	Party         string `json:"azp"`
	Subject       string `json:"sub"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	IssuedAt      int64  `json:"iat"`
	Expiry        int64  `json:"exp"`
	Google        struct {
		Engine struct {
			ProjectID string `json:"project_id"`
		} `json:"compute_engine"`
	} `json:"google"`
}

func servedKeys(t testing.TB, google *emulator.Server) (set jose.JSONWebKeySet) {
	t.Helper()
	status, header, body := userWithToken(t, google, "").send(t, "GET", "https://www.googleapis.com/oauth2/v3/certs", "")
	if err := json.Unmarshal([]byte(body), &set); status != 200 || err != nil || !strings.Contains(header.Get("Cache-Control"), "max-age=3600") {
		t.Fatalf("certs = %d %s, %v, Cache-Control %q", status, body, err, header.Get("Cache-Control"))
	}
	return set
}

// verified returns the claims of an ID token that a served key has signed.
func verified(t testing.TB, google *emulator.Server, token string) (c identityClaims) {
	t.Helper()
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if err := parsed.Claims(servedKeys(t, google), &c); err != nil {
		t.Fatalf("verify %.20s…: %v", token, err)
	}
	return c
}

func TestIDTokens(t *testing.T) {
	tests := []struct {
		name    string
		profile emulator.Profile
		query   string
		email   bool
		machine bool
	}{
		{"Cloud Run always has the address", emulator.CloudRun, "", true, false},
		{"full", emulator.GKE, "&format=full", true, false},
		{"standard", emulator.GKE, "&format=standard", false, false},
		{"a machine describes itself", emulator.GCE, "&format=full", true, true},
		{"a machine in short", emulator.GCE, "", false, false},
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{Profile: tt.profile, Now: func() time.Time { return now }})
			_, _, token := getMetadata(t, google, accountPath+"identity?audience=https://a.example.com"+tt.query, flavor)
			c := verified(t, google, token)
			id := emulator.UniqueID(google.ServiceAccount())
			if c.Issuer != "https://accounts.google.com" || c.Audience != "https://a.example.com" || c.Subject != id || c.Party != id || len(id) != 21 ||
				c.IssuedAt != now.Unix() || c.Expiry != now.Unix()+3600 {
				t.Errorf("claims = %+v", c)
			}
			if (c.Email == google.ServiceAccount()) != tt.email || c.EmailVerified != tt.email {
				t.Errorf("email = %q, verified %t, want it: %t", c.Email, c.EmailVerified, tt.email)
			}
			if got := c.Google.Engine.ProjectID != ""; got != tt.machine {
				t.Errorf("google.compute_engine: %t, want %t", got, tt.machine)
			}
		})
	}
}

// TestRotateKeys: the previous key is still served, older ones are not.
func TestRotateKeys(t *testing.T) {
	google := emulator.New(emulator.Options{})
	first := google.IDToken("a@example.com", "https://a.example.com")
	if c := verified(t, google, first); c.Email != "a@example.com" || !c.EmailVerified {
		t.Errorf("claims = %+v, want a verified address", c)
	}
	google.RotateKeys()
	second := google.IDToken("a@example.com", "https://a.example.com")
	verified(t, google, first)
	verified(t, google, second)
	google.RotateKeys()
	verified(t, google, second)
	parsed, err := jwt.ParseSigned(first, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if keys := servedKeys(t, google); len(keys.Keys) != 2 || parsed.Claims(keys, &struct{}{}) == nil {
		t.Errorf("%d keys are served, one of them two rotations old; want the last two", len(keys.Keys))
	}
}

func TestTokenInfo(t *testing.T) {
	now := time.Now()
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	token := google.Token("a@example.com", scopeRoot+"drive", scopeRoot+"spreadsheets")
	if got, want := tokenInfo(t, google, token), (tokenFacts{scopeRoot + "drive " + scopeRoot + "spreadsheets", "a@example.com", "3600"}); got != want {
		t.Errorf("tokeninfo = %+v, want %+v", got, want)
	}
	if status, body := post(t, google, "https://oauth2.googleapis.com/tokeninfo", url.Values{"access_token": {token}}); status != 200 || !strings.Contains(body, "a@example.com") {
		t.Errorf("tokeninfo by POST = %d %s", status, body)
	}
	now = now.Add(time.Hour)
	for _, expired := range []string{token, "ya29.nobody", ""} {
		status, _, body := userWithToken(t, google, "").send(t, "GET", "https://oauth2.googleapis.com/tokeninfo?access_token="+expired, "")
		if status != 400 || compact(body) != compact(`{"error_description":"Invalid Value"}`) {
			t.Errorf("tokeninfo of %.10q = %d %s, want the recorded 400", expired, status, body)
		}
	}
	if status, _, _ := userWithToken(t, google, "").send(t, "GET", "https://oauth2.googleapis.com/tokeninfo?id_token=x", ""); status != 501 {
		t.Errorf("tokeninfo of an ID token = %d, want 501", status)
	}
	for _, r := range google.Requests() {
		if strings.Contains(r.Query, "ya29") || strings.Contains(r.Query, "id_token") {
			t.Errorf("log = %+v, want no token in it", r)
		}
	}
}

// FuzzIdentity: no request to IAM, the token endpoint or the metadata server
// makes the emulator panic, or write an invalid response.
func FuzzIdentity(f *testing.F) {
	const caller = "dev@example.com"
	google := emulator.New(emulator.Options{Profile: emulator.GCE})
	google.Grant(caller, robot)
	token := google.Token(caller, scopeRoot+"cloud-platform")
	f.Add("POST", "/v1/projects/-/serviceAccounts/"+robot+":signJwt", `{"payload":"{\"exp\":1}","delegates":[""]}`)
	f.Add("POST", "/v1/projects/-/serviceAccounts/"+robot+":generateAccessToken", `{"scope":["openid"],"lifetime":"-1s"}`)
	f.Add("POST", "/token", "grant_type=assertion&assertion=bnVsbA.bnVsbA.bnVsbA")
	f.Add("POST", "/token", "grant_type=refresh_token&client_id=c&refresh_token=%zz")
	f.Add("GET", "/computeMetadata/v1/instance/service-accounts/default/?recursive=true&alt=json", "")
	f.Add("GET", "/computeMetadata/v1/instance/service-accounts/default/token?scopes=,", "")
	f.Fuzz(func(t *testing.T, method, target, body string) {
		address, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		r.Method, r.URL = method, address
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Metadata-Flavor", "Google")
		w := httptest.NewRecorder()
		google.ServeHTTP(w, r)
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("%s %s = %d", method, target, w.Code)
		}
	})
}
