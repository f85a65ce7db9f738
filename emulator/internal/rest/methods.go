package rest

import (
	_ "embed"
	"slices"
	"strings"
)

// methods is the table of all calls of the emulated APIs, as Google's discovery
// documents have them: name, HTTP method, path, scopes and query parameters. Names
// of the Drive API v2 begin with "drive.v2." here. Undocumented is the same for
// calls that no discovery document describes.
//
//go:embed methods.txt
var methods string

//go:embed undocumented.txt
var undocumented string

// undocumentedScopes are scopes that an API accepts for all its calls although
// its discovery document does not list them: that of the older Sheets API, which
// Drive does not accept (github.com/burnash/gspread/issues/512), and that of
// IAM's reference.
var undocumentedScopes = map[string]string{
	"sheets.googleapis.com":         "https://spreadsheets.google.com/feeds",
	"iamcredentials.googleapis.com": ScopePrefix + "iam",
}

// AllRoutes returns the routes of all calls of the table whose names have one of the
// prefixes, without endpoints.
func AllRoutes(prefixes ...string) []Route {
	var list []Route
	for line := range strings.Lines(methods + undocumented) {
		row := strings.Fields(line)
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(row[0], p) }) {
			continue
		}
		list = append(list, Route{Name: row[0], Method: row[1], Path: row[2], Scopes: column(row[3]), Params: column(row[4]), accepted: longScopes(column(row[3]))})
	}
	return list
}

// Documented returns the number of routes of calls that a discovery document
// describes.
func Documented() int { return strings.Count(methods, "\n") }

// column returns the entries of a column of the table, "-" for none.
func column(text string) []string {
	if text == "-" {
		return nil
	}
	return strings.Split(text, ",")
}

// Serve returns the routes of all calls of an API, those that it has endpoints
// for with their endpoints. An endpoint is named after its call; one for calls
// with content, below upload/, as "upload " and the call. Calls without an
// endpoint are answered with 501.
func Serve(endpoints map[string]Endpoint, prefixes ...string) []Route {
	routes := AllRoutes(prefixes...)
	for i := range routes {
		name := routes[i].Name
		switch {
		case strings.HasPrefix(routes[i].Path, "resumable/"):
			continue
		case strings.HasPrefix(routes[i].Path, "upload/"):
			name = "upload " + name
		}
		routes[i].Endpoint = endpoints[name]
	}
	return routes
}

// SortRoutes orders routes so that, of several that match a path, the first is
// the one that is meant: literal segments come before variables, and variables
// with a verb before those without.
func SortRoutes(routes []Route) {
	slices.SortStableFunc(routes, func(a, b Route) int {
		return strings.Compare(sortKey(a.Path), sortKey(b.Path))
	})
}

// sortKey returns a text by which the path of a route is ordered.
func sortKey(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch {
		case !strings.HasPrefix(s, "{"):
			segments[i] = "0" + s
		case !strings.HasSuffix(s, "}"):
			segments[i] = "1"
		default:
			segments[i] = "2"
		}
	}
	return strings.Join(segments, "/")
}
