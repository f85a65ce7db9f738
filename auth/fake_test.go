package auth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// fakePlatform is where the function runs.
type fakePlatform int

const (
	cloudRun   fakePlatform = iota // grants the scopes requested
	vm                             // ignores the scopes requested
	gkeUnbound                     // Workload Identity without the IAM binding
	federated                      // Workload Identity without a Google service account
)

const (
	ownAccount   = "sheets-function@demo-project.iam.gserviceaccount.com"
	workloadPool = "demo-project.svc.id.goog" // the identity of the federated platform
)

// grant is the account and scopes of an access token.
type grant struct {
	principal string
	scopes    []string
	expiry    time.Time
	federated bool
}

// fakeGoogle serves what this package calls, and a spreadsheet that the tokens
// are for: the metadata server, IAM's generateAccessToken and signJwt, and the
// OAuth token endpoint. It refuses what Google refuses. The zero value is ready;
// set its fields before the first request.
type fakeGoogle struct {
	platform    fakePlatform
	token       http.HandlerFunc       // if set, serves the metadata server's token requests
	owner       string                 // who may open the spreadsheet
	iamDisabled bool                   // the IAM API is not enabled
	creators    map[[2]string]bool     // {caller, account} with roles/iam.serviceAccountTokenCreator
	delegations map[[2]string][]string // {account, Workspace domain}: scopes
	logins      map[string]string      // refresh token: e-mail

	mu     sync.Mutex
	faults map[string][]int // path suffix: statuses of the next responses; 0 drops the connection
	issued map[string]grant
	last   grant // the last token that the spreadsheet's API received
}

func (g *fakeGoogle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.fail(w, r.URL.Path) {
		return
	}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/computeMetadata/v1/"):
		g.serveMetadata(w, r)
	case r.Method == http.MethodPost && strings.HasPrefix(path, "/v1/projects/-/serviceAccounts/"):
		g.serveIAM(w, r, strings.TrimPrefix(path, "/v1/projects/-/serviceAccounts/"))
	case r.Method == http.MethodPost && path == "/token":
		g.serveToken(w, r)
	case path == "/v4/spreadsheets/x":
		g.serveSpreadsheet(w, r)
	default:
		http.NotFound(w, r)
	}
}

// fail responds with the next fault for the path, and reports whether there was one.
func (g *fakeGoogle) fail(w http.ResponseWriter, path string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for suffix, statuses := range g.faults {
		if !strings.HasSuffix(path, suffix) || len(statuses) == 0 {
			continue
		}
		g.faults[suffix] = statuses[1:]
		if statuses[0] == 0 {
			panic(http.ErrAbortHandler)
		}
		http.Error(w, "fault", statuses[0])
		return true
	}
	return false
}

func (g *fakeGoogle) issue(principal string, scopes []string, federated bool) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.issued == nil {
		g.issued = map[string]grant{}
	}
	token := fmt.Sprint("ya29.", len(g.issued))
	g.issued[token] = grant{principal, scopes, time.Now().Add(time.Hour), federated}
	return token
}

// bearer returns the grant of the request's token, or writes a 401.
func (g *fakeGoogle) bearer(w http.ResponseWriter, r *http.Request) (grant, bool) {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g.mu.Lock()
	defer g.mu.Unlock()
	granted, known := g.issued[token]
	if !found || !known || !time.Now().Before(granted.expiry) {
		googleError(w, http.StatusUnauthorized, "", "invalid authentication credentials")
		return grant{}, false
	}
	return granted, true
}

// serveMetadata follows
// https://cloud.google.com/compute/docs/metadata/querying-metadata and, for the
// scopes parameter, https://google.aip.dev/auth/4115.
func (g *fakeGoogle) serveMetadata(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Metadata-Flavor", "Google")
	entry, known := strings.CutPrefix(r.URL.Path, "/computeMetadata/v1/instance/service-accounts/default/")
	account := ownAccount
	if g.platform == federated {
		account = workloadPool
	}
	switch {
	case r.Header.Get("X-Forwarded-For") != "":
		http.Error(w, "Forbidden", http.StatusForbidden)
	case r.Header.Get("Metadata-Flavor") != "Google":
		http.Error(w, `Missing required header "Metadata-Flavor": "Google"`, http.StatusForbidden)
	case r.Method != http.MethodGet || !known:
		http.NotFound(w, r)
	case entry == "email":
		fmt.Fprintln(w, account)
	case entry == "token" && g.token != nil:
		w.Header().Del("Metadata-Flavor") // the handler decides
		g.token(w, r)
	case entry == "token":
		g.serveMetadataToken(w, r, account)
	default:
		http.NotFound(w, r)
	}
}

func (g *fakeGoogle) serveMetadataToken(w http.ResponseWriter, r *http.Request, account string) {
	scopes := []string{scopePrefix + "cloud-platform"}
	if list := r.URL.Query().Get("scopes"); list != "" {
		scopes = strings.Split(list, ",")
	}
	wellFormed := !slices.ContainsFunc(scopes, func(s string) bool { return !isScope(s) })
	switch {
	case g.platform == gkeUnbound:
		http.Error(w, "Unable to generate access token; IAM returned 403 Forbidden: "+denied("getAccessToken"), http.StatusForbidden)
		return
	case g.platform == vm:
		scopes = []string{scopePrefix + "devstorage.read_only", scopePrefix + "logging.write"}
	case !wellFormed: // Cloud Run's response to scopes separated by spaces
		http.Error(w, "Could not fetch URI "+r.URL.RequestURI(), http.StatusInternalServerError)
		return
	}
	writeToken(w, g.issue(account, scopes, g.platform == federated), time.Hour)
}

