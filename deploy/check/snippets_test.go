package check

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/deploy/check/page"
)

// shells are those that a reader may paste into.
var shells = []string{"bash", "zsh", "dash"}

// pages returns the pages with commands, by their path in the module.
func pages(t *testing.T) (paths []string) {
	t.Helper()
	for _, glob := range []string{"*.md", "deploy/*.md", "auth/*.md", "emulator/*.md"} {
		found, err := filepath.Glob(filepath.Join(module, glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			path, err := filepath.Rel(module, file)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, filepath.ToSlash(path))
		}
	}
	return paths
}

// blocks returns the commands of all pages.
func blocks(t *testing.T) (all []page.Block) {
	t.Helper()
	for _, path := range pages(t) {
		found, err := page.Read(filepath.Join(module, path), path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

var (
	// An interactive zsh runs a comment as a command.
	comment = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	// zsh ties these names to the shell itself: path= empties PATH.
	zshName = regexp.MustCompile(`(?m)(?:^|[\s;(])(path|status|fpath|cdpath|manpath|mailpath|argv|options|commands|functions|aliases|signals|prompt)=`)
	// In zsh $NAME:e is the extension of $NAME; ${NAME}: is not.
	zshModifier = regexp.MustCompile(`\$\w+:[a-zA-Z&]`)
)

// unportable returns what is wrong with a block of commands for someone who
// pastes it, except for its syntax.
func unportable(text string) (found []string) {
	plain := page.Unquoted(text)
	for _, match := range comment.FindAllString(plain, -1) {
		found = append(found, "a comment: "+strings.TrimSpace(match))
	}
	for _, match := range zshName.FindAllStringSubmatch(plain, -1) {
		found = append(found, "a variable of zsh: "+match[1])
	}
	for _, match := range zshModifier.FindAllString(text, -1) {
		found = append(found, "a modifier in zsh: "+match)
	}
	return found
}

// TestSnippets checks that the commands of the pages can be pasted into bash, zsh
// and dash.
func TestSnippets(t *testing.T) {
	installed := slices.DeleteFunc(slices.Clone(shells), func(shell string) bool {
		_, err := exec.LookPath(shell)
		return err != nil
	})
	count := 0
	for _, block := range blocks(t) {
		count++
		where := fmt.Sprintf("%s:%d", block.Page, block.Line)
		for _, what := range unportable(block.Text) {
			t.Error(where + ": " + what)
		}
		for _, what := range bashisms(block.Text) {
			t.Error(where + ": " + what)
		}
		for _, shell := range installed {
			if err := feed([]byte(block.Text), shell, "-n"); err != nil {
				t.Errorf("%s: %v", where, err)
			}
		}
	}
	if count < 20 {
		t.Errorf("%d blocks of commands: this test reads the wrong pages", count)
	}
	t.Logf("%d blocks, read by %s", count, strings.Join(installed, ", "))
	for _, shell := range shells {
		if !slices.Contains(installed, shell) {
			t.Logf("not checked: %s is not installed", shell)
		}
	}
}

// bashisms returns what shellcheck, where it is installed, finds that dash does not
// run. dash -n accepts some of that.
func bashisms(text string) (found []string) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		return nil
	}
	command := exec.Command("shellcheck", "--shell=dash", "--format=gcc", "-")
	command.Stdin = strings.NewReader(text)
	out, _ := command.Output() // fails for what it finds
	return regexp.MustCompile(`(?m)^.*\[SC3\d+\]$`).FindAllString(string(out), -1)
}

func TestBashisms(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("skipped: bashisms: shellcheck is not installed")
	}
	if found := bashisms("metric=a_b\necho \"${metric//_/-}\"\n"); len(found) == 0 {
		t.Error("a substitution that dash refuses is not found")
	}
	if found := bashisms("echo \"${metric:-x}\"\n"); len(found) != 0 {
		t.Errorf("portable commands are found: %q", found)
	}
}

func TestUnportable(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"a comment line", "# in the second terminal\ncurl x\n", "a comment"},
		{"a comment after a command", "curl x   # 502\n", "a comment"},
		{"path", "host=x path=y\n", "a variable of zsh: path"},
		{"a modifier", "curl \"https://x/$INVOKER:generateIdToken\"\n", "a modifier"},
		{"a hash in quotes", "curl 'https://x/ #y'\n", ""},
		{"a hash in a word", "curl https://x/#y\n", ""},
		{"braces", "curl \"https://x/${INVOKER}:generateIdToken\"\n", ""},
		{"a flag", "gcloud x --path=y\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(unportable(tt.text), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("unportable(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}
