package emulator_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// clientRun is one start of a client of Google's APIs in another language.
type clientRun struct {
	name string // of the step
	args []string
	want string // in its output
}

// clientWorld is what clients connect to: the emulator as Google's hosts, with TLS and
// a certificate of its own, reached through a proxy on loopback.
type clientWorld struct {
	google  *emulator.Server
	folder  string // for files of the test
	modules string // the folder in which npm has installed clients
	env     []string
}

// newClientWorld skips the test unless clients/run has started it.
func newClientWorld(t *testing.T) *clientWorld {
	t.Helper()
	modules := os.Getenv("CLIENTS")
	if modules == "" {
		t.Skip("CLIENTS is not set: emulator/clients/run installs clients and runs this test")
	}
	w := &clientWorld{google: emulator.New(emulator.Options{}), folder: t.TempDir(), modules: modules}
	server := httptest.NewUnstartedServer(w.google)
	authority := serveTLS(t, server)
	proxy := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	path := w.file(t, "ca.pem", authority)
	w.env = append(os.Environ(), "HTTPS_PROXY="+proxy.URL, "https_proxy="+proxy.URL, "HTTPLIB2_CA_CERTS="+path, "NODE_EXTRA_CA_CERTS="+path, "RCLONE_CA_CERT="+path)
	return w
}

// file writes a file and returns its path.
func (w *clientWorld) file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(w.folder, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run starts a program once for each step, and reports how many steps passed.
func (w *clientWorld) run(t *testing.T, program string, env []string, steps ...clientRun) {
	t.Helper()
	passed := 0
	for _, step := range steps {
		cmd := exec.CommandContext(t.Context(), program, step.args...)
		cmd.Env = append(w.env, env...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil || !strings.Contains(out.String(), step.want) {
			t.Errorf("%s: %v\n%s\nwant %q", step.name, err, out.String(), step.want)
			continue
		}
		passed++
	}
	t.Logf("%d of %d steps", passed, len(steps))
}

// need returns the path of a program, or skips the test.
func need(t *testing.T, program, from string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed (%s)", filepath.Base(program), from)
	}
	return path
}

// orders is the sheet that all clients begin with.
func orders() emulator.Spreadsheet {
	return emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}}}}
}

// TestClientPython runs Python's googleapiclient, of Debian's package
// python3-googleapi: each line of its output is a step.
func TestClientPython(t *testing.T) {
	w := newClientWorld(t)
	python := need(t, "/usr/bin/python3", "Debian: python3")
	if err := exec.Command(python, "-W", "ignore", "-c", "import googleapiclient, google.oauth2").Run(); err != nil {
		t.Skip("googleapiclient is not installed (Debian: python3-googleapi)")
	}
	documents, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Skipf("no discovery documents: go list: %v", err)
	}
	env := []string{
		"SPREADSHEET_ID=" + w.google.Create(orders()), "DOCUMENTS=" + strings.TrimSpace(string(documents)),
		"KEY_FILE=" + w.file(t, "key.json", w.google.KeyFile(w.google.ServiceAccount())),
		"USER_TOKEN=" + w.google.Token("ada@example.com", scopeRoot+"drive"),
	}
	w.run(t, python, env, clientRun{"googleapi.py", []string{"-W", "ignore", filepath.Join("clients", "googleapi.py")}, "10 steps"})
}

