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

const (
	// tokenInterval is the pause between fetches of tokens: never more than one
	// request every few seconds.
	tokenInterval = 3 * time.Second
	// refreshBefore is how long before expiry a token is renewed, at most. The
	// metadata server itself renews 4 to 5 minutes before; asked earlier it
	// returns the same token.
	refreshBefore = 225 * time.Second
	// expirySkew is how long before its expiry a token is no longer sent, so
	// that it does not expire on the way.
	expirySkew = 5 * time.Second
)

// entry says how long to use the token. Fractions of its life bound the times
// of short-lived ones, which would be due from the start otherwise.
func (t Token) entry(now time.Time) entry[Token] {
	life := max(0, t.Expiry.Sub(now.Round(0)))
	return entry[Token]{
		value:     t,
		refreshAt: t.Expiry.Add(-min(refreshBefore, life/4)),
		expiry:    t.Expiry.Add(-min(expirySkew, life/10)),
	}
}

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
