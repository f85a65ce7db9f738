package test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestReferenceShells checks that the commands of auth/README.md can be pasted.
func TestReferenceShells(t *testing.T) {
	used, given := regexp.MustCompile(`\$\{?([A-Z_]+)`), regexp.MustCompile(`\$\{([A-Z_]+):\?|(?m)^([A-Z_]+)=`)
	special := regexp.MustCompile(`(?m)^(path|cdpath|fpath|status|argv|pipestatus|prompt)=`)
	for _, block := range codeBlocks(t, "sh") {
		for _, shell := range referenceShells {
			if _, err := exec.LookPath(shell); err != nil {
				continue
			}
			if out, err := exec.Command(shell, "-n", "-c", block).CombinedOutput(); err != nil {
				t.Errorf("%s cannot read\n%s%v\n%s", shell, block, err, out)
			}
		}
		if strings.HasPrefix(block, "#") || strings.Contains(block, "\n#") || strings.Contains(block, " # ") {
			t.Errorf("zsh does not take # for a comment at its prompt:\n%s", block)
		}
		if name := special.FindString(block); name != "" {
			t.Errorf("%s breaks zsh:\n%s", name, block)
		}
		var known []string
		for _, match := range given.FindAllStringSubmatch(block, -1) {
			known = append(known, match[1]+match[2])
		}
		for _, match := range used.FindAllStringSubmatch(block, -1) {
			if !slices.Contains(known, match[1]) {
				t.Errorf("the block uses %s without a check that it is set:\n%s", match[1], block)
			}
		}
	}
}

// TestReferenceGuards pastes each block that begins with a check of its variables into
// an interactive shell, which goes on after an error: no command may run.
func TestReferenceGuards(t *testing.T) {
	bin, blocks := t.TempDir(), 0
	for _, name := range []string{"gcloud", "kubectl", "curl", "cp", "go", "sed", "test"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho RAN $0 >&2\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, block := range codeBlocks(t, "sh") {
		if first, _, _ := strings.Cut(block, "\n"); !strings.Contains(first, ":?") {
			continue
		}
		blocks++
		for _, args := range [][]string{{"bash", "--norc", "-i"}, {"zsh", "-f", "-i"}, {"dash", "-i"}} {
			path, err := exec.LookPath(args[0])
			if err != nil {
				continue
			}
			command := exec.Command(path, args[1:]...)
			command.Env, command.Stdin = []string{"PATH=" + bin, "HOME=" + bin}, strings.NewReader(block)
			out, _ := command.CombinedOutput() // fails, as the block does
			if strings.Contains(string(out), "RAN") || len(out) == 0 {
				t.Errorf("%s without the variables of\n%s%s", args[0], block, out)
			}
		}
	}
	if blocks < 8 {
		t.Errorf("%d blocks with a check, want 8 or more", blocks)
	}
}

// TestReferenceGcloud has gcloud read the commands, as [TestDoctorCommands] does.
func TestReferenceGcloud(t *testing.T) {
	gcloud := os.Getenv("GCLOUD")
	if gcloud == "" {
		t.Skip("GCLOUD is not set to gcloud, which takes a second a command")
	}
	t.Setenv("CLOUDSDK_CONFIG", t.TempDir())
	t.Setenv("CLOUDSDK_CORE_PROJECT", "demo-project")
	t.Setenv("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
	t.Setenv("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false")
	for _, name := range []string{"REGION", "ZONE", "VM", "JOB", "SERVICE", "PROJECT", "NUMBER", "POOL", "PROVIDER", "NAMESPACE", "NAME", "SPREADSHEET_ID"} {
		t.Setenv(name, strings.ToLower(strings.ReplaceAll(name, "_", "-")))
	}
	for _, name := range []string{"ACCOUNT", "OWN", "CALLER"} {
		t.Setenv(name, delegatedAccount)
	}
	commands := regexp.MustCompile(`(?m)^gcloud (?:.*\\\n)*.*$`)
	for _, block := range codeBlocks(t, "sh") {
		for _, command := range commands.FindAllString(block, -1) {
			if strings.Contains(command, "application-default login") {
				continue // waits for a browser
			}
			sh := exec.Command("sh", "-c", gcloud+strings.TrimSuffix(strings.TrimPrefix(command, "gcloud"), " &&"))
			sh.Dir = t.TempDir()
			out, err := sh.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); failed && !strings.Contains(string(out), "active account") {
				t.Errorf("%s\n%s", command, out)
			}
		}
	}
}

// TestReferenceScopes tries each cell of the table of scopes.
func TestReferenceScopes(t *testing.T) {
	google := emulator.New(emulator.Options{})
	base := emulator.Transport(google).(*http.Transport)
	defer base.CloseIdleConnections()
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "T"}}})
	calls := []struct{ name, method, url, body string }{
		{"read cells", "GET", spreadsheetsURL + id + "/values/T!A1", ""},
		{"edit cells", "PUT", spreadsheetsURL + id + "/values/T!A1?valueInputOption=RAW", `{"values":[[1]]}`},
		{"a file's name and owner", "GET", "https://www.googleapis.com/drive/v3/files/" + id + "?fields=name,owners", ""},
		{"export, download", "GET", "https://www.googleapis.com/drive/v3/files/" + id + "/export?mimeType=text/csv", ""},
	}
	rows := regexp.MustCompile("(?m)^\\| `([a-z.-]+)` \\| (yes|no) \\| (yes|no) \\| (yes|no) \\| (yes|no) \\|").FindAllStringSubmatch(reference(t), -1)
	if len(rows) < 7 {
		t.Fatalf("the table has %d scopes, want 7", len(rows))
	}
	for _, row := range rows {
		for i, call := range calls {
			req, err := http.NewRequestWithContext(t.Context(), call.method, call.url, strings.NewReader(call.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+google.Token(google.ServiceAccount(), scopeRoot+row[1]))
			resp, err := base.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			want := map[string]int{"yes": 200, "no": 403}[row[i+2]]
			if resp.StatusCode != want {
				t.Errorf("%s with %s: %d, want %d", call.name, row[1], resp.StatusCode, want)
			}
		}
	}
}

