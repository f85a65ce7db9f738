package doctor

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	metadataRoot    = "/computeMetadata/v1/"
	metadataAddress = "169.254.169.254"
	flavorHeader    = "Metadata-Flavor"
	maxBody         = 64 << 10
)

// exchange is one request for a token, and its response.
type exchange struct {
	url    *url.URL
	login  bool // it is for a person's login: a refresh token is exchanged
	status int
	header http.Header
	body   []byte
	err    error // there is no response
}

func (x *exchange) toMetadata() bool { return strings.HasPrefix(x.url.Path, metadataRoot) }

// toIAM reports whether the request is to IAM's Service Account Credentials API.
func (x *exchange) toIAM() bool { return strings.Contains(x.url.Path, "/serviceAccounts/") }

// toTokenEndpoint reports whether the request is to Google's token endpoint, or to
// the one for federated identities.
func (x *exchange) toTokenEndpoint() bool { return strings.HasSuffix(x.url.Path, "/token") }

func (x *exchange) flavored() bool { return x.header.Get(flavorHeader) == "Google" }

func (x *exchange) failed() bool {
	return x.err != nil || x.status != http.StatusOK || x.toMetadata() && !x.flavored()
}

// observer is the base of the program's transport. It records the requests for
// tokens. The request whose URL its context has under [withoutSending] ends here: it
// makes the transport get a token and show it. Requests for the token, which may have
// the same context, go on.
type observer struct {
	base http.RoundTripper

	mu        sync.Mutex
	exchanges []*exchange
	token     string
	skew      time.Duration // of this machine's clock, as the last response of Google showed it
	now       func() time.Time
}

func newObserver(base http.RoundTripper, now func() time.Time) *observer {
	if base == nil {
		base = newBase()
	}
	return &observer{base: base, now: now}
}

type withoutSending struct{}

func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	o.keepToken(req)
	if req.Context().Value(withoutSending{}) == req.URL.String() {
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: req, Header: http.Header{}}, nil
	}
	x := &exchange{url: req.URL, login: exchangesRefreshToken(req)}
	resp, err := o.base.RoundTrip(req)
	if err == nil {
		x.status, x.header = resp.StatusCode, resp.Header
		x.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	x.err = err
	o.record(x)
	return resp, err
}

// exchangesRefreshToken reports whether the request to a token endpoint has a refresh
// token, which only people's logins do.
func exchangesRefreshToken(req *http.Request) bool {
	if req.Method != http.MethodPost || req.GetBody == nil || !strings.HasSuffix(req.URL.Path, "/token") {
		return false
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return false
	}
	form, err := url.ParseQuery(string(text))
	return err == nil && form.Get("grant_type") == "refresh_token"
}

func (o *observer) keepToken(req *http.Request) {
	if value, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer "); ok {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.token = value
	}
}

func (o *observer) record(x *exchange) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.exchanges = append(o.exchanges, x)
	if date, err := http.ParseTime(x.header.Get("Date")); err == nil && !x.toMetadata() {
		o.skew = o.now().Sub(date)
	}
}

// value returns the token that the last request had; "" if none had one.
func (o *observer) value() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.token
}

// clock returns how far this machine's clock is ahead of Google's; 0 if no response
// has shown it.
func (o *observer) clock() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.skew
}

// forToken returns the requests that a token was sought with, oldest first.
func (o *observer) forToken() []*exchange {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []*exchange
	for _, x := range o.exchanges {
		if x.toMetadata() || x.toIAM() || x.toTokenEndpoint() {
			list = append(list, x)
		}
	}
	return list
}

// metadataHost returns the host of the metadata server that the program used; "" if
// it used none.
func (o *observer) metadataHost() string {
	for _, x := range o.forToken() {
		if x.toMetadata() {
			return x.url.Host
		}
	}
	return ""
}

// do sends a request of this package's own, and returns its exchange.
func do(ctx context.Context, transport http.RoundTripper, timeout time.Duration, method, target, form string) *exchange {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form))
	if err != nil {
		return &exchange{url: &url.URL{}, err: err}
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasPrefix(req.URL.Path, metadataRoot) {
		req.Header.Set(flavorHeader, "Google")
	}
	x := &exchange{url: req.URL}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		x.err = err
		return x
	}
	defer resp.Body.Close()
	x.status, x.header = resp.StatusCode, resp.Header
	x.body, x.err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return x
}

// newBase returns a transport that sends requests to the metadata server without a
// proxy: one would send its own address.
func newBase() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	direct := &http.Transport{DialContext: dialer.DialContext}
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.Path, metadataRoot) {
			return direct.RoundTrip(req)
		}
		return http.DefaultTransport.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
