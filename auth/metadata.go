package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

// The metadata server's protocol:
// https://cloud.google.com/compute/docs/metadata/querying-metadata and, for
// the scopes parameter, https://google.aip.dev/auth/4115.
const (
	metadataAddress = "169.254.169.254"
	accountPath     = "/computeMetadata/v1/instance/service-accounts/default/"
	projectPath     = "/computeMetadata/v1/project/project-id"
	flavorHeader    = "Metadata-Flavor"
	flavor          = "Google"
)

// metadataServer is the token source of a platform. It needs no credentials: only
// the workload itself can reach its metadata server.
type metadataServer struct {
	host   string // host or host:port
	scopes Scopes
	client *http.Client
}

func newMetadataServer(host string, scopes Scopes, base http.RoundTripper) *metadataServer {
	if base == nil {
		// Without a Proxy: HTTP_PROXY in the environment must not divert tokens.
		// The short timeout is for machines from which the address is unreachable.
		dialer := &net.Dialer{Timeout: 2 * time.Second}
		// Without connections that stay: net/http prints what comes on one after a
		// response, in clear, and a token may be in it.
		base = &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	}
	return &metadataServer{host: host, scopes: scopes, client: newClient(base)}
}

func (m *metadataServer) String() string { return "metadata server at " + m.host }

// fetch returns a token with exactly the scopes of m, where the platform honours
// them. It retries until ctx ends.
func (m *metadataServer) fetch(ctx context.Context) (Token, error) {
	query := url.Values{"scopes": {m.scopes.String()}}
	sent := time.Now()
	body, err := m.get(ctx, accountPath+"token?"+query.Encode())
	if err == nil {
		var t Token
		if t, err = parseToken(body, sent); err == nil {
			return t, nil
		}
	}
	return Token{}, &Error{Op: "fetch an access token from the " + m.String(), Err: err, Hint: m.hint(ctx, err)}
}

// email returns the service account's address; for a federated identity without
// a service account, the name of its workload identity pool.
func (m *metadataServer) email(ctx context.Context) (string, error) {
	body, err := m.get(ctx, accountPath+"email")
	if err != nil {
		return "", &Error{Op: "fetch the service account's e-mail from the " + m.String(), Err: err, Hint: m.hintFor("ACCOUNT", err)}
	}
	email := strings.TrimSpace(string(body))
	if email == "" || strings.ContainsAny(email, " <>\n") {
		return "", &Error{Op: "fetch the service account's e-mail from the " + m.String(), Err: errors.New("the response is not an e-mail address")}
	}
	return email, nil
}

// project returns the ID of the platform's project.
func (m *metadataServer) project(ctx context.Context) (string, error) {
	body, err := m.get(ctx, projectPath)
	if err != nil {
		return "", &Error{Op: "fetch the project from the " + m.String(), Err: err}
	}
	if project := string(body); projectID().MatchString(project) {
		return project, nil
	}
	return "", &Error{Op: "fetch the project from the " + m.String(), Err: errors.New("the response is not a project ID")}
}

// projectID allows the domain before a colon that old projects have.
var projectID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9.:-]{1,100}$`)
})

// parseToken reads {"access_token": …, "expires_in": seconds, "token_type": …}, the
// response of the metadata server (https://google.aip.dev/auth/4115) and of the
// token endpoint. The lifetime starts when the request was sent, so that a slow
// response does not extend it.
func parseToken(body []byte, sent time.Time) (Token, error) {
	var response struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
		TokenType   string  `json:"token_type"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		// The decoder's own message could quote the token.
		return Token{}, errors.New("the response is not a token in JSON")
	}
	lifetime := time.Duration(response.ExpiresIn * float64(time.Second))
	switch {
	case response.AccessToken == "":
		return Token{}, errors.New("the response has no access_token")
	case strings.ContainsFunc(response.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Token{}, errors.New("the access_token has characters that no token has")
	case lifetime <= 0 || lifetime > 24*time.Hour:
		return Token{}, fmt.Errorf("expires_in is %v seconds, want up to a day", response.ExpiresIn)
	case !strings.EqualFold(response.TokenType, "Bearer"):
		return Token{}, fmt.Errorf("token_type is %q, want Bearer", response.TokenType)
	}
	return newToken(response.AccessToken, sent.Add(lifetime)), nil
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
			err = fmt.Errorf("the response has no %s: %s header, so the server is not a metadata server", flavorHeader, flavor)
		}
		return body, err
	})
}

// hint returns what fixes the errors that platforms are known to return. Only where
// the hint names the service account does it fetch the address.
func (m *metadataServer) hint(ctx context.Context, err error) string {
	account := "ACCOUNT"
	if s, ok := errors.AsType[*statusError](err); ok && s.status == http.StatusForbidden {
		if email, err := m.email(ctx); err == nil && strings.Contains(email, "@") {
			account = email
		}
	}
	return m.hintFor(account, err)
}

func (m *metadataServer) hintFor(account string, err error) string {
	s, ok := errors.AsType[*statusError](err)
	switch {
	case !ok:
		return "check that a metadata server responds at GCE_METADATA_HOST, on Google Cloud 169.254.169.254: curl -H 'Metadata-Flavor: Google' http://" + m.host +
			"/computeMetadata/v1/project/project-id; elsewhere set GOOGLE_APPLICATION_CREDENTIALS to the path of a credentials file"
	case s.status == http.StatusBadRequest:
		return "check the spelling of SCOPES"
	case s.status == http.StatusForbidden && !strings.Contains(s.body, "IAM returned"):
		return "check that no proxy forwards requests to the metadata server, which refuses them"
	case s.status == http.StatusForbidden:
		return "on GKE bind the Kubernetes service account to the Google service account: gcloud iam service-accounts add-iam-policy-binding " + account +
			" --role=roles/iam.workloadIdentityUser --member='serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]'"
	case s.status == http.StatusNotFound:
		return "give the workload a service account: " + attachCommand(os.Getenv("K_SERVICE"))
	case s.status == http.StatusTooManyRequests:
		return "wait a minute: the metadata server limits how often one workload may call it"
	case s.status >= 500:
		return "check the spelling of SCOPES, and that the service account exists and is enabled: gcloud iam service-accounts list"
	}
	return ""
}

// attachCommand returns the command that gives a service account to a Cloud Run
// service, or to a VM if there is no service.
func attachCommand(service string) string {
	if service == "" {
		return "gcloud compute instances set-service-account VM --service-account=ACCOUNT --scopes=cloud-platform"
	}
	return "gcloud run services update " + service + " --service-account=ACCOUNT"
}