// TestReferenceIsWhole checks that the page names every cause of the doctor, and that
// its links within the page lead somewhere.
func TestReferenceIsWhole(t *testing.T) {
	page := reference(t)
	source, err := os.ReadFile("../auth/doctor/cause.go")
	if err != nil {
		t.Fatal(err)
	}
	causes := regexp.MustCompile(`Cause = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(causes) < 30 {
		t.Fatalf("found %d causes in cause.go, want 30 or more", len(causes))
	}
	for _, cause := range causes {
		if cause[1] != "unknown" && !strings.Contains(page, "`"+cause[1]+"`") {
			t.Errorf("the page does not name the cause %s", cause[1])
		}
	}
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		anchors[strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")] = true
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !anchors[link[1]] {
			t.Errorf("the page has no heading for the link #%s", link[1])
		}
	}
	if !anchors[strings.ReplaceAll("the organization forbids it", " ", "-")] {
		t.Error("the page has no heading that the doctor's report names, The organization forbids it")
	}
}

// TestReferenceFirstScreen checks that the cure for five languages is at the top.
func TestReferenceFirstScreen(t *testing.T) {
	lines := strings.SplitN(reference(t), "\n", 51)
	top := strings.Join(lines[:50], "\n")
	for _, language := range []string{"go", "python", "js", "java", "sh"} {
		if !strings.Contains(top, "\n```"+language+"\n") {
			t.Errorf("the first 50 lines have no block of %s", language)
		}
	}
}

// TestReferenceCopy runs the commands that copy auth into another module, with the
// versions of this one.
func TestReferenceCopy(t *testing.T) {
	if testing.Short() {
		t.Skip("tests a copy of auth")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), "module "+modulePath, "module example.org/other", 1))
		if err := os.WriteFile(filepath.Join(module, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blocks := codeBlocks(t, "sh")
	block := blocks[slices.IndexFunc(blocks, func(b string) bool { return strings.Contains(b, "cp -r") })]
	sh := exec.Command("sh", "-ec", block)
	sh.Dir, sh.Env = module, append(os.Environ(), "CLONE="+root, "PWD="+module)
	if out, err := sh.CombinedOutput(); err != nil {
		t.Errorf("copy auth: %v\n%s", err, out)
	}
	if out, err := exec.Command("grep", "-rE", regexp.QuoteMeta(modulePath)+"[/\"]", filepath.Join(module, "auth"), "--include=*.go").Output(); err == nil {
		t.Errorf("the copy imports this module:\n%s", out)
	}
}

// TestReferencePackages counts what auth links, as the page does.
func TestReferencePackages(t *testing.T) {
	own := modulePath + "/"
	linked := func(path string) (tokens, callers int) {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(string(out)) {
			switch {
			case strings.Contains(name, "go-jose"):
				callers++
			case !strings.HasPrefix(name, own):
				tokens++
			}
		}
		return tokens, callers
	}
	tokens, callers := linked("../auth")
	want := fmt.Sprintf("Tokens link %d packages beyond the standard library, the check of callers %d more; the doctor none.", tokens, callers)
	if page := strings.ReplaceAll(reference(t), "\n", " "); !strings.Contains(page, want) {
		t.Errorf("the page does not say %q", want)
	}
	if tokens, callers := linked("../auth/doctor"); tokens+callers > 0 {
		t.Errorf("the doctor links %d packages beyond the standard library", tokens+callers)
	}
}
