package auth

import (
	"cmp"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	audience = "https://function.example.com"
	listed   = "caller@demo-project.iam.gserviceaccount.com"
)

// keyServer serves public keys as Google does, and signs with the private ones.
type keyServer struct {
	keys  map[string]*rsa.PrivateKey // by ID; the test changes it to rotate
	age   string                     // of the next answers
	asked atomic.Int32
	down  atomic.Bool
}

// Made once: generating a key takes longer than all tests of this file.
var testKeys = sync.OnceValue(func() map[string]*rsa.PrivateKey {
	keys := map[string]*rsa.PrivateKey{}
	for _, id := range []string{"first", "second", "stranger"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[id] = key
	}
	return keys
})

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if s.down.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method != http.MethodGet || r.URL.Path != keysPath {
		http.NotFound(w, r)
		return
	}
	time.Sleep(100 * time.Millisecond)
	set := map[string][]map[string]string{"keys": {}}
	for id, key := range s.keys {
		set["keys"] = append(set["keys"], map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": id,
			"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
		})
	}
	w.Header().Set("Cache-Control", "public, max-age=3600, must-revalidate")
	w.Header().Set("Age", cmp.Or(s.age, "600"))
	_ = json.NewEncoder(w).Encode(set)
}

// accountKey is the key with which IAM signs for service accounts.
func accountKey() *rsa.PrivateKey { return testKeys()["second"] }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a token of any header and claims, well-formed or not.
func sign(key *rsa.PrivateKey, header, payload string) string {
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + encode(signature)
}