func isScope(s string) bool {
	return strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " +,")
}

// writeToken writes the response of a metadata server or a token endpoint.
func writeToken(w http.ResponseWriter, value string, lifetime time.Duration) {
	w.Header().Set("Metadata-Flavor", "Google")
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"expires_in":%d,"token_type":"Bearer"}`, value, int(lifetime.Seconds()))
}

// serveIAM follows
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts.
func (g *fakeGoogle) serveIAM(w http.ResponseWriter, r *http.Request, call string) {
	caller, ok := g.bearer(w, r)
	if !ok {
		return
	}
	account, method, _ := strings.Cut(call, ":")
	permission := map[string]string{"generateAccessToken": "getAccessToken", "signJwt": "signJwt"}[method]
	var body struct {
		Scope   []string `json:"scope"`
		Payload string   `json:"payload"`
	}
	switch err := json.NewDecoder(r.Body).Decode(&body); {
	case permission == "":
		http.NotFound(w, r)
	case caller.federated && method == "signJwt":
		googleError(w, http.StatusUnauthorized, "ACCESS_TOKEN_TYPE_UNSUPPORTED", "this API takes no federated token")
	case g.iamDisabled:
		googleError(w, http.StatusForbidden, "SERVICE_DISABLED", "IAM Service Account Credentials API is disabled")
	case !slices.Contains(caller.scopes, scopePrefix+"cloud-platform"):
		googleError(w, http.StatusForbidden, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficient scopes")
	case !g.creators[[2]string{caller.principal, account}]:
		googleError(w, http.StatusForbidden, "IAM_PERMISSION_DENIED", denied(permission))
	case err != nil || method == "generateAccessToken" && (len(body.Scope) == 0 || !isScope(body.Scope[0])):
		googleError(w, http.StatusBadRequest, "", "invalid argument")
	case method == "generateAccessToken":
		writeJSON(w, map[string]any{
			"accessToken": g.issue(account, body.Scope, false),
			"expireTime":  time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		})
	default:
		writeJSON(w, map[string]any{"signedJwt": sign(accountKey(), `{"alg":"RS256","typ":"JWT"}`, body.Payload)})
	}
}

func denied(permission string) string {
	return "Permission 'iam.serviceAccounts." + permission + "' denied on resource (or it may not exist)."
}

// serveToken follows
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
// and, for the refresh tokens of people's logins, RFC 6749.
func (g *fakeGoogle) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	switch person := g.logins[r.PostForm.Get("refresh_token")]; {
	case r.PostForm.Get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
		g.redeemAssertion(w, r.PostForm)
	case r.PostForm.Get("grant_type") != "refresh_token" || r.PostForm.Get("client_id") == "":
		oauthError(w, http.StatusBadRequest, "invalid_request", "Bad Request")
	case person == "":
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Bad Request")
	default:
		writeToken(w, g.issue(person, []string{scopePrefix + "cloud-platform"}, false), time.Hour)
	}
}

func (g *fakeGoogle) redeemAssertion(w http.ResponseWriter, form url.Values) {
	var a struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Scope    string `json:"scope"`
		IssuedAt int64  `json:"iat"`
		Expiry   int64  `json:"exp"`
	}
	signed, err := jose.ParseSignedCompact(form.Get("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT")
		return
	}
	payload, err := signed.Verify(accountKey().Public())
	if err != nil || json.Unmarshal(payload, &a) != nil {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT Signature.")
		return
	}
	now, scopes := time.Now().Unix(), strings.Fields(a.Scope)
	_, domain, ok := strings.Cut(a.Subject, "@")
	switch {
	case a.Audience != "https://oauth2.googleapis.com/token":
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: Failed audience check.")
	case a.IssuedAt > now || a.Expiry <= now || a.Expiry-a.IssuedAt > 3600:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: check iat and exp")
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return !isScope(s) }):
		oauthError(w, http.StatusBadRequest, "invalid_scope", "Invalid OAuth scope")
	case !ok || domain == "demo-project.iam.gserviceaccount.com":
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	case !subset(scopes, g.delegations[[2]string{a.Issuer, domain}]):
		oauthError(w, http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method")
	default:
		writeToken(w, g.issue(a.Subject, scopes, false), time.Hour)
	}
}

func subset(scopes, allowed []string) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(allowed, s) })
}

func (g *fakeGoogle) serveSpreadsheet(w http.ResponseWriter, r *http.Request) {
	granted, ok := g.bearer(w, r)
	if !ok {
		return
	}
	g.mu.Lock()
	g.last = granted
	g.mu.Unlock()
	switch {
	case granted.federated:
		googleError(w, http.StatusUnauthorized, "ACCESS_TOKEN_TYPE_UNSUPPORTED", "this API takes no federated token")
	case !slices.Contains(granted.scopes, scopePrefix+"spreadsheets"):
		googleError(w, http.StatusForbidden, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficient scopes")
	case granted.principal != g.owner:
		googleError(w, http.StatusForbidden, "", "The caller does not have permission")
	default:
		writeJSON(w, map[string]any{"spreadsheetId": "x"})
	}
}

// googleError writes an error as Google's APIs do; reason may be empty.
func googleError(w http.ResponseWriter, status int, reason, message string) {
	body := map[string]any{"code": status, "message": message}
	if reason != "" {
		body["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeJSON(w, map[string]any{"error": body})
}

// oauthError writes an error as RFC 6749, section 5.2, defines it.
func oauthError(w http.ResponseWriter, status int, code, description string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeJSON(w, map[string]any{"error": code, "error_description": description})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
