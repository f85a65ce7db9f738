package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// jwk returns a public key in JSON, with changed members.
func jwk(id string, changes map[string]any) string {
	key := testKeys()[id]
	members := map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": id, "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
	for name, value := range changes {
		members[name] = value
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestKeySets checks that keys which cannot be used keep none of the others from being
// used, and are not used themselves.
func TestKeySets(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, beside string // a key beside the first one
	}{
		{"a post-quantum key", `{"kty":"AKP","alg":"ML-DSA-44","kid":"second","pub":"AAAA"}`},
		{"Ed448", `{"kty":"OKP","crv":"Ed448","kid":"second","x":"AAAA"}`},
		{"an unknown type", `{"kty":"new","kid":"second"}`},
		{"null", `null`},
		{"a number", `7`},
		{"a broken certificate", jwk("second", map[string]any{"x5c": []string{"AAAA"}})},
		{"a broken modulus", jwk("second", map[string]any{"n": "!"})},
		{"no modulus", `{"kty":"RSA","kid":"second","e":"AQAB"}`},
		{"another algorithm", jwk("second", map[string]any{"alg": "RS512"})},
		{"for encryption", jwk("second", map[string]any{"use": "enc"})},
		{"no ID", jwk("second", map[string]any{"kid": ""})},
		{"a short key", jwk("second", map[string]any{"n": encode(short.N.Bytes())})},
		{"a symmetric key", `{"kty":"oct","alg":"HS256","kid":"second","k":"AAAA"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := parseKeySet([]byte(`{"keys":[`+tt.beside+`,`+jwk("first", nil)+`]}`), jose.RS256)
			if err != nil || len(set) != 1 || set["first"] == nil {
				t.Errorf("parseKeySet = %d keys, %v, want the first one alone", len(set), err)
			}
			if _, err := parseKeySet([]byte(`{"keys":[`+tt.beside+`]}`), jose.RS256); err == nil {
				t.Error("parseKeySet of that key alone = nil, want an error")
			}
		})
	}
	for _, body := range []string{"", "null", "[]", "{}", `{"keys":[]}`, `{"keys":{}}`, `<html>`} {
		if set, err := parseKeySet([]byte(body), jose.RS256); err == nil {
			t.Errorf("parseKeySet(%q) = %v, want an error", body, set)
		}
	}
}

func TestECKeys(t *testing.T) {
	for _, tt := range []struct {
		curve elliptic.Curve
		want  bool
	}{{elliptic.P256(), true}, {elliptic.P384(), false}} {
		private, err := ecdsa.GenerateKey(tt.curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(jose.JSONWebKey{Key: private.Public(), KeyID: "ec"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseKeySet([]byte(`{"keys":[`+string(text)+`]}`), jose.ES256); (err == nil) != tt.want {
			t.Errorf("parseKeySet of %s = %v, want a key: %v", tt.curve.Params().Name, err, tt.want)
		}
		if _, err := parseKeySet([]byte(`{"keys":[`+string(text)+`]}`), jose.RS256); err == nil {
			t.Errorf("parseKeySet of %s for RS256 = nil, want an error", tt.curve.Params().Name)
		}
	}
}

// TestKeyRenewalIsLogged checks that failing renewals are a few lines, which hold no
// tokens.
func TestKeyRenewalIsLogged(t *testing.T) {
	inBubble(t, "two hours", func(t *testing.T) {
		var log bytes.Buffer
		v, server := newTestVerifier(t, allowedEmail)
		v.Logger = slog.New(slog.NewTextHandler(&log, nil))
		if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		for range 120 {
			time.Sleep(time.Minute)
			if err := check(v, "Authorization", "Bearer "+validToken(nil)); err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(log.String(), "renewal fails"); n < 2 || n > 20 {
			t.Errorf("%d lines in two hours, want a few: %s", n, log.String())
		}
		server.down.Store(false)
		time.Sleep(2 * maxRefreshPause)
	})
}

// TestRefusalsAreCut checks what callers and the log get of the body of a refusal.
func TestRefusalsAreCut(t *testing.T) {
	const (
		token = "ya29.c.Ko8BvQc-secret_part.tail"
		jwtOf = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
	)
	tests := []struct{ name, body, codes string }{
		{"a code", `{"error":"invalid_grant","error_description":"Invalid email or User ID"}`, "400 Bad Request: invalid_grant"},
		{"Google's code", `{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"reason":"IAM_PERMISSION_DENIED"}]}}`, "400 Bad Request: PERMISSION_DENIED, IAM_PERMISSION_DENIED"},
		{"an access token", `{"error":"x","access_token":"` + token + `"}`, "400 Bad Request"},
		{"a token in a sentence", "the token " + token + " is too old", "400 Bad Request"},
		{"a JWT", "cannot parse " + jwtOf, "400 Bad Request"},
		{"a header", "Authorization: Bearer c2VjcmV0X3BhcnQ", "400 Bad Request"},
		{"a refresh token", `1//0gsecret_part-x`, "400 Bad Request"},
		{"a key", "-----BEGIN " + strings.Repeat("secret_part", 6), "400 Bad Request"},
		{"nothing", "", "400 Bad Request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := &Error{Op: "fetch", Err: fmt.Errorf("call: %w", &statusError{400, tt.body})}
			if got := err.Detail(); got != "fetch: "+tt.codes {
				t.Errorf("Detail() = %q, want %q", got, "fetch: "+tt.codes)
			}
			for _, secret := range []string{"secret_part", "c2VjcmV0", "eyJzdWIi", "c2lnbmF0"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("Error() = %q, holds %q", err.Error(), secret)
				}
			}
		})
	}
	plain := &Error{Op: "fetch", Err: errors.New("403 Forbidden: IAM returned 403 for projects/demo-project/serviceAccounts/sheets-function@demo-project.iam.gserviceaccount.com")}
	if !strings.Contains(plain.Error(), "sheets-function@demo-project.iam.gserviceaccount.com") {
		t.Errorf("Error() = %q, cuts what is no secret", plain.Error())
	}
}
