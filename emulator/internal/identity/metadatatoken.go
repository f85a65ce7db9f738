package identity

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// scopePattern matches a well-formed scope. Whether Google has such a scope is
// not checked.
var scopePattern = regexp.MustCompile(`^(https://www\.googleapis\.com/auth/[a-z0-9._/-]+|https://[a-z0-9.]+/[a-z0-9._/-]*|openid|email|profile)$`)

// wellFormedScopes reports whether all scopes are well-formed.
func wellFormedScopes(list []string) bool {
	return !slices.ContainsFunc(list, func(scope string) bool { return !scopePattern.MatchString(scope) })
}

// cachedToken is an entry of the metadata server's cache.
type cachedToken struct {
	text     string
	renewing time.Time // when GKE began to replace it; zero = not yet
}

// renewalDuration is how long GKE takes to renew a token: clients that request one again
// after 2 s get the new one (github.com/vectordotdev/vector/issues/21411).
const renewalDuration = 2 * time.Second

// metadataToken serves token?scopes=…. They are separated by commas, as in
// https://google.aip.dev/auth/4115.
func (auth *Authority) metadataToken(r *http.Request) (scopes []string, number int64, res *rest.Response) {
	p := auth.platform()
	var requested []string
	scopes = p.scopes
	if text := r.URL.Query().Get("scopes"); text != "" {
		requested = strings.Split(text, ",")
		scopes = requested
	}
	auth.mu.Lock()
	defer auth.mu.Unlock()
	granted := scopes
	switch {
	case auth.Profile() == GCE:
		granted = p.scopes // whatever was requested
	case auth.Profile() == GKE && auth.unbound:
		return scopes, 0, auth.metadataText(http.StatusForbidden, missingBindingText("iam.serviceAccounts.getAccessToken"))
	case !wellFormedScopes(scopes) && auth.isGKE():
		return scopes, 0, auth.metadataText(http.StatusBadRequest, "Unable to generate access token; IAM returned 400 Bad Request: Request contains an invalid argument.\n")
	case !wellFormedScopes(scopes): // such as ones joined by spaces (reported for Cloud Run)
		return scopes, 0, auth.couldNotFetch(r.URL)
	}
	text, t := auth.cachedTokenLocked(granted, p)
	t.Requested = requested
	// The remaining lifetime less a second, so 3599 for a new token.
	seconds := int((t.Expiry.Sub(auth.config.Now()) - 1) / time.Second)
	return scopes, t.Number, auth.metadataJSON([]byte(`{"access_token":"` + text + `","expires_in":` + strconv.Itoa(seconds) + `,"token_type":"Bearer"}`))
}

// cachedTokenLocked returns the cached token for the scopes, or a new token when the
// platform replaces it.
func (auth *Authority) cachedTokenLocked(scopes []string, p platform) (string, *Token) {
	now, key := auth.config.Now(), strings.Join(scopes, ",")
	early := min(p.refreshBefore, auth.config.TokenLifetime/4)
	held, left := auth.cached[key], time.Duration(0)
	if held != nil && auth.tokens[held.text] != nil {
		left = auth.tokens[held.text].Expiry.Sub(now)
	}
	switch fresh := left > early; {
	case fresh:
	case p.staleWhileRenewing && left > early/5 && held.renewing.IsZero():
		held.renewing = now
	case p.staleWhileRenewing && left > early/5 && now.Sub(held.renewing) < renewalDuration:
	default:
		held = &cachedToken{text: auth.issueLocked(auth.servedAccount(), scopes, FromMetadataServer)}
		auth.tokens[held.text].Federated = auth.Profile() == GKEDirect
		auth.cached[key] = held
	}
	return held.text, auth.tokens[held.text]
}

// missingBindingText is GKE's error text where Workload Identity is not set up
// (github.com/camunda/camunda/issues/31106).
func missingBindingText(permission string) string {
	return "Unable to generate access token; IAM returned 403 Forbidden: " + deniedText(permission) + "\n" +
		"This error could be caused by a missing IAM policy binding on the target IAM service account.\n" +
		"For more information, refer to the Workload Identity documentation:\n" +
		"\thttps://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#authenticating_to\n\n"
}

// metadataIdentity serves identity?audience=…&format=…,
// https://cloud.google.com/compute/docs/instances/verifying-instance-identity.
func (auth *Authority) metadataIdentity(r *http.Request) *rest.Response {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	audience := r.URL.Query().Get("audience")
	switch {
	case auth.Profile() == GKEDirect: // it has no service account for an ID token
		return auth.metadataNotFound()
	case audience == "":
		return auth.metadataText(http.StatusBadRequest, "non-empty audience parameter required\n")
	case auth.Profile() == GKE && auth.unbound:
		return auth.metadataText(http.StatusForbidden, missingBindingText("iam.serviceAccounts.getOpenIdToken"))
	}
	full := r.URL.Query().Get("format") == "full"
	claims := auth.idClaims(auth.config.ServiceAccount, audience, full || auth.Profile() == CloudRun)
	if full && auth.Profile() == GCE {
		claims.Google = map[string]any{"compute_engine": map[string]any{
			"instance_creation_timestamp": claims.IssuedAt - 86400,
			"instance_id":                 machineID,
			"instance_name":               machineName,
			"project_id":                  auth.config.Project,
			"project_number":              123456789012,
			"zone":                        "us-central1-a",
		}}
	}
	return auth.metadataText(http.StatusOK, auth.keys.signing().sign(claims))
}
