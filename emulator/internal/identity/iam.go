package identity

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"google.golang.org/api/iamcredentials/v1"

	"example.com/sheets-function/emulator/internal/rest"
)

// iamEndpoints returns the calls of the Service Account Credentials API,
// https://cloud.google.com/iam/docs/reference/credentials/rest.
func (auth *Authority) iamEndpoints() map[string]rest.Endpoint {
	const accounts = "iamcredentials.projects.serviceAccounts."
	return map[string]rest.Endpoint{
		accounts + "generateAccessToken": rest.EndpointOf(auth.generateAccessToken),
		accounts + "generateIdToken":     rest.EndpointOf(auth.generateIDToken),
		accounts + "signJwt":             rest.EndpointOf(auth.signJWT),
	}
}

// generateAccessToken issues an access token of another service account. Its
// lifetime is an hour at most, as without an organization policy that extends
// it.
func (auth *Authority) generateAccessToken(c *rest.Call) (*iamcredentials.GenerateAccessTokenResponse, error) {
	var body iamcredentials.GenerateAccessTokenRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	life := time.Hour
	if body.Lifetime != "" {
		var err error
		if life, err = time.ParseDuration(body.Lifetime); err != nil || !strings.HasSuffix(body.Lifetime, "s") {
			text := "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Illegal duration format; duration must end with 's'"
			return nil, rest.Invalid("lifetime", text)
		}
	}
	if len(body.Scope) == 0 || !wellFormedScopes(body.Scope) || life <= 0 || life > time.Hour {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	account, err := auth.permittedAccount(c, "iam.serviceAccounts.getAccessToken", body.Delegates)
	if err != nil {
		return nil, err
	}
	text := auth.issueLocked(account, body.Scope, FromIAM)
	issued := auth.tokens[text]
	if end := auth.config.Now().Add(life); end.Before(issued.Expiry) {
		issued.Expiry = end
	}
	return &iamcredentials.GenerateAccessTokenResponse{
		AccessToken: text,
		ExpireTime:  issued.Expiry.UTC().Format(time.RFC3339),
	}, nil
}

// generateIDToken issues an ID token of another service account.
func (auth *Authority) generateIDToken(c *rest.Call) (*iamcredentials.GenerateIdTokenResponse, error) {
	var body iamcredentials.GenerateIdTokenRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	if body.Audience == "" {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	account, err := auth.permittedAccount(c, "iam.serviceAccounts.getOpenIdToken", body.Delegates)
	if err != nil {
		return nil, err
	}
	claims := auth.idClaims(account, body.Audience, body.IncludeEmail)
	return &iamcredentials.GenerateIdTokenResponse{Token: auth.keys.signing().sign(claims)}, nil
}

// signJWT signs claims with a key of the account that is not in any key file. An
// expiry among them must be a whole second of the next twelve hours.
func (auth *Authority) signJWT(c *rest.Call) (*iamcredentials.SignJwtResponse, error) {
	var body iamcredentials.SignJwtRequest
	if err := rest.Decode(c.Body, &body, ""); err != nil {
		return nil, err
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal([]byte(body.Payload), &claims) != nil || claims == nil {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	if text, ok := claims["exp"]; ok {
		var expiry int64
		err := json.Unmarshal(text, &expiry)
		left := time.Unix(expiry, 0).Sub(auth.config.Now())
		if err != nil || left < 0 || left > 12*time.Hour {
			return nil, rest.BadRequest("Request contains an invalid argument.")
		}
	}
	account, err := auth.permittedAccount(c, "iam.serviceAccounts.signJwt", body.Delegates)
	if err != nil {
		return nil, err
	}
	key := auth.keys.account(account)
	return &iamcredentials.SignJwtResponse{KeyId: key.id, SignedJwt: key.sign(json.RawMessage(body.Payload))}, nil
}

// permittedAccount returns the service account that the path names, if the
// caller may act as it: itself, or through delegates, each of whom may act as
// the next.
func (auth *Authority) permittedAccount(c *rest.Call, permission string, delegates []string) (string, error) {
	actor := c.Principal
	for _, name := range append(delegates[:len(delegates):len(delegates)], c.Vars["serviceAccountsId"]) {
		account, _ := auth.accountLocked(name[strings.LastIndexByte(name, '/')+1:])
		if !auth.granted[[2]string{actor, account}] {
			return "", permissionDenied(permission)
		}
		actor = account
	}
	return actor, nil
}

// deniedText is IAM's text, which does not disclose whether the account exists.
func deniedText(permission string) string {
	return "Permission '" + permission + "' denied on resource (or it may not exist)."
}

// permissionDenied is the 403 of IAM
// (github.com/google-github-actions/auth/issues/340).
func permissionDenied(permission string) error {
	info := rest.ErrorInfo("IAM_PERMISSION_DENIED", map[string]string{"permission": permission})
	info["domain"] = "iam.googleapis.com"
	return &rest.Error{Status: http.StatusForbidden, Message: deniedText(permission), Details: []any{info}}
}

// typeUnsupported is the 401 of APIs that do not accept federated tokens. Its
// detail has no domain (github.com/google-github-actions/auth/issues/387).
func typeUnsupported(rt *rest.Route) error {
	f := rest.AsError(InvalidToken())
	info := rest.ErrorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED", map[string]string{"service": rt.Service(), "method": rt.RPC()})
	delete(info, "domain")
	f.Details = []any{info}
	return f
}

// takesFederated reports whether a call accepts a federated token, in exchange
// for another one,
// https://cloud.google.com/iam/docs/federated-identity-supported-services.
func takesFederated(rt *rest.Route) bool {
	return strings.HasPrefix(rt.Name, "iamcredentials.") && strings.Contains(rt.Name, ".generate")
}
