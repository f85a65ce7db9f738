package auth

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Client returns an [http.Client] whose requests are sent by t, for example for
// option.WithHTTPClient of google.golang.org/api. It has no timeout.
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }

// RoundTrip sends the request with a token in its Authorization header. If there
// is no token the error is an [*Error], and nothing was sent. If the API refuses
// the token with a 401, RoundTrip drops it and repeats the request once with a
// new one, provided that the request has no body or a GetBody function, and that
// the token was not fetched in the last 3 s.
//
// The URL must be https to googleapis.com or a host below it, or begin with
// [Config].Endpoint if that is on loopback, an emulator. Others are refused with an
// [*Error], so that a redirect cannot send the token elsewhere.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.token(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // part of the contract of http.RoundTripper
		}
		return nil, err
	}
	resp, err := t.send(req, req.Body, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return t.retryUnauthorized(req, resp, token)
}

func (t *Transport) token(req *http.Request) (*entry[Token], error) {
	if !t.mayReceive(req.URL) {
		return nil, &Error{
			Op:  fmt.Sprintf("send an access token to %s://%s", req.URL.Scheme, req.URL.Host),
			Err: errors.New("neither https to *.googleapis.com nor the emulator that is configured"),
		}
	}
	return t.tokens.get(req.Context())
}

func (t *Transport) send(req *http.Request, body io.ReadCloser, token *entry[Token]) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.Body = body
	sent.Header.Set("Authorization", "Bearer "+token.value.value())
	if t.quotaProject != "" {
		sent.Header.Set("X-Goog-User-Project", t.quotaProject)
	}
	return t.base.RoundTrip(sent)
}

// retryUnauthorized drops the token and repeats the request once with a new one.
// An API checks the token before it does anything, so that repeating after a 401
// does nothing twice. Without a new token, or a body that can be read again, it
// returns the first response.
func (t *Transport) retryUnauthorized(req *http.Request, unauthorized *http.Response, token *entry[Token]) (*http.Response, error) {
	fresh, err := t.tokens.invalidate(req.Context(), token)
	if err != nil || fresh == nil || fresh.value.value() == token.value.value() {
		return unauthorized, nil
	}
	body := req.Body
	if body != nil && body != http.NoBody {
		if req.GetBody == nil {
			return unauthorized, nil
		}
		if body, err = req.GetBody(); err != nil {
			return unauthorized, nil
		}
	}
	_ = unauthorized.Body.Close()
	return t.send(req, body, fresh)
}

// mayReceive reports whether a token may be sent to the URL.
func (t *Transport) mayReceive(u *url.URL) bool {
	if host := u.Hostname(); u.Scheme == "https" && (host == "googleapis.com" || strings.HasSuffix(host, ".googleapis.com")) {
		return true
	}
	return t.emulator != "" && u.Scheme+"://"+u.Host == t.emulator
}

// emulatorOf returns an endpoint that is on loopback, without a slash at its end; "" for
// others.
func emulatorOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
