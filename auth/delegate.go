package auth

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cloud.google.com/go/auth/credentials"
)

// This file gets tokens for other identities than the platform's own service
// account, without a key: for another service account, and for a Workspace user
// by domain-wide delegation. A fork that needs neither deletes the file,
// Config.Subject and Config.Impersonate, and their use in chooseSource.

const (
	iamHost   = "https://iamcredentials.googleapis.com"
	tokenHost = "https://oauth2.googleapis.com"
	// assertionLifetime is how long the signed request for a user's token is valid.
	// Google allows an hour.
	assertionLifetime = 5 * time.Minute
)

// delegate is a token source that exchanges the tokens of another source.
type delegate struct {
	base      source // of tokens for cloud-platform
	account   string // the service account to act as, or through; "" is the base's own
	subject   string // the user to act as; "" is the account itself
	scopes    Scopes
	iam       string
	tokenHost string
	client    *http.Client
}

func newDelegate(c Config, base source) *delegate {
	return &delegate{
		base: base, account: c.Impersonate, subject: c.Subject, scopes: c.Scopes,
		iam: cmp.Or(c.Endpoint, iamHost), tokenHost: cmp.Or(c.Endpoint, tokenHost),
		client: newClient(c.Base),
	}
}

func (d *delegate) String() string {
	return fmt.Sprintf("%s, acting as %s", d.base, cmp.Or(d.subject, d.account))
}

// email returns the address of the identity that the tokens are for.
func (d *delegate) email(context.Context) (string, error) {
	return cmp.Or(d.subject, d.account), nil
}

func (d *delegate) fetch(ctx context.Context) (Token, error) {
	base, err := d.base.fetch(ctx)
	if err != nil {
		return Token{}, err
	}
	account := d.account
	if account == "" {
		if account, err = d.base.email(ctx); err != nil {
			return Token{}, err
		}
		if !strings.Contains(account, "@") { // a workload identity pool
			return Token{}, &Error{
				Op: "act as " + d.subject, Err: fmt.Errorf("the platform's own identity, %s, is not a service account", account),
				Hint: "bind a Google service account to the workload, or set IMPERSONATE to one",
			}
		}
	}
	if d.subject == "" {
		return d.impersonate(ctx, base, account)
	}
	return d.actAsUser(ctx, base, account)
}

// impersonate returns a token of the account with exactly the scopes of d, from
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken.
func (d *delegate) impersonate(ctx context.Context, base Token, account string) (Token, error) {
	var response struct {
		AccessToken string    `json:"accessToken"`
		ExpireTime  time.Time `json:"expireTime"`
	}
	err := d.callIAM(ctx, base, account, "generateAccessToken", map[string]any{"scope": d.scopes}, &response)
	if err == nil && (response.AccessToken == "" || !response.ExpireTime.After(time.Now())) {
		err = errors.New("the response has no valid accessToken")
	}
	if err != nil {
		return Token{}, d.failed(ctx, "fetch an access token of "+account+" from IAM", account, err)
	}
	return newToken(response.AccessToken, response.ExpireTime), nil
}

// actAsUser returns a token of the user. IAM signs the request for it, with a key
// of the account that never leaves IAM; then the token endpoint exchanges it,
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest.
func (d *delegate) actAsUser(ctx context.Context, base Token, account string) (Token, error) {
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": account, "sub": d.subject, "aud": tokenHost + "/token",
		"scope": strings.Join(d.scopes, " "), // by spaces; the metadata server's parameter has commas
		"iat":   now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
	})
	if err != nil {
		return Token{}, err
	}
	var signed struct {
		SignedJWT string `json:"signedJwt"`
	}
	if err := d.callIAM(ctx, base, account, "signJwt", map[string]any{"payload": string(claims)}, &signed); err != nil {
		return Token{}, d.failed(ctx, "sign as "+account+" with IAM", account, err)
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed.SignedJWT}}
	sent := time.Now()
	body, err := d.post(ctx, d.tokenHost+"/token", "application/x-www-form-urlencoded", "", []byte(form.Encode()))
	if err == nil {
		var token Token
		if token, err = parseToken(body, sent); err == nil {
			return token, nil
		}
	}
	e := &Error{Op: "fetch an access token of the user " + d.subject, Err: err}
	switch text := err.Error(); {
	case strings.Contains(text, "unauthorized_client"):
		e.Hint = fmt.Sprintf("in the Workspace admin console, under API controls > Domain-wide delegation, allow exactly the scopes %s to the client ID that this prints: gcloud iam service-accounts describe %s --format='value(uniqueId)'", d.scopes, account)
	case strings.Contains(text, "Invalid email or User ID"):
		e.Hint = "check that SUBJECT is a user of the domain that delegates"
	case strings.Contains(text, "invalid_scope"):
		e.Hint = "check the spelling of SCOPES"
	case strings.Contains(text, "reasonable timeframe"):
		e.Hint = "compare this machine's clock with Google's: date -u; curl -sI https://www.googleapis.com | grep -i ^date"
	}
	return Token{}, e
}

func (d *delegate) callIAM(ctx context.Context, base Token, account, method string, request, response any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	target := d.iam + "/v1/projects/-/serviceAccounts/" + url.PathEscape(account) + ":" + method
	if body, err = d.post(ctx, target, "application/json", "Bearer "+base.value(), body); err != nil {
		return err
	}
	if json.Unmarshal(body, response) != nil {
		return errors.New("the response is not JSON of the expected form") // the decoder's own message could quote the token
	}
	return nil
}

func (d *delegate) post(ctx context.Context, target, contentType, authorization string, body []byte) ([]byte, error) {
	return retry(ctx, func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", contentType)
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		response, _, err := roundTrip(d.client, req)
		return response, err
	})
}

// failed returns an error with what fixes the errors that IAM is known to return.
func (d *delegate) failed(ctx context.Context, op, account string, err error) error {
	e := &Error{Op: op, Err: err}
	s, ok := errors.AsType[*statusError](err)
	switch {
	case ok && strings.Contains(s.body, "SERVICE_DISABLED"):
		own, _ := d.base.email(ctx)
		e.Hint = "gcloud services enable iamcredentials.googleapis.com" + projectFlag(own)
	case ok && strings.Contains(s.body, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
		e.Hint = "give the VM or node pool the scope cloud-platform, which IAM requires: stop the VM, then gcloud compute instances set-service-account VM --scopes=cloud-platform"
	case ok && s.status == http.StatusUnauthorized:
		e.Hint = "bind a Google service account to the workload: IAM does not allow a federated identity to do this"
	case ok && s.status == http.StatusForbidden:
		e.Hint = "allow the function's own account to act for " + account + " (also if both are the same): gcloud iam service-accounts add-iam-policy-binding " + account +
			" --role=" + creatorRole + " --member=" + d.member(ctx)
	case ok && s.status == http.StatusNotFound:
		e.Hint = "check the spelling of " + account + ": gcloud iam service-accounts list" + projectFlag(account)
	case ok && s.status == http.StatusBadRequest:
		e.Hint = "check the spelling of SCOPES"
	}
	return e
}

// member returns the identity that the function runs as, as a policy binding names
// it: a service account, or the person whose login the credentials file is.
func (d *delegate) member(ctx context.Context) string {
	if own, err := d.base.email(ctx); err == nil && strings.Contains(own, "@") {
		return "serviceAccount:" + own
	}
	if file, ok := d.base.(*credentialsFile); ok && file.kind == string(credentials.AuthorizedUser) {
		return loggedIn
	}
	return "PRINCIPAL"
}
