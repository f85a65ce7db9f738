package function

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestRoutes sends one request to each route. It is the table that a fork changes
// with the routes; the folder test has all other tests of them.
func TestRoutes(t *testing.T) {
	tests := []struct {
		name, method, target, body string
		status                     int
		want                       string // in the answer's body
	}{
		{"describe", "GET", "/", "", 200, `"title": "Demo"`},
		{"list rows", "GET", "/sheets/Orders?id=eq.2", "", 200, `{"id":2,"item":"bread"}`},
		{"insert rows", "POST", "/sheets/Orders", `{"id":3,"item":"dates"}`, 201, `"range": "Orders!A4:B4"`},
		{"update rows", "PATCH", "/sheets/Orders?id=eq.2", `{"item":"cake"}`, 200, `"updated": 1`},
		{"delete rows", "DELETE", "/sheets/Orders?id=eq.2", "", 200, `"deleted": 1`},
		{"receive an event", "POST", "/events", `{"message":{"data":"eyJpZCI6M30=","messageId":"1","attributes":{"sheet":"Orders"}},"subscription":"s"}`, 204, ""},
		{"export", "GET", "/export?format=csv", "", 200, "1,apple\r\n2,bread"},
		{"describe the API", "GET", "/openapi.yaml", "", 200, "openapi: 3.1"},
		{"health", "GET", "/health", "", 200, `"status": "ready"`},
		{"no route", "GET", "/nothing", "", 404, `"code": "route-not-found"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			handler := newTestHandler(t, emulator.Sheet{Title: "Orders", Values: [][]any{{"id", "item"}, {1, "apple"}, {2, "bread"}}})
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body)))
			if answer.Code != tt.status || !strings.Contains(answer.Body.String(), tt.want) {
				t.Errorf("%s %s = %d %s, want %d %s", tt.method, tt.target, answer.Code, answer.Body, tt.status, tt.want)
			}
		})
	}
}

// newTestHandler returns a handler whose Google is an emulator with one
// spreadsheet.
func newTestHandler(t *testing.T, sheets ...emulator.Sheet) *Handler {
	t.Helper()
	google := emulator.New(emulator.Options{})
	for name, value := range map[string]string{
		"SPREADSHEET_ID":                 google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: sheets}),
		"CALLERS":                        "anyone",
		"SHEETS_EMULATOR_HOST":           "127.0.0.1:1", // any address: the transport below reaches the emulator
		"GCE_METADATA_HOST":              "127.0.0.1:1",
		"GOOGLE_APPLICATION_CREDENTIALS": "",
		"K_SERVICE":                      "",
	} {
		t.Setenv(name, value)
	}
	settings, err := ReadSettings()
	if err != nil {
		t.Fatal(err)
	}
	transport := emulator.Transport(google)
	t.Cleanup(transport.(*http.Transport).CloseIdleConnections)
	handler, err := NewHandler(settings, WithTransport(transport), WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// TestImports checks which package of this module imports which: down only.
func TestImports(t *testing.T) {
	allowed := map[string][]string{ // by folder
		".":              {"auth", "event", "mcp", "service", "service/table", "web"},
		"auth":           {},
		"auth/doctor":    {},
		"cmd/local":      {".", "auth", "auth/doctor", "cmd/local/page", "cmd/local/terminal", "cmd/local/traffic", "emulator"},
		"event":          {},
		"mcp":            {"service", "service/table", "web"},
		"service":        {"service/commit", "service/table"},
		"service/commit": {},
		"service/table":  {},
		"test":           {".", "auth", "auth/doctor", "emulator", "web"},
		"web":            {},

		"cmd/local/page":     {"cmd/local/traffic", "emulator"},
		"cmd/local/terminal": {"cmd/local/traffic", "emulator"},
		"cmd/local/traffic":  {"emulator", "service/commit"},

		"emulator": {"emulator/internal/rest", "emulator/internal/grid", "emulator/internal/spreadsheet",
			"emulator/internal/files", "emulator/internal/sheets", "emulator/internal/drive", "emulator/internal/identity"},
		"emulator/internal/sheets":      {"emulator/internal/files", "emulator/internal/batch", "emulator/internal/spreadsheet", "emulator/internal/grid", "emulator/internal/rest"},
		"emulator/internal/drive":       {"emulator/internal/files", "emulator/internal/spreadsheet", "emulator/internal/rest"},
		"emulator/internal/identity":    {"emulator/internal/rest"},
		"emulator/internal/files":       {"emulator/internal/spreadsheet", "emulator/internal/rest"},
		"emulator/internal/batch":       {"emulator/internal/spreadsheet", "emulator/internal/grid", "emulator/internal/rest"},
		"emulator/internal/spreadsheet": {"emulator/internal/formula", "emulator/internal/xlsx", "emulator/internal/grid", "emulator/internal/rest"},
		"emulator/internal/xlsx":        {"emulator/internal/grid"},
		"emulator/internal/formula":     {"emulator/internal/grid"},
		"emulator/internal/grid":        {"emulator/internal/rest"},
		"emulator/internal/rest":        {},
	}
	// Packages that can be copied into another module, with their tests.
	standalone := []string{"auth", "auth/doctor", "web"}
	// Where Google's API clients are linked.
	clients := []string{"emulator", "service", "service/commit", "test"}
	for _, p := range listPackages(t) {
		imports, ok := allowed[p.folder]
		if !ok {
			t.Errorf("%s has no entry in TestImports: say what it may import", p.folder)
			continue
		}
		for _, path := range p.Imports {
			if folder, ours := folderOf(path); ours && !slices.Contains(imports, folder) {
				t.Errorf("%s imports %s, which its entry in TestImports does not allow", p.folder, folder)
			}
			if strings.HasPrefix(path, "google.golang.org/api/") && !slices.Contains(clients, p.folder) && !strings.HasPrefix(p.folder, "emulator/internal/") {
				t.Errorf("%s imports %s, which only %s may", p.folder, path, strings.Join(clients, ", "))
			}
		}
		if !slices.Contains(standalone, p.folder) {
			imports = append(imports, p.folder, "emulator")
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if folder, ours := folderOf(path); ours && !slices.Contains(imports, folder) {
				t.Errorf("the tests of %s import %s, which its entry in TestImports does not allow", p.folder, folder)
			}
		}
	}
}

// TestOneMain checks that there is one main: a buildpack without a function target
// builds the only one, which refuses to run on a platform, but of two it builds
// none.
func TestOneMain(t *testing.T) {
	var mains []string
	for _, p := range listPackages(t) {
		if p.Name == "main" {
			mains = append(mains, p.folder)
		}
	}
	if len(mains) != 1 {
		t.Errorf("the module has the mains %q, want one", mains)
	}
}

// listedPackage is a package of this module, as go list has it.
type listedPackage struct {
	ImportPath, Name                   string
	Imports, TestImports, XTestImports []string

	folder string
}

func listPackages(t *testing.T) (list []listedPackage) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Name,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var p listedPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.folder, _ = folderOf(p.ImportPath)
		list = append(list, p)
	}
	return list
}

// folderOf returns the folder of a package, if it is one of this module.
func folderOf(path string) (folder string, ours bool) {
	module := reflect.TypeFor[Settings]().PkgPath()
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}
