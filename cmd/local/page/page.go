// Package page serves a web page that shows the emulated Google: the sheets, the requests
// and calls with why each call was served or refused, the tokens that were issued, and
// failures to switch on.
//
//	handler := page.New(page.Config{Google: google, Requests: log, …})
//
// The page is at "/", its files and its API are below [Prefix]; all other paths are those
// of the emulated Google. Everything that the page does is a call of the emulator's
// exported methods. It sends no request to another host, and answers only requests whose
// Host is a loopback address, and whose Origin is its own. README.md describes the API.
package page

import (
	"embed"
	"io/fs"
	"net"
	"net/http"
	"strings"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// Prefix is the path below which the page's files and its API are.
const Prefix = "/_page/"

// Function is the function that the page shows, and deploys again.
type Function interface {
	// Scopes returns the scopes of the function's tokens, as in SCOPES.
	Scopes() string
	// Redeploy replaces the function by a new one with these scopes, without a token and
	// rows in memory.
	Redeploy(scopes string) error
}

// Config is what a page shows. All fields are required.
type Config struct {
	Google      *emulator.Server // with Options.Inspect
	Requests    *traffic.Log
	Spreadsheet string // ID
	Function    Function
	FunctionURL string // without a slash at its end
}

//go:embed static
var static embed.FS

// New returns a handler that serves the page, and by next all other paths.
func New(c Config, next http.Handler) http.Handler {
	p := &page{Config: c, stopped: make(chan struct{}), streams: make(chan struct{}, maxStreams)}
	p.failures = p.newFailures()
	p.healthyScopes = c.Function.Scopes()
	if !strings.Contains(p.healthyScopes, "spreadsheets") {
		p.healthyScopes = defaultScopes
	}
	p.initial = c.Google.State()
	p.load.page = p
	files, _ := fs.Sub(static, "static") // it is embedded: there is no error
	mux := http.NewServeMux()
	mux.Handle("GET "+Prefix, http.StripPrefix(Prefix, http.FileServerFS(files)))
	p.routes(mux)
	own := guard(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isPage(r):
			r.URL.Path = Prefix
			own.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, Prefix):
			own.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isPage reports whether a browser requests the page. Clients that look for a metadata
// server request "/" too, but not as HTML.
func isPage(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == "/" && strings.Contains(r.Header.Get("Accept"), "text/html") &&
		r.Header.Get("Metadata-Flavor") == ""
}

// policy lets the page load its own files only, and no other page frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard refuses requests of other hosts' names and of other sites' pages, and sets the
// headers of all responses.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isLoopback(r.Host):
			http.Error(w, "only requests to localhost and loopback addresses are served", http.StatusMisdirectedRequest)
			return
		case !sameOrigin(r):
			http.Error(w, "only the page itself may use this", http.StatusForbidden)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// isLoopback reports whether a Host is this machine. Another site can let its own name
// resolve to 127.0.0.1 (DNS rebinding).
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// sameOrigin reports whether a request does not come from another site's page. A link to
// the page is allowed.
func sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return false
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "none" || site == "same-origin" || r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.URL.Path == Prefix
}
