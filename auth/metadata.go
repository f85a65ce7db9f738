package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The metadata server's protocol:
// https://cloud.google.com/compute/docs/metadata/querying-metadata and, for
// the scopes parameter, https://google.aip.dev/auth/4115.
const (
	metadataAddress = "169.254.169.254"
	accountPath     = "/computeMetadata/v1/instance/service-accounts/default/"
	flavorHeader    = "Metadata-Flavor"
	flavor          = "Google"
)

// metadataServer is the platform's token source. Asking it needs no key:
// reaching it is the proof of who we are.
type metadataServer struct {
	host   string // host or host:port
	scopes Scopes
	client *http.Client
}

func newMetadataServer(host string, scopes Scopes, base http.RoundTripper) *metadataServer {
	if base == nil {
		// No Proxy field: whoever can set HTTP_PROXY must not see tokens. No
		// probe and no name look-up either; an unreachable address fails fast.
		dialer := &net.Dialer{Timeout: 2 * time.Second}
		base = &http.Transport{DialContext: dialer.DialContext, IdleConnTimeout: time.Minute}
	}
	return &metadataServer{host: host, scopes: scopes, client: newClient(base)}
}

func (m *metadataServer) String() string { return "metadata server at " + m.host }

// fetch asks for a token with exactly our scopes, until ctx ends.
func (m *metadataServer) fetch(ctx context.Context) (Token, error) {
	query := url.Values{"scopes": {m.scopes.String()}}
	asked := time.Now()
	body, err := m.get(ctx, accountPath+"token?"+query.Encode())
	if err == nil {
		var t Token
		if t, err = parseToken(body, asked); err == nil {
			return t, nil
		}
	}
	return Token{}, &Error{Op: "fetch an access token from the " + m.String(), Err: err, Hint: metadataHint(err)}
}

// email asks for the service account's address.
func (m *metadataServer) email(ctx context.Context) (string, error) {
	body, err := m.get(ctx, accountPath+"email")
	if err != nil {
		return "", &Error{Op: "fetch the service account's e-mail from the " + m.String(), Err: err, Hint: metadataHint(err)}
	}
	email := strings.TrimSpace(string(body))
	if email == "" || strings.ContainsAny(email, " <>\n") {
		return "", &Error{Op: "fetch the service account's e-mail from the " + m.String(), Err: errors.New("the answer is no e-mail address")}
	}
	return email, nil
}

// parseToken reads {"access_token", "expires_in" (seconds), "token_type"}, the
// answer of https://google.aip.dev/auth/4115. The lifetime counts from asked,
// so that a slow answer does not lengthen it.
func parseToken(body []byte, asked time.Time) (Token, error) {
	var answer struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
		TokenType   string  `json:"token_type"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		// The decoder's own message could quote the token.
		return Token{}, errors.New("the answer is not a token in JSON")
	}
	life := time.Duration(answer.ExpiresIn * float64(time.Second))
	switch {
	case answer.AccessToken == "":
		return Token{}, errors.New("the answer holds no access_token")
	case strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Token{}, errors.New("the access_token holds characters that no token has")
	case life <= 0 || life > 24*time.Hour:
		return Token{}, fmt.Errorf("expires_in is %v seconds, want up to a day", answer.ExpiresIn)
	case !strings.EqualFold(answer.TokenType, "Bearer"):
		return Token{}, fmt.Errorf("token_type is %q, want Bearer", answer.TokenType)
	}
	return newToken(answer.AccessToken, asked.Add(life)), nil
}

func (m *metadataServer) get(ctx context.Context, path string) ([]byte, error) {
	return retry(ctx, func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.host+path, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set(flavorHeader, flavor)
		body, header, err := roundTrip(m.client, req)
		if err == nil && header.Get(flavorHeader) != flavor {
			err = fmt.Errorf("the answer has no %s: %s header: this is not a metadata server", flavorHeader, flavor)
		}
		return body, err
	})
}

// metadataHint names the act that mends what the platforms are known to answer.
func metadataHint(err error) string {
	s, ok := errors.AsType[*statusError](err)
	switch {
	case !ok:
		return "check that this runs on Google Cloud, or that GCE_METADATA_HOST names a metadata server that answers; elsewhere let GOOGLE_APPLICATION_CREDENTIALS name a credentials file"
	case s.status == http.StatusBadRequest:
		return "check the spelling of SCOPES"
	case s.status == http.StatusForbidden && !strings.Contains(s.body, "IAM returned"):
		return "check that no proxy stands before the metadata server: it refuses requests that were forwarded"
	case s.status == http.StatusForbidden:
		return "on GKE bind the Kubernetes service account to a Google service account: gcloud iam service-accounts add-iam-policy-binding ACCOUNT --role=roles/iam.workloadIdentityUser --member='serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]'"
	case s.status == http.StatusNotFound:
		return "give the workload a service account: gcloud run services update SERVICE --service-account=ACCOUNT"
	case s.status >= 500:
		return "check the spelling of SCOPES, and that the service account exists and is enabled: gcloud iam service-accounts describe ACCOUNT"
	}
	return ""
}
