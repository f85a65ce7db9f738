package test

import (
	"slices"
	"strings"
	"testing"

	function "example.com/sheets-function"
	"example.com/sheets-function/web"
)

// noRoute is a path that the function does not have. A request that may call gets
// 404 there, which tests use that need no route.
const noRoute = "/nothing"

// operation is one of openapi.yaml's.
type operation struct{ method, path, target string }

// operations returns the document's operations, with targets that exist.
func operations(t *testing.T) (list []operation) {
	t.Helper()
	d, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range d.Paths.Map() {
		for method := range item.Operations() {
			list = append(list, operation{method, path, strings.ReplaceAll(path, "{title}", "Orders")})
		}
	}
	return list
}

func TestUnknownRoutes(t *testing.T) {
	w := newWorld(t, nil)
	for _, target := range []string{noRoute, "/admin", "/health/x"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			checkProblem(t, method+" "+target, w.do(method, target, ""), 404, "route-not-found", target)
		}
	}
}

// TestMethods checks that OPTIONS lists the methods of a path, as 405 does.
func TestMethods(t *testing.T) {
	w := newWorld(t, nil)
	for _, o := range operations(t) {
		for _, method := range []string{"OPTIONS", "TRACE", "BREW"} {
			answer := w.do(method, o.target, "")
			if allow := strings.Split(answer.Header().Get("Allow"), ", "); !slices.Contains(allow, o.method) || !slices.Contains(allow, "OPTIONS") {
				t.Errorf("%s %s: Allow = %v, lacks %s or OPTIONS", method, o.target, allow, o.method)
			}
			if method != "OPTIONS" {
				checkProblem(t, method+" "+o.target, answer, 405, "method-not-allowed", o.method)
			} else if answer.Code != 204 || answer.Body.Len() > 0 {
				t.Errorf("OPTIONS %s = %d %s, want 204", o.target, answer.Code, answer.Body)
			}
		}
	}
	if calls := w.google.Requests(); len(calls) > 0 {
		t.Errorf("calls to Google: %v, want none", calls)
	}
}

// needRoutes skips a test that uses several routes where a fork has deleted one.
func needRoutes(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !slices.ContainsFunc(new(function.Handler).Routes(), func(r web.Route) bool { return r.Pattern == pattern }) {
			t.Skipf("there is no route %s: delete this test, or let it do without", pattern)
		}
	}
}
