package test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problem is the body of an answer that reports an error, RFC 9457.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	Hint      string `json:"hint"`
	Message   string `json:"message"` // Detail again
	Details   string `json:"details"`
	RequestID string `json:"request_id"`
}

// problemOf decodes a problem and checks that it is complete.
func problemOf(t testing.TB, answer *httptest.ResponseRecorder) (p problem) {
	t.Helper()
	if err := json.Unmarshal(answer.Body.Bytes(), &p); err != nil {
		t.Fatalf("answer %d is not a problem: %s", answer.Code, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/problem+json" || p.Status != answer.Code || p.Title == "" || p.Type == "" || p.Detail == "" || p.Message != p.Detail {
		t.Errorf("answer %d, Content-Type %q: not a complete problem: %+v", answer.Code, got, p)
	}
	return p
}

// checkProblem checks an answer's status, its code, and a part of its detail and hint.
func checkProblem(t testing.TB, call string, answer *httptest.ResponseRecorder, status int, code, detail string) {
	t.Helper()
	if p := problemOf(t, answer); p.Status != status || p.Code != code || !strings.Contains(p.Detail+"; "+p.Hint, detail) {
		t.Errorf("%s = %+v, want %d %s: %s", call, p, status, code, detail)
	}
}

// checkCommonHeaders checks the header that every answer has.
func checkCommonHeaders(t testing.TB, call string, answer *httptest.ResponseRecorder, cacheControl string) {
	t.Helper()
	want := map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                cacheControl,
	}
	got := map[string]string{}
	for name := range want {
		got[name] = answer.Header().Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: header (-want +got):\n%s", call, diff)
	}
	if len(answer.Header().Get("X-Request-Id")) < 20 {
		t.Errorf("%s: X-Request-Id = %q, want one that was made", call, answer.Header().Get("X-Request-Id"))
	}
	if strings.Contains(strings.Join(answer.Header().Values("Vary"), ","), "Origin") {
		t.Errorf("%s: Vary = %q without ORIGINS", call, answer.Header().Get("Vary"))
	}
}
