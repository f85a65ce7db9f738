package identity

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"example.com/sheets-function/emulator/internal/rest"
)

const account = "app@demo.iam.gserviceaccount.com"

// newAuthority returns an authority of a platform, whose clock is now.
func newAuthority(profile Profile, now *time.Time) *Authority {
	return New(Config{Profile: profile, Project: "demo", ServiceAccount: account, TokenLifetime: time.Hour, Now: func() time.Time { return *now }})
}

// routeNamed returns a call of the table.
func routeNamed(t *testing.T, name string) *rest.Route {
	t.Helper()
	routes := rest.AllRoutes(name)
	i := slices.IndexFunc(routes, func(rt rest.Route) bool { return rt.Name == name })
	if i < 0 {
		t.Fatalf("no route %s", name)
	}
	return &routes[i]
}

// TestAuthorize: what a call needs of a token, and the status without it.
func TestAuthorize(t *testing.T) {
	const feeds, drive, sheets = "https://spreadsheets.google.com/feeds", rest.ScopePrefix + "drive", rest.ScopePrefix + "spreadsheets"
	tests := []struct {
		name, call, header string
		scopes             []string
		age                time.Duration
		disabled           string
		want               int // 0 = no error
	}{
		{"scope of the API", "sheets.spreadsheets.get", "Bearer ", []string{sheets}, 0, "", 0},
		{"one of several", "drive.files.list", "bearer ", []string{sheets, drive}, 0, "", 0},
		{"scope of the older API", "sheets.spreadsheets.get", "Bearer ", []string{feeds}, 0, "", 0},
		{"which Drive does not accept", "drive.files.list", "Bearer ", []string{feeds}, 0, "", 403},
		{"scope of another API", "drive.files.list", "Bearer ", []string{sheets}, 0, "", 403},
		{"no scope", "drive.files.list", "Bearer ", nil, 0, "", 403},
		{"read-only", "sheets.spreadsheets.create", "Bearer ", []string{sheets + ".readonly"}, 0, "", 403},
		{"another scheme", "drive.files.list", "Basic ", []string{drive}, 0, "", 401},
		{"expired", "drive.files.list", "Bearer ", []string{drive}, time.Hour, "", 401},
		{"last second", "drive.files.list", "Bearer ", []string{drive}, time.Hour - time.Second, "", 0},
		{"disabled", "drive.files.list", "Bearer ", []string{drive}, 0, "drive.googleapis.com", 403},
		{"another API disabled", "drive.files.list", "Bearer ", []string{drive}, 0, "sheets.googleapis.com", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			auth := newAuthority(CloudRun, &now)
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", tt.header+auth.Token("me@example.com", tt.scopes...))
			now = now.Add(tt.age)
			auth.Disable(tt.disabled, true)
			token, err := auth.Authenticate(r)
			if err == nil {
				err = auth.Authorize(token, &rest.Call{Route: routeNamed(t, tt.call)})
			}
			status := 0
			if err != nil {
				status = rest.AsError(err).Status
			}
			if status != tt.want {
				t.Errorf("%s = %v, want status %d", tt.call, err, tt.want)
			}
		})
	}
}

// TestTokenPaths: the token endpoint has several addresses.
func TestTokenPaths(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	auth := newAuthority(CloudRun, &now)
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {auth.RefreshToken("me@example.com")}, "client_id": {"id"}, "client_secret": {"secret"}}
	paths := 0
	for _, rt := range auth.Routes() {
		if rt.Name != "oauth2.token" {
			continue
		}
		paths++
		res, err := rt.Serve(&rest.Call{Route: &rt, Body: []byte(form.Encode())})
		if err != nil || res.(*rest.Response).Status != http.StatusOK {
			t.Errorf("POST %s = %v, %v, want 200", rt.Path, res, err)
		}
	}
	if paths != 4 {
		t.Errorf("%d addresses of the token endpoint, want 4", paths)
	}
}

func TestUniqueID(t *testing.T) {
	if a, b := UniqueID("a@example.com"), UniqueID("b@example.com"); len(a) != 21 || a == b || a != UniqueID("a@example.com") {
		t.Errorf("UniqueID = %s and %s, want two different numbers of 21 digits", a, b)
	}
}
