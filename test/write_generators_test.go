package test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestGeneratedClients runs programs whose clients are generated from openapi.yaml.
// GENERATED_CLIENTS names the folder where clients/generators/run has built them.
func TestGeneratedClients(t *testing.T) {
	folder := os.Getenv("GENERATED_CLIENTS")
	if folder == "" {
		t.Skip("GENERATED_CLIENTS is not set: test/clients/generators/run generates the clients and runs this test")
	}
	for name, command := range map[string][]string{
		"oapi-codegen":       {filepath.Join(folder, "oapi-codegen")},
		"ogen":               {filepath.Join(folder, "ogen")},
		"openapi-typescript": {"node", filepath.Join(folder, "openapi-fetch.js")},
		"hey-api":            {"node", filepath.Join(folder, "hey-api.js")},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(newWorld(t, withSheets(emulator.Sheet{Title: "Generated", Values: orders.Values})))
			defer server.Close()
			client := exec.CommandContext(t.Context(), command[0], command[1:]...)
			client.Env = append(os.Environ(), "FUNCTION="+server.URL)
			if out, err := client.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
