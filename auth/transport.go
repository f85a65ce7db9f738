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

// Client returns an [http.Client] on the transport, for the clients of
// google.golang.org/api and any other.
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }

// RoundTrip sends the request with a token. Where there is none the error is
// an [*Error] and nothing was sent. A host that is not Google's is refused, so
// that a redirect cannot carry a token away; loopback stands for an emulator.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.token(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // as RoundTripper demands
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
	if !tokenAllowed(req.URL) {
		return nil, &Error{
			Op:  fmt.Sprintf("send an access token to %s://%s", req.URL.Scheme, req.URL.Host),
			Err: errors.New("neither https to *.googleapis.com nor a loopback address"),
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

// retryUnauthorized drops a token that an API has refused with a 401 and repeats the
// request once with a new one, where its body can be repeated. A 401 comes
// before anything is done, so nothing can be done twice. Where a new token
// cannot help, the refusal itself is returned.
func (t *Transport) retryUnauthorized(req *http.Request, refusal *http.Response, token *entry[Token]) (*http.Response, error) {
	fresh, err := t.tokens.invalidate(req.Context(), token)
	if err != nil || fresh == nil || fresh.value.value() == token.value.value() {
		return refusal, nil
	}
	body := req.Body
	if body != nil && body != http.NoBody {
		if req.GetBody == nil {
			return refusal, nil
		}
		if body, err = req.GetBody(); err != nil {
			return refusal, nil
		}
	}
	_ = refusal.Body.Close()
	return t.send(req, body, fresh)
}

func tokenAllowed(u *url.URL) bool {
	host := u.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return true
	}
	return u.Scheme == "https" && (host == "googleapis.com" || strings.HasSuffix(host, ".googleapis.com"))
}
