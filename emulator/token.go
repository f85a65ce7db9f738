package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// token is what an access token stands for.
type token struct {
	principal string
	scopes    []string
	expiry    time.Time
	federated bool // of a workload, not of an account that Google knows by an address
}

// Token returns a new access token for anybody, as if that person had consented
// to the scopes (full URLs). It is good for Options.TokenLifetime.
func (s *Server) Token(email string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(email, scopes)
}

// issue makes a token; the caller holds the lock.
func (s *Server) issue(email string, scopes []string) string {
	text := "ya29." + rest.RandomText(160)
	expiry := s.options.Now().Add(s.options.TokenLifetime)
	s.tokens[text] = &token{principal: email, scopes: slices.Clone(scopes), expiry: expiry}
	return text
}

// Texts of the 401 answers (recorded for Sheets and Drive).
const (
	invalidCredentials = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	missingCredentials = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)

// authenticate returns the token of a request, or the 401 that refuses it.
func (s *Server) authenticate(r *http.Request) (*token, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || text == "" {
		return nil, unauthenticated(missingCredentials, "Login Required.", "required", "")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[strings.TrimSpace(text)]
	if t == nil || !s.options.Now().Before(t.expiry) {
		return nil, unauthenticated(invalidCredentials, "Invalid Credentials", "authError", `, error="invalid_token"`)
	}
	return t, nil
}

func unauthenticated(message, short, reason, challenge string) error {
	return &rest.Error{
		Status:  http.StatusUnauthorized,
		Message: message,
		Item:    rest.ErrorItem{Message: short, Reason: reason, Location: "Authorization", LocationType: "header"},
		Header:  map[string]string{"WWW-Authenticate": `Bearer realm="https://accounts.google.com/"` + challenge},
	}
}

// authorize refuses what the token's type, the project or the scopes don't allow.
func (s *Server) authorize(t *token, rt *rest.Route) error {
	if t.federated && !takesFederated(rt) {
		return typeUnsupported(rt)
	}
	s.mu.Lock()
	off := s.disabled[rt.Service()]
	s.mu.Unlock()
	if off {
		return serviceDisabled(rt)
	}
	accepted := rt.AcceptedScopes()
	for _, scope := range t.scopes {
		if slices.Contains(accepted, scope) {
			return nil
		}
	}
	challenge := `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="` + strings.Join(accepted, " ") + `"`
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

// serviceDisabled is the 403 of an API that is off in the token's project (recorded).
func serviceDisabled(rt *rest.Route) error {
	title := apiTitles[rt.Service()]
	url := "https://console.developers.google.com/apis/api/" + rt.Service() + "/overview?project=" + projectNumber
	message := title + " has not been used in project " + projectNumber + " before or it is disabled. Enable it by visiting " + url +
		" then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	return &rest.Error{
		Status:  http.StatusForbidden,
		Message: message,
		Item:    rest.ErrorItem{Domain: "usageLimits", Reason: "accessNotConfigured"},
		Details: []any{
			rest.ErrorInfo("SERVICE_DISABLED", map[string]string{
				"service": rt.Service(), "serviceTitle": title, "activationUrl": url,
				"consumer": "projects/" + projectNumber, "containerInfo": projectNumber,
			}),
			map[string]any{"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
			map[string]any{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{
				map[string]string{"description": "Google developers console API activation", "url": url},
			}},
		},
	}
}
