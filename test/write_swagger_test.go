package test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// TestSwaggerUI has Swagger UI, on a site of its own, try each operation of openapi.yaml.
// SWAGGER_UI names the folder where clients/swagger/run has installed it.
func TestSwaggerUI(t *testing.T) {
	folder := os.Getenv("SWAGGER_UI")
	if folder == "" {
		t.Skip("SWAGGER_UI is not set: test/clients/swagger/run installs it and runs this test")
	}
	site := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer site.Close()
	server := httptest.NewServer(newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.Origins = []string{site.URL} }))
	defer server.Close()
	browser := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "try.mjs"))
	browser.Env = append(os.Environ(), "PAGE="+site.URL+"/?url="+url.QueryEscape(server.URL+"/openapi.yaml"))
	out, err := browser.CombinedOutput()
	if err != nil {
		t.Errorf("try.mjs: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
