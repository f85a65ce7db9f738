package cloud

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	readme   = "deploy/README.md"
	events   = "deploy/EVENTS.md"
	service  = "sheets-function"
	answered = `{"title":"Orders"}`
)

// paths are the ways to Cloud Run, by the value of setup.sh's --for, and the
// headings of their sections.
var paths = map[string]string{"source": "3a.", "function": "3b.", "image": "3c.", "pipeline": "3d."}

// installed returns the shells that there are, and skips what is missing.
func installed(t *testing.T) (shells []string) {
	for _, shell := range []string{"bash", "zsh", "dash"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("not walked: %s is not installed", shell)
			continue
		}
		shells = append(shells, shell)
	}
	return shells
}

// walk follows the README from an empty project to a call: the owner makes the
// accounts and shares the spreadsheet, the deployer does the rest.
func (w *world) walk(t *testing.T, shell, path string) (string, error) {
	t.Helper()
	if out, err := w.follow(t, shell, owner, readme, "1. ", "--for=source", "--for="+path, "$(gcloud config get account)", "deployer@example.com"); err != nil {
		return out, err
	}
	if out, err := w.follow(t, shell, owner, readme, "2. "); err != nil {
		return out, err
	}
	if out, err := w.follow(t, shell, deployer, readme, paths[path]); err != nil {
		return out, err
	}
	blocks := section(t, readme, "4. ") // the invoker's role, the call, a role for yourself
	if out, err := w.script(t, shell, owner, blocks[0].Text); err != nil {
		return out, err
	}
	return w.script(t, shell, deployer, blocks[1].Text)
}

// TestWalk follows the README by each path and in each shell.
func TestWalk(t *testing.T) {
	for _, shell := range installed(t) {
		for path := range paths {
			t.Run(shell+"/"+path, func(t *testing.T) {
				w := newWorld(t)
				out, err := w.walk(t, shell, path)
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				if got := strings.Count(out, answered); got != 3 {
					t.Errorf("%d of 3 calls were answered with the spreadsheet:\n%s", got, out)
				}
				w.promoted(t)
			})
		}
	}
}

// promoted checks that the newest revision gets the traffic, and its settings.
func (w *world) promoted(t *testing.T) {
	t.Helper()
	s := w.Services[service]
	if s == nil || s.Serving != len(s.Revisions)-1 {
		t.Fatalf("the newest revision gets no traffic: %+v", s)
	}
	r := s.Revisions[s.Serving]
	want := map[string]string{"SPREADSHEET_ID": "1a2B3c", "GOOGLE_CLOUD_PROJECT": "my-project", "CALLERS": "iam"}
	for key, value := range want {
		if r.Env[key] != value {
			t.Errorf("%s is %q, want %q", key, r.Env[key], value)
		}
	}
	if scopes, set := r.Env["SCOPES"]; set && scopes != "drive,spreadsheets" {
		t.Errorf("SCOPES is %q", scopes)
	}
	if strings.HasPrefix(r.Image, Sample) || s.Open {
		t.Errorf("serves %s, open %v", r.Image, s.Open)
	}
}

