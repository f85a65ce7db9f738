package identity

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

// oauthEndpoints returns the calls that issue tokens, describe them, or return
// the keys of ID tokens.
func (auth *Authority) oauthEndpoints() map[string]rest.Endpoint {
	return map[string]rest.Endpoint{
		"oauth2.token":              {Serve: auth.exchangeToken, Open: true},
		"oauth2.tokeninfo":          {Serve: auth.tokenInfo, Open: true},
		"oauth2.certs":              {Serve: auth.certs, Open: true},
		"iap.keys":                  {Serve: auth.proxyCerts, Open: true},
		"oauth2.userinfo.get":       {Serve: auth.userInfo},
		"oauth2.userinfo.v2.me.get": {Serve: auth.userInfo},
		"oauth2.userinfo.openid":    {Serve: auth.userInfo},
	}
}

// oauthError returns an error of the token endpoint (RFC 6749, 5.2).
func oauthError(status int, code, description string) *rest.Response {
	return rest.JSONResponse(status, rest.IndentedJSON(struct {
		Error       string `json:"error,omitempty"`
		Description string `json:"error_description,omitempty"`
	}{code, description}))
}

func invalidGrant(description string) *rest.Response {
	return oauthError(http.StatusBadRequest, "invalid_grant", description)
}

// notDelegated is the error of an account that may not act as the user with the
// scopes.
const notDelegated = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."

// OAuthFault returns the response of a status for a call that is served without a
// token.
func OAuthFault(rt *rest.Route, status int) *rest.Response {
	switch {
	case rt.Name != "oauth2.token":
		return rest.HTMLError(status)
	case status == http.StatusBadRequest:
		return invalidGrant("Bad Request")
	case status == http.StatusUnauthorized:
		return oauthError(status, "unauthorized_client", notDelegated)
	case status == http.StatusForbidden:
		return oauthError(status, "access_denied", "Account restricted")
	case status == http.StatusTooManyRequests:
		return oauthError(status, "rate_limit_exceeded", "Rate limit exceeded")
	case status == http.StatusInternalServerError:
		return oauthError(status, "internal_failure", "")
	}
	return rest.HTMLError(status)
}

// exchangeToken is the token endpoint,
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest.
// Clients of the older and of the final draft of RFC 7523 use it.
func (auth *Authority) exchangeToken(c *rest.Call) (any, error) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return oauthError(http.StatusBadRequest, "invalid_request", "Bad Request"), nil
	}
	switch grant := form.Get("grant_type"); grant {
	case "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion":
		return auth.redeemAssertion(c, form.Get("assertion")), nil
	case "refresh_token":
		return auth.redeemRefreshToken(c, form), nil
	case "":
		return oauthError(http.StatusBadRequest, "invalid_request", "Missing required parameter: grant_type"), nil
	default:
		return oauthError(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+grant), nil
	}
}

// assertion is what a service account signs to get a token.
type assertion struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Scope    string `json:"scope"` // separated by spaces
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expiry   int64  `json:"exp"`

	TargetAudience string `json:"target_audience"` // requests an ID token instead
}

// clockTolerance is how far the clock of a client may be ahead of Google's.
const clockTolerance = 5 * time.Minute

// redeemAssertion exchanges an assertion for a token.
func (auth *Authority) redeemAssertion(c *rest.Call, text string) *rest.Response {
	var a assertion
	signed, err := parseSigned(text)
	if err != nil || json.Unmarshal(signed.payload, &a) != nil {
		return invalidGrant("Invalid JWT: Failed to parse.")
	}
	account, known := auth.accountLocked(a.Issuer)
	if !known {
		return invalidGrant("Invalid grant: account not found")
	}
	if !signed.verify(auth.keys.account(account).private.Public()) {
		return invalidGrant("Invalid JWT Signature.")
	}
	if refused := auth.checkAssertion(c, a); refused != nil {
		return refused
	}
	if a.TargetAudience != "" {
		signed := auth.keys.signing().sign(auth.idClaims(account, a.TargetAudience, true))
		return rest.JSONResponse(http.StatusOK, rest.IndentedJSON(map[string]string{"id_token": signed}))
	}
	return auth.issueAsserted(c, account, a)
}

