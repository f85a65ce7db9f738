package web

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rs/cors"
)

// CORS says what pages of other sites may do from a browser. The zero value lets
// no page read a response, and does not stop one from sending a form.
type CORS struct {
	// Origins are the sites whose pages may call and read the responses. Cookies
	// are never accepted: a page has to set Authorization.
	Origins Origins
	// RequestHeaders and ResponseHeaders are what pages may send and read in
	// addition to the headers that every API has.
	RequestHeaders, ResponseHeaders []string
	// BlockWrites refuses requests other than GET, HEAD and OPTIONS that a
	// browser sends for a page of any other site. It is for APIs that anyone may
	// call, as on an intranet or on loopback: a form's POST comes without a
	// preflight, and CORS only keeps its response from the page.
	BlockWrites bool
	// Hint is given with such a refusal: how the operator lets the site in.
	Hint string
}

var (
	requestHeaders  = []string{"Authorization", "Content-Type", "If-Match", "If-None-Match", "Cache-Control", "Prefer", "Range", RequestIDHeader, "Traceparent", "Tracestate"}
	responseHeaders = []string{"ETag", "Link", "Age", "Retry-After", "Location", "Content-Disposition", "Content-Range", "Preference-Applied", RequestIDHeader}
)

// crossOrigin applies a CORS. Its fields are nil where there is nothing to do.
type crossOrigin struct {
	cors  *cors.Cors
	guard *http.CrossOriginProtection
	hint  string
}

func newCrossOrigin(c Config) crossOrigin {
	x := crossOrigin{hint: c.CORS.Hint}
	if len(c.CORS.Origins) > 0 {
		x.cors = cors.New(cors.Options{
			AllowedOrigins: c.CORS.Origins,
			AllowedMethods: methods(c.Routes),
			AllowedHeaders: slices.Concat(requestHeaders, c.CORS.RequestHeaders),
			ExposedHeaders: slices.Concat(responseHeaders, c.CORS.ResponseHeaders),
			MaxAge:         7200, // seconds; Chrome keeps none for longer
		})
	}
	if c.CORS.Origins.Any() || !c.CORS.BlockWrites {
		return x
	}
	x.guard = http.NewCrossOriginProtection()
	for _, origin := range c.CORS.Origins {
		_ = x.guard.AddTrustedOrigin(origin) // well formed, see Origins.UnmarshalText
	}
	return x
}

// withCORS answers preflights, and sets what lets a page read other responses. A
// preflight carries no token, so it is answered before the caller is checked, and
// for every path alike.
func (h *Handler) withCORS(next http.Handler) http.Handler {
	if h.cross.cors == nil {
		return next
	}
	preflight := h.logAndRecover(func(w http.ResponseWriter, r *http.Request) error {
		h.cross.cors.HandlerFunc(w, r)
		return nil
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			preflight.ServeHTTP(w, r)
			return
		}
		h.cross.cors.HandlerFunc(w, r)
		next.ServeHTTP(w, r)
	})
}

// checkWrite refuses a write by a page of another site where writes are blocked.
func (x crossOrigin) checkWrite(r *http.Request) error {
	if x.guard == nil {
		return nil
	}
	if err := x.guard.Check(r); err != nil {
		return &Error{
			Code: CodeForbidden, Status: http.StatusForbidden,
			Detail: "cross-origin request: a page of another site may not write", Hint: x.hint, Err: err,
		}
	}
	return nil
}

// Origins are the sites whose pages may call from a browser, as browsers name
// them in the header Origin; empty is none, and "*" is all.
type Origins []string

var (
	// originPattern leaves out what no browser sends: paths, and names beyond
	// ASCII, which come as xn--. A * within a name would let in whoever can
	// register any host below it.
	originPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)
	})
	defaultPort = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(https://.*:443|http://.*:80)$`)
	})
)

// UnmarshalText reads origins separated by commas, in upper or lower case and with
// or without a slash at the end.
func (o *Origins) UnmarshalText(text []byte) error {
	list := strings.ToLower(strings.TrimSpace(string(text)))
	if list == "" {
		*o = nil
		return nil
	}
	var origins Origins
	for item := range strings.SplitSeq(list, ",") {
		origin := strings.TrimSuffix(strings.TrimSpace(item), "/")
		if origin != "*" && (!originPattern().MatchString(origin) || http.NewCrossOriginProtection().AddTrustedOrigin(origin) != nil) {
			return errors.New("is not a list of origins, scheme://host or scheme://host:port without a path, separated by commas")
		}
		if defaultPort().MatchString(origin) {
			return errors.New("names a port that browsers leave out: 443 of https, 80 of http")
		}
		origins = append(origins, origin)
	}
	*o = origins
	return nil
}

// Any reports whether pages of all sites may call.
func (o Origins) Any() bool { return slices.Contains(o, "*") }
