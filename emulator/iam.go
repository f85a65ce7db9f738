package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/iamcredentials/v1"
)

const iamAccounts = "v1/projects/{projectsId}/serviceAccounts/{serviceAccountsId}"

// iamRoutes are the Service Account Credentials API,
// https://cloud.google.com/iam/docs/reference/credentials/rest. The last one,
// which federated workloads ask for tokens, is the Security Token Service.
var iamRoutes = []route{
	{"POST", iamAccounts + ":generateAccessToken", "iamcredentials.projects.serviceAccounts.generateAccessToken", iamScopes, "", answering((*call).generateAccessToken)},
	{"POST", iamAccounts + ":generateIdToken", "iamcredentials.projects.serviceAccounts.generateIdToken", iamScopes, "", answering((*call).generateIDToken)},
	{"POST", iamAccounts + ":signJwt", "iamcredentials.projects.serviceAccounts.signJwt", iamScopes, "", answering((*call).signJWT)},
	{"POST", iamAccounts + ":signBlob", "iamcredentials.projects.serviceAccounts.signBlob", iamScopes, "", endpoint{}},
	{"GET", iamAccounts + "/allowedLocations", "iamcredentials.projects.serviceAccounts.getAllowedLocations", "", "", endpoint{}},
	{"GET", "v1/projects/{projectsId}/locations/{locationsId}/workloadIdentityPools/{workloadIdentityPoolsId}/allowedLocations", "iamcredentials.projects.locations.workloadIdentityPools.getAllowedLocations", "", "", endpoint{}},
	{"GET", "v1/locations/{locationsId}/workforcePools/{workforcePoolsId}/allowedLocations", "iamcredentials.locations.workforcePools.getAllowedLocations", "", "", endpoint{}},
	{"POST", "v1/token", "sts.token", "", "", endpoint{}},
}

// iamScopes are those of the reference; the discovery document lacks the second.
const iamScopes = "cloud-platform iam"

// generateAccessToken makes a token of another service account. Its life is an
// hour at most, as long as no organization policy extends it.
func (c *call) generateAccessToken() (*iamcredentials.GenerateAccessTokenResponse, error) {
	var body iamcredentials.GenerateAccessTokenRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
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
	if len(body.Scope) == 0 || !knownScopes(body.Scope) || life <= 0 || life > time.Hour {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	account, err := c.permitted("iam.serviceAccounts.getAccessToken", body.Delegates)
	if err != nil {
		return nil, err
	}
	text := c.s.issue(account, body.Scope)
	issued := c.s.tokens[text]
	if end := c.s.options.Now().Add(life); end.Before(issued.expiry) {
		issued.expiry = end
	}
	return &iamcredentials.GenerateAccessTokenResponse{
		AccessToken: text,
		ExpireTime:  issued.expiry.UTC().Format(time.RFC3339),
	}, nil
}

// generateIDToken makes an ID token of another service account.
func (c *call) generateIDToken() (*iamcredentials.GenerateIdTokenResponse, error) {
	var body iamcredentials.GenerateIdTokenRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	if body.Audience == "" {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	account, err := c.permitted("iam.serviceAccounts.getOpenIdToken", body.Delegates)
	if err != nil {
		return nil, err
	}
	claims := c.s.idClaims(account, body.Audience, body.IncludeEmail)
	return &iamcredentials.GenerateIdTokenResponse{Token: c.s.identity.keys.signing().sign(claims)}, nil
}

// signJWT signs claims with a key of the account that nobody else has. An
// expiry among them must be a whole second of the next twelve hours.
func (c *call) signJWT() (*iamcredentials.SignJwtResponse, error) {
	var body iamcredentials.SignJwtRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal([]byte(body.Payload), &claims) != nil || claims == nil {
		return nil, rest.BadRequest("Request contains an invalid argument.")
	}
	if text, ok := claims["exp"]; ok {
		var expiry int64
		err := json.Unmarshal(text, &expiry)
		left := time.Unix(expiry, 0).Sub(c.s.options.Now())
		if err != nil || left < 0 || left > 12*time.Hour {
			return nil, rest.BadRequest("Request contains an invalid argument.")
		}
	}
	account, err := c.permitted("iam.serviceAccounts.signJwt", body.Delegates)
	if err != nil {
		return nil, err
	}
	key := c.s.identity.keys.account(account)
	return &iamcredentials.SignJwtResponse{KeyId: key.id, SignedJwt: key.sign(json.RawMessage(body.Payload))}, nil
}

// permitted returns the service account that the path names, if the caller may
// act as it, or through the delegates, each of whom may act as the next.
func (c *call) permitted(permission string, delegates []string) (string, error) {
	actor := c.token.principal
	for _, name := range append(delegates[:len(delegates):len(delegates)], c.vars["serviceAccountsId"]) {
		account, _ := c.s.identity.account(name[strings.LastIndexByte(name, '/')+1:])
		if !c.s.identity.granted[[2]string{actor, account}] {
			return "", permissionDenied(permission)
		}
		actor = account
	}
	return actor, nil
}

// denied is IAM's text, which hides whether there is such an account.
func denied(permission string) string {
	return "Permission '" + permission + "' denied on resource (or it may not exist)."
}

// permissionDenied is the 403 of IAM (github.com/google-github-actions/auth/issues/340).
func permissionDenied(permission string) error {
	info := rest.ErrorInfo("IAM_PERMISSION_DENIED", map[string]string{"permission": permission})
	info["domain"] = "iam.googleapis.com"
	return &rest.Error{Status: http.StatusForbidden, Message: denied(permission), Details: []any{info}}
}

// typeUnsupported is the 401 of APIs that take no federated token. Its detail
// has no domain (github.com/google-github-actions/auth/issues/387).
func typeUnsupported(rt *route) error {
	f := rest.AsError(unauthenticated(invalidCredentials, "Invalid Credentials", "authError", `, error="invalid_token"`))
	info := rest.ErrorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED", map[string]string{"service": rt.service(), "method": rt.rpc()})
	delete(info, "domain")
	f.Details = []any{info}
	return f
}

// takesFederated reports whether the call is for tokens that are to be exchanged,
// https://cloud.google.com/iam/docs/federated-identity-supported-services.
func (rt *route) takesFederated() bool {
	return strings.HasPrefix(rt.name, "iamcredentials.") && strings.Contains(rt.name, ".generate")
}
