package function

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// everyAnswer is the header that all answers have, unless a route knows better.
var everyAnswer = map[string]string{
	// Rows are only what the Content-Type says, and no page of another site
	// takes them for a script, an image or a frame of its own.
	"X-Content-Type-Options":       "nosniff",
	"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	// Who follows the spreadsheet's link from an answer does not tell where from.
	"Referrer-Policy": "no-referrer",
	// Problems and what a write has done are nobody's to keep.
	"Cache-Control": "no-store",
}

// requestIDHeader names a request for its caller and in the log.
const requestIDHeader = "X-Request-Id"

// mark sets what every answer carries, before anything can go wrong.
func mark(w http.ResponseWriter, r *http.Request) {
	for name, value := range everyAnswer {
		w.Header().Set(name, value)
	}
	w.Header().Set(requestIDHeader, requestID(r.Header.Values(requestIDHeader)))
}

// requestID is the caller's own, if it is one that fits into a line, else a new
// one. A trace's ID would not do: all requests of a trace share it.
func requestID(given []string) string {
	const longest = 128
	if len(given) != 1 || given[0] == "" || len(given[0]) > longest {
		return rand.Text()
	}
	if strings.ContainsFunc(given[0], func(c rune) bool { return c < ' ' || c > '~' }) {
		return rand.Text()
	}
	return given[0]
}
