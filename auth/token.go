package auth

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

const redacted = "[access token redacted]"

// Token is an access token and the moment from which Google refuses it. The
// zero value is no token. However it is printed, logged or encoded, its value
// stays hidden.
type Token struct {
	// Expiry has no monotonic reading, so that a suspended machine does not
	// take an expired token for a valid one.
	Expiry time.Time

	// value is a function because fmt prints the unexported fields of a
	// struct that holds a Token without asking the Token's own methods.
	value func() string
}

func newToken(value string, expiry time.Time) Token {
	return Token{Expiry: expiry.Round(0), value: func() string { return value }}
}

func (t Token) isZero() bool { return t.value == nil }

// String hides the token.
func (t Token) String() string { return redacted }

// GoString hides the token.
func (t Token) GoString() string { return redacted }

// Format hides the token from every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the token, from JSON too.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
