package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Addresses in the network namespace of a test, where all ports are free.
const (
	functionURL = "http://127.0.0.1:8080"
	googleHost  = "127.0.0.1:8085"
	localURL    = "http://127.0.0.1:8090"
	proxyURL    = "http://127.0.0.1:8012"
)

// isolated builds programs into a folder and runs a test in a network namespace
// of its own: the platforms' programs listen on all interfaces, at fixed ports.
// The test runs in a second process, which is this one's own binary.
func isolated(t *testing.T, build, run func(t *testing.T, folder string)) {
	if folder := os.Getenv("CHECK_FOLDER"); folder != "" {
		run(t, folder)
		return
	}
	// What the test leaves behind ends with its namespace of processes.
	namespace := []string{"--net", "--pid", "--fork", "--kill-child", "--mount-proc"}
	if out, err := exec.Command("unshare", append(namespace, "ip", "link", "set", "lo", "up")...).CombinedOutput(); err != nil {
		t.Skipf("skipped: %s: no namespaces can be made here: %v %s", t.Name(), err, out)
	}
	folder := t.TempDir()
	build(t, folder)
	again := exec.Command("unshare", append(namespace, "sh", "-c", `ip link set lo up && exec "$@"`, "sh",
		os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")...)
	again.Env = append(os.Environ(), "CHECK_FOLDER="+folder)
	out, err := again.CombinedOutput()
	t.Logf("in its own network:\n%s", out)
	if err != nil {
		t.Error(err)
	}
}

// mainSource is what Google's buildpack writes into the module: the framework's
// server around the root package.
const mainSource = `package main

import (
	"log"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	_ %q
)

func main() {
	if err := funcframework.Start(os.Getenv("PORT")); err != nil {
		log.Fatal(err)
	}
}
`

// mainPackage is where the buildpack writes it.
const mainPackage = "./serverless_function_app"

// overlay makes Go see the buildpack's main in the module without a copy of it,
// and returns the environment for that.
func overlay(t *testing.T, folder string) []string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(module, mainPackage, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(folder, "main.go")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: source}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(folder, "overlay.json")
	if err := errors.Join(os.WriteFile(source, fmt.Appendf(nil, mainSource, modulePath(t)), 0o644), os.WriteFile(list, replace, 0o644)); err != nil {
		t.Fatal(err)
	}
	// As ko builds, so that both find the same packages in Go's cache.
	return []string{"CGO_ENABLED=0", "GOFLAGS=" + strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath -overlay="+list)}
}

// modulePath returns the name of the module that is checked.
func modulePath(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(command(t, module, nil, "go", "list", "-m"))
}

// command runs a program in a folder and returns what it writes.
func command(t *testing.T, folder string, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir, c.Env = folder, append(os.Environ(), env...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return string(out)
}

// process is a program that runs beside a test.
type process struct {
	*exec.Cmd
	output bytes.Buffer
	done   chan struct{} // closed when it has ended
	err    error         // how it ended
}

// start runs a program with nothing but this environment until the test ends.
func start(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(name, args...), done: make(chan struct{})}
	p.Env, p.Stdout, p.Stderr = append(env, "PATH="+os.Getenv("PATH")), &p.output, &p.output
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", filepath.Base(name), p.output.Bytes())
		}
	})
	return p
}

func (p *process) kill() {
	_ = p.Process.Kill()
	<-p.done
}

// end sends SIGTERM and holds that the process ends well within the ten seconds
// that a platform gives it.
func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(10*time.Second, func() { _ = p.Process.Kill() })
	defer late.Stop()
	if <-p.done; p.err != nil {
		t.Errorf("%s after SIGTERM: %v, want exit code 0 within ten seconds", filepath.Base(p.Path), p.err)
	}
}

