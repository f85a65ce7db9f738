package auth

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const scopePrefix = "https://www.googleapis.com/auth/"

// shortNames are the scopes that may be written without their prefix. Other short
// names are refused, because the metadata server's response to a misspelt scope
// is a 500, which looks temporary. Other scopes are written as full URLs.
var shortNames = []string{
	"calendar", "calendar.readonly", "cloud-platform",
	"documents", "documents.readonly",
	"drive", "drive.file", "drive.metadata.readonly", "drive.readonly",
	"forms.body", "gmail.send", "presentations", "presentations.readonly",
	"spreadsheets", "spreadsheets.readonly", "tasks", "userinfo.email",
}

// cloudPlatform is the default scope of the platforms, and the one that IAM requires.
var cloudPlatform = Scopes{scopePrefix + "cloud-platform"}

// Scopes is a set of OAuth 2.0 scopes: full https URLs, sorted, without
// duplicates. The zero value is the empty set, which [NewTransport] refuses.
// Google's list of scopes is at
// https://developers.google.com/identity/protocols/oauth2/scopes.
type Scopes []string

// ParseScopes reads a comma-separated list of scopes. Each is a full https URL
// or one of the short names for https://www.googleapis.com/auth/…, such as
// "drive" and "spreadsheets". Blanks around an item are dropped. An empty list,
// an empty item, an unknown short name and a URL that is not a scope are errors.
// Their texts continue the name of a setting: "SCOPES" + " names no scope".
func ParseScopes(list string) (Scopes, error) {
	if strings.TrimSpace(list) == "" {
		return nil, errors.New("names no scope")
	}
	var set Scopes
	for item := range strings.SplitSeq(list, ",") {
		scope, err := expandScope(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		set = append(set, scope)
	}
	slices.Sort(set)
	return slices.Compact(set), nil
}

// UnmarshalText sets s to what [ParseScopes] returns, nil on an error. It
// implements [encoding.TextUnmarshaler], for packages that read settings.
func (s *Scopes) UnmarshalText(text []byte) (err error) {
	*s, err = ParseScopes(string(text))
	return err
}

// String returns the scopes separated by commas, the form of the metadata
// server's scopes parameter. [ParseScopes] reads it.
func (s Scopes) String() string { return strings.Join(s, ",") }

// Has reports whether the set holds the scope with this short name, such as
// "drive". Other scopes that include it do not count.
func (s Scopes) Has(short string) bool { return slices.Contains(s, scopePrefix+short) }

func expandScope(item string) (string, error) {
	switch {
	case item == "":
		return "", errors.New("has an empty item between commas")
	case strings.ContainsFunc(item, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`+"\`, r) }):
		return "", fmt.Errorf("has an item with a blank or another character that no scope has, %q: separate scopes with commas", item)
	case slices.Contains(shortNames, item):
		return scopePrefix + item, nil
	case !strings.Contains(item, "/"):
		return "", fmt.Errorf("has an unknown scope %q: write its full URL, or one of %s", item, strings.Join(shortNames, ", "))
	}
	u, err := url.Parse(item)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path == strings.TrimPrefix(scopePrefix, "https://www.googleapis.com") {
		return "", fmt.Errorf("has %q, which is not a scope: want a URL such as %sdrive", item, scopePrefix)
	}
	return item, nil
}
