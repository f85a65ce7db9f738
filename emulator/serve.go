package emulator

import (
	"io"
	"net/http"
	"net/url"
	"slices"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// maxBody is more than any request body that Google accepts within its 180
// seconds.
const maxBody = 256 << 20

// ServeHTTP serves one request. It panics with [http.ErrAbortHandler] to close a
// connection, if a [Fault] says so.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		rest.HTMLError(http.StatusRequestEntityTooLarge).Send(w, false)
		return
	}
	entry := Request{Method: r.Method, Path: r.URL.Path, Query: withoutSecrets(r.URL)}
	rt, vars := s.find(r)
	metadata := identity.IsMetadata(r.URL.Path)
	if rt != nil {
		entry.Call = rt.Name
	} else if metadata {
		entry.Call = s.authority.MetadataCall(r)
	}
	fault, cleared := s.faults.match(entry.Call)
	if !fault.wait(r, cleared) || fault.Drop == DropBefore {
		s.record(entry)
		panic(http.ErrAbortHandler)
	}
	var res *rest.Response
	switch {
	case fault.Status != 0:
		res = s.faultResponse(r, rt, fault)
	case metadata:
		entry.Scopes, res = s.authority.ServeMetadata(r)
	case rt == nil:
		res = rest.HTMLError(http.StatusNotFound)
	default:
		res = s.serveAPI(r, &rest.Call{Context: r.Context(), Route: rt, Vars: vars, Query: r.URL.Query(), Host: r.Host, Secure: r.TLS != nil, Header: r.Header, Body: body}, &entry)
	}
	if fault.Drop == DropAfter || r.Context().Err() != nil { // or the client has left
		s.record(entry)
		panic(http.ErrAbortHandler)
	}
	entry.Status = res.Status
	s.record(entry)
	if fault.Drop == DropMiddle {
		res.Complete()
	}
	res.Compress(r)
	res.Send(w, fault.Drop == DropMiddle)
}

// withoutSecrets returns the query without parameters that may be tokens or
// keys.
func withoutSecrets(u *url.URL) string {
	q := u.Query()
	for _, name := range []string{"access_token", "oauth_token", "id_token", "key"} {
		q.Del(name)
	}
	return q.Encode()
}

// faultResponse returns the response of a fault with a status.
func (s *Server) faultResponse(r *http.Request, rt *rest.Route, f Fault) *rest.Response {
	switch {
	case f.HTML:
		return rest.HTMLError(f.Status)
	case rt == nil:
		return s.authority.MetadataFault(r, f.Status)
	case rt.Open:
		return identity.OAuthFault(rt, f.Status)
	}
	return rest.AsError(faultFailure(f.Status, rt)).Response(rt.IsDrive(), r.URL.Query().Get("alt") == "json")
}

// serveAPI serves a call of an API, errors included.
func (s *Server) serveAPI(r *http.Request, c *rest.Call, entry *Request) *rest.Response {
	result, err := s.serveAuthorized(r, c, entry)
	if err != nil {
		return rest.AsError(err).Response(c.Route.IsDrive(), c.Query.Get("alt") == "json")
	}
	if ready, ok := result.(*rest.Response); ok {
		return ready
	}
	pretty := c.Query.Get("prettyPrint") != "false"
	res := rest.JSONResponse(http.StatusOK, nil)
	if lazy, ok := result.(rest.Lazy); ok {
		res.Stream = func(w io.Writer) error { return lazy.Encode(w, c.Mask, pretty) }
	} else {
		res.Body = rest.Encode(result, c.Mask, pretty)
	}
	for _, h := range [][2]string{
		{"Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"},
		{"Vary", "Origin, X-Origin"}, {"Server", "ESF"}, {"X-Content-Type-Options", "nosniff"},
	} {
		res.Header.Set(h[0], h[1])
	}
	return res
}

// serveAuthorized serves the call if the token, its scopes, the query and the quota
// allow.
func (s *Server) serveAuthorized(r *http.Request, c *rest.Call, entry *Request) (any, error) {
	if c.Route.Serve == nil {
		return nil, rest.Unsupported(c.Route.Name)
	}
	err := s.authorize(r, c, entry)
	if !c.Route.Open {
		if err == nil {
			err = c.ReadQuery()
		}
		if err != nil {
			return nil, err
		}
	}
	if c.Principal != "" {
		if err := s.checkQuota(c); err != nil {
			return nil, err
		}
	}
	return c.Route.Serve(c)
}

// authorize checks the token and its scopes, and sets the principal of the call.
func (s *Server) authorize(r *http.Request, c *rest.Call, entry *Request) error {
	t, err := s.authority.Authenticate(r)
	if err != nil {
		return err
	}
	entry.Principal, entry.Scopes = t.Principal, slices.Clone(t.Scopes)
	if err := s.authority.Authorize(t, c.Route); err != nil {
		return err
	}
	c.Principal, c.Scopes = t.Principal, t.Scopes
	return nil
}