// TestClientRclone runs rclone as a service account that reads, and as a user who
// uploads in one request and in several.
func TestClientRclone(t *testing.T) {
	w := newClientWorld(t)
	rclone := need(t, "rclone", "Debian: rclone")
	w.google.Create(orders())
	key := w.file(t, "key.json", w.google.KeyFile(w.google.ServiceAccount()))
	token, err := json.Marshal(map[string]any{
		"access_token": w.google.Token("ada@example.com", scopeRoot+"drive"), "token_type": "Bearer", "expiry": time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	up := w.file(t, "up.csv", []byte("id,qty\r\nB-1,7"))
	down := filepath.Join(w.folder, "down.csv")
	common := []string{"--config", filepath.Join(w.folder, "none"), "--low-level-retries", "1", "--retries", "1", "--drive-export-formats", "csv", "--drive-import-formats", "csv"}
	account := func(args ...string) []string {
		return append(append(args, common...), "--drive-service-account-file", key, "--drive-shared-with-me")
	}
	user := func(args ...string) []string { return append(append(args, common...), "--drive-token", string(token)) }
	w.run(t, rclone, nil,
		clientRun{"list as a service account", account("lsf", ":drive:"), "Demo.csv"},
		clientRun{"read as a service account", account("cat", ":drive:Demo.csv"), "A-1,3"},
		clientRun{"upload in one request", user("copyto", up, ":drive:Up.csv"), ""},
		clientRun{"upload in parts", user("copyto", up, ":drive:Parts.csv", "--drive-upload-cutoff", "0"), ""},
		clientRun{"list as a user", user("lsf", ":drive:"), "Parts.csv\nUp.csv"},
		clientRun{"make a folder", user("mkdir", ":drive:Folder"), ""},
		clientRun{"copy within Drive", user("copyto", ":drive:Up.csv", ":drive:Folder/Copy.csv"), ""},
		clientRun{"download", user("copyto", ":drive:Folder/Copy.csv", down), ""},
		clientRun{"rename", user("moveto", ":drive:Up.csv", ":drive:Renamed.csv"), ""},
		clientRun{"delete", user("deletefile", ":drive:Parts.csv"), ""},
		clientRun{"list after that", user("lsf", "-R", ":drive:"), "Folder/\nRenamed.csv\nFolder/Copy.csv"},
	)
	if got, err := os.ReadFile(down); err != nil || string(got) != "id,qty\r\nB-1,7" {
		t.Errorf("downloaded file = %q, %v, want what was uploaded", got, err)
	}
}

// TestClientGoogleSheetCLI runs google-sheet-cli of npm. Its command spreadsheet:add
// cannot work: it signs in as a service account, and these own no files.
func TestClientGoogleSheetCLI(t *testing.T) {
	w := newClientWorld(t)
	cli := need(t, filepath.Join(w.modules, "node_modules", ".bin", "google-sheet"), "npm: google-sheet-cli")
	var key struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key"`
	}
	if err := json.Unmarshal(w.google.KeyFile(w.google.ServiceAccount()), &key); err != nil {
		t.Fatal(err)
	}
	env := []string{"SPREADSHEET_ID=" + w.google.Create(orders()), "GSHEET_CLIENT_EMAIL=" + key.Email, "GSHEET_PRIVATE_KEY=" + key.Key}
	w.run(t, cli, env,
		clientRun{"spreadsheet:get", []string{"spreadsheet:get", "--rawOutput"}, `"title": "Demo"`},
		clientRun{"worksheet:add", []string{"worksheet:add", "-t", "Made"}, `"Made"`},
		clientRun{"worksheet:get", []string{"worksheet:get", "-t", "Made", "--rawOutput"}, `"rowCount": 1000`},
		clientRun{"data:update", []string{"data:update", "-t", "Made", "--minRow", "1", "--minCol", "1", `[["a","b"],["1","2"]]`}, "successfully updated"},
		clientRun{"data:append", []string{"data:append", "-t", "Made", `[["3","4"]]`}, "successfully appended"},
		clientRun{"data:get", []string{"data:get", "-t", "Made", "--rawOutput"}, `"Made!A1:Z1000"`},
		clientRun{"worksheet:remove", []string{"worksheet:remove", "-t", "Made"}, "successfully removed"},
	)
}

// TestNodeClients runs Node's googleapis and google-spreadsheet.
func TestNodeClients(t *testing.T) {
	modules := os.Getenv("CLIENTS")
	if modules == "" {
		t.Skip("CLIENTS is not set: emulator/clients/run installs clients and runs this test")
	}
	node := need(t, "node", "Debian: nodejs")
	google := emulator.New(emulator.Options{Quota: true})
	id := google.Create(orders())
	private := google.Create(emulator.Spreadsheet{Unshared: true})
	google.Share(id, "busy@example.com", "reader")
	server := httptest.NewServer(google)
	defer server.Close()

	scopes := []string{scopeRoot + "spreadsheets", scopeRoot + "drive"}
	clients := exec.CommandContext(t.Context(), node, "--test-reporter=spec", filepath.Join(modules, "node.mjs"))
	clients.Env = append(os.Environ(), "EMULATOR="+server.URL, "SPREADSHEET_ID="+id, "PRIVATE_ID="+private,
		"TOKEN="+google.Token(google.ServiceAccount(), scopes...), "BUSY_TOKEN="+google.Token("busy@example.com", scopes...))
	out, err := clients.CombinedOutput()
	if err != nil {
		t.Errorf("node.mjs: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
