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

// TestProperties: a property that is sent as null is removed, what is not sent
// stays.
func TestProperties(t *testing.T) {
	api := newAPI()
	const fields = "drive/v3/files/sheet?fields=properties,appProperties,writersCanShare,copyRequiresWriterPermission"
	steps := []struct{ body, want string }{
		{`{}`, `{"copyRequiresWriterPermission":false,"writersCanShare":true}`},
		{`{"properties":{"a":"1","b":"2"},"appProperties":{"c":"3"}}`, `{"appProperties":{"c":"3"},"copyRequiresWriterPermission":false,"properties":{"a":"1","b":"2"},"writersCanShare":true}`},
		{`{"properties":{"a":null},"appProperties":{"d":""}}`, `{"appProperties":{"c":"3","d":""},"copyRequiresWriterPermission":false,"properties":{"b":"2"},"writersCanShare":true}`},
		{`{"writersCanShare":false,"copyRequiresWriterPermission":true,"properties":null}`, `{"appProperties":{"c":"3","d":""},"copyRequiresWriterPermission":true,"properties":{"b":"2"},"writersCanShare":false}`},
	}
	for _, tt := range steps {
		if got, err := serve(t, api, "PATCH", fields, tt.body); got != tt.want || err != nil {
			t.Errorf("PATCH %s = %s, %v, want %s", tt.body, got, err, tt.want)
		}
	}
}

func TestQueryTerms(t *testing.T) {
	api := newAPI()
	shared := api.Files.Add("shared", files.SpreadsheetType, "boss@example.com")
	shared.Spreadsheet = spreadsheet.New("Shared")
	shared.Roles[me] = files.Writer
	shared.Properties, shared.AppProperties = map[string]string{"k": "v"}, map[string]string{"app": "1"}
	tests := []struct{ q, want string }{ // names, or the error
		{"sharedWithMe", "Shared"}, {"sharedWithMe and name contains 'Sha'", "Shared"}, {"sharedWithMe and name = 'Demo'", ""}, {"not sharedWithMe and trashed = false", "Demo Folder"},
		{"'me' in owners", "Demo Folder"}, {"'me' in writers", "Demo Folder Shared"}, {"'boss@example.com' in owners", "Shared"},
		{"properties has { key='k' and value='v' }", "Shared"}, {"properties has {value='v' and key='k'} and sharedWithMe", "Shared"}, {"properties has {key='k' and value='x'}", ""}, {"appProperties has { key='app' and value='1' }", "Shared"},
		{"properties has {key='k'}", "Invalid Value"}, {"properties has key", "Invalid Value"}, {"properties", "Invalid Value"}, {"name has {key='k' and value='v'}", "Invalid Value"},
	}
	for _, tt := range tests {
		got, err := serve(t, api, "GET", "drive/v3/files?orderBy=name&fields=files/name&q="+url.QueryEscape(tt.q), "")
		if err != nil {
			got = err.Error()
		}
		got = strings.Join(strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(`{}[]",:`, r) }), " ")
		if want := strings.TrimSpace("files name " + strings.ReplaceAll(tt.want, " ", " name ")); got != want && got != tt.want && !(tt.want == "" && got == "files") {
			t.Errorf("q = %s: %s, want %s", tt.q, got, tt.want)
		}
	}
}

// TestResumableUpload: content comes in parts, after a request with the metadata.
func TestResumableUpload(t *testing.T) {
	api := newAPI()
	call := func(method, target, body string, header http.Header) (*rest.Response, error) {
		t.Helper()
		at, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		c := &rest.Call{Context: t.Context(), Host: "www.googleapis.com", Query: at.Query(), Header: header, Body: []byte(body), Principal: me}
		for _, rt := range api.Routes() {
			var ok bool
			if c.Vars, ok = rt.Match(strings.Split(strings.Trim(at.Path, "/"), "/")); ok && rt.Method == method {
				c.Route = &rt
				result, err := rt.Serve(c)
				res, ok := result.(*rest.Response)
				if !ok {
					res = rest.JSONResponse(http.StatusOK, rest.Encode(result, nil, false))
				}
				return res, err
			}
		}
		t.Fatalf("no route for %s %s", method, target)
		return nil, nil
	}
	begun, err := call("POST", "upload/drive/v3/files?uploadType=resumable", `{"name":"Up","mimeType":"`+files.SpreadsheetType+`"}`, http.Header{"X-Upload-Content-Type": {"text/csv; charset=utf-8"}})
	if err != nil {
		t.Fatal(err)
	}
	location := begun.Header.Get("Location")
	if !strings.HasPrefix(location, "https://www.googleapis.com/upload/drive/v3/files?") {
		t.Fatalf("Location = %s", location)
	}
	location = strings.TrimPrefix(location, "https://www.googleapis.com/")
	steps := []struct {
		rng, body string
		status    int
		have      string
	}{
		{"bytes */8", "", 308, ""},
		{"bytes 0-3/8", "a,b\n", 308, "bytes=0-3"},
		{"bytes */8", "", 308, "bytes=0-3"},
		{"bytes 4-7/8", "1,2\n", 200, ""},
	}
	for _, tt := range steps {
		res, err := call("PUT", location, tt.body, http.Header{"Content-Range": {tt.rng}})
		if err != nil || res.Status != tt.status || res.Header.Get("Range") != tt.have {
			t.Fatalf("PUT %s = %+v, %v, want %d with Range %q", tt.rng, res, err, tt.status, tt.have)
		}
	}
	if got, err := serve(t, api, "GET", "drive/v3/files?fields=files/name&q="+url.QueryEscape("name='Up'"), ""); got != `{"files":[{"name":"Up"}]}` || err != nil {
		t.Errorf("after the upload the files are %s, %v", got, err)
	}
	if _, err := call("PUT", "upload/drive/v3/files?uploadType=resumable&upload_id=none", "", http.Header{}); err == nil {
		t.Error("an unknown upload is continued")
	}
}
