package auth

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

const redacted = "[access token redacted]"

// Token is an access token and the time of its expiry. It does not reveal its
// value when printed with fmt, logged with slog, or encoded as text or JSON. The
// zero value is not a token. A Token is safe for concurrent use.
type Token struct {
	// Expiry is when Google starts to refuse the token. It has no monotonic
	// reading, which stops while a machine is suspended.
	Expiry time.Time

	// value is a function because fmt does not call the methods of a Token in an
	// unexported field of another struct, and would print a string.
	value func() string
}

func newToken(value string, expiry time.Time) Token {
	return Token{Expiry: expiry.Round(0), value: func() string { return value }}
}

const (
	// tokenInterval is the shortest time between the starts of two fetches of a
	// token. Metadata servers return 429 to clients that poll them.
	tokenInterval = 3 * time.Second
	// refreshBefore is how long before its expiry a token is refreshed, at most.
	// The metadata server has a cache of its own, and returns the same token until
	// 4 to 5 minutes before its expiry.
	refreshBefore = 225 * time.Second
	// expirySkew is how long before its expiry a token is sent for the last time,
	// so that it does not expire on the way.
	expirySkew = 5 * time.Second
)

// entry returns the token with its times for the cache. Both margins are at most
// a fraction of its lifetime: 225 s before the expiry of a token for 200 s lie
// before its start.
func (t Token) entry(now time.Time) entry[Token] {
	lifetime := max(0, t.Expiry.Sub(now.Round(0)))
	return entry[Token]{
		value:     t,
		refreshAt: t.Expiry.Add(-min(refreshBefore, lifetime/4)),
		expiry:    t.Expiry.Add(-min(expirySkew, lifetime/10)),
	}
}

// String returns a placeholder, not the token.
func (t Token) String() string { return redacted }

// GoString returns a placeholder, not the token.
func (t Token) GoString() string { return redacted }

// Format writes a placeholder, not the token, for every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns a placeholder, not the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a placeholder, not the token. It is for encoding/json too.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }
