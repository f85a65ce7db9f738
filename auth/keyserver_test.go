package auth

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	audience     = "https://function.example.com"
	allowedEmail = "caller@demo-project.iam.gserviceaccount.com"
)

// keyServer serves public keys as Google does.
type keyServer struct {
	keys     map[string]*rsa.PrivateKey // by ID; the test changes it to rotate
	age      string                     // header of the next responses
	requests atomic.Int32
	down     atomic.Bool
}

// testKeys returns private keys by ID. They are made once: generating a key takes
// longer than all tests of this package.
var testKeys = sync.OnceValue(func() map[string]*rsa.PrivateKey {
	keys := map[string]*rsa.PrivateKey{}
	for _, id := range []string{"first", "second", "unknown"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[id] = key
	}
	return keys
})

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.down.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method != http.MethodGet || r.URL.Path != "/oauth2/v3/certs" {
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

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// accountKey is the key with which IAM signs for service accounts.
func accountKey() *rsa.PrivateKey { return testKeys()["second"] }

// sign returns a token of any header and claims, well-formed or not.
func sign(key *rsa.PrivateKey, header, payload string) string {
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + encode(signature)
}

// validClaims returns the claims of a token of the allowed caller, with changes; a
// nil value deletes a claim.
func validClaims(changes map[string]any) string {
	now := time.Now().Unix()
	c := map[string]any{
		"iss": "https://accounts.google.com", "aud": audience, "sub": "1", "azp": "1",
		"iat": now, "exp": now + 3600, "email": allowedEmail, "email_verified": true,
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

func validToken(changes map[string]any) string {
	return sign(testKeys()["first"], rs256, validClaims(changes))
}
