package test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// These tests run what auth/README.md shows: its lines are taken from the page.

const referencePath = "../auth/README.md"

func reference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// codeBlocks returns the fenced blocks of a language.
func codeBlocks(t *testing.T, language string) []string {
	t.Helper()
	var blocks []string
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(reference(t), -1) {
		blocks = append(blocks, match[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no block of %s", referencePath, language)
	}
	return blocks
}

// variant returns the block with its lines that are marked for the status, or not
// marked. The others are what leads to the other status.
func variant(block, status string) string {
	var kept []string
	for line := range strings.Lines(block) {
		marked := regexp.MustCompile(`(?://|#) (403|200)\n$`).FindStringSubmatch(line)
		if marked == nil || marked[1] == status {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// referenceWorld is the emulated Google on loopback, with a spreadsheet.
type referenceWorld struct {
	*emulator.Server
	url, host, sheet string
	env              []string
}

func newReferenceWorld(t *testing.T) *referenceWorld {
	t.Helper()
	w := &referenceWorld{Server: emulator.New(emulator.Options{})}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url, w.host = server.URL, strings.TrimPrefix(server.URL, "http://")
	w.sheet = w.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id"}, {"A-1"}}}}})
	w.env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GOOGLE_") || strings.HasPrefix(v, "K_SERVICE=") })
	w.env = append(w.env, "EMULATOR="+w.url, "EMULATOR_HOST="+w.host, "SPREADSHEET_ID="+w.sheet, "HOME="+t.TempDir(),
		"GCE_METADATA_HOST="+w.host, "GCE_METADATA_IP="+w.host, "GCE_METADATA_ROOT="+w.host) // the last two are for Python
	return w
}

// checkStatus runs a program, which calls Sheets, and fails the test unless Sheets
// returned the status.
func (w *referenceWorld) checkStatus(t *testing.T, status int, program *exec.Cmd) {
	t.Helper()
	program.Env = append(program.Env, w.env...)
	out, err := program.CombinedOutput()
	for _, r := range slices.Backward(w.Requests()) {
		if strings.HasPrefix(r.Call, "sheets.") {
			if r.Status != status {
				t.Errorf("Sheets returned %d, want %d; %v\n%s", r.Status, status, err, out)
			}
			return
		}
	}
	t.Errorf("Sheets was not called: %v\n%s", err, out)
}

const goProgram = `package main

import (
	"context"
	"net"
	"net/http"
	"os"

	"google.golang.org/api/sheets/v4"
)

func main() {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", os.Getenv("EMULATOR_HOST"))
	}
	// Google's library clones it. The emulator has no TLS.
	http.DefaultTransport.(*http.Transport).DialTLSContext = dial
	check := withScopes
	switch os.Args[1] {
	case "403":
		check = withoutScopes
	case "auth":
		check = withAuth
	}
	if err := check(context.Background()); err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

func read(service *sheets.Service, err error) error {
	if err == nil {
		_, err = service.Spreadsheets.Get(os.Getenv("SPREADSHEET_ID")).Do()
	}
	return err
}
`

func TestReferenceGo(t *testing.T) {
	blocks := codeBlocks(t, "go")
	folder := t.TempDir()
	sources := []string{filepath.Join(folder, "main.go")}
	if err := os.WriteFile(sources[0], []byte(goProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	// Each in a file of its own, so that its imports are all that it has.
	for _, f := range []struct{ name, body string }{
		{"withoutScopes", variant(blocks[0], "403")}, {"withScopes", variant(blocks[0], "200")}, {"withAuth", blocks[1]},
	} {
		imports, body, found := strings.Cut(f.body, "\n)\n")
		if !found {
			t.Fatalf("the block has no imports:\n%s", f.body)
		}
		imports = strings.Replace(imports, "import (\n", "import (\n\t\"context\"\n", 1)
		imports = strings.Replace(imports, `"example.com/app/auth"`, `"`+modulePath+`/auth"`, 1)
		// The lines show errors that a program would check.
		text := fmt.Sprintf("package main\n\n%s\n)\n\nfunc %s(ctx context.Context) error {%s\treturn read(service, err)\n}\n", imports, f.name, body)
		source := filepath.Join(folder, f.name+".go")
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	binary := filepath.Join(folder, "reference")
	if out, err := exec.Command("go", append([]string{"build", "-o", binary}, sources...)...).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, tt := range []struct {
		variant string
		status  int
	}{{"403", 403}, {"200", 200}, {"auth", 200}} {
		t.Run(tt.variant, func(t *testing.T) {
			newReferenceWorld(t).checkStatus(t, tt.status, exec.Command(binary, tt.variant))
		})
	}
}

const nodeProgram = `const { sheets: at } = google; // sends the calls to the emulator
google.sheets = (options) => at.call(google, { ...options, rootUrl: process.env.EMULATOR + '/' });
%s
await sheets.spreadsheets.get({ spreadsheetId: process.env.SPREADSHEET_ID }).catch((err) => console.error(err.message));
`

func TestReferenceNode(t *testing.T) {
	folder := os.Getenv("CLIENTS")
	if folder == "" {
		t.Skip("CLIENTS is not set: emulator/clients/run installs Node's clients and runs this test")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: it runs Node's clients")
	}
	for status, code := range map[string]int{"403": 403, "200": 200} {
		t.Run(status, func(t *testing.T) {
			file := filepath.Join(folder, "reference-"+status+".mjs") // beside the packages that it imports
			if err := os.WriteFile(file, fmt.Appendf(nil, nodeProgram, variant(codeBlocks(t, "js")[0], status)), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Remove(file) })
			newReferenceWorld(t).checkStatus(t, code, exec.Command(node, file))
		})
	}
}

const pythonProgram = `import os
%s
print(session.get(os.environ["EMULATOR"] + "/v4/spreadsheets/" + os.environ["SPREADSHEET_ID"]).text)
`

// TestReferencePython also shows the failure of versions before 1.23.0, such as
// Debian 12's: they send no scopes.
func TestReferencePython(t *testing.T) {
	const version = `import google.auth.transport.requests, importlib.metadata; print(importlib.metadata.version("google-auth"))`
	python := "/usr/bin/python3" // Debian's packages are there
	out, err := exec.Command(python, "-W", "ignore", "-c", version).Output()
	if err != nil {
		t.Skip("google-auth is not installed for /usr/bin/python3: Debian's package is python3-google-auth")
	}
	scoped := 200
	if old := strings.TrimSpace(string(out)); strings.HasPrefix(old, "0.") || regexp.MustCompile(`^1\.(1?\d|2[0-2])\.`).MatchString(old) {
		scoped = 403
	}
	for status, code := range map[string]int{"403": 403, "200": scoped} {
		t.Run(status, func(t *testing.T) {
			program := fmt.Sprintf(pythonProgram, variant(codeBlocks(t, "python")[0], status))
			newReferenceWorld(t).checkStatus(t, code, exec.Command(python, "-c", program))
		})
	}
}

// curlShim is curl with the emulator at Google's addresses, as a line of README.md
// has them at its start.
const curlShim = `#!/bin/sh
for word do
  shift
  word=$(printf %s "$word" | sed "s|^https://[a-z0-9]*\.googleapis\.com|$EMULATOR|; s|^http://169\.254\.169\.254|$EMULATOR|; s|^127\.0\.0\.1:8085|$EMULATOR|")
  set -- "$@" "$word"
done
exec "$CURL" "$@"
`

// runInShells runs the commands in every shell that is here, with the emulator.
func runInShells(t *testing.T, commands string, check func(t *testing.T, w *referenceWorld, program *exec.Cmd)) {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "curl"), []byte(curlShim), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, shell := range referenceShells {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		t.Run(shell, func(t *testing.T) {
			w := newReferenceWorld(t)
			w.env = append(w.env, "CURL="+curl, "PATH="+bin+":"+os.Getenv("PATH"))
			check(t, w, exec.Command(shell, "-c", commands))
		})
	}
}

var referenceShells = []string{"bash", "dash", "zsh"}

func TestReferenceCurl(t *testing.T) {
	block := codeBlocks(t, "sh")[0]
	for status, commands := range map[int]string{200: block, 403: regexp.MustCompile(`\?scopes=[^']*`).ReplaceAllString(block, "")} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			runInShells(t, commands, func(t *testing.T, w *referenceWorld, program *exec.Cmd) { w.checkStatus(t, status, program) })
		})
	}
}

// TestReferenceTokenInfo runs the lines that show what a token is for, and those that
// are for a second terminal beside go run ./cmd/local.
func TestReferenceTokenInfo(t *testing.T) {
	blocks := codeBlocks(t, "sh")
	local := blocks[slices.IndexFunc(blocks, func(b string) bool { return strings.Contains(b, "127.0.0.1:8085") })]
	runInShells(t, blocks[0]+blocks[1]+local, func(t *testing.T, w *referenceWorld, program *exec.Cmd) {
		program.Env = w.env
		out, err := program.CombinedOutput()
		for _, want := range []string{`"scope": "` + scopeRoot + `spreadsheets"`, `"email": "` + w.ServiceAccount() + `"`, `"access_token":"`} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("output has no %s: %v\n%s", want, err, out)
			}
		}
		var asked []string
		for _, r := range w.Requests() {
			if r.Call == "metadata.token" {
				asked = append(asked, strings.Join(r.Scopes, ","))
			}
		}
		want := []string{scopeRoot + "spreadsheets", scopeRoot + "cloud-platform", scopeRoot + "drive," + scopeRoot + "spreadsheets"}
		if !slices.Equal(asked, want) {
			t.Errorf("tokens were requested for %q, want %q", asked, want)
		}
	})
}