// TestLeastRoles takes each role that setup.sh grants away again, and checks that
// some path needs it.
func TestLeastRoles(t *testing.T) {
	if testing.Short() {
		t.Skip("walks each path once for each role")
	}
	needed := map[Grant]bool{}
	for path := range paths {
		w := newWorld(t)
		if out, err := w.follow(t, "bash", owner, readme, "1. ", "--for=source", "--for="+path, "$(gcloud config get account)", "deployer@example.com"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, g := range w.Grants() {
			if g.Member == owner || needed[g] {
				continue
			}
			other := newWorld(t)
			other.Ignore(g)
			_, err := other.walk(t, "bash", path)
			needed[g] = err != nil
		}
	}
	for g, is := range needed {
		if !is {
			t.Errorf("no path needs %s on %s for %s", g.Role, g.Resource, g.Member)
		}
	}
	t.Logf("%d grants, each needed by a path", len(needed))
}

// TestAdministrators makes the accounts with the roles that the README lists,
// instead of Owner.
func TestAdministrators(t *testing.T) {
	w := newWorld(t)
	w.Revoke(Grant{"project", owner, "roles/owner"})
	for _, role := range []string{
		"roles/serviceusage.serviceUsageAdmin", "roles/resourcemanager.projectIamAdmin", "roles/iam.serviceAccountAdmin",
		"roles/artifactregistry.admin", "roles/run.admin",
	} {
		w.Bind(Grant{"project", owner, role})
	}
	if out, err := w.follow(t, "bash", owner, readme, "1. "); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestImpersonation checks that the command which the pipeline had before is
// refused with the role that the build account has.
func TestImpersonation(t *testing.T) {
	w := newWorld(t)
	if out, err := w.follow(t, "bash", owner, readme, "1. ", "--for=source", "--for=pipeline"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	build := "serviceAccount:sheets-function-build@my-project.iam.gserviceaccount.com"
	_, err := w.script(t, "bash", build, "gcloud auth print-access-token")
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.script(t, "bash", build, ". deploy/variables.sh\n"+
		`gcloud auth print-identity-token --impersonate-service-account="$INVOKER" --audiences=https://x --include-email`)
	if err == nil || !strings.Contains(out, "lacks iam.serviceAccounts.getAccessToken") {
		t.Errorf("print-identity-token as another account = %v, %s", err, out)
	}
}

// TestPages follows every other section in each shell, and removes everything.
func TestPages(t *testing.T) {
	for _, shell := range installed(t) {
		t.Run(shell, func(t *testing.T) {
			w := newWorld(t)
			steps := []struct{ page, heading, want string }{
				{readme, "1. ", ""}, {readme, "2. ", ""}, {readme, "3a.", ""}, {readme, "3d.", ""}, {readme, "4. ", answered},
				{readme, "5b.", "Access-Control-Allow-Origin: https://app.example.com"}, {readme, "5b.", "401 must be 401"},
				{readme, "5c.", answered}, {readme, "5a.", "401 must be 401"},
				{readme, "4. ", answered}, {readme, "5d.", ""}, {readme, "6. ", ""}, {readme, "7. ", ""}, {readme, "8. ", ""},
				{readme, "9. ", ""}, {readme, "10. ", ""}, {readme, "11. ", ""},
				{events, "Pub/Sub", ""}, {events, "Eventarc", ""}, {events, "Knative", ""},
				{readme, "12. ", ""},
			}
			for _, step := range steps {
				out, err := w.follow(t, shell, owner, step.page, step.heading)
				if err != nil || !strings.Contains(out, step.want) {
					t.Fatalf("%s, %s: %v, want %q in\n%s", step.page, step.heading, err, step.want, out)
				}
				if step.heading == "3d." {
					if s := w.Services[service]; s.Revisions[s.Serving].BaseImage != "" {
						t.Errorf("after 3a and 3d the service has the base image %s", s.Revisions[s.Serving].BaseImage)
					}
				}
			}
			for _, args := range w.Exposed {
				t.Errorf("no caller is checked after gcloud %s", strings.Join(args, " "))
			}
			w.empty(t)
		})
	}
}

// empty checks that nothing is left but what the README's section 12 says.
func (w *world) empty(t *testing.T) {
	t.Helper()
	kept := []string{"repository cloud-run-source-deploy"}
	for _, thing := range w.Left() {
		if !slices.Contains(kept, thing) {
			t.Errorf("left: %s", thing)
		}
	}
	for _, g := range w.Grants() {
		if g.Member != owner || g.Role != "roles/owner" {
			t.Errorf("left: %s on %s for %s", g.Role, g.Resource, g.Member)
		}
	}
}
