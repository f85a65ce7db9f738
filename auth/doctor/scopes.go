package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const scopePrefix = "https://www.googleapis.com/auth/"

func scopeURLs(names ...string) []string {
	list := slices.Clone(names)
	for i := range list {
		list[i] = scopePrefix + list[i]
	}
	return list
}

// sheetsScopes are those that Sheets accepts for reading, as the reference of
// spreadsheets.get lists them, and the older one of the feeds; driveScopes those that
// Drive accepts for files.get.
var (
	sheetsScopes = append(scopeURLs("drive", "drive.file", "drive.readonly", "spreadsheets", "spreadsheets.readonly"), "https://spreadsheets.google.com/feeds")
	driveScopes  = scopeURLs("drive", "drive.file", "drive.metadata", "drive.metadata.readonly", "drive.readonly")
)

// coversForeignFiles reports whether the scope is for files that others have created.
func coversForeignFiles(scope string) bool {
	return scope != scopePrefix+"drive.file" && slices.Contains(sheetsScopes, scope)
}

// tokenInfo is Google's description of an access token.
type tokenInfo struct {
	Scope string `json:"scope"` // separated by blanks
	Email string `json:"email"`
}

// checkScopes compares the token's scopes with those that are needed. If Google does
// not describe the token, the calls that follow show what it lacks.
func (e *examination) checkScopes(ctx context.Context) (string, *finding) {
	// The token is in the body: proxies and logs keep URLs.
	x := do(ctx, e.watch.base, callTimeout, "POST", e.endpoint("https://oauth2.googleapis.com")+"/tokeninfo", url.Values{"access_token": {e.watch.value()}}.Encode())
	described := x.err == nil && x.status == http.StatusOK && json.Unmarshal(x.body, &e.info) == nil && e.info.Scope != ""
	if !described {
		e.info = tokenInfo{}
		if email := e.where().email; email != "" && !strings.Contains(email, "@") && e.config.Impersonate == "" {
			return "for " + email, e.federated()
		}
		if !e.requestsSheets() {
			return "", e.scopeNotRequested()
		}
		return "not known: Google does not describe the token", nil
	}
	granted := strings.Fields(e.info.Scope)
	text := strings.Join(granted, " ") + " for " + e.identity()
	missing := slices.DeleteFunc(slices.Clone(e.config.Scopes), func(scope string) bool {
		return slices.Contains(granted, scope) || !strings.HasPrefix(scope, scopePrefix) // others have several names
	})
	switch {
	case !e.requestsSheets():
		return text, e.scopeNotRequested()
	case len(missing) > 0:
		return text, e.scopesMissing(missing)
	}
	return text, nil
}

func (e *examination) requestsSheets() bool {
	return slices.ContainsFunc(e.config.Scopes, func(scope string) bool { return slices.Contains(sheetsScopes, scope) })
}

func (e *examination) scopeNotRequested() *finding {
	return &finding{
		ScopeNotRequested, "the program requests " + cmp.Or(strings.Join(e.config.Scopes, " "), "no scope") + ", which does not cover Google Sheets",
		"Request drive and spreadsheets, or spreadsheets.readonly if the program only reads values.", e.setEnv("SCOPES", "drive,spreadsheets"),
	}
}

func (e *examination) scopesMissing(missing []string) *finding {
	list := strings.Join(missing, " ")
	tried := e.watch.forToken()
	switch {
	case e.isLogin():
		return &finding{
			ScopeNotConsented, "the person whose login the credentials file is has not consented to " + list + ": a login has the scopes that it was made with, whatever is requested later",
			"Act as the service account that production uses; Google does not grant Workspace scopes to gcloud's own logins.", []string{loginCommand(e.config.Impersonate)},
		}
	case len(tried) > 0 && slices.ContainsFunc(tried, (*exchange).lacksScopes):
		return &finding{
			ScopeNotSent, "the program's request for the token names no scopes, so the token has the platform's default",
			"Use a token source that requests scopes: in Go google.FindDefaultCredentials with scopes, and not option.WithScopes beside other credentials. The first section of auth/README.md has it for five languages.",
			[]string{e.tokenCommand()},
		}
	}
	return e.scopesIgnored(missing)
}

// lacksScopes reports whether this is a request to the metadata server for a token
// with its default scopes.
func (x *exchange) lacksScopes() bool {
	return x.toMetadata() && x.toTokenEndpoint() && x.url.Query().Get("scopes") == ""
}
