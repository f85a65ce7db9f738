package function

import (
	"crypto/rand"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/rs/cors"
)

// everyAnswer is the header that all answers have, unless a route knows better.
var everyAnswer = map[string]string{
	// Rows are only what the Content-Type says, and no page of another site
	// takes them for a script, an image or a frame of its own. What CORS lets in
	// is not held up by Cross-Origin-Resource-Policy.
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
	if len(given) != 1 || !printable(given[0], longest) {
		return rand.Text()
	}
	return given[0]
}

// pages is what pages of other sites may do from a browser.
type pages struct {
	cors  *cors.Cors                  // nil where none may call
	guard *http.CrossOriginProtection // nil where none needs to be held off
}

// newPages lets pages of ORIGINS call and read the answers. No cookies are let
// in: callers prove themselves by Authorization, which a page has to set.
func newPages(s Settings) pages {
	var p pages
	if len(s.Origins) > 0 {
		p.cors = cors.New(cors.Options{
			AllowedOrigins: s.Origins,
			AllowedMethods: []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"},
			AllowedHeaders: []string{"Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Cache-Control", requestIDHeader, "Traceparent", "Tracestate"},
			ExposedHeaders: []string{"ETag", "Link", "X-Total-Count", "Age", "Retry-After", "Idempotency-Replayed", "Location", "Content-Disposition", requestIDHeader},
			MaxAge:         7200, // seconds; Chrome keeps none for longer
		})
	}
	if s.Origins.any() || !s.Callers.Anyone() {
		return p
	}
	p.guard = http.NewCrossOriginProtection()
	for _, origin := range s.Origins {
		_ = p.guard.AddTrustedOrigin(origin) // an origin, by the rules of UnmarshalText
	}
	return p
}

// asked reports whether a browser asks if a page may send a request.
func (p pages) asked(r *http.Request) bool {
	return p.cors != nil && r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// preflight answers without a look at the caller, because browsers send no token
// along, and at the path, so that it tells nothing but which pages may call.
func (p pages) preflight(w http.ResponseWriter, r *http.Request) error {
	p.cors.HandlerFunc(w, r)
	return nil
}

// tell says to the browser whether its page may read the answer.
func (p pages) tell(w http.ResponseWriter, r *http.Request) {
	if p.cors != nil {
		p.cors.HandlerFunc(w, r)
	}
}

// check refuses what a page of another site would write where anyone may call,
// as on an intranet or this machine. CORS does not: a form's POST comes without a
// preflight, and only its answer is kept from the page. Where callers are checked
// a page has to have a token.
func (p pages) check(r *http.Request) error {
	if p.guard == nil {
		return nil
	}
	if err := p.guard.Check(r); err != nil {
		return &requestError{code: codeForbidden, detail: "a page of another site may not write; ORIGINS names the sites whose pages may", err: err}
	}
	return nil
}

// Origins are the sites whose pages may call from a browser, as browsers name
// them in the header Origin; empty is none. "*" stands for all.
type Origins []string

var (
	// originPattern leaves out what no browser sends: paths, and names beyond
	// ASCII, which come as xn--. A * within a name would let in whoever gets hold
	// of any host below it.
	originPattern = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)
	defaultPort   = regexp.MustCompile(`^(https://.*:443|http://.*:80)$`)
)

// UnmarshalText reads origins separated by commas, in any case and with or
// without a slash at the end.
func (o *Origins) UnmarshalText(text []byte) error {
	list := strings.ToLower(strings.TrimSpace(string(text)))
	if list == "" {
		*o = nil
		return nil
	}
	var origins Origins
	for item := range strings.SplitSeq(list, ",") {
		origin := strings.TrimSuffix(strings.TrimSpace(item), "/")
		if origin != "*" && (!originPattern.MatchString(origin) || http.NewCrossOriginProtection().AddTrustedOrigin(origin) != nil) {
			return errors.New("is not a list of origins, scheme://host or scheme://host:port without a path, separated by commas")
		}
		if defaultPort.MatchString(origin) {
			return errors.New("names a port that browsers leave out: 443 of https, 80 of http")
		}
		origins = append(origins, origin)
	}
	*o = origins
	return nil
}

// any reports whether pages of all sites may call.
func (o Origins) any() bool { return slices.Contains(o, "*") }
