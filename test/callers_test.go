package test

import (
	"strings"
	"testing"
	"testing/synctest"

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
