package function

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	// Linked by the main that platforms generate; named here so that go.mod
	// and go.sum know what it needs.
	_ "github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"example.com/sheets-function/emulator"
)

// TestBuildpackLayout holds what Google's buildpack wants of the root folder:
// one package in all .go files, tests too, with an exported target.
func TestBuildpackLayout(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	handles := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name != "function" {
			t.Errorf("%s is package %s; the buildpack refuses a second package", name, file.Name.Name)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			switch f.Name.Name {
			case "New":
				t.Errorf("%s declares New; Knative func wants exactly one of New and Handle", name)
			case "Handle":
				handles++
			}
		}
	}
	if handles != 1 {
		t.Errorf("%d declarations of Handle, want 1", handles)
	}
	if _, err := os.Stat("go.work"); err == nil {
		t.Error("there is a go.work; the buildpack's main does not build beside it")
	}
}

// generatedMain is what the buildpack writes into the module: the framework's
// server around the root package. Unlike the real one it binds to loopback.
var generatedMain = `package main

import (
	"log"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	_ "` + module + `"
)

func main() {
	if err := funcframework.StartHostPort("127.0.0.1", os.Getenv("PORT")); err != nil {
		log.Fatal(err)
	}
}
`

// buildMain copies the module to a temporary folder as a platform does, adds a
// main, and builds it.
func buildMain(t testing.TB, source string) (binary string) {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(dir, path), 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, path), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "serverless_function_app")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "function.bin")
	build := exec.Command("go", "build", "-o", binary, "./serverless_function_app")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// process is a running function.
type process struct {
	*exec.Cmd
	url     string
	started time.Time
}

// start runs the binary on a free port of loopback until the test ends.
func start(t testing.TB, binary string, env ...string) *process {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	p := &process{Cmd: exec.Command(binary), url: "http://127.0.0.1:" + port}
	p.Env = append(env, "PORT="+port, "FUNCTION_TARGET=Handle", "K_SERVICE=sheets-function")
	p.started = time.Now()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	if p.ProcessState == nil {
		_ = p.Process.Kill()
		_ = p.Wait()
	}
}

// get asks until the process listens, and returns the answer's body.
func (p *process) get(t testing.TB, path string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("GET %s = %d %s, %v", path, resp.StatusCode, body, err)
			}
			return string(body)
		}
		if ctx.Err() != nil {
			t.Fatalf("GET %s: %v", path, err)
		}
		time.Sleep(time.Millisecond) // the process is starting; there is nothing to wait on
	}
}

// serveGoogle serves the emulator on loopback and returns the environment of a
// function beside it.
func serveGoogle(t testing.TB, s emulator.Spreadsheet) (env []string) {
	t.Helper()
	return serve(t, emulator.New(emulator.Options{}), s)
}

func serve(t testing.TB, google *emulator.Server, s emulator.Spreadsheet) (env []string) {
	t.Helper()
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	return []string{"SHEETS_EMULATOR_HOST=" + host, "GCE_METADATA_HOST=" + host, "SPREADSHEET_ID=" + google.Create(s), "CALLERS=anyone"}
}

func TestGeneratedMain(t *testing.T) {
	google := emulator.New(emulator.Options{})
	env := serve(t, google, emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	binary := buildMain(t, generatedMain)
	p := start(t, binary, env...)
	if got := p.get(t, "/sheets/Orders?limit=1"); !strings.Contains(got, `"item":"apple"`) {
		t.Errorf("GET /sheets/Orders = %s", got)
	}
	if got := p.get(t, "/health"); !strings.Contains(got, "ready") {
		t.Errorf("GET /health = %s", got)
	}
	google.Inject(emulator.Fault{Call: exportCall, Drop: emulator.DropMiddle, Times: 1})
	if n, err := fetch(t, p.url+"/export?format=csv"); err == nil {
		t.Errorf("a part of an export ended well, with %d bytes", n)
	}
	if n, err := fetch(t, p.url+"/export?format=csv"); err != nil {
		t.Errorf("the next export broke off after %d bytes: %v", n, err)
	}
}
