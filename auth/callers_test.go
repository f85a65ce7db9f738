package auth

import (
	"crypto/rsa"
	"errors"
	"net/http/httptest"
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
		headers    []string // GOOD stands for a valid token
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
		{"a URL", "https://sheets.example.com", "--audiences='https://sheets.example.com')"},
		{"one that a shell would read", "x'; true '", "--audiences='AUDIENCE')"},
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