// goodClaims are those of a token of the listed caller; nil deletes one.
func goodClaims(changes map[string]any) string {
	now := time.Now().Unix()
	c := map[string]any{
		"iss": "https://accounts.google.com", "aud": audience, "sub": "1", "azp": "1",
		"iat": now, "exp": now + 3600, "email": listed, "email_verified": true,
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return string(b)
}

const rs256 = `{"alg":"RS256","kid":"first","typ":"JWT"}`

func goodToken(changes map[string]any) string {
	return sign(testKeys()["first"], rs256, goodClaims(changes))
}

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

func TestIDTokens(t *testing.T) {
	hs256 := func(secret []byte) string {
		text := encode([]byte(`{"alg":"HS256","kid":"first"}`)) + "." + encode([]byte(goodClaims(nil)))
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return text + "." + encode(mac.Sum(nil))
	}
	first := testKeys()["first"]
	type change = map[string]any
	for _, tt := range []struct {
		name   string
		token  func() string // inside the bubble, for its clock
		kind   error         // nil passes
		detail string
	}{
		{"listed and valid", func() string { return goodToken(nil) }, nil, ""},
		{"issuer without a scheme, as Google also writes it", func() string { return goodToken(change{"iss": "accounts.google.com"}) }, nil, ""},
		{"an array of audiences that holds ours", func() string { return goodToken(change{"aud": []string{"x", audience}}) }, nil, ""},
		{"expired 20 s ago, within the skew", func() string { return goodToken(change{"exp": time.Now().Unix() - 20}) }, nil, ""},

		{"not a JWT", func() string { return "hello" }, ErrUnauthenticated, "not an ID token that Google has signed"},
		{"an access token", func() string { return "ya29.a0AfH6SMB" }, ErrUnauthenticated, "not an ID token"},
		{"null segments", func() string { n := encode([]byte("null")); return n + "." + n + "." + n }, ErrUnauthenticated, "not an ID token"},
		{"null payload, signed", func() string { return sign(first, rs256, "null") }, ErrUnauthenticated, "issued by"},
		{"payload that is no object", func() string { return sign(first, rs256, `[1]`) }, ErrUnauthenticated, "not an ID token"},
		{"empty segments", func() string { return ".." }, ErrUnauthenticated, "not an ID token"},
		{"JSON serialisation", func() string { return `{"payload":"e30","signatures":[]}` }, ErrUnauthenticated, "not an ID token"},
		{"alg none", func() string {
			return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(goodClaims(nil))) + "."
		}, ErrUnauthenticated, "not an ID token"},
		{"HS256 with the public key as the secret", func() string { return hs256(first.N.Bytes()) }, ErrUnauthenticated, "not an ID token"},
		{"ES256 with a short signature", func() string {
			return encode([]byte(`{"alg":"ES256","kid":"first"}`)) + "." + encode([]byte(goodClaims(nil))) + ".AAAA"
		}, ErrUnauthenticated, "not an ID token"},
		{"RS256 with a short signature", func() string {
			return encode([]byte(rs256)) + "." + encode([]byte(goodClaims(nil))) + ".AAAA"
		}, ErrUnauthenticated, "not an ID token"},
		{"RS512 with our key: the algorithm is not the token's choice", func() string {
			text := encode([]byte(`{"alg":"RS512","kid":"first"}`)) + "." + encode([]byte(goodClaims(nil)))
			sum := sha512.Sum512([]byte(text))
			signature, err := rsa.SignPKCS1v15(nil, first, crypto.SHA512, sum[:])
			if err != nil {
				panic(err)
			}
			return text + "." + encode(signature)
		}, ErrUnauthenticated, "not an ID token"},
		{"signed by a stranger under our key's ID", func() string { return sign(testKeys()["stranger"], rs256, goodClaims(nil)) }, ErrUnauthenticated, "not an ID token"},
		{"unknown key ID", func() string {
			return sign(testKeys()["stranger"], `{"alg":"RS256","kid":"stranger"}`, goodClaims(nil))
		}, ErrUnauthenticated, "not an ID token"},
		{"no key ID", func() string { return sign(first, `{"alg":"RS256"}`, goodClaims(nil)) }, ErrUnauthenticated, "not an ID token"},
		{"embedded key", func() string {
			k := testKeys()["stranger"]
			return sign(k, fmt.Sprintf(`{"alg":"RS256","kid":"first","jwk":{"kty":"RSA","e":"AQAB","n":%q}}`, encode(k.N.Bytes())), goodClaims(nil))
		}, ErrUnauthenticated, "not an ID token"},
		{"payload changed after signing", func() string {
			parts := strings.Split(goodToken(nil), ".")
			return parts[0] + "." + encode([]byte(goodClaims(change{"email": "x@y.zz"}))) + "." + parts[2]
		}, ErrUnauthenticated, "not an ID token"},
		{"signature removed by the platform names the cause", func() string {
			parts := strings.Split(goodToken(nil), ".")
			return parts[0] + "." + parts[1] + signatureRemoved
		}, ErrUnauthenticated, "SIGNATURE_REMOVED_BY_GOOGLE"},
		{"1 MB", func() string { return strings.Repeat("a", 1<<20) }, ErrUnauthenticated, "too long"},
		{"1 MB, signed", func() string { return goodToken(change{"x": strings.Repeat("a", 1<<20)}) }, ErrUnauthenticated, "too long"},
		{"wrong audience", func() string { return goodToken(change{"aud": "https://other.example.com"}) }, ErrUnauthenticated, "another audience"},
		{"empty audience", func() string { return goodToken(change{"aud": ""}) }, ErrUnauthenticated, "another audience"},
		{"no audience", func() string { return goodToken(change{"aud": nil}) }, ErrUnauthenticated, "another audience"},
		{"array of audiences without ours", func() string { return goodToken(change{"aud": []string{"x", "y"}}) }, ErrUnauthenticated, "another audience"},
		{"wrong issuer", func() string { return goodToken(change{"iss": "https://accounts.example.com"}) }, ErrUnauthenticated, "issued by"},
		{"expired", func() string { return goodToken(change{"exp": time.Now().Unix() - 60}) }, ErrUnauthenticated, "not valid at this time"},
		{"no expiry", func() string { return goodToken(change{"exp": nil}) }, ErrUnauthenticated, "no expiry"},
		{"no time of issue", func() string { return goodToken(change{"iat": nil}) }, ErrUnauthenticated, "no expiry"},
		{"issued in the future", func() string {
			return goodToken(change{"iat": time.Now().Unix() + 60, "exp": time.Now().Unix() + 3600})
		}, ErrUnauthenticated, "not valid at this time"},
		{"not valid yet", func() string { return goodToken(change{"nbf": time.Now().Unix() + 60}) }, ErrUnauthenticated, "not valid at this time"},
		{"ten years' life", func() string { return goodToken(change{"exp": time.Now().Unix() + 10*365*24*3600}) }, ErrUnauthenticated, "too far away"},
		{"expiry beyond int64", func() string { return goodToken(change{"exp": 1e300}) }, ErrUnauthenticated, ""},
		{"e-mail not verified", func() string { return goodToken(change{"email_verified": false}) }, ErrUnauthenticated, "no verified e-mail"},
		{"email_verified missing", func() string { return goodToken(change{"email_verified": nil}) }, ErrUnauthenticated, "no verified e-mail"},
		{"email_verified as text", func() string { return goodToken(change{"email_verified": "true"}) }, ErrUnauthenticated, "not an ID token"},
		{"no e-mail", func() string { return goodToken(change{"email": nil}) }, ErrUnauthenticated, "no verified e-mail"},
		{"e-mail not listed", func() string { return goodToken(change{"email": "other@example.com"}) }, ErrForbidden, "may not call"},
		{"e-mail in other case", func() string { return goodToken(change{"email": strings.ToUpper(listed)}) }, ErrForbidden, "may not call"},
		{"part of a listed e-mail", func() string { return goodToken(change{"email": listed[1:]}) }, ErrForbidden, "may not call"},
		{"the whole list as an e-mail", func() string { return goodToken(change{"email": "second@example.com," + listed}) }, ErrForbidden, "may not call"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			v, _ := newTestVerifier(t, "second@example.com, "+listed)
			err := check(v, "Authorization", "Bearer "+tt.token())
			if !errors.Is(err, tt.kind) || err != nil && !strings.Contains(err.Error(), tt.detail) {
				t.Fatalf("Check() = %v, want %v: %s", err, tt.kind, tt.detail)
			}
			if err != nil && (strings.Contains(err.Error(), listed) || strings.Contains(err.Error(), audience)) {
				t.Errorf("the refusal tells who may call: %v", err)
			}
		})
	}
}

