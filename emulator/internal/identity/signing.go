package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"example.com/sheets-function/emulator/internal/rest"
)

// signingKey is an RSA key with its ID.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// newKey returns a new key. GenerateKey returns errors for other sizes and
// sources only.
func newKey() *signingKey {
	private, _ := rsa.GenerateKey(rand.Reader, 2048)
	id := sha256.Sum256(private.N.Bytes())
	return &signingKey{id: hex.EncodeToString(id[:20]), private: private}
}

// sign returns claims as a JWT (RFC 7515, compact). They must be a value that
// encodes.
func (k *signingKey) sign(claims any) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","kid":"`+k.id+`","typ":"JWT"}`)) + "." + encode(compactJSON(claims))
	sum := sha256.Sum256([]byte(text))
	signature, _ := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, sum[:])
	return text + "." + encode(signature)
}

// keyRing holds the keys. Each is made when it is first needed, since that takes
// longer than most tests.
type keyRing struct {
	mu       sync.Mutex
	google   []*signingKey          // of ID tokens: the one that signs, and the previous one
	iap      *ecdsa.PrivateKey      // of the assertions of Identity-Aware Proxy
	accounts map[string]*signingKey // of service accounts, by e-mail
}

// signing returns the key that signs ID tokens now.
func (r *keyRing) signing() *signingKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.google) == 0 {
		r.google = []*signingKey{newKey()}
	}
	return r.google[0]
}

// account returns the key of a service account.
func (r *keyRing) account(email string) *signingKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accounts == nil {
		r.accounts = map[string]*signingKey{}
	}
	if r.accounts[email] == nil {
		r.accounts[email] = newKey()
	}
	return r.accounts[email]
}

// RotateKeys makes a new key sign ID tokens from now on. The old one is served
// until the next call, as Google serves one for some days.
func (auth *Authority) RotateKeys() {
	next := newKey()
	old := auth.keys.signing()
	auth.keys.mu.Lock()
	defer auth.keys.mu.Unlock()
	auth.keys.google = []*signingKey{next, old}
}

// KeyFile returns a key file (type service_account) of a service account, as the
// console does, and adds the account.
func (auth *Authority) KeyFile(account string) []byte {
	auth.mu.Lock()
	auth.addAccountLocked(account)
	auth.mu.Unlock()
	key := auth.keys.account(account)
	der, _ := x509.MarshalPKCS8PrivateKey(key.private)
	return rest.IndentedJSON(map[string]string{
		"type": "service_account", "project_id": auth.config.Project,
		"client_email": account, "client_id": UniqueID(account),
		"private_key_id": key.id, "private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com",
	})
}

// certs returns the public keys of ID tokens as a JWK set (RFC 7517), which may
// be cached for an hour.
func (auth *Authority) certs(c *rest.Call) (any, error) {
	ring := &auth.keys
	ring.signing()
	ring.mu.Lock()
	defer ring.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, k := range ring.google {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(jose.RS256), Use: "sig"})
	}
	res := rest.JSONResponse(200, rest.IndentedJSON(set))
	res.Header.Set("Cache-Control", "public, max-age=3600, must-revalidate, no-transform")
	res.Header.Set("Age", "0")
	return res, nil
}

// idClaims are the claims of Google's ID tokens,
// https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload.
type idClaims struct {
	Audience        string         `json:"aud"`
	AuthorizedParty string         `json:"azp"`
	Email           string         `json:"email,omitempty"`
	EmailVerified   bool           `json:"email_verified,omitempty"`
	Expiry          int64          `json:"exp"`
	Google          map[string]any `json:"google,omitempty"`
	IssuedAt        int64          `json:"iat"`
	Issuer          string         `json:"iss"`
	Subject         string         `json:"sub"`
}

// idClaims returns the claims of an ID token that expires in an hour.
func (auth *Authority) idClaims(email, audience string, withEmail bool) idClaims {
	now := auth.config.Now().Unix()
	c := idClaims{
		Issuer: "https://accounts.google.com", Audience: audience,
		Subject: UniqueID(email), AuthorizedParty: UniqueID(email),
		IssuedAt: now, Expiry: now + 3600,
	}
	if withEmail {
		c.Email, c.EmailVerified = email, true
	}
	return c
}

// IDToken returns an ID token of any address, which it has as verified, for an
// audience. It expires in an hour; its key is served at /oauth2/v3/certs.
func (auth *Authority) IDToken(email, audience string) string {
	return auth.keys.signing().sign(auth.idClaims(email, audience, true))
}

// iapKeyID is the ID of the key of Identity-Aware Proxy.
const iapKeyID = "iap"

// proxyKey returns the key of Identity-Aware Proxy.
func (r *keyRing) proxyKey() *ecdsa.PrivateKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.iap == nil {
		r.iap, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // the curve and the source are good
	}
	return r.iap
}

// proxyCerts returns the public key of Identity-Aware Proxy as a JWK set.
func (auth *Authority) proxyCerts(*rest.Call) (any, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: auth.keys.proxyKey().Public(), KeyID: iapKeyID, Algorithm: string(jose.ES256), Use: "sig"}}}
	return rest.JSONResponse(200, rest.IndentedJSON(set)), nil
}

// ProxyAssertion returns what Identity-Aware Proxy sends for a person in the header
// X-Goog-IAP-JWT-Assertion, made out to the audience. It expires in ten minutes; its
// key is served at /iap/verify/public_key-jwk,
// https://docs.cloud.google.com/iap/docs/signed-headers-howto.
func (auth *Authority) ProxyAssertion(email, audience string) string {
	now := auth.config.Now().Unix()
	claims := compactJSON(map[string]any{
		"iss": "https://cloud.google.com/iap", "aud": audience, "sub": "accounts.google.com:" + UniqueID(email), "email": email,
		"iat": now, "exp": now + 600,
	})
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"ES256","kid":"`+iapKeyID+`","typ":"JWT"}`)) + "." + encode(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, _ := ecdsa.Sign(rand.Reader, auth.keys.proxyKey(), sum[:])
	return text + "." + encode(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// UniqueID returns the unique ID of an account, the "sub" of its tokens: a
// number of 21 digits that depends on the address alone.
func UniqueID(email string) string {
	sum := sha256.Sum256([]byte(email))
	digits := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(1e18)).String()
	for len(digits) < 18 {
		digits = "0" + digits
	}
	return "100" + digits
}
