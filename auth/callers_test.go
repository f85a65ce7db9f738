package auth

import (
	"crypto/rsa"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func newTestVerifier(t testing.TB, rule string) (*Verifier, *keyServer) {
	t.Helper()
	var c Callers
	if err := c.UnmarshalText([]byte(rule)); err != nil {
		t.Fatal(err)
	}
	server := &keyServer{keys: map[string]*rsa.PrivateKey{"first": testKeys()["first"]}}
	v, err := NewVerifier(c, audience, "", inMemory(t, server))
	if err != nil {
		t.Fatal(err)
	}
	return v, server
}

func check(v *Verifier, headers ...string) error {
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return v.Check(r)
}

func TestCallersHeaders(t *testing.T) {
	tests := []struct {
		name, rule string
		headers    []string // GOOD is replaced by a valid token
		kind       error
	}{
		{"anyone", "anyone", nil, nil},
		{"iam without a token", "iam", nil, ErrUnauthenticated},
		{"iam with a token that the platform has checked", "iam", []string{"Authorization", "Bearer x.y.SIGNATURE_REMOVED_BY_GOOGLE"}, nil},
		{"iam with the platform's own header", "iam", []string{"X-Serverless-Authorization", "bearer x"}, nil},
		{"iam with an empty token", "iam", []string{"Authorization", "Bearer "}, ErrUnauthenticated},
		{"iam with another scheme", "iam", []string{"Authorization", "Basic x"}, ErrUnauthenticated},
		{"e-mails", allowedEmail, []string{"Authorization", "Bearer GOOD"}, nil},
		{"e-mails, scheme in lower case", allowedEmail, []string{"Authorization", "bearer GOOD"}, nil},
		{"e-mails without a token", allowedEmail, nil, ErrUnauthenticated},
		{"e-mails, two headers", allowedEmail, []string{"Authorization", "Bearer GOOD", "Authorization", "Bearer GOOD"}, ErrUnauthenticated},
		{"e-mails, the platform's header alone", allowedEmail, []string{"X-Serverless-Authorization", "Bearer GOOD"}, ErrUnauthenticated},
		{"e-mails, another scheme", allowedEmail, []string{"Authorization", "Basic GOOD"}, ErrUnauthenticated},
		{"e-mails, two tokens in one header", allowedEmail, []string{"Authorization", "Bearer GOOD, Bearer GOOD"}, ErrUnauthenticated},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			v, _ := newTestVerifier(t, tt.rule)
			headers := make([]string, len(tt.headers))
			for i, h := range tt.headers {
				headers[i] = strings.ReplaceAll(h, "GOOD", validToken(nil))
			}
			if err := check(v, headers...); !errors.Is(err, tt.kind) {
				t.Errorf("Check() = %v, want %v", err, tt.kind)
			}
		})
	}
	t.Run("the zero value allows no caller", func(t *testing.T) {
		v, err := NewVerifier(Callers{}, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(v); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	t.Run("e-mails without an audience", func(t *testing.T) {
		if _, err := NewVerifier(Callers{emails: []string{allowedEmail}}, "", "", nil); err == nil {
			t.Error("NewVerifier without an audience = nil, want an error")
		}
	})
}

func TestCallersHintHasTheAudience(t *testing.T) {
	tests := []struct{ name, audience, want string }{
		{"a URL", "https://sheets.example.com", `-d '{"audience": "https://sheets.example.com", "includeEmail": true}'`},
		{"one that a shell would read", "x'; true '", `"AUDIENCE"`},
		{"one that JSON would read", `x", "y": "`, `"AUDIENCE"`},
		{"one that ends in an escape", `x\`, `"AUDIENCE"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := NewVerifier(Callers{emails: []string{allowedEmail}}, tt.audience, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			refused, ok := errors.AsType[*CallerError](check(v))
			if !ok || !strings.Contains(refused.Hint, tt.want) {
				t.Fatalf("Check() = %v, want a hint with %s", refused, tt.want)
			}
			checkCommands(t, refused.Hint)
		})
	}
}

// TestCallersHintSendsAToken runs the hint's command with programs that stand in for
// curl and gcloud: IAM issues a token, and the call sends it.
func TestCallersHintSendsAToken(t *testing.T) {
	v, err := NewVerifier(Callers{emails: []string{allowedEmail}}, "https://sheets.example.com", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	refused, ok := errors.AsType[*CallerError](check(v))
	if !ok {
		t.Fatal("a request without a token is allowed")
	}
	bin := t.TempDir()
	for name, script := range map[string]string{
		"gcloud": "#!/bin/sh\n[ \"$*\" = 'auth print-access-token' ] && echo access-token\n",
		"curl": `#!/bin/sh
case "$*" in
  *"Bearer access-token"*'{"audience": "https://sheets.example.com", "includeEmail": true}'*/serviceAccounts/caller@p.iam.gserviceaccount.com:generateIdToken*)
    printf '{\n  "token": "id-token"\n}\n' ;;
  *) echo "$@" ;;
esac
`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("URL", "https://sheets.example.com/sheets/Orders")
	const want = "-H Authorization: Bearer id-token https://sheets.example.com/sheets/Orders\n"
	for _, shell := range []string{"sh", "bash", "zsh", "dash"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		t.Setenv("CALLER", "caller@p.iam.gserviceaccount.com")
		if out, err := exec.Command(shell, "-c", refused.Hint).CombinedOutput(); err != nil || string(out) != want {
			t.Errorf("%s: %v, %s, want %s", shell, err, out, want)
		}
		t.Setenv("CALLER", "")
		if out, _ := exec.Command(shell, "-c", refused.Hint).CombinedOutput(); !strings.Contains(string(out), "is the service account that calls") {
			t.Errorf("%s without CALLER: %s", shell, out)
		}
	}
}

func TestCallersSetting(t *testing.T) {
	for rule, want := range map[string]string{
		"iam": "iam", " anyone ": "anyone", "a@b.cc , d@e.ff": "a@b.cc,d@e.ff",
		"": "", "IAM": "", "nobody": "", "iam,anyone": "", "a@b.cc,anyone": "", "a@b.cc,": "", "@b.cc": "", "a@b": "",
		"a b@c.dd": "", "*@b.cc": "", "a@b@c.dd": "", "serviceAccount:a@b.cc": "",
	} {
		var c Callers
		err := c.UnmarshalText([]byte(rule))
		if (err == nil) != (want != "") || c.String() != want {
			t.Errorf("UnmarshalText(%q) = %q, %v, want %q", rule, c, err, want)
		}
	}
}
