package identity

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// Token is an access token without its text: owner, scopes, and where it is from.
type Token struct {
	Number    int64 // 1 for the first that was issued
	Principal string
	// Requested are the scopes that the last request for the token has named, and Scopes
	// those that it was issued with, both as full URLs.
	Requested, Scopes []string
	Source            Source
	Issued, Expiry    time.Time
	Federated         bool // of a workload, which has no address
	Calls             int  // with the token
}

// Source is what has issued a token.
type Source string

// The sources of tokens.
const (
	FromMetadataServer Source = "metadata server"
	FromIAM            Source = "IAM"
	FromTokenEndpoint  Source = "token endpoint"
	FromConsent        Source = "consent" // of a user, by [Authority.Token]
)

// Token returns a new access token of any address, as if its owner had consented
// to the scopes (full URLs). Its lifetime is that of the configuration.
func (auth *Authority) Token(email string, scopes ...string) string {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	return auth.issueLocked(email, scopes, FromConsent)
}

// issueLocked returns a new access token.
func (auth *Authority) issueLocked(email string, scopes []string, source Source) string {
	text, now := "ya29."+rest.RandomText(160), auth.config.Now()
	auth.issued++
	auth.tokens[text] = &Token{
		Number: auth.issued, Principal: email, Requested: slices.Clone(scopes), Scopes: slices.Clone(scopes),
		Source: source, Issued: now, Expiry: now.Add(auth.config.TokenLifetime),
	}
	return text
}

// Tokens returns the access tokens that were issued, oldest first, without their
// texts.
func (auth *Authority) Tokens() []Token {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	list := make([]Token, 0, len(auth.tokens))
	for _, t := range auth.tokens {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Token) int { return cmp.Compare(a.Number, b.Number) })
	return list
}

// These are the texts of 401 responses (recorded for Sheets and Drive).
const (
	invalidCredentials = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	missingCredentials = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)

// Authenticate returns the token of a request, or the 401 of one without a valid
// token.
func (auth *Authority) Authenticate(r *http.Request) (*Token, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || text == "" {
		return nil, unauthenticated(missingCredentials, "Login Required.", "required", "")
	}
	auth.mu.Lock()
	defer auth.mu.Unlock()
	t := auth.tokens[strings.TrimSpace(text)]
	if t == nil || !auth.config.Now().Before(t.Expiry) {
		return nil, InvalidToken()
	}
	t.Calls++
	return t, nil
}

// InvalidToken returns the 401 of a token that is unknown or has expired.
func InvalidToken() error {
	return unauthenticated(invalidCredentials, "Invalid Credentials", "authError", `, error="invalid_token"`)
}

func unauthenticated(message, short, reason, challenge string) error {
	return &rest.Error{
		Status:  http.StatusUnauthorized,
		Message: message,
		Item:    rest.ErrorItem{Message: short, Reason: reason, Location: "Authorization", LocationType: "header"},
		Header:  map[string]string{"WWW-Authenticate": `Bearer realm="https://accounts.google.com/"` + challenge},
	}
}

// Authorize returns the error of a call that the token's type, the project or
// the scopes do not allow.
func (auth *Authority) Authorize(t *Token, c *rest.Call) error {
	rt, d := c.Route, &c.Decision
	d.Accepted = rt.AcceptedScopes()
	if i := slices.IndexFunc(t.Scopes, rt.Accepts); i >= 0 {
		d.Scope = t.Scopes[i]
	}
	auth.mu.Lock()
	off := auth.disabled[rt.Service()]
	auth.mu.Unlock()
	switch {
	case t.Federated && !takesFederated(rt):
		return d.Refuse(rest.CheckToken, typeUnsupported(rt))
	case off:
		return d.Refuse(rest.CheckAPI, serviceDisabled(rt))
	case d.Scope == "":
		return d.Refuse(rest.CheckScope, insufficientScopes(rt))
	}
	return nil
}

// insufficientScopes is the 403 of a token without any scope of the call (recorded).
func insufficientScopes(rt *rest.Route) error {
	challenge := `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="` + strings.Join(rt.AcceptedScopes(), " ") + `"`
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: "Request had insufficient authentication scopes.",
		Item:    rest.ErrorItem{Message: "Insufficient Permission", Reason: "insufficientPermissions"},
		Details: []any{rest.ErrorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", map[string]string{
			"method": rt.RPC(), "service": rt.Service(),
		})},
		Header: map[string]string{"WWW-Authenticate": challenge},
	}
}

// apiTitles are the names of the APIs in the console.
var apiTitles = map[string]string{
	"drive.googleapis.com":          "Google Drive API",
	"iamcredentials.googleapis.com": "IAM Service Account Credentials API",
	"sheets.googleapis.com":         "Google Sheets API",
}

// serviceDisabled is the 403 of an API that is disabled in the project
// (recorded).
func serviceDisabled(rt *rest.Route) error {
	title := apiTitles[rt.Service()]
	url := "https://console.developers.google.com/apis/api/" + rt.Service() + "/overview?project=" + ProjectNumber
	message := title + " has not been used in project " + ProjectNumber + " before or it is disabled. Enable it by visiting " + url +
		" then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: message,
		Item:    rest.ErrorItem{Domain: "usageLimits", Reason: "accessNotConfigured"},
		Details: []any{
			rest.ErrorInfo("SERVICE_DISABLED", map[string]string{
				"service": rt.Service(), "serviceTitle": title, "activationUrl": url,
				"consumer": "projects/" + ProjectNumber, "containerInfo": ProjectNumber,
			}),
			map[string]any{"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
			map[string]any{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{
				map[string]string{"description": "Google developers console API activation", "url": url},
			}},
		},
	}
}

// Disabled returns the APIs that are disabled, in order.
func (auth *Authority) Disabled() (services []string) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	for name, off := range auth.disabled {
		if off {
			services = append(services, name)
		}
	}
	slices.Sort(services)
	return services
}

// Disable disables an API of the project, such as "sheets.googleapis.com", or
// enables it again.
func (auth *Authority) Disable(service string, disabled bool) {
	auth.mu.Lock()
	defer auth.mu.Unlock()
	auth.disabled[service] = disabled
}
