package emulator

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"google.golang.org/api/sheets/v4"
)

func TestCellIsCompact(t *testing.T) {
	if size := unsafe.Sizeof(cell{}); size > 40 {
		t.Errorf("a cell takes %d bytes, want 40 at most", size)
	}
}

func TestFormatNumber(t *testing.T) {
	tests := []struct {
		n             float64
		kind, pattern string
		want          string
	}{
		{0.0009765625, "", "", "0.0009765625"},
		{1.0 / 3, "", "", "0.3333333333"},
		{12345678901, "", "", "12345678901"},
		{-2.5, "", "", "-2.5"},
		{1234.5, "NUMBER", "#,##0.00", "1,234.50"},
		{-1234.5, "CURRENCY", `"$"#,##0.00`, `-$1,234.50`},
		{1234, "NUMBER", "0", "1234"},
		{0.125, "PERCENT", "0.0%", "12.5%"},
		{1.5, "NUMBER", "0.##", "1.5"},
		{43831, "DATE", "yyyy-mm-dd", "2020-01-01"},
		{43831.75, "DATE_TIME", "m/d/yyyy h:mm:ss", "1/1/2020 18:00:00"},
		{0.5, "TIME", "h:mm am/pm", "12:00 PM"},
		{46024, "DATE", "m-d", "1-2"},
		{-1, "DATE", "yyyy-mm-dd", "1899-12-29"},
		{5, "TEXT", "", "5"},
		{7, "NUMBER", "0000", "0007"},
		{-1234, "NUMBER", "#,##0;(#,##0)", "(1,234)"},
		{-5.5, "CURRENCY", `"$"#,##0.00_);[Red]("$"#,##0.00)`, "($5.50)"},
		{0, "NUMBER", `0;-0;"none"`, "none"},
		{12.5, "CURRENCY", "[$€-2] #,##0.00", "€ 12.50"},
		{0.5, "NUMBER", "#.##", ".5"},
		{1234567, "NUMBER", `#,##0,"k"`, "1,235k"},
		{3, "NUMBER", `"0 of "0`, "0 of 3"},
		{1.5, "TIME", "[h]:mm:ss", "36:00:00"},
		{0.5, "DATE_TIME", `[mm]" minutes"`, "720 minutes"},
	}
	for _, tt := range tests {
		f := &sheets.NumberFormat{Type: tt.kind, Pattern: tt.pattern}
		if tt.kind == "" {
			f = nil
		}
		if got := formatNumber(tt.n, f); got != tt.want {
			t.Errorf("formatNumber(%v, %s %s) = %s, want %s", tt.n, tt.kind, tt.pattern, got, tt.want)
		}
	}
}

// described is a discovery document as far as the routes follow from it.
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

// TestRoutes holds the routes to the discovery documents that the generated
// clients were made from: every call is there, with its scopes and parameters.
func TestRoutes(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Skipf("go list: %v: no discovery documents to compare with", err)
	}
	n := 0
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
		n += checkRoutes(t, root, prefix)
	}
	described := slices.DeleteFunc(slices.Clone(routes), func(rt route) bool {
		return rt.open() || rt.name == "sts.token" || strings.HasPrefix(rt.path, "upload/")
	})
	if n != len(described) {
		t.Errorf("%d routes, %d calls in the discovery documents", len(described), n)
	}
}

func checkRoutes(t *testing.T, d described, prefix string) (n int) {
	for _, m := range d.Methods {
		n++
		i := slices.IndexFunc(routes, func(rt route) bool { return rt.name == m.ID })
		if i < 0 {
			t.Errorf("no route for %s", m.ID)
			continue
		}
		rt := &routes[i]
		path := m.FlatPath
		if path == "" {
			path = m.Path
		}
		if rt.method != m.HTTPMethod || rt.path != prefix+path {
			t.Errorf("%s is %s %s, want %s %s", m.ID, rt.method, rt.path, m.HTTPMethod, prefix+path)
		}
		if rt.serve == nil {
			continue
		}
		want := slices.Sorted(slices.Values(m.Scopes))
		if rt.service() == "iamcredentials.googleapis.com" {
			want = append(want, scopePrefix+"iam") // of the reference
		}
		if got := slices.Sorted(slices.Values(rt.acceptedScopes())); !slices.Equal(got, want) {
			t.Errorf("%s takes scopes %v, want %v", m.ID, got, want)
		}
		for name, p := range m.Parameters {
			if !rt.drive() && p.Location == "query" && !slices.Contains(strings.Fields(rt.params), name) {
				t.Errorf("%s does not take the parameter %s", m.ID, name)
			}
		}
	}
	for _, r := range d.Resources {
		n += checkRoutes(t, r, prefix)
	}
	return n
}

// TestKinds: every kind in the table is one that the API has.
func TestKinds(t *testing.T) {
	known := fieldsOf(reflect.TypeFor[sheets.Request]()).byName
	for name := range kinds {
		if _, ok := known[name]; !ok {
			t.Errorf("the API has no request %q", name)
		}
	}
}
