package auth

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestIDTokens(t *testing.T) {
	hs256 := func(secret []byte) string {
		text := encode([]byte(`{"alg":"HS256","kid":"first"}`)) + "." + encode([]byte(validClaims(nil)))
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return text + "." + encode(mac.Sum(nil))
	}
	first := testKeys()["first"]
	type change = map[string]any
	tests := []struct {
		name   string
		token  func() string // inside the bubble, for its clock
		kind   error         // nil passes
		detail string
	}{
		{"listed and valid", func() string { return validToken(nil) }, nil, ""},
		{"issuer without a scheme, as Google also writes it", func() string { return validToken(change{"iss": "accounts.google.com"}) }, nil, ""},
		{"an array of audiences that holds ours", func() string { return validToken(change{"aud": []string{"x", audience}}) }, nil, ""},
		{"expired 20 s ago, within the skew", func() string { return validToken(change{"exp": time.Now().Unix() - 20}) }, nil, ""},

		{"not a JWT", func() string { return "hello" }, ErrUnauthenticated, "not an ID token that Google has signed"},
		{"an access token", func() string { return "ya29.a0AfH6SMB" }, ErrUnauthenticated, "not an ID token"},
		{"null segments", func() string { n := encode([]byte("null")); return n + "." + n + "." + n }, ErrUnauthenticated, "not an ID token"},
		{"null payload, signed", func() string { return sign(first, rs256, "null") }, ErrUnauthenticated, "issued by"},
		{"payload that is not an object", func() string { return sign(first, rs256, `[1]`) }, ErrUnauthenticated, "not an ID token"},
		{"empty segments", func() string { return ".." }, ErrUnauthenticated, "not an ID token"},
		{"JSON serialisation", func() string { return `{"payload":"e30","signatures":[]}` }, ErrUnauthenticated, "not an ID token"},
		{"alg none", func() string {
			return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(validClaims(nil))) + "."
		}, ErrUnauthenticated, "not an ID token"},
		{"HS256 with the public key as the secret", func() string { return hs256(first.N.Bytes()) }, ErrUnauthenticated, "not an ID token"},
		{"ES256 with a short signature", func() string {
			return encode([]byte(`{"alg":"ES256","kid":"first"}`)) + "." + encode([]byte(validClaims(nil))) + ".AAAA"
		}, ErrUnauthenticated, "not an ID token"},
		{"RS256 with a short signature", func() string {
			return encode([]byte(rs256)) + "." + encode([]byte(validClaims(nil))) + ".AAAA"
		}, ErrUnauthenticated, "not an ID token"},
		{"RS512 with our key: the algorithm is not the token's choice", func() string {
			text := encode([]byte(`{"alg":"RS512","kid":"first"}`)) + "." + encode([]byte(validClaims(nil)))
			sum := sha512.Sum512([]byte(text))
			signature, err := rsa.SignPKCS1v15(nil, first, crypto.SHA512, sum[:])
			if err != nil {
				panic(err)
			}
			return text + "." + encode(signature)
		}, ErrUnauthenticated, "not an ID token"},
		{"signed by another key under our key's ID", func() string { return sign(testKeys()["unknown"], rs256, validClaims(nil)) }, ErrUnauthenticated, "not an ID token"},
		{"unknown key ID", func() string {
			return sign(testKeys()["unknown"], `{"alg":"RS256","kid":"unknown"}`, validClaims(nil))
		}, ErrUnauthenticated, "not an ID token"},
		{"no key ID", func() string { return sign(first, `{"alg":"RS256"}`, validClaims(nil)) }, ErrUnauthenticated, "not an ID token"},
		{"embedded key", func() string {
			k := testKeys()["unknown"]
			return sign(k, fmt.Sprintf(`{"alg":"RS256","kid":"first","jwk":{"kty":"RSA","e":"AQAB","n":%q}}`, encode(k.N.Bytes())), validClaims(nil))
		}, ErrUnauthenticated, "not an ID token"},
		{"payload changed after signing", func() string {
			parts := strings.Split(validToken(nil), ".")
			return parts[0] + "." + encode([]byte(validClaims(change{"email": "x@y.zz"}))) + "." + parts[2]
		}, ErrUnauthenticated, "not an ID token"},
		{"signature removed by the platform names the cause", func() string {
			parts := strings.Split(validToken(nil), ".")
			return parts[0] + "." + parts[1] + signatureRemoved
		}, ErrUnauthenticated, "SIGNATURE_REMOVED_BY_GOOGLE"},
		{"1 MB", func() string { return strings.Repeat("a", 1<<20) }, ErrUnauthenticated, "too long"},
		{"1 MB, signed", func() string { return validToken(change{"x": strings.Repeat("a", 1<<20)}) }, ErrUnauthenticated, "too long"},
		{"wrong audience", func() string { return validToken(change{"aud": "https://other.example.com"}) }, ErrUnauthenticated, "another audience"},
		{"empty audience", func() string { return validToken(change{"aud": ""}) }, ErrUnauthenticated, "another audience"},
		{"no audience", func() string { return validToken(change{"aud": nil}) }, ErrUnauthenticated, "another audience"},
		{"array of audiences without ours", func() string { return validToken(change{"aud": []string{"x", "y"}}) }, ErrUnauthenticated, "another audience"},
		{"wrong issuer", func() string { return validToken(change{"iss": "https://accounts.example.com"}) }, ErrUnauthenticated, "issued by"},
		{"expired", func() string { return validToken(change{"exp": time.Now().Unix() - 60}) }, ErrUnauthenticated, "not valid at this time"},
		{"no expiry", func() string { return validToken(change{"exp": nil}) }, ErrUnauthenticated, "no expiry"},
		{"no time of issue", func() string { return validToken(change{"iat": nil}) }, ErrUnauthenticated, "no expiry"},
		{"issued in the future", func() string {
			return validToken(change{"iat": time.Now().Unix() + 60, "exp": time.Now().Unix() + 3600})
		}, ErrUnauthenticated, "not valid at this time"},
		{"not valid yet", func() string { return validToken(change{"nbf": time.Now().Unix() + 60}) }, ErrUnauthenticated, "not valid at this time"},
		{"ten years' life", func() string { return validToken(change{"exp": time.Now().Unix() + 10*365*24*3600}) }, ErrUnauthenticated, "too far away"},
		{"expiry beyond int64", func() string { return validToken(change{"exp": 1e300}) }, ErrUnauthenticated, ""},
		{"e-mail not verified", func() string { return validToken(change{"email_verified": false}) }, ErrUnauthenticated, "no verified e-mail"},
		{"email_verified missing", func() string { return validToken(change{"email_verified": nil}) }, ErrUnauthenticated, "no verified e-mail"},
		{"email_verified as text", func() string { return validToken(change{"email_verified": "true"}) }, ErrUnauthenticated, "not an ID token"},
		{"no e-mail", func() string { return validToken(change{"email": nil}) }, ErrUnauthenticated, "no verified e-mail"},
		{"e-mail not allowedEmail", func() string { return validToken(change{"email": "other@example.com"}) }, ErrForbidden, "may not call"},
		{"e-mail in other case", func() string { return validToken(change{"email": strings.ToUpper(allowedEmail)}) }, ErrForbidden, "may not call"},
		{"part of a listed e-mail", func() string { return validToken(change{"email": allowedEmail[1:]}) }, ErrForbidden, "may not call"},
		{"the whole list as an e-mail", func() string { return validToken(change{"email": "second@example.com," + allowedEmail}) }, ErrForbidden, "may not call"},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			v, _ := newTestVerifier(t, "second@example.com, "+allowedEmail)
			err := check(v, "Authorization", "Bearer "+tt.token())
			if !errors.Is(err, tt.kind) || err != nil && !strings.Contains(err.Error(), tt.detail) {
				t.Fatalf("Check() = %v, want %v: %s", err, tt.kind, tt.detail)
			}
			if err != nil && (strings.Contains(err.Error(), allowedEmail) || strings.Contains(err.Error(), audience)) {
				t.Errorf("the error names an allowed caller or the audience: %v", err)
			}
		})
	}
}

func FuzzIDToken(f *testing.F) {
	now := time.Now()
	set := keySet{"first": {Key: testKeys()["first"].Public(), KeyID: "first"}}
	v := &Verifier{callers: Callers{emails: []string{allowedEmail}}, audience: audience, rules: idTokenRules, keys: &cache[keySet]{
		// Just fetched, so that the test makes no network call.
		current: &entry[keySet]{set, now.Add(time.Hour), now.Add(time.Hour)}, started: now, interval: time.Hour,
	}}
	good := validToken(nil)
	for _, seed := range []string{"", ".", "..", "null.null.null", "bnVsbA.bnVsbA.bnVsbA", "e30.e30.", good[:len(good)-9], good + signatureRemoved, `{"payload":"","signatures":[{}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		err := check(v, "Authorization", "Bearer "+token)
		if _, ok := errors.AsType[*CallerError](err); !ok {
			t.Fatalf("Check(%q) = %v, want a refusal", token, err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	v, _ := newTestVerifier(b, allowedEmail)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+validToken(nil))
	for b.Loop() {
		if err := v.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}