// checkAssertion returns the error of an assertion for another audience or
// another time, or nil.
func (auth *Authority) checkAssertion(c *rest.Call, a assertion) *rest.Response {
	now, issued, expiry := auth.config.Now(), time.Unix(a.IssuedAt, 0), time.Unix(a.Expiry, 0)
	switch {
	case !auth.tokenAudience(c, a.Audience):
		return invalidGrant("Invalid JWT: Failed audience check.")
	case issued.After(now.Add(clockTolerance)), !now.Before(expiry), expiry.Sub(issued) > time.Hour, !issued.Before(expiry):
		return invalidGrant("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	}
	return nil
}

// tokenAudience reports whether an audience is an address of Google's token
// endpoint, an older one included, or the address of this request.
func (auth *Authority) tokenAudience(c *rest.Call, audience string) bool {
	switch audience {
	case "https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v4/token", "https://accounts.google.com/o/oauth2/token",
		"http://" + c.Host + "/" + c.Route.Path, "https://" + c.Host + "/" + c.Route.Path:
		return true
	}
	return false
}

// issueAsserted issues a token of the account or, with a subject, of a user of a
// domain that has delegated the scopes to it,
// https://support.google.com/a/answer/162106.
func (auth *Authority) issueAsserted(c *rest.Call, account string, a assertion) *rest.Response {
	scopes, user := strings.Fields(a.Scope), account
	if a.Subject != "" {
		user = a.Subject
	}
	name, domain, ok := strings.Cut(user, "@")
	switch {
	case len(scopes) == 0 || !wellFormedScopes(scopes):
		return oauthError(http.StatusBadRequest, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
	case !ok, name == "", domain == "", strings.Contains(domain, "@"), user != account && rest.IsServiceAccount(user):
		return invalidGrant("Invalid email or User ID")
	case !auth.mayActAsLocked(account, user, scopes):
		return oauthError(http.StatusUnauthorized, "unauthorized_client", notDelegated)
	}
	return auth.tokenResponseLocked(auth.issueLocked(user, scopes, FromTokenEndpoint), "")
}

// redeemRefreshToken exchanges the refresh token of a user for an access token,
// https://developers.google.com/identity/protocols/oauth2/web-server#offline.
func (auth *Authority) redeemRefreshToken(c *rest.Call, form url.Values) *rest.Response {
	held := auth.refresh[form.Get("refresh_token")]
	switch {
	case form.Get("client_id") == "":
		return oauthError(http.StatusBadRequest, "invalid_request", "Could not determine client ID from request.")
	case held == nil:
		return invalidGrant("Bad Request")
	}
	return auth.tokenResponseLocked(auth.issueLocked(held.Principal, held.Scopes, FromTokenEndpoint), strings.Join(held.Scopes, " "))
}

// tokenResponseLocked returns the response with a new access token.
func (auth *Authority) tokenResponseLocked(text, scope string) *rest.Response {
	left := auth.tokens[text].Expiry.Sub(auth.config.Now())
	return rest.JSONResponse(http.StatusOK, rest.IndentedJSON(struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope,omitempty"`
		TokenType   string `json:"token_type"`
	}{text, int64((left - 1) / time.Second), scope, "Bearer"}))
}

// tokenInfo returns the owner, the scopes and the expiry of an access token.
func (auth *Authority) tokenInfo(c *rest.Call) (any, error) {
	query := c.Query
	if form, err := url.ParseQuery(string(c.Body)); err == nil && len(form) > 0 {
		query = form
	}
	if query.Has("id_token") {
		return nil, rest.Unsupported("oauth2.tokeninfo with id_token")
	}
	t, now := auth.tokens[query.Get("access_token")], auth.config.Now()
	if t == nil || t.Federated || !now.Before(t.Expiry) {
		return oauthError(http.StatusBadRequest, "", "Invalid Value"), nil
	}
	return rest.JSONResponse(http.StatusOK, rest.IndentedJSON(struct {
		AuthorizedParty string `json:"azp"`
		Audience        string `json:"aud"`
		Scope           string `json:"scope"`
		Expiry          string `json:"exp"`
		ExpiresIn       string `json:"expires_in"`
		Email           string `json:"email"`
		EmailVerified   string `json:"email_verified"`
		AccessType      string `json:"access_type"`
	}{
		UniqueID(t.Principal), UniqueID(t.Principal), strings.Join(t.Scopes, " "),
		strconv.FormatInt(t.Expiry.Unix(), 10), strconv.FormatInt(int64(t.Expiry.Sub(now)/time.Second), 10),
		t.Principal, "true", "online",
	})), nil
}

// userInfo describes the owner of the token: with the names of OpenID Connect
// (https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims) below
// /v3/ and at openidconnect.googleapis.com, with those of the discovery document
// elsewhere. The address takes its scope. Names and pictures are not known.
func (auth *Authority) userInfo(c *rest.Call) (any, error) {
	id, verified := "id", "verified_email"
	if c.Route.Name == "oauth2.userinfo.openid" {
		id, verified = "sub", "email_verified"
	}
	out := map[string]any{id: UniqueID(c.Principal)}
	if slices.Contains(c.Scopes, rest.ScopePrefix+"userinfo.email") {
		out["email"], out[verified] = c.Principal, true
	}
	return rest.JSONResponse(http.StatusOK, rest.IndentedJSON(out)), nil
}
