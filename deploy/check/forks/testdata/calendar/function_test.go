package function

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/web"
)

// google answers as the metadata server and the Calendar API do.
type google struct{ scopes string }

func (g *google) RoundTrip(r *http.Request) (*http.Response, error) {
	body, status := `{"items":[{"summary":"Stand-up","start":{"dateTime":"2026-03-02T09:00:00Z"}}]}`, http.StatusOK
	switch {
	case strings.HasPrefix(r.URL.Path, "/computeMetadata/"):
		g.scopes = r.URL.Query().Get("scopes")
		body = `{"access_token":"token","expires_in":3600,"token_type":"Bearer"}`
	case r.Header.Get("Authorization") != "Bearer token":
		body, status = `{"error":{"code":401}}`, http.StatusUnauthorized
	case strings.Contains(r.URL.Path, "private"):
		body, status = `{"error":{"code":404}}`, http.StatusNotFound
	}
	header := http.Header{"Metadata-Flavor": {"Google"}, "Content-Type": {"application/json"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestRoutes sends one request of each route.
func TestRoutes(t *testing.T) {
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	for _, tt := range []struct {
		name, calendar, target string
		status                 int
		want                   string
	}{
		{"events", "team@example.com", "/events?limit=1", 200, `"title": "Stand-up"`},
		{"a limit that is not a number", "team@example.com", "/events?limit=x", 400, "bad-request"},
		{"a calendar that is not shared", "private@example.com", "/events", 502, "share the calendar"},
		{"the document", "team@example.com", "/openapi.yaml", 200, "openapi: 3.1.1"},
		{"health", "team@example.com", "/health", 200, "ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Settings{CalendarID: tt.calendar, Scopes: auth.Scopes{"https://www.googleapis.com/auth/calendar.readonly"}}
			if err := s.Callers.UnmarshalText([]byte("anyone")); err != nil {
				t.Fatal(err)
			}
			g := &google{}
			h, err := NewHandler(s, g, web.NewLogger(io.Discard))
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			h.web.ServeHTTP(w, httptest.NewRequest("GET", tt.target, nil))
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("GET %s = %d %s, want %d %s", tt.target, w.Code, w.Body, tt.status, tt.want)
			}
			if strings.HasPrefix(tt.target, "/events") && tt.status != 400 && g.scopes != "https://www.googleapis.com/auth/calendar.readonly" {
				t.Errorf("token with scopes %q", g.scopes)
			}
		})
	}
}
