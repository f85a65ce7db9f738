package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goMention matches what names a version of Go, in any kind of file.
var goMention = regexp.MustCompile(`(?m)` + strings.Join([]string{
	`^go \d\S*`, `^toolchain \S+`, // go.mod
	`\b[Gg]o ?1\.\d+(\.\d+)?\b`,             // prose, code
	`\bgo1\d\d\b`,                           // Google's runtimes
	`\bgolang:[^\s"'\x60]+`,                 // images
	`\bgo-version(-file)?:.*$`,              // workflows
	`\b_GO: .*$`,                            // Cloud Build
	`\bGOOGLE_(GO|RUNTIME)_VERSION=[^\s"]+`, // buildpacks
	`\bmod edit -go=\S+`,
}, "|"))

// derived are the forms that take the version from somewhere else.
var derived = []string{
	"golang:${_GO}",
	"GOOGLE_GO_VERSION=${_GO}.x",
	"GOOGLE_GO_VERSION=$$(go", // of the Go that runs the tests
	"go-version: ${{ steps.go.outputs.version }}",
}

type exception struct{ path, mention, reason string }

// otherGo are mentions of another version, or of none, and why they are right.
var otherGo = []exception{
	{"deploy/README.md", "go127", "the table says what to change when, and names the next runtime"},
	{"deploy/README.md", "mod edit -go=1.27.0", "the command of that table"},
}

// goVersion returns the go line of go.mod, and its minor version, such as 1.26.
func goVersion(t *testing.T) (line, minor string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^go (\d+\.\d+)\S*$`).FindSubmatch(content)
	if match == nil {
		t.Fatal("go.mod has no go line")
	}
	return string(match[0]), string(match[1])
}

// sameGo reports whether a mention follows from go.mod's version.
func sameGo(mention, line, minor string) bool {
	same := []string{
		line,
		"Go " + minor, "go" + minor, "Go" + minor,
		"go" + strings.ReplaceAll(minor, ".", ""),
		fmt.Sprintf("_GO: %q", minor),
	}
	return slices.Contains(same, mention) || slices.Contains(derived, mention)
}

// TestGoVersion checks that go.mod alone says which Go this is: every other
// mention is derived from it, equal to it, or listed with its reason.
func TestGoVersion(t *testing.T) {
	line, minor := goVersion(t)
	unused := slices.Clone(otherGo)
	found := 0
	for path, content := range textFiles(t) {
		for _, at := range goMention.FindAllIndex(content, -1) {
			mention := strings.TrimSpace(string(content[at[0]:at[1]]))
			found++
			if sameGo(mention, line, minor) {
				continue
			}
			listed := slices.IndexFunc(otherGo, func(o exception) bool {
				return o.path == path && o.mention == mention
			})
			if listed < 0 {
				t.Errorf("%s:%d: %q is not go.mod's %q", path, 1+bytes.Count(content[:at[0]], []byte("\n")), mention, line)
				continue
			}
			unused = slices.DeleteFunc(unused, func(o exception) bool { return o == otherGo[listed] })
		}
	}
	for _, o := range unused {
		t.Errorf("%s does not mention %q any more: take it off the list", o.path, o.mention)
	}
	t.Logf("%s; %d mentions", line, found)
}

// textFiles returns all text files of the repository, by path.
func textFiles(t *testing.T) map[string][]byte {
	t.Helper()
	contents := map[string][]byte{}
	err := filepath.WalkDir(module, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		path, err := filepath.Rel(module, file)
		if err != nil || d.Name() == "go.sum" || d.Name() == "goversion_test.go" || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(file)
		if bytes.IndexByte(content, 0) < 0 {
			contents[filepath.ToSlash(path)] = content
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

func TestGoMention(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool // whether it is one of go.mod's version
	}{
		{"a runtime", "--base-image=go126", true},
		{"an older runtime", "--runtime=go125", false},
		{"an image", "name: golang:1.26.8", false},
		{"a derived image", "name: golang:${_GO}", true},
		{"prose", "With Go 1.26 and a clone", true},
		{"old prose", "With Go 1.25 and a clone", false},
		{"a workflow", `go-version: "1.26"`, false},
		{"another patch in go.mod", "go 1.26.3", false},
		{"a toolchain", "toolchain go1.26.8", false},
		{"a substitution", `  _GO: "1.25"`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mention := goMention.FindString(tt.text)
			if mention == "" {
				t.Fatalf("no mention in %q", tt.text)
			}
			if got := sameGo(strings.TrimSpace(mention), "go 1.26.0", "1.26"); got != tt.want {
				t.Errorf("sameGo(%q) = %v, want %v", mention, got, tt.want)
			}
		})
	}
}
