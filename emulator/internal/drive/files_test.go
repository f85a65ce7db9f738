package drive

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator/internal/files"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

const me = "me@example.com"

// newAPI returns the API on a store with one spreadsheet, "sheet", and one
// folder, "folder", of the user me.
func newAPI() *API {
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	api := &API{Files: files.NewStore(now), Now: now}
	f := api.Files.Add("sheet", files.SpreadsheetType, me)
	f.Spreadsheet = spreadsheet.New("Demo")
	api.Files.Add("folder", files.FolderType, me).Name = "Folder"
	return api
}

// serve serves a call of the user me and returns the body of its response, or
// its error.
func serve(t *testing.T, api *API, method, target, body string) (string, error) {
	t.Helper()
	at, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	c := &rest.Call{Context: t.Context(), Query: at.Query(), Header: http.Header{"Content-Type": {"text/csv"}}, Body: []byte(body), Principal: me}
	routes := api.Routes()
	i := slices.IndexFunc(routes, func(rt rest.Route) (ok bool) {
		c.Vars, ok = rt.Match(strings.Split(at.Path, "/"))
		return ok && rt.Method == method
	})
	if i < 0 {
		t.Fatalf("no route for %s %s", method, target)
	}
	if c.Route = &routes[i]; c.Route.Serve == nil {
		return "", rest.Unsupported(c.Route.Name)
	}
	if err := c.ReadQuery(); err != nil {
		return "", err
	}
	result, err := c.Route.Serve(c)
	if err != nil {
		return "", err
	}
	if res, ok := result.(*rest.Response); ok {
		return string(res.Body), nil
	}
	return strings.TrimSpace(string(rest.Encode(result, c.Mask, false))), nil
}

// TestUpdatedFields: a response describes the file after the change.
func TestUpdatedFields(t *testing.T) {
	tests := []struct{ name, method, target, body, want string }{
		{"trash", "PATCH", "drive/v3/files/sheet?fields=trashed,explicitlyTrashed", `{"trashed":true}`, `{"explicitlyTrashed":true,"trashed":true}`},
		{"star", "PATCH", "drive/v3/files/sheet?fields=starred", `{"starred":true}`, `{"starred":true}`},
		{"describe", "PATCH", "drive/v3/files/sheet?fields=description,name", `{"description":"d","name":"n"}`, `{"description":"d","name":"n"}`},
		{"properties", "PATCH", "drive/v3/files/sheet?fields=properties", `{"properties":{"a":"b"}}`, `{"properties":{"a":"b"}}`},
		{"modified", "PATCH", "drive/v3/files/sheet?fields=modifiedTime", `{"modifiedTime":"2020-01-01T00:00:00Z"}`, `{"modifiedTime":"2020-01-01T00:00:00.000Z"}`},
		{"both times the same", "POST", "drive/v3/files?fields=createdTime,modifiedTime",
			`{"mimeType":"` + files.FolderType + `","createdTime":"2020-01-01T00:00:00Z","modifiedTime":"2020-01-01T00:00:00Z"}`,
			`{"createdTime":"2020-01-01T00:00:00.000Z","modifiedTime":"2020-01-01T00:00:00.000Z"}`},
		{"create", "POST", "drive/v3/files?fields=name,description,starred", `{"name":"n","mimeType":"` + files.SpreadsheetType + `","description":"d","starred":true}`, `{"description":"d","name":"n","starred":true}`},
		{"create a folder", "POST", "drive/v3/files?fields=description,properties", `{"mimeType":"` + files.FolderType + `","description":"d","properties":{"a":"b"}}`, `{"description":"d","properties":{"a":"b"}}`},
		{"copy", "POST", "drive/v3/files/sheet/copy?fields=name,starred,description", `{"starred":true,"description":"d"}`, `{"description":"d","name":"Copy of Demo","starred":true}`},
		{"upload", "PATCH", "upload/drive/v3/files/sheet?uploadType=media&fields=name,modifiedTime", "a,b", `{"modifiedTime":"2026-01-02T03:04:05.000Z","name":"Demo"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := serve(t, newAPI(), tt.method, tt.target, tt.body); got != tt.want || err != nil {
				t.Errorf("%s %s = %s, %v, want %s", tt.method, tt.target, got, err, tt.want)
			}
		})
	}
}

// TestWholeOrNothing: a call that fails changes nothing and adds nothing.
func TestWholeOrNothing(t *testing.T) {
	bad := `"modifiedTime":"soon"`
	tests := []struct{ name, method, target, body string }{
		{"update", "PATCH", "drive/v3/files/sheet", `{"name":"changed","description":"d","properties":{"a":"b"},"trashed":true,` + bad + `}`},
		{"move", "PATCH", "drive/v3/files/sheet?addParents=folder", `{` + bad + `}`},
		{"move to an unknown folder", "PATCH", "drive/v3/files/sheet?addParents=none", `{"name":"changed"}`},
		{"copy", "POST", "drive/v3/files/sheet/copy", `{"createdTime":"soon"}`},
		{"create", "POST", "drive/v3/files", `{"mimeType":"` + files.SpreadsheetType + `",` + bad + `}`},
		{"create a folder", "POST", "drive/v3/files", `{"mimeType":"` + files.FolderType + `",` + bad + `}`},
	}
	const all = "drive/v3/files?fields=files(id,name,description,properties,trashed,modifiedTime,parents)"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newAPI()
			before, err := serve(t, api, "GET", all, "")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := serve(t, api, tt.method, tt.target, tt.body); err == nil {
				t.Fatalf("%s %s = %s, want an error", tt.method, tt.target, got)
			}
			if after, _ := serve(t, api, "GET", all, ""); after != before {
				t.Errorf("after the error there is %s, want %s", after, before)
			}
		})
	}
}
