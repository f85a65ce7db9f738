package emulator

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
)

// call is one request to an API, whose token is good.
type call struct {
	s      *Server
	route  *route
	vars   map[string]string
	query  url.Values
	host   string // that the request named
	header http.Header
	body   []byte
	token  *token
	mask   *rest.Mask // of the answer
}

// maxBody is more than any request that Google answers in its 180 seconds.
const maxBody = 256 << 20

// ServeHTTP answers one request. To drop a connection, as a [Fault] may ask, it
// panics with [http.ErrAbortHandler], which every server of net/http turns into that.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		rest.HTMLError(http.StatusRequestEntityTooLarge).Send(w, false)
		return
	}
	entry := Request{Method: r.Method, Path: r.URL.Path, Query: withoutSecrets(r.URL)}
	rt, vars := find(r)
	metadata := forMetadata(r.URL.Path)
	if rt != nil {
		entry.Call = rt.name
	} else if metadata {
		entry.Call = s.metadataCall(r)
	}
	fault, healed := s.faults.strike(entry.Call)
	if !fault.wait(r, healed) || fault.Drop == DropBefore {
		s.record(entry)
		panic(http.ErrAbortHandler)
	}
	var a *rest.Response
	switch {
	case fault.Status != 0:
		a = s.faulty(r, rt, fault)
	case metadata:
		entry.Scopes, a = s.serveMetadata(r)
	case rt == nil:
		a = rest.HTMLError(http.StatusNotFound)
	default:
		a = s.serveAPI(r, &call{s: s, route: rt, vars: vars, query: r.URL.Query(), host: r.Host, header: r.Header, body: body}, &entry)
	}
	if fault.Drop == DropAfter {
		s.record(entry)
		panic(http.ErrAbortHandler)
	}
	entry.Status = a.Status
	s.record(entry)
	a.Compress(r)
	a.Send(w, fault.Drop == DropMiddle)
}

// withoutSecrets is the query without what may stand in it for a token.
func withoutSecrets(u *url.URL) string {
	q := u.Query()
	for _, name := range []string{"access_token", "oauth_token", "id_token", "key"} {
		q.Del(name)
	}
	return q.Encode()
}

// faulty is the answer of a fault with a status.
func (s *Server) faulty(r *http.Request, rt *route, f Fault) *rest.Response {
	switch {
	case f.HTML:
		return rest.HTMLError(f.Status)
	case rt == nil:
		return s.metadataFault(r, f.Status)
	case rt.open():
		return oauthFault(rt, f.Status)
	}
	return rest.AsError(faultFailure(f.Status, rt)).Response(rt.drive(), r.URL.Query().Get("alt") == "json")
}

func (s *Server) serveAPI(r *http.Request, c *call, entry *Request) *rest.Response {
	result, err := c.authorized(r, entry)
	if err != nil {
		return rest.AsError(err).Response(c.route.drive(), c.query.Get("alt") == "json")
	}
	if ready, ok := result.(*rest.Response); ok {
		return ready
	}
	pretty := c.query.Get("prettyPrint") != "false"
	a := rest.JSONResponse(http.StatusOK, rest.Encode(result, c.mask, pretty))
	for _, h := range [][2]string{
		{"Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"},
		{"Vary", "Origin, X-Origin"}, {"Server", "ESF"}, {"X-Content-Type-Options", "nosniff"},
	} {
		a.Header.Set(h[0], h[1])
	}
	return a
}

// authorized runs the call when the token, its scopes and the query allow.
func (c *call) authorized(r *http.Request, entry *Request) (any, error) {
	if c.route.serve == nil {
		return nil, rest.Unsupported(c.route.name)
	}
	if !c.route.open() {
		if err := c.admit(r, entry); err != nil {
			return nil, err
		}
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.token != nil {
		if err := c.s.quota.spend(c.token.principal, c.route, c.s.options.Now()); err != nil {
			return nil, err
		}
	}
	return c.route.serve(c)
}

// admit checks the token, its scopes and the query.
func (c *call) admit(r *http.Request, entry *Request) error {
	t, err := c.s.authenticate(r)
	if err != nil {
		return err
	}
	c.token, entry.Principal, entry.Scopes = t, t.principal, slices.Clone(t.scopes)
	if err := c.s.authorize(t, c.route); err != nil {
		return err
	}
	return c.checkQuery()
}

// Query parameters that every call takes (developers.google.com/workspace/docs/api/reference/rest).
const commonParams = "alt fields prettyPrint key quotaUser userIp access_token oauth_token callback uploadType upload_protocol $.xgafv $alt $fields $prettyPrint"

// checkQuery reads the field mask and, for Sheets, refuses parameters that the
// call does not have. Drive takes any.
func (c *call) checkQuery() error {
	if alt := c.query.Get("alt"); alt != "" && alt != "json" && !(alt == "media" && c.route.media()) {
		return rest.Unsupported(c.route.name + " with alt=" + alt)
	}
	known := strings.Fields(c.route.params + " " + commonParams)
	for _, name := range rest.SortedKeys(c.query) {
		if !c.route.drive() && !slices.Contains(known, name) {
			text := "Invalid JSON payload received. Unknown name \"" + name + "\": Cannot bind query parameter. Field '" + name + "' could not be found in request message."
			return rest.Invalid("", text)
		}
	}
	fields := c.query.Get("fields")
	if fields == "" {
		return nil
	}
	m, err := rest.ParseMask(fields)
	if err == nil && c.route.answer != nil {
		err = m.Check(c.route.answer, "")
	}
	if err != nil {
		return c.badMask(fields, err)
	}
	c.mask = m
	return nil
}

func (c *call) badMask(fields string, err error) error {
	path := fields
	if u, ok := err.(rest.UnknownFieldError); ok {
		path = string(u)
	}
	if c.route.drive() {
		return &rest.Error{
			Status:  http.StatusBadRequest,
			Message: "Invalid field selection " + path,
			Item:    rest.ErrorItem{Reason: "invalidParameter", Location: "fields", LocationType: "parameter"},
		}
	}
	f := rest.AsError(rest.Invalid(path, "Error expanding 'fields' parameter. Cannot find matching fields for path '"+path+"'."))
	f.Message = "Request contains an invalid argument."
	return f
}

// flag reads a boolean parameter; clients in Python send True and False (recorded).
func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }
