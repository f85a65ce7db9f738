package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

func TestParseScopes(t *testing.T) {
	const drive, sheets = scopePrefix + "drive", scopePrefix + "spreadsheets"
	for _, tt := range []struct {
		name, list string
		want       Scopes
		wantErr    string
	}{
		{"short names", "drive,spreadsheets", Scopes{drive, sheets}, ""},
		{"full URLs, sorted", sheets + "," + drive, Scopes{drive, sheets}, ""},
		{"duplicates in both spellings", "drive, " + drive + ",drive", Scopes{drive}, ""},
		{"blanks around items", " drive ,\n spreadsheets ", Scopes{drive, sheets}, ""},
		{"a scope that has no short name", "https://mail.google.com/", Scopes{"https://mail.google.com/"}, ""},
		{"empty", " ", nil, "names no scope"},
		{"empty item", "drive,,spreadsheets", nil, "empty item"},
		{"trailing comma", "drive,", nil, "empty item"},
		{"separated by blanks: the metadata server would answer 500", "drive spreadsheets", nil, "separate scopes with commas"},
		{"separated by plus", sheets + "+" + drive, nil, "separate scopes with commas"},
		{"misspelt short name", "spreadsheet", nil, `unknown scope "spreadsheet"`},
		{"http", "http://www.googleapis.com/auth/drive", nil, "is not a scope"},
		{"prefix alone", scopePrefix, nil, "is not a scope"},
		{"no-break space", "drive\u00a0spreadsheets", nil, "separate scopes with commas"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseScopes(tt.list)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseScopes(%q) (-want +got):\n%s", tt.list, diff)
			}
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("ParseScopes(%q) = %v, want %q", tt.list, err, tt.wantErr)
			}
		})
	}
}

func FuzzParseScopes(f *testing.F) {
	for _, seed := range []string{"drive,spreadsheets", " ", ",", "https://a/b,drive", "https://%zz/", "drive\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		set, err := ParseScopes(list)
		if err != nil {
			return
		}
		again, err := ParseScopes(set.String())
		if err != nil || !cmp.Equal(set, again) {
			t.Errorf("ParseScopes(%q) = %q, which reads back as %q, %v", list, set, again, err)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"ya29.a","expires_in":3599,"token_type":"Bearer"}`, `{}`, `null`, `[`, `"x"`,
		`{"access_token":"a","expires_in":1e308,"token_type":"Bearer"}`, `{"access_token":"a","expires_in":-1,"token_type":"bearer"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		now := time.Now()
		token, err := parseToken(body, now)
		if err != nil {
			return
		}
		if token.value() == "" || strings.ContainsAny(token.value(), " \r\n") || !token.Expiry.After(now.Round(0)) {
			t.Errorf("parseToken(%q) made an unusable token", body)
		}
	})
}

func TestTokenIsNotPrinted(t *testing.T) {
	token := newToken("ya29.secret", time.Now().Add(time.Hour))
	nested := struct {
		inner Token
		ptr   *Token
		list  []any
	}{token, &token, []any{token, map[string]Token{"k": token}}}
	encoded, err := json.Marshal(map[string]any{"token": token, "nested": nested, "ptr": &token})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "token", token, "nested", nested)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "token", token, "nested", nested)
	printed := map[string]string{"JSON": string(encoded), "slog": logged.String(), "error": fmt.Errorf("x: %v", token).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed[verb] = fmt.Sprintf(verb+verb+verb, token, &token, nested)
	}
	func() {
		defer func() { printed["panic"] = fmt.Sprint(recover()) }()
		panic(token)
	}()
	for how, text := range printed {
		if strings.Contains(text, "secret") || strings.Contains(text, fmt.Sprintf("%x", "secret")) {
			t.Errorf("%s shows the token: %s", how, text)
		}
	}
}

func TestTransportSendsTokensOnlyToGoogle(t *testing.T) {
	for _, tt := range []struct {
		url  string
		sent bool
	}{
		{"https://sheets.googleapis.com/v4/spreadsheets/x", true},
		{"https://www.googleapis.com/drive/v3/files", true},
		{"http://127.0.0.1:8085/v4", true},
		{"http://localhost:8085/v4", true},
		{"http://[::1]:8085/v4", true},
		{"http://sheets.googleapis.com/", false},
		{"https://evil.example.com/", false},
		{"https://googleapis.com.example.com/", false},
		{"https://evilgoogleapis.com/", false},
		{"http://10.0.0.1/", false},
	} {
		t.Run(tt.url, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
				resp, err := p.Client().Get(tt.url)
				if err == nil {
					resp.Body.Close()
				}
				if (err == nil) != tt.sent || p.requests.Load() != map[bool]int32{true: 1}[tt.sent] {
					t.Errorf("Get(%s) = %v with %d tokens asked for, sent should be %v", tt.url, err, p.requests.Load(), tt.sent)
				}
			})
		})
	}
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
	inBubble(t, "a token that cannot be had", func(t *testing.T) {
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
	for _, tt := range []struct {
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
	} {
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

// closable is a body that notes whether it was closed.
type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error { c.closed = true; return nil }

func TestRoundTripperContract(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		status    int // of the metadata server
	}{
		{"a token that cannot be had", "http://127.0.0.1/x", 403},
		{"a host that is not Google's", "http://example.com/x", 200},
	} {
		inBubble(t, tt.name+": the body is closed", func(t *testing.T) {
			p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status) })
			body := &closable{Reader: strings.NewReader("x")}
			req, _ := http.NewRequest("POST", tt.url, body)
			if _, err := p.RoundTrip(req); err == nil || !body.closed {
				t.Errorf("RoundTrip() = %v with the body closed %v, want an error and a closed body", err, body.closed)
			}
		})
	}
	inBubble(t, "the caller's request is left as it was", func(t *testing.T) {
		p := startPlatform(t, func(w http.ResponseWriter, r *http.Request) { writeToken(w, "one", time.Hour) })
		req, _ := http.NewRequest("GET", "http://127.0.0.1/x", nil)
		resp, err := p.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(req.Header) > 0 {
			t.Errorf("the request's header holds %d entries, want none: a token must not stay in it", len(req.Header))
		}
	})
	t.Run("no proxy stands before the metadata server", func(t *testing.T) {
		m := newMetadataServer("h", nil, nil)
		if transport := m.client.Transport.(*http.Transport); transport.Proxy != nil {
			t.Error("the metadata server's transport has a proxy")
		}
	})
	t.Run("a token's expiry has no monotonic reading", func(t *testing.T) {
		now := time.Now()
		if got := newToken("x", now).Expiry; got != now.Round(0) {
			t.Errorf("Expiry = %v, want %v", got, now.Round(0))
		}
	})
	t.Run("a token is not sent in its last seconds", func(t *testing.T) {
		now := time.Now()
		if l := newToken("x", now.Add(time.Hour)).entry(now); l.expiry != now.Add(time.Hour-expirySkew).Round(0) || expirySkew == 0 {
			t.Errorf("the entry ends %v before the token", now.Add(time.Hour).Sub(l.expiry))
		}
	})
}
