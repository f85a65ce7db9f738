package test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/sheets-function/emulator"
)

// stockOf returns a sheet with what the client's tests select by and change.
func stockOf(title string) emulator.Sheet {
	return emulator.Sheet{Title: title, Values: [][]any{
		{"id", "item", "qty", "price", "sold", "ordered", "Unit Price"},
		{1, "apple", 12, 0.5, true, date(2), 1},
		{2, "bread", 2, 3, false, date(9), 2},
		{3, "Apple pie", nil, 7.25, true, nil, 3},
		{4, "b,c", 7, 1, nil, date(16), 2},
	}}
}

// TestPostgRESTClient runs @supabase/postgrest-js, unchanged, against the function.
// POSTGREST_CLIENT names the folder where clients/postgrest/run has installed it.
func TestPostgRESTClient(t *testing.T) {
	folder := os.Getenv("POSTGREST_CLIENT")
	if folder == "" {
		t.Skip("POSTGREST_CLIENT is not set: test/clients/postgrest/run installs the client and runs this test")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: it runs the client")
	}
	var sheets []emulator.Sheet
	for _, title := range []string{"Stock", "Insert", "Upsert", "Update", "Delete", "Rollback", "My Sheet's"} {
		sheets = append(sheets, stockOf(title))
	}
	server := httptest.NewServer(newWorld(t, withSheets(sheets...)))
	defer server.Close()
	client := exec.CommandContext(t.Context(), node, "--test-reporter=spec", filepath.Join(folder, "client.mjs"))
	client.Env = append(os.Environ(), "FUNCTION="+server.URL)
	out, err := client.CombinedOutput()
	if err != nil {
		t.Errorf("client.mjs: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
