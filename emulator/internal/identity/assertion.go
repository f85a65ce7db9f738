package identity

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// signedText is a JWT that a service account has signed.
type signedText struct {
	signed    string // what the signature is of
	payload   []byte
	signature []byte
}

// errNotSigned is the error of a text that is not a JWT with an RS256 signature.
var errNotSigned = errors.New("not a signed JWT")

// parseSigned parses a JWT. Unlike RFC 7515 it takes base64 with padding, which
// older versions of Python's google-auth write and Google accepts.
func parseSigned(text string) (signedText, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return signedText{}, errNotSigned
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "=")); err != nil {
			return signedText{}, errNotSigned
		}
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if json.Unmarshal(decoded[0], &header) != nil || header.Algorithm != "RS256" {
		return signedText{}, errNotSigned
	}
	return signedText{parts[0] + "." + parts[1], decoded[1], decoded[2]}, nil
}

// verify reports whether the signature is that of a key.
func (s signedText) verify(public crypto.PublicKey) bool {
	key, ok := public.(*rsa.PublicKey)
	sum := sha256.Sum256([]byte(s.signed))
	return ok && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], s.signature) == nil
}
