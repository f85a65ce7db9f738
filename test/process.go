package test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	// Linked by the main that platforms generate; named here so that go.mod
	// and go.sum have what it needs.
	_ "github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// modulePath is this module's path, which a fork changes.
var modulePath = reflect.TypeFor[function.Settings]().PkgPath()

// generatedMain is what Google's buildpack writes into the module: the
// framework's server around the root package. Unlike the real one it binds to
// loopback.
var generatedMain = `package main

import (
	"log"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	_ "` + modulePath + `"
)

func main() {
	if err := funcframework.StartHostPort("127.0.0.1", os.Getenv("PORT")); err != nil {
		log.Fatal(err)
	}
}
`

// builds are the binaries of this run. TestMain deletes them.
var builds struct {
	sync.Mutex
	folder   string
	binaries map[string]string // by source
}

// buildMain builds a main in the module, which stays as it is. It builds each
// main once.
func buildMain(t testing.TB, source string) (binary string) {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	if binary, ok := builds.binaries[source]; ok {
		return binary
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if builds.folder == "" {
		if builds.folder, err = os.MkdirTemp("", "function-*"); err != nil {
			t.Fatal(err)
		}
		builds.binaries = map[string]string{}
	}
	name := filepath.Join(builds.folder, fmt.Sprint("main", len(builds.binaries)))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(root, "serverless_function_app", "main.go"): name + ".go", // the folder that the buildpack uses
	}})
	if err := errors.Join(err, os.WriteFile(name+".go", []byte(source), 0o644), os.WriteFile(name+".json", overlay, 0o644)); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-C", root, "-buildvcs=false", "-overlay", name+".json", "-o", name, "./serverless_function_app")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	builds.binaries[source] = name
	return name
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

// get waits until the process listens, and returns the body of an answer 200.
func (p *process) get(t testing.TB, path string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("GET %s = %d %s, %v", path, answer.StatusCode, body, err)
			}
			return string(body)
		}
		if ctx.Err() != nil {
			t.Fatalf("GET %s: %v", path, err)
		}
		time.Sleep(time.Millisecond) // another process starts; there is nothing to wait on
	}
}

// serveGoogle serves an emulator on loopback and returns the environment of a
// function whose spreadsheet this is.
func serveGoogle(t testing.TB, google *emulator.Server, s emulator.Spreadsheet) (env []string) {
	t.Helper()
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	return []string{"SHEETS_EMULATOR_HOST=" + host, "GCE_METADATA_HOST=" + host, "SPREADSHEET_ID=" + google.Create(s), "CALLERS=anyone"}
}
