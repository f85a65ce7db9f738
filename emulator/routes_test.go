package emulator

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/emulator/internal/identity"
	"example.com/sheets-function/emulator/internal/rest"
)

// described is what routes need of a discovery document.
type described struct {
	Methods map[string]struct {
		ID         string `json:"id"`
		Path       string `json:"path"`
		FlatPath   string `json:"flatPath"`
		HTTPMethod string `json:"httpMethod"`
		Scopes     []string
		Parameters map[string]struct {
			Location string `json:"location"`
		} `json:"parameters"`
	} `json:"methods"`
	Resources map[string]described `json:"resources"`
}

// TestRoutes compares the routes with the discovery documents that the generated
// clients are made from: every call has one, with its scopes and parameters.
func TestRoutes(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Skipf("go list: %v: no discovery documents to compare with", err)
	}
	n, routes := 0, New(Options{}).routes
	documents := map[string]string{"sheets/v4/sheets-api.json": "", "drive/v3/drive-api.json": "drive/v3/", "iamcredentials/v1/iamcredentials-api.json": ""}
	for file, prefix := range documents {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), file))
		if err != nil {
			t.Skipf("%v: no discovery document to compare with", err)
		}
		var root described
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		n += checkRoutes(t, routes, root, prefix)
	}
	described := slices.DeleteFunc(slices.Clone(routes), func(rt rest.Route) bool {
		return identity.NeedsNoToken(&rt) || rt.Name == "sts.token" || strings.HasPrefix(rt.Path, "upload/")
	})
	if n != len(described) {
		t.Errorf("%d routes, %d calls in the discovery documents", len(described), n)
	}
}

func checkRoutes(t *testing.T, routes []rest.Route, d described, prefix string) (n int) {
	for _, m := range d.Methods {
		n++
		i := slices.IndexFunc(routes, func(rt rest.Route) bool { return rt.Name == m.ID })
		if i < 0 {
			t.Errorf("no route for %s", m.ID)
			continue
		}
		rt := &routes[i]
		path := m.FlatPath
		if path == "" {
			path = m.Path
		}
		if rt.Method != m.HTTPMethod || rt.Path != prefix+path {
			t.Errorf("%s is %s %s, want %s %s", m.ID, rt.Method, rt.Path, m.HTTPMethod, prefix+path)
		}
		if rt.Serve == nil {
			continue
		}
		want := slices.Sorted(slices.Values(m.Scopes))
		if rt.Service() == "iamcredentials.googleapis.com" {
			want = append(want, rest.ScopePrefix+"iam") // of the reference
		}
		if got := slices.Sorted(slices.Values(rt.AcceptedScopes())); !slices.Equal(got, want) {
			t.Errorf("%s takes scopes %v, want %v", m.ID, got, want)
		}
		for name, p := range m.Parameters {
			if !rt.IsDrive() && p.Location == "query" && !slices.Contains(strings.Fields(rt.Params), name) {
				t.Errorf("%s does not take the parameter %s", m.ID, name)
			}
		}
	}
	for _, r := range d.Resources {
		n += checkRoutes(t, routes, r, prefix)
	}
	return n
}
