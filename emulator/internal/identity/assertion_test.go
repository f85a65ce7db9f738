package identity

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"testing"
)

// TestParseSigned: a JWT with and without padding, and what is none.
func TestParseSigned(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(encoding *base64.Encoding, header string) string {
		text := encoding.EncodeToString([]byte(header)) + "." + encoding.EncodeToString([]byte(`{"iss":"a"}`))
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + encoding.EncodeToString(signature)
	}
	tests := []struct {
		name, text string
		parsed     bool
		valid      bool
	}{
		{"without padding", sign(base64.RawURLEncoding, `{"alg":"RS256"}`), true, true},
		{"with padding", sign(base64.URLEncoding, `{"alg":"RS256"}`), true, true},
		{"another signature", sign(base64.URLEncoding, `{"alg":"RS256"}`)[:40] + "A." + sign(base64.URLEncoding, `{"alg":"RS256"}`)[41:], false, false},
		{"another algorithm", sign(base64.RawURLEncoding, `{"alg":"none"}`), false, false},
		{"two parts", "e30.e30", false, false},
		{"not base64", "!.!.!", false, false},
	}
	for _, tt := range tests {
		got, err := parseSigned(tt.text)
		if (err == nil) != tt.parsed || got.verify(key.Public()) != tt.valid {
			t.Errorf("%s: parsed %t, valid %t, want %t and %t", tt.name, err == nil, got.verify(key.Public()), tt.parsed, tt.valid)
		}
	}
}
