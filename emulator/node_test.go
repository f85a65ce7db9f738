package emulator_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestNodeClients runs Node's googleapis and google-spreadsheet, unchanged,
// against the emulator. NODE_CLIENTS names the folder where node/run has
// installed them.
func TestNodeClients(t *testing.T) {
	folder := os.Getenv("NODE_CLIENTS")
	if folder == "" {
		t.Skip("NODE_CLIENTS is not set: emulator/node/run installs Node's clients and runs this test")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: it runs Node's clients")
	}
	google := emulator.New(emulator.Options{Quota: true})
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}},
	}})
	private := google.Create(emulator.Spreadsheet{Unshared: true})
	google.Share(id, "busy@example.com", "reader")
	server := httptest.NewServer(google)
	defer server.Close()

	scopes := []string{scopeRoot + "spreadsheets", scopeRoot + "drive"}
	clients := exec.CommandContext(t.Context(), node, "--test-reporter=spec", filepath.Join(folder, "clients.mjs"))
	clients.Env = append(os.Environ(), "EMULATOR="+server.URL, "SPREADSHEET_ID="+id, "PRIVATE_ID="+private,
		"TOKEN="+google.Token(google.ServiceAccount(), scopes...), "BUSY_TOKEN="+google.Token("busy@example.com", scopes...))
	out, err := clients.CombinedOutput()
	if err != nil {
		t.Errorf("node clients: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
