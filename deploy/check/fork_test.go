package check

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	modmodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestFork makes a fork of what is committed, as gonew does for its user, and
// builds and tests it.
func TestFork(t *testing.T) {
	folder := t.TempDir()
	source := modmodule.Version{Path: modulePath(t), Version: "v0.0.1"}
	proxy := publish(t, folder, source)

	gonew, forked := filepath.Join(folder, "gonew"), filepath.Join(folder, "rows")
	command(t, ".", nil, "go", "build", "-o", gonew, "golang.org/x/tools/cmd/gonew")
	// With a cache of its own, so that the version stays out of the user's.
	command(t, folder, []string{
		"GOPROXY=file://" + proxy, "GONOSUMDB=" + source.Path,
		"GOMODCACHE=" + filepath.Join(folder, "cache"), "GOFLAGS=-modcacherw",
	}, gonew, source.String(), "example.org/fork/rows", forked)

	began := time.Now()
	// The other packages are tested in the fork by the README's commands.
	for _, args := range []string{"build ./...", "vet ./...", "test -vet=off . ./cmd/... ./test"} {
		command(t, forked, nil, "go", strings.Fields(args)...)
	}
	oldName(t, forked, source.Path)
	t.Logf("a fork by gonew builds, and its tests pass, in %v", time.Since(began).Round(time.Second))
}

// publish makes a folder that is a module proxy with one version: what is
// committed, without nested modules.
func publish(t *testing.T, folder string, v modmodule.Version) (proxy string) {
	t.Helper()
	root, err := filepath.Abs(module)
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	err = zip.CreateFromVCS(&content, v, root, "HEAD", "")
	if _, none := errors.AsType[*zip.UnrecognizedVCSError](err); none {
		t.Skipf("skipped: %s: %v", t.Name(), err)
	}
	proxy = filepath.Join(folder, "proxy")
	versions := filepath.Join(proxy, filepath.FromSlash(v.Path), "@v", v.Version)
	err = errors.Join(err, os.MkdirAll(filepath.Dir(versions), 0o755),
		os.WriteFile(versions+".zip", content.Bytes(), 0o644),
		os.WriteFile(versions+".mod", []byte(command(t, module, nil, "git", "show", "HEAD:go.mod")), 0o644),
		os.WriteFile(versions+".info", fmt.Appendf(nil, `{"Version":%q}`, v.Version), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	return proxy
}

// oldName checks that a fork has the old module's path only in the command that
// replaces it.
func oldName(t *testing.T, folder, name string) {
	t.Helper()
	old := regexp.MustCompile(`(?m)^.*(^|[^.\w])` + regexp.QuoteMeta(name) + `.*$`) // not registry.example.com/…
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, line := range old.FindAllString(string(content), -1) {
			if !strings.Contains(line, "git grep -lF "+name) {
				t.Errorf("%s still names the old module: %s", path, line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
