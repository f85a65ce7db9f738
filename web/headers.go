package web

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// RequestIDHeader names a request for its caller, in problem answers and in the
// log.
const RequestIDHeader = "X-Request-Id"

// securityHeaders are set on every response, unless a route sets its own.
var securityHeaders = map[string]string{
	// The body is only what Content-Type says, and no page of another site uses
	// it as a script, an image or a frame of its own. What CORS lets in is not
	// blocked by Cross-Origin-Resource-Policy.
	"X-Content-Type-Options":       "nosniff",
	"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	// A link in a response is followed without saying where from.
	"Referrer-Policy": "no-referrer",
	// Problems and results of writes must not be cached.
	"Cache-Control": "no-store",
}

func withSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range securityHeaders {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(RequestIDHeader, requestID(r.Header.Values(RequestIDHeader)))
		next.ServeHTTP(w, r)
	})
}

// requestID returns the caller's own ID if it is one that fits into a log line,
// else a new one. A trace ID would not do: all requests of a trace share it.
func requestID(given []string) string {
	const maxLength = 128
	if len(given) != 1 || !Printable(given[0], maxLength) {
		return rand.Text()
	}
	return given[0]
}

// Printable reports whether text has 1 to maxLength bytes, all of them printable
// ASCII.
func Printable(text string, maxLength int) bool {
	return text != "" && len(text) <= maxLength && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}
