package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const iapAudience = "/projects/123456789/locations/europe-west1/services/api"

// iapKeys returns private keys by ID.
var iapKeys = sync.OnceValue(func() map[string]*ecdsa.PrivateKey {
	keys := map[string]*ecdsa.PrivateKey{}
	for _, id := range []string{"iap", "unknown"} {
		keys[id], _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return keys
})

// iapKeyServer serves the public keys of IAP, and Google's keys of ID tokens.
func iapKeyServer(w http.ResponseWriter, r *http.Request) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: iapKeys()["iap"].Public(), KeyID: "iap", Algorithm: "ES256", Use: "sig"}}}
	if r.URL.Path != "/iap/verify/public_key-jwk" {
		set.Keys = []jose.JSONWebKey{{Key: testKeys()["first"].Public(), KeyID: "first", Algorithm: "RS256", Use: "sig"}}
	}
	_ = json.NewEncoder(w).Encode(set)
}

// assertion returns an assertion of any header and claims, signed by a key of ECDSA.
func assertion(key *ecdsa.PrivateKey, header string, changes map[string]any) string {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": "https://cloud.google.com/iap", "aud": iapAudience, "sub": "accounts.google.com:1", "email": "ada@example.com",
		"iat": now, "exp": now + 600, "hd": "example.com",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	text := encode([]byte(header)) + "." + encode(payload)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return text + "." + encode(signature)
}

const es256 = `{"alg":"ES256","kid":"iap","typ":"JWT"}`

func TestIAP(t *testing.T) {
	type change = map[string]any
	valid := func(changes change) string { return assertion(iapKeys()["iap"], es256, changes) }
	now := func() int64 { return time.Now().Unix() }
	tests := []struct {
		name   string
		token  func() string // inside the bubble, for its clock
		email  string
		detail string // of the error; "" passes
	}{
		{"valid", func() string { return valid(nil) }, "ada@example.com", ""},
		{"an identity without an address", func() string { return valid(change{"email": nil, "sub": "principal://x"}) }, "", ""},
		{"expired 20 s ago, within the skew", func() string { return valid(change{"iat": now() - 620, "exp": now() - 20}) }, "ada@example.com", ""},

		{"no subject", func() string { return valid(change{"sub": nil}) }, "", "has no subject"},
		{"not a JWT", func() string { return "hello" }, "", "not an assertion"},
		{"null segments", func() string { n := encode([]byte("null")); return n + "." + n + "." + n }, "", "not an assertion"},
		{"alg none", func() string {
			return encode([]byte(`{"alg":"none"}`)) + "." + strings.Split(valid(nil), ".")[1] + "."
		}, "", "not an assertion"},
		{"HS256 with the public key as the secret", func() string {
			text := encode([]byte(`{"alg":"HS256","kid":"iap"}`)) + "." + strings.Split(valid(nil), ".")[1]
			public, _ := iapKeys()["iap"].PublicKey.Bytes()
			mac := hmac.New(sha256.New, public)
			mac.Write([]byte(text))
			return text + "." + encode(mac.Sum(nil))
		}, "", "not an assertion"},
		{"an ID token of Google", func() string { return validToken(nil) }, "", "not an assertion"},
		{"an ID token for IAP's audience", func() string { return validToken(change{"aud": iapAudience}) }, "", "not an assertion"},
		{"RS256 with IAP's claims and key ID", func() string {
			return sign(testKeys()["first"], `{"alg":"RS256","kid":"iap"}`, validClaims(change{"iss": "https://cloud.google.com/iap", "aud": iapAudience}))
		}, "", "not an assertion"},
		{"ES384", func() string { return assertion(iapKeys()["iap"], `{"alg":"ES384","kid":"iap"}`, nil) }, "", "not an assertion"},
		{"a signature in ASN.1", func() string {
			parts := strings.Split(valid(nil), ".")
			sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
			signature, _ := iapKeys()["iap"].Sign(rand.Reader, sum[:], crypto.SHA256)
			return parts[0] + "." + parts[1] + "." + encode(signature)
		}, "", "not an assertion"},
		{"a signature of zeros", func() string {
			parts := strings.Split(valid(nil), ".")
			return parts[0] + "." + parts[1] + "." + encode(make([]byte, 64))
		}, "", "not an assertion"},
		{"signed by another key under IAP's ID", func() string { return assertion(iapKeys()["unknown"], es256, nil) }, "", "not an assertion"},
		{"unknown key ID", func() string { return assertion(iapKeys()["unknown"], `{"alg":"ES256","kid":"unknown"}`, nil) }, "", "not an assertion"},
		{"no key ID", func() string { return assertion(iapKeys()["iap"], `{"alg":"ES256"}`, nil) }, "", "not an assertion"},
		{"embedded key", func() string {
			public, _ := json.Marshal(jose.JSONWebKey{Key: iapKeys()["unknown"].Public()})
			return assertion(iapKeys()["unknown"], fmt.Sprintf(`{"alg":"ES256","kid":"iap","jwk":%s}`, public), nil)
		}, "", "not an assertion"},
		{"payload changed after signing", func() string {
			parts, other := strings.Split(valid(nil), "."), strings.Split(valid(change{"email": "eve@example.com"}), ".")
			return parts[0] + "." + other[1] + "." + parts[2]
		}, "", "not an assertion"},
		{"signature removed", func() string { return "x.y" + signatureRemoved }, "", "SIGNATURE_REMOVED_BY_GOOGLE"},
		{"1 MB", func() string { return strings.Repeat("a", 1<<20) }, "", "too long"},
		{"the audience of another service", func() string { return valid(change{"aud": iapAudience + "2"}) }, "", "another audience"},
		{"the audience of another project", func() string {
			return valid(change{"aud": strings.Replace(iapAudience, "123456789", "12345678", 1)})
		}, "", "another audience"},
		{"no audience", func() string { return valid(change{"aud": nil}) }, "", "another audience"},
		{"issued by accounts.google.com", func() string { return valid(change{"iss": "https://accounts.google.com"}) }, "", "not issued by cloud.google.com/iap"},
		{"issuer without a scheme", func() string { return valid(change{"iss": "cloud.google.com/iap"}) }, "", "not issued by"},
		{"expired", func() string { return valid(change{"iat": now() - 700, "exp": now() - 60}) }, "", "not valid at this time"},
		{"issued in the future", func() string { return valid(change{"iat": now() + 60, "exp": now() + 120}) }, "", "not valid at this time"},
		{"not valid yet", func() string { return valid(change{"nbf": now() + 60}) }, "", "not valid at this time"},
		{"no expiry", func() string { return valid(change{"exp": nil}) }, "", "no expiry"},
		{"no time of issue", func() string { return valid(change{"iat": nil}) }, "", "no expiry"},
		{"valid for an hour", func() string { return valid(change{"exp": now() + 3600}) }, "", "too far away"},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			v := newIAPVerifier(t)
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("x-goog-iap-jwt-assertion", tt.token())
			email, err := v.Caller(r)
			if tt.detail == "" {
				if err != nil || email != tt.email {
					t.Errorf("Caller() = %q, %v, want %q", email, err, tt.email)
				}
				return
			}
			if !errors.Is(err, ErrUnauthenticated) || !strings.Contains(err.Error(), tt.detail) || email != "" {
				t.Errorf("Caller() = %q, %v, want %q", email, err, tt.detail)
			}
		})
	}
}

func newIAPVerifier(t *testing.T) *Verifier {
	t.Helper()
	v, err := NewVerifier(Callers{rule: "iap"}, iapAudience, "", inMemory(t, http.HandlerFunc(iapKeyServer)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestIAPHeaders checks that only IAP's own header counts, once.
func TestIAPHeaders(t *testing.T) {
	tests := []struct {
		name    string
		headers []string // GOOD is replaced by a valid assertion
		ok      bool
	}{
		{"the assertion", []string{"X-Goog-IAP-JWT-Assertion", "GOOD"}, true},
		{"beside the platform's own token", []string{"X-Goog-IAP-JWT-Assertion", "GOOD", "X-Serverless-Authorization", "Bearer x"}, true},
		{"none", nil, false},
		{"an empty one", []string{"X-Goog-IAP-JWT-Assertion", ""}, false},
		{"twice", []string{"X-Goog-IAP-JWT-Assertion", "GOOD", "X-Goog-IAP-JWT-Assertion", "GOOD"}, false},
		{"with a scheme", []string{"X-Goog-IAP-JWT-Assertion", "Bearer GOOD"}, false},
		{"as a bearer token", []string{"Authorization", "Bearer GOOD"}, false},
		{"the platform's token alone", []string{"X-Serverless-Authorization", "Bearer x"}, false},
		{"IAP's headers that are not signed", []string{"X-Goog-Authenticated-User-Email", "accounts.google.com:ada@example.com"}, false},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			v := newIAPVerifier(t)
			var headers []string
			for _, h := range tt.headers {
				headers = append(headers, strings.ReplaceAll(h, "GOOD", assertion(iapKeys()["iap"], es256, nil)))
			}
			if err := check(v, headers...); (err == nil) != tt.ok {
				t.Errorf("Check() = %v, want nil: %v", err, tt.ok)
			}
		})
	}
}

// TestIAPStandsAlone checks that no list mixes iap with other rules.
func TestIAPStandsAlone(t *testing.T) {
	for _, list := range []string{"iap,iam", "iap,ada@example.com", "ada@example.com,iap", "IAP", "iap iap"} {
		if err := new(Callers).UnmarshalText([]byte(list)); err == nil {
			t.Errorf("UnmarshalText(%q) = nil, want an error", list)
		}
	}
	var c Callers
	if err := c.UnmarshalText([]byte(" iap ")); err != nil || !c.IAP() || !c.NeedsAudience() || c.Anyone() || c.String() != "iap" {
		t.Errorf("UnmarshalText(iap) = %+v, %v", c, err)
	}
	if _, err := NewVerifier(c, "", "", nil); err == nil {
		t.Error("NewVerifier without an audience = nil, want an error")
	}
}
