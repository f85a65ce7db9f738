package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/emulator/internal/rest"
)

// method is what routes need of a method of a discovery document.
type method struct {
	ID          string `json:"id"`
	Path        string `json:"path"`
	FlatPath    string `json:"flatPath"`
	HTTPMethod  string `json:"httpMethod"`
	Scopes      []string
	Parameters  map[string]parameter `json:"parameters"`
	MediaUpload struct {
		Protocols map[string]struct {
			Path string `json:"path"`
		} `json:"protocols"`
	} `json:"mediaUpload"`
	Request struct {
		Ref string `json:"$ref"`
	} `json:"request"`
}

// parameter is a parameter of a method, or a property of a schema.
type parameter struct {
	Location             string               `json:"location"`
	Type                 string               `json:"type"`
	Format               string               `json:"format"`
	Enum                 []string             `json:"enum"`
	Repeated             bool                 `json:"repeated"`
	Ref                  string               `json:"$ref"`
	Items                *parameter           `json:"items"`
	Properties           map[string]parameter `json:"properties"`
	AdditionalProperties *parameter           `json:"additionalProperties"`
}

// described is a discovery document, or a resource in it.
type described struct {
	ServicePath string               `json:"servicePath"`
	Methods     map[string]method    `json:"methods"`
	Resources   map[string]described `json:"resources"`
	Schemas     map[string]parameter `json:"schemas"`
}

// documents are the discovery documents of the emulated APIs, in the module of
// the generated clients.
var documents = []string{
	"sheets/v4/sheets-api.json", "drive/v3/drive-api.json", "drive/v2/drive-api.json",
	"iamcredentials/v1/iamcredentials-api.json", "oauth2/v2/oauth2-api.json", "discovery/v1/discovery-api.json",
}

// readDocuments returns the discovery documents; it skips the test where the
// module is not there.
func readDocuments(t testing.TB) []described {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Skipf("go list: %v: no discovery documents to compare with", err)
	}
	var list []described
	for _, file := range documents {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), file))
		if err != nil {
			t.Skipf("%v: no discovery document to compare with", err)
		}
		var root described
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		list = append(list, root)
	}
	return list
}

// each calls do for every method below a resource.
func (d described) each(do func(method)) {
	for _, m := range d.Methods {
		do(m)
	}
	for _, r := range d.Resources {
		r.each(do)
	}
}

// paths returns the paths of a method: with v2's and v3's base, and those of
// uploads.
func (m method) paths(base string) []string {
	list := []string{base + cmp.Or(m.FlatPath, m.Path)}
	for _, upload := range m.MediaUpload.Protocols {
		list = append(list, strings.Trim(upload.Path, "/"))
	}
	return list
}

// routeName returns the name of a method's route.
func routeName(m method, base string) string {
	if base == "drive/v2/" {
		return strings.Replace(m.ID, "drive.", "drive.v2.", 1)
	}
	return m.ID
}

// TestRoutes compares the table of calls with the discovery documents that the
// generated clients are made from: every method has a route, with exactly its scopes
// and its parameters, also where it is answered with 501.
func TestRoutes(t *testing.T) {
	routes := New(Options{}).routes
	found := 0
	for _, d := range readDocuments(t) {
		d.each(func(m method) {
			for _, path := range m.paths(d.ServicePath) {
				i := slices.IndexFunc(routes, func(rt rest.Route) bool {
					return rt.Name == routeName(m, d.ServicePath) && rt.Path == path && rt.Method == m.HTTPMethod
				})
				if i < 0 {
					t.Errorf("no route for %s at %s %s", m.ID, m.HTTPMethod, path)
					continue
				}
				found++
				checkRoute(t, &routes[i], m)
			}
		})
	}
	if documented := rest.Documented(); found != documented {
		t.Errorf("%d routes are in the table of documented calls, %d in the documents", documented, found)
	}
}

// checkRoute compares the scopes and the parameters of a route.
func checkRoute(t *testing.T, rt *rest.Route, m method) {
	want := slices.Sorted(slices.Values(m.Scopes))
	if got := slices.Sorted(slices.Values(rt.AcceptedScopes())); !slices.Equal(got, want) {
		t.Errorf("%s takes scopes %v, want %v", m.ID, got, want)
	}
	var params []string
	for name, p := range m.Parameters {
		if p.Location == "query" {
			params = append(params, name)
		}
	}
	slices.Sort(params)
	if !slices.Equal(rt.Params, params) {
		t.Errorf("%s takes parameters %v, want %v", m.ID, rt.Params, params)
	}
}

// TestUnservedRoutes: a path of Google's APIs that is not served is a 501 with the
// name of the call, and headers that keep clients from repeating it.
func TestUnservedRoutes(t *testing.T) {
	google := New(Options{})
	token := google.Token("me@example.com", rest.ScopePrefix+"drive")
	variable := regexp.MustCompile(`\{[^}]*\}`)
	for _, rt := range google.routes {
		if rt.Serve != nil {
			continue
		}
		r := httptest.NewRequest(rt.Method, "/"+variable.ReplaceAllString(rt.Path, "x"), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		google.ServeHTTP(w, r)
		if w.Code != http.StatusNotImplemented || !strings.Contains(w.Body.String(), rt.Name+" is not emulated") {
			t.Errorf("%s %s = %d %s, want 501 with %s", r.Method, r.URL, w.Code, w.Body, rt.Name)
		}
		if w.Header().Get("X-Should-Retry") != "false" {
			t.Errorf("%s %s has no X-Should-Retry: false", r.Method, r.URL)
		}
	}
}
