package test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// TestCallersIAM checks that all routes except GET /health need the token that
// the platform has checked.
func TestCallersIAM(t *testing.T) {
	w := newWorld(t, withCallers(t, "iam"))
	for _, o := range append(operations(t), operation{"GET", noRoute, noRoute}) {
		want := 401
		if o.method == "GET" && o.path == "/health" {
			want = 200
		}
		answer := w.do(o.method, o.target, "")
		if answer.Code != want || want == 401 && answer.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s %s without a token = %d, want %d; header %v", o.method, o.target, answer.Code, want, answer.Header())
		}
	}
	answer := w.do("GET", noRoute, "", "Authorization", "Bearer x.y.SIGNATURE_REMOVED_BY_GOOGLE")
	checkProblem(t, "GET with a token", answer, 404, "route-not-found", "")
}

func TestCallersByEmail(t *testing.T) {
	w := newWorld(t, withCallers(t, "ada@example.com"))
	tests := []struct {
		name, token string
		status      int
		code        string
	}{
		{"on the list", w.google.IDToken("ada@example.com", audience), 404, "route-not-found"},
		{"not on the list", w.google.IDToken("eve@example.com", audience), 403, "forbidden"},
		{"another audience", w.google.IDToken("ada@example.com", "https://x.example.com"), 401, "unauthenticated"},
		{"no token", "", 401, "unauthenticated"},
		{"signature removed", "x.y.SIGNATURE_REMOVED_BY_GOOGLE", 401, "unauthenticated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			if tt.token != "" {
				header = []string{"Authorization", "Bearer " + tt.token}
			}
			answer := w.do("GET", noRoute, "", header...)
			checkProblem(t, "GET", answer, tt.status, tt.code, "")
			if strings.Contains(answer.Body.String(), "ada@") {
				t.Errorf("the answer names who may call: %s", answer.Body)
			}
		})
	}
}

// TestCallersByIAP checks that only requests which come through Identity-Aware Proxy
// are served, except for GET /health, that the person is in the log line, and that pages
// of other sites cannot use the person's cookie to write.
func TestCallersByIAP(t *testing.T) {
	const service = "/projects/123456789/locations/europe-west1/services/sheets-function"
	w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) {
		s.Callers, s.Audience = callers(t, "iap"), service
	})
	good := w.google.ProxyAssertion("ada@example.com", service)
	tests := []struct {
		name, method, target string
		status               int
		header               []string
	}{
		{"without an assertion", "GET", noRoute, 401, nil},
		{"a health check", "GET", "/health", 200, nil},
		{"through the proxy", "GET", noRoute, 404, []string{"X-Goog-IAP-JWT-Assertion", good}},
		{"through another service's proxy", "GET", noRoute, 401, []string{"X-Goog-IAP-JWT-Assertion", w.google.ProxyAssertion("ada@example.com", service+"2")}},
		{"with an ID token", "GET", noRoute, 401, []string{"Authorization", "Bearer " + w.google.IDToken("ada@example.com", service)}},
		{"a write by a page of another site", "POST", noRoute, 403, []string{"X-Goog-IAP-JWT-Assertion", good, "Sec-Fetch-Site", "cross-site"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.log.Reset()
			if got := w.do(tt.method, tt.target, "", tt.header...); got.Code != tt.status {
				t.Errorf("%s %s = %d %s, want %d", tt.method, tt.target, got.Code, got.Body, tt.status)
			}
			if caller := w.lastLine()["caller"]; (caller == "ada@example.com") != slices.Contains(tt.header, good) {
				t.Errorf("the line names the caller %v", caller)
			}
		})
	}
}

func TestCallersWithoutGooglesKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withCallers(t, "ada@example.com"))
		w.google.Inject(emulator.Fault{Call: "oauth2.certs", Status: 503})
		answer := w.do("GET", noRoute, "", "Authorization", "Bearer "+w.google.IDToken("ada@example.com", audience))
		checkProblem(t, "GET", answer, 503, "upstream", "")
		if answer.Header().Get("Retry-After") == "" {
			t.Error("GET = 503 without Retry-After")
		}
	})
}