// google starts the emulator, by cmd/local, and returns the environment of a
// function beside it. The rows that are stored are seen at localURL.
func google(t *testing.T, folder string, faults ...string) []string {
	t.Helper()
	args := []string{"-addr=" + strings.TrimPrefix(localURL, "http://")}
	for _, fault := range faults {
		args = append(args, "-fault="+fault)
	}
	start(t, []string{"SHEETS_EMULATOR_HOST=" + googleHost, "CACHE_TTL=0"}, filepath.Join(folder, "local"), args...)
	ready(t, localURL+"/")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	get(t, "/computeMetadata/v1/instance/service-accounts/default/token?scopes=https://www.googleapis.com/auth/drive", &token, "Metadata-Flavor", "Google")
	var list struct{ Files []struct{ ID string } }
	get(t, "/drive/v3/files", &list, "Authorization", "Bearer "+token.AccessToken)
	if len(list.Files) != 1 {
		t.Fatalf("there are %d files, want the demo's spreadsheet", len(list.Files))
	}
	return []string{
		"SHEETS_EMULATOR_HOST=" + googleHost, "GCE_METADATA_HOST=" + googleHost,
		"SPREADSHEET_ID=" + list.Files[0].ID, "CALLERS=anyone",
		"PORT=8080", "FUNCTION_TARGET=Handle", "K_SERVICE=sheets-function",
	}
}

// get reads an answer of the emulated Google.
func get(t *testing.T, path string, v any, header ...string) {
	t.Helper()
	a := ask(t, http.MethodGet, "http://"+googleHost+path, "", header...)
	if err := json.Unmarshal([]byte(a.body), v); err != nil || a.status != http.StatusOK {
		t.Fatalf("GET %s = %+v: %v", path, a, err)
	}
}

// ready sends requests until the answer is 200, and returns its body.
func ready(t *testing.T, url string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) { // a process starts; there is nothing to wait on
		a := ask(t, http.MethodGet, url, "")
		if a.status == http.StatusOK {
			return a.body
		}
		if time.Now().After(deadline) {
			t.Fatalf("GET %s = %+v", url, a)
		}
	}
}

// answer is what came of a request.
type answer struct {
	status int
	body   string
	err    error
	took   time.Duration
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}

func ask(t *testing.T, method, url, body string, header ...string) (a answer) {
	began := time.Now()
	defer func() { a.took = time.Since(began) }()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, body: string(content), err: err}
}

// askAll makes n requests, so many at a time.
func askAll(n, parallel int, request func(i int) answer) []answer {
	answers := make([]answer, n)
	slots := make(chan bool, parallel)
	var requests sync.WaitGroup
	for i := range n {
		slots <- true
		requests.Go(func() {
			answers[i] = request(i)
			<-slots
		})
	}
	requests.Wait()
	return answers
}

// all holds that every request got a status, and returns the longest time.
func all(t *testing.T, answers []answer, status int) (longest time.Duration) {
	t.Helper()
	wrong := 0
	for _, a := range answers {
		longest = max(longest, a.took)
		if a.status == status {
			continue
		}
		if wrong++; wrong == 1 {
			t.Errorf("%+v, want status %d", a, status)
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d requests did not get %d", wrong, len(answers), status)
	}
	return longest.Round(time.Millisecond)
}

// storedOnce holds that the sheet has each of n rows once, by its name.
func storedOnce(t *testing.T, prefix string, n int) {
	t.Helper()
	var rows []struct{ Item string }
	if err := json.Unmarshal([]byte(ready(t, localURL+"/sheets/Orders")), &rows); err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, row := range rows {
		if strings.HasPrefix(row.Item, prefix) {
			times[row.Item]++
		}
	}
	for i := range n {
		if name := fmt.Sprint(prefix, i); times[name] != 1 {
			t.Errorf("row %s is stored %d times", name, times[name])
		}
	}
	if len(times) != n {
		t.Errorf("%d different rows are stored, want %d", len(times), n)
	}
}

// row is the body that stores a row of a name.
func row(prefix string, i int) string { return fmt.Sprintf(`{"item":"%s%d","qty":%d}`, prefix, i, i) }
