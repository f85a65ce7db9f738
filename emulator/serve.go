package emulator

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

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
	started := time.Now()
	entry := Request{Time: s.options.Now(), Method: cutText(r.Method), Path: cutText(r.URL.Path), Query: cutText(withoutSecrets(r.URL))}
	if cause := r.Header.Get(CauseHeader); len(cause) <= maxCause {
		entry.Cause = cause
	}
	res, fault := s.respond(r, body, &entry)
	entry.Duration = time.Since(started)
	if res != nil {
		entry.Status, entry.Error = res.Status, cutText(res.ErrorMessage())
	}
	number := s.log.record(entry)
	if s.options.Inspect {
		recorder := &bodyRecorder{ResponseWriter: w}
		w = recorder
		defer func() { s.log.keepBodies(number, body, recorder.kept) }()
	}
	if res == nil {
		panic(http.ErrAbortHandler)
	}
	if fault.Drop == DropMiddle {
		res.Complete()
	}
	if !s.options.Inspect { // a person reads the bodies that are kept
		res.Compress(r)
	}
	res.Send(w, fault.Drop == DropMiddle)
}

// respond returns the response to a request, nil if none is sent, and the fault that
// was applied. It completes the entry of the log.
func (s *Server) respond(r *http.Request, body []byte, entry *Request) (*rest.Response, Fault) {
	rt, vars := s.find(r)
	metadata := identity.IsMetadata(r.URL.Path)
	if rt != nil {
		entry.Call = rt.Name
	} else if metadata {
		entry.Call = cutText(s.authority.MetadataCall(r))
	}
	fault, cleared := s.faults.match(entry.Call)
	if fault != (Fault{}) {
		text, _ := fault.MarshalText()
		entry.Fault = string(text)
	}
	if !fault.wait(r, cleared) || fault.Drop == DropBefore {
		return nil, fault
	}
	var res *rest.Response
	switch {
	case fault.Status != 0:
		res = s.faultResponse(r, rt, fault)
	case metadata:
		entry.Scopes, entry.Token, res = s.authority.ServeMetadata(r)
	case rt == nil:
		res = rest.HTMLError(http.StatusNotFound)
	default:
		c := &rest.Call{Context: r.Context(), Route: rt, Vars: vars, Query: r.URL.Query(), Host: r.Host, Secure: r.TLS != nil, Header: r.Header, Body: body}
		res = s.serveAPI(r, c, entry)
		c.Decision.File = cutText(c.Decision.File)
		if entry.Decision = c.Decision; res.Status < http.StatusBadRequest {
			entry.Decision.Refused = "" // a check of a file that the call can do without
		}
	}
	if fault.Drop == DropAfter || r.Context().Err() != nil { // or the client has left
		return nil, fault
	}
	return res, fault
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
			return nil, c.Decision.Refuse(CheckQuota, err)
		}
	}
	return c.Route.Serve(c)
}

// authorize checks the token and its scopes, and sets the principal of the call.
func (s *Server) authorize(r *http.Request, c *rest.Call, entry *Request) error {
	t, err := s.authority.Authenticate(r)
	if err != nil {
		return c.Decision.Refuse(CheckToken, err)
	}
	entry.Principal, entry.Scopes, entry.Token = t.Principal, slices.Clone(t.Scopes), t.Number
	if err := s.authority.Authorize(t, c); err != nil {
		return err
	}
	c.Principal, c.Scopes = t.Principal, t.Scopes
	return nil
}
