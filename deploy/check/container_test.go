package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// memoryLimit is the least that Cloud Run and service.yaml give an instance.
const memoryLimit = 128 << 20

// TestContainer builds an image, and runs it as a strict platform does: read-only
// root, another user than root, no capabilities, 128 MiB.
func TestContainer(t *testing.T) {
	isolated(t, func(t *testing.T, folder string) {
		if out, err := exec.Command("runc", "--version").CombinedOutput(); err != nil {
			t.Skipf("skipped: %s: no runc: %v %s", t.Name(), err, out)
		}
		env := overlay(t, folder)
		buildImage(t, folder, env)
		command(t, module, env, "go", "build", "-o", filepath.Join(folder, "local"), "./cmd/local")
	}, serveInContainer)
}

func buildImage(t *testing.T, folder string, env []string) {
	t.Helper()
	c := exec.Command("./image", mainPackage, folder)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 2 {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("skipped: %s: %s", t.Name(), lines[len(lines)-1])
	}
	if err != nil {
		t.Fatalf("build image: %v\n%s", err, out)
	}
	content, err := os.ReadFile(filepath.Join(folder, "serverless_function_app-linux-amd64.spdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sbom struct{ Packages []struct{ Name string } }
	if err := json.Unmarshal(content, &sbom); err != nil {
		t.Fatal(err)
	}
	if len(sbom.Packages) < 20 || !bytes.Contains(content, []byte("google.golang.org/api")) {
		t.Errorf("the SBOM names %d packages, want the modules that are linked", len(sbom.Packages))
	}
	t.Logf("image is valid; its SBOM names %d packages", len(sbom.Packages))
}

func serveInContainer(t *testing.T, folder string) {
	env := google(t, folder)
	began := time.Now()
	p, pid, limited := runContainer(t, folder, env)
	ready(t, functionURL+"/health")
	healthy := time.Since(began)
	ready(t, functionURL+"/sheets/Orders")
	served := time.Since(began)

	all(t, askAll(1000, 100, func(int) answer {
		return ask(t, http.MethodGet, functionURL+"/sheets/Orders", "")
	}), http.StatusOK)
	longest := all(t, askAll(500, 100, func(i int) answer {
		return ask(t, http.MethodPost, functionURL+"/sheets/Orders", row("container-", i))
	}), http.StatusCreated)
	storedOnce(t, "container-", 500)

	status := read(t, fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range []string{`CapEff:\s+0+\n`, `CapBnd:\s+0+\n`, `Uid:\s+65532\s+65532`, `NoNewPrivs:\s+1`} {
		if !regexp.MustCompile(line).MatchString(status) {
			t.Errorf("the process's status lacks %q:\n%s", line, status)
		}
	}
	peak, err := strconv.Atoi(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindStringSubmatch(status)[1])
	if err != nil || peak<<10 > memoryLimit {
		t.Errorf("peak memory is %d KiB, %v; want at most 128 MiB", peak, err)
	}
	if got := controlled(pid); limited && got != strconv.Itoa(memoryLimit) {
		t.Errorf("the kernel's limit is %q, want %d", got, memoryLimit)
	}
	p.end(t)
	t.Logf("first 200 of /health after %v, of rows after %v; 1,000 GETs, 500 POSTs (the slowest in %v), each row stored once; peak memory %d MiB, under a limit of 128 MiB: %v",
		healthy.Round(time.Millisecond), served.Round(time.Millisecond), longest, peak>>10, limited)
}

// runContainer starts the image by runc in the test's own network, where the
// emulator is on loopback. Where there are no control groups it goes without the
// limit of memory.
func runContainer(t *testing.T, folder string, env []string) (p *process, pid int, limited bool) {
	t.Helper()
	state, pidFile := filepath.Join(folder, "state"), filepath.Join(folder, "pid")
	t.Cleanup(func() { _ = exec.Command("runc", "--root", state, "delete", "--force", "check").Run() })
	for _, limit := range []int{memoryLimit, 0} {
		writeBundle(t, folder, env, limit)
		p = start(t, nil, "runc", "--root", state, "run", "--bundle", folder, "--pid-file", pidFile, "check")
		for ended := false; !ended; {
			select {
			case <-p.done:
				ended = true
			case <-time.After(time.Millisecond):
			}
			if content, err := os.ReadFile(pidFile); err == nil && len(content) > 0 {
				pid, err = strconv.Atoi(string(content))
				if err != nil {
					t.Fatal(err)
				}
				return p, pid, limit > 0
			}
		}
	}
	t.Skipf("skipped: %s: runc starts no container here: %s", t.Name(), p.output.Bytes())
	return nil, 0, false
}

// controlled returns the limit of memory in the process's control group, of the
// first version or the second.
func controlled(pid int) string {
	groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	for _, place := range []struct{ group, file string }{
		{`(?m)^\d+:memory:(.*)$`, "/sys/fs/cgroup/memory/%s/memory.limit_in_bytes"},
		{`(?m)^0::(.*)$`, "/sys/fs/cgroup/%s/memory.max"},
	} {
		if path := regexp.MustCompile(place.group).FindSubmatch(groups); path != nil {
			if limit, err := os.ReadFile(fmt.Sprintf(place.file, path[1])); err == nil {
				return strings.TrimSpace(string(limit))
			}
		}
	}
	return ""
}

// object is one of JSON.
type object map[string]any

// writeBundle says how runc starts the image: its own user and program, nothing
// to write to, no capabilities, and, unless it is 0, a limit of memory.
func writeBundle(t *testing.T, folder string, env []string, limit int) {
	t.Helper()
	var image struct {
		Config struct {
			Entrypoint, Env []string
			User            string
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(folder, "image.json"))), &image); err != nil {
		t.Fatal(err)
	}
	user, err := strconv.Atoi(image.Config.User)
	if err != nil {
		t.Fatalf("user of the image: %v", err)
	}
	resources := object{}
	if limit > 0 {
		resources["memory"] = object{"limit": limit}
	}
	bundle, err := json.Marshal(object{
		"ociVersion": "1.0.2",
		"root":       object{"path": "rootfs", "readonly": true},
		"process": object{
			"args": image.Config.Entrypoint, "env": append(image.Config.Env, env...), "cwd": "/",
			"user":         object{"uid": user, "gid": user},
			"capabilities": object{}, "noNewPrivileges": true,
		},
		"mounts": []object{
			{"destination": "/proc", "type": "proc", "source": "proc"},
			{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": []string{"nosuid", "mode=755", "size=64k"}},
		},
		// Without a network of its own: it shares the test's.
		"linux": object{
			"namespaces": []object{{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}},
			"resources":  resources,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), bundle, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