func TestCallersHeaders(t *testing.T) {
	for _, tt := range []struct {
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
		{"e-mails", listed, []string{"Authorization", "Bearer GOOD"}, nil},
		{"e-mails, scheme in lower case", listed, []string{"Authorization", "bearer GOOD"}, nil},
		{"e-mails without a token", listed, nil, ErrUnauthenticated},
		{"e-mails, two headers", listed, []string{"Authorization", "Bearer GOOD", "Authorization", "Bearer GOOD"}, ErrUnauthenticated},
		{"e-mails, the platform's header alone", listed, []string{"X-Serverless-Authorization", "Bearer GOOD"}, ErrUnauthenticated},
		{"e-mails, another scheme", listed, []string{"Authorization", "Basic GOOD"}, ErrUnauthenticated},
		{"e-mails, two tokens in one header", listed, []string{"Authorization", "Bearer GOOD, Bearer GOOD"}, ErrUnauthenticated},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			v, _ := newTestVerifier(t, tt.rule)
			headers := make([]string, len(tt.headers))
			for i, h := range tt.headers {
				headers[i] = strings.ReplaceAll(h, "GOOD", goodToken(nil))
			}
			if err := check(v, headers...); !errors.Is(err, tt.kind) {
				t.Errorf("Check() = %v, want %v", err, tt.kind)
			}
		})
	}
	t.Run("the zero value lets nobody in", func(t *testing.T) {
		v, err := NewVerifier(Callers{}, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(v); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	t.Run("e-mails want an audience", func(t *testing.T) {
		if _, err := NewVerifier(Callers{emails: []string{listed}}, "", "", nil); err == nil {
			t.Error("NewVerifier without an audience = nil, want an error")
		}
	})
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

func TestKeys(t *testing.T) {
	inBubble(t, "50 cold callers fetch the keys once", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := server.asked.Load(); got != 1 {
			t.Errorf("%d fetches, want 1", got)
		}
	})
	inBubble(t, "1,000 unknown key IDs in a second do not flood the key server", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		for i := range 1000 {
			token := sign(testKeys()["stranger"], fmt.Sprintf(`{"alg":"RS256","kid":"k%d"}`, i), goodClaims(nil))
			if err := check(v, "Authorization", "Bearer "+token); !errors.Is(err, ErrUnauthenticated) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if got := server.asked.Load(); got > 2 {
			t.Errorf("%d fetches, want at most 2", got)
		}
	})
	inBubble(t, "an unknown key ID stops nobody else while keys are fetched", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		time.Sleep(time.Minute)
		done := make(chan error)
		go func() {
			token := sign(testKeys()["stranger"], `{"alg":"RS256","kid":"stranger"}`, goodClaims(nil))
			done <- check(v, "Authorization", "Bearer "+token)
		}()
		synctest.Wait()
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil || time.Since(start) != 0 {
			t.Errorf("Check() = %v after %v, want nil at once", err, time.Since(start))
		}
		if err := <-done; !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("unknown key ID: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "keys rotate while serving", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		server.keys = map[string]*rsa.PrivateKey{"second": testKeys()["second"]}
		server.age = "3000" // so that the new keys are fresh for a shorter time than the old ones
		token := sign(testKeys()["second"], `{"alg":"RS256","kid":"second"}`, goodClaims(nil))
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+token); err != nil {
			t.Errorf("the new key again: Check() = %v", err)
		}
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("the retired key: Check() = %v, want %v", err, ErrUnauthenticated)
		}
	})
	inBubble(t, "key server down: warm keys serve, and are renewed when it is back", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		good := func() error { return check(v, "Authorization", "Bearer "+goodToken(nil)) }
		if err := good(); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
		for range 20 {
			time.Sleep(30 * time.Minute)
			if err := good(); err != nil {
				t.Fatalf("Check() with warm keys = %v", err)
			}
		}
		server.down.Store(false)
		asked := server.asked.Load()
		time.Sleep(2 * maxRefreshPause)
		if err := good(); err != nil || server.asked.Load() == asked {
			t.Errorf("Check() = %v after %d more fetches, want a renewal", err, server.asked.Load()-asked)
		}
		time.Sleep(time.Second)
	})
	inBubble(t, "key server down and no keys: not checked, so not let in", func(t *testing.T) {
		v, server := newTestVerifier(t, listed)
		server.down.Store(true)
		start := time.Now()
		if err := check(v, "Authorization", "Bearer "+goodToken(nil)); !errors.Is(err, ErrKeysUnavailable) || time.Since(start) > fetchTimeout {
			t.Errorf("Check() = %v after %v, want %v within %v", err, time.Since(start), ErrKeysUnavailable, fetchTimeout)
		}
	})
}

