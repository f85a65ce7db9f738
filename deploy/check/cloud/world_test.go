package cloud

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/sheets-function/deploy/check/page"
)

// module is the folder of the module that is deployed.
const module = "../../.."

const (
	owner    = "user:owner@example.com"
	deployer = "user:deployer@example.com"
)

// world is a cloud, a copy of the repository, and programs that reach the cloud.
type world struct {
	*Cloud
	folder, bin, url string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cloud: New("my-project"), folder: t.TempDir(), bin: t.TempDir()}
	w.Bind(Grant{"project", owner, "roles/owner"})
	if err := os.CopyFS(filepath.Join(w.folder, "deploy"), os.DirFS(filepath.Join(module, "deploy"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"service.yaml", "cloudbuild.yaml", "go.mod"} {
		content, err := os.ReadFile(filepath.Join(module, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(w.folder, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range programs {
		if err := os.Symlink(binary, filepath.Join(w.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(w.routes())
	t.Cleanup(server.Close)
	w.url = server.URL
	w.Build = func(principal string, args []string, folder string) (string, error) {
		return w.exec(principal, folder, args...)
	}
	return w
}

// routes answers the programs' calls, and all hosts.
func (w *world) routes() http.Handler {
	mux := http.NewServeMux()
	answer := func(run func(Call) (string, error)) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			var call Call
			err := json.NewDecoder(r.Body).Decode(&call)
			var out string
			if err == nil {
				out, err = run(call)
			}
			if err != nil {
				http.Error(rw, out+err.Error(), http.StatusForbidden)
				return
			}
			_, _ = rw.Write([]byte(out))
		}
	}
	mux.HandleFunc("POST /gcloud", answer(w.Gcloud))
	mux.HandleFunc("POST /push", answer(func(call Call) (string, error) { return "", w.Push(call.Principal, call.Args[0]) }))
	mux.Handle("/", w.Cloud)
	return mux
}

// exec runs a program as a principal.
func (w *world) exec(principal, folder string, args ...string) (string, error) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		return "", err
	}
	command := exec.Command("env", args...)
	command.Dir = folder
	command.Env = []string{
		"PATH=" + w.bin + ":" + os.Getenv("PATH"), "HOME=" + w.folder, "SETUP_PAUSE=0",
		"PROJECT=my-project", "SPREADSHEET_ID=1a2B3c",
		cloudURL + "=" + w.url, cloudPrincipal + "=" + principal, realCurl + "=" + curl,
	}
	out, err := command.CombinedOutput()
	return string(out), err
}

// shellCommand is how each shell runs a file and stops at what fails or is unset.
var shellCommand = map[string][]string{
	"bash": {"bash", "-eu"}, "zsh": {"zsh", "-f", "-eu"}, "dash": {"dash", "-eu"},
}

// script runs commands in a new shell as a principal.
func (w *world) script(t *testing.T, shell, principal, text string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "commands")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w.exec(principal, w.folder, append(shellCommand[shell], file)...)
}

// section returns the blocks under the heading of a page that begins so.
func section(t *testing.T, name, heading string) (found []page.Block) {
	t.Helper()
	blocks, err := page.Read(filepath.Join(module, name), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks {
		if strings.HasPrefix(block.Section, heading) {
			found = append(found, block)
		}
	}
	if len(found) == 0 {
		t.Fatalf("%s has no commands under %q", name, heading)
	}
	return found
}

// follow runs the blocks of a section, each in a shell of its own, with some words
// replaced. The lines of setup.sh, which grant roles, are run by the owner.
func (w *world) follow(t *testing.T, shell, principal, name, heading string, words ...string) (string, error) {
	t.Helper()
	var output strings.Builder
	for _, block := range section(t, name, heading) {
		text := strings.NewReplacer(words...).Replace(block.Text)
		if principal != owner {
			var setup, rest []string
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, "deploy/setup.sh") {
					setup = append(setup, line)
				} else {
					rest = append(rest, line)
				}
			}
			out, err := w.script(t, shell, owner, ". deploy/variables.sh\n"+strings.Join(setup, ""))
			if output.WriteString(out); err != nil {
				return output.String(), err
			}
			text = strings.Join(rest, "")
		}
		out, err := w.script(t, shell, principal, text)
		if output.WriteString(out); err != nil {
			return output.String(), err
		}
	}
	return output.String(), nil
}
