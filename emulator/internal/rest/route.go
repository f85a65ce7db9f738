package rest

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Route is one call of an API, as its discovery document describes it. Its
// fields, except the endpoint, come from the table of [AllRoutes].
type Route struct {
	Method string
	Path   string   // with variables in braces
	Name   string   // such as "sheets.spreadsheets.get"
	Scopes []string // the accepted ones, without [ScopePrefix]
	Params []string // query parameters, except those that all calls take
	Endpoint

	accepted []string // what [Route.AcceptedScopes] returns
}

// Endpoint serves a call. The zero Endpoint is that of a call which the emulator
// lacks: a 501.
type Endpoint struct {
	// Response is the type that a field mask selects from; nil = not checked.
	Response reflect.Type
	// Serve returns a generated type to encode, or a [*Response] to send as it
	// is.
	Serve func(*Call) (any, error)
	// Open reports that the call is served without a token, too. The principal is
	// then empty.
	Open bool
}

// EndpointOf returns the endpoint of a function that returns a generated type.
func EndpointOf[T any](serve func(*Call) (*T, error)) Endpoint {
	return Endpoint{Response: reflect.TypeFor[T](), Serve: func(c *Call) (any, error) {
		v, err := serve(c)
		if err != nil {
			return nil, err
		}
		return v, nil
	}}
}

// Locking returns endpoints that hold a lock while they serve.
func Locking(l sync.Locker, endpoints map[string]Endpoint) map[string]Endpoint {
	for name, e := range endpoints {
		serve := e.Serve
		e.Serve = func(c *Call) (any, error) {
			l.Lock()
			defer l.Unlock()
			return serve(c)
		}
		endpoints[name] = e
	}
	return endpoints
}

// ScopePrefix is what the URLs of most scopes begin with.
const ScopePrefix = "https://www.googleapis.com/auth/"

// IsDrive reports whether the call is one of the Drive API, which has other
// errors and ignores unknown query parameters.
func (rt *Route) IsDrive() bool { return strings.HasPrefix(rt.Name, "drive.") }

// takesMedia reports whether the call takes alt=media, with which clients request
// content.
func (rt *Route) takesMedia() bool {
	return rt.Name == "drive.files.get" || rt.Name == "drive.files.export"
}

// IsRead reports whether the quota counts the call as a read. Some reads are
// POST requests, because a filter does not fit into a URL.
func (rt *Route) IsRead() bool {
	switch rt.Name {
	case "sheets.spreadsheets.getByDataFilter", "sheets.spreadsheets.values.batchGetByDataFilter",
		"sheets.spreadsheets.developerMetadata.search":
		return true
	}
	return rt.Method == http.MethodGet
}

// Service returns the API's name in the console and in error details, such as
// "sheets.googleapis.com".
func (rt *Route) Service() string {
	api, _, _ := strings.Cut(rt.Name, ".")
	return api + ".googleapis.com"
}

// AcceptedScopes returns the scopes, as full URLs, that are documented for the
// call, not to be changed. A token needs one.
func (rt *Route) AcceptedScopes() []string { return rt.accepted }

// longScopes returns scopes as full URLs.
func longScopes(scopes []string) (list []string) {
	for _, scope := range scopes {
		if scope != "openid" {
			scope = ScopePrefix + scope
		}
		list = append(list, scope)
	}
	return list
}

// Accepts reports whether a scope, as a full URL, is sufficient for the call.
func (rt *Route) Accepts(scope string) bool {
	return slices.Contains(rt.AcceptedScopes(), scope) || strings.TrimSuffix(scope, "/") == undocumentedScopes[rt.Service()]
}

// RPC returns the name of the call in error details, such as
// google.apps.sheets.v4.SpreadsheetsService.GetSpreadsheet (recorded).
func (rt *Route) RPC() string {
	parts := strings.Split(rt.Name, ".")
	for i, p := range parts {
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	verb := parts[len(parts)-1]
	switch parts[0] {
	case "Drive":
		version := "v3"
		if parts[1] == "V2" {
			version, parts = "v2", parts[1:]
		}
		return "google.apps.drive." + version + ".Drive" + parts[1] + "." + verb
	case "Oauth2":
		return rt.Name
	case "Iamcredentials":
		return "google.iam.credentials.v1.IAMCredentials." + verb
	}
	filter := ""
	noun, ok := strings.CutSuffix(verb, "ByDataFilter")
	if ok {
		filter = "ByDataFilter"
	}
	resource := map[string]string{"Spreadsheets": "Spreadsheet", "Sheets": "Sheet"}[parts[len(parts)-2]]
	if resource == "" {
		resource = parts[len(parts)-2]
	}
	return "google.apps.sheets.v4.SpreadsheetsService." + noun + resource + filter
}

// Match returns the variables of a path that matches the route, split at its
// slashes. The last segment may end in a verb, as in {range}:append.
func (rt *Route) Match(segments []string) (map[string]string, bool) {
	pattern := strings.Split(rt.Path, "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, p := range pattern {
		name, verb := p, ""
		if j := strings.LastIndexByte(p, ':'); j >= 0 {
			name, verb = p[:j], p[j:]
		}
		rest, ok := strings.CutSuffix(segments[i], verb)
		if !ok {
			return nil, false
		}
		if !strings.HasPrefix(name, "{") {
			if name != rest {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(rest)
		if err != nil || value == "" {
			return nil, false
		}
		vars[strings.Trim(name, "{}")] = value
	}
	return vars, true
}