func TestFreshness(t *testing.T) {
	for _, tt := range []struct {
		cacheControl, age string
		want              time.Duration
	}{
		{"public, max-age=20000, must-revalidate", "", 20000 * time.Second},
		{"max-age=20000", "5000", 15000 * time.Second},
		{"max-age=10", "", time.Minute},
		{"max-age=99999999", "", 24 * time.Hour},
		{"max-age=-1", "x", time.Minute},
		{"no-store", "", time.Minute},
		{"", "", time.Minute},
	} {
		if got := freshness(http.Header{"Cache-Control": {tt.cacheControl}, "Age": {tt.age}}); got != tt.want {
			t.Errorf("freshness(%q, Age %q) = %v, want %v", tt.cacheControl, tt.age, got, tt.want)
		}
	}
}

func FuzzIDToken(f *testing.F) {
	now := time.Now()
	set := keySet{Keys: []jose.JSONWebKey{{Key: testKeys()["first"].Public(), KeyID: "first"}}}
	v := &Verifier{callers: Callers{emails: []string{listed}}, audience: audience, keys: &cache[keySet]{
		// Fetched just now: no fetch makes the run differ from time to time.
		current: &entry[keySet]{set, now.Add(time.Hour), now.Add(time.Hour)}, started: now, interval: time.Hour,
	}}
	good := goodToken(nil)
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
	v, _ := newTestVerifier(b, listed)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+goodToken(nil))
	for b.Loop() {
		if err := v.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}
