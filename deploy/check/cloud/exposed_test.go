package cloud

import (
	"strings"
	"testing"
)

// madeUp calls the service and its candidate with a token that was never issued.
const madeUp = `. deploy/variables.sh
URL=$(gcloud run services describe "$SERVICE" --region="$REGION" --format='value(status.url)')
for host in "$URL" "https://candidate---${URL#https://}"; do
  curl --silent --output /dev/null --write-out '%{http_code} ' --header 'Authorization: Bearer made-up' "$host/"
done
`

// checkRefused fails the test if a command left a revision that checks no caller, or
// if a made-up token is accepted.
func (w *world) checkRefused(t *testing.T) {
	t.Helper()
	for _, args := range w.Exposed {
		t.Errorf("no caller is checked after gcloud %s", strings.Join(args, " "))
	}
	out, err := w.script(t, "bash", owner, madeUp)
	if err != nil || strings.Contains(out, "200") {
		t.Errorf("a made-up token: %v, %s", err, out)
	}
}

// callers names callers by e-mail, as the first block of section 5a does.
func (w *world) callers(t *testing.T) {
	t.Helper()
	if out, err := w.script(t, "bash", owner, section(t, readme, "5a.")[0].Text); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if s := w.Services[service]; !s.Open {
		t.Fatal("Cloud Run's check is on after section 5a")
	}
}

// TestDeployAgain repeats section 3 after section 5, which has switched Cloud Run's
// check off: section 3 sets CALLERS=iam again, which relies on that check.
func TestDeployAgain(t *testing.T) {
	for path, heading := range paths {
		for _, principal := range []string{owner, deployer} {
			t.Run(path+"/"+principal, func(t *testing.T) {
				w := newWorld(t)
				if out, err := w.walk(t, "bash", path); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				w.callers(t)
				out, err := w.follow(t, "bash", principal, readme, heading)
				// Of those who deploy, only the owner may switch the check on.
				if refused := path == "pipeline" || principal == deployer; refused {
					if err == nil || !strings.Contains(out, "lacks run.services.") {
						t.Errorf("section %s = %v, want PERMISSION_DENIED in\n%s", heading, err, out)
					}
				} else if err != nil {
					t.Fatalf("%v\n%s", err, out)
				} else if s := w.Services[service]; s.Open || s.Revisions[s.Serving].Env["CALLERS"] != "iam" {
					t.Errorf("after section %s: the check is off %v, CALLERS is %q", heading, s.Open, s.Revisions[s.Serving].Env["CALLERS"])
				}
				w.checkRefused(t)
			})
		}
	}
}

// TestUpdateNamedCallers deploys new code after section 5 by the commands of section
// 7, which keep the callers.
func TestUpdateNamedCallers(t *testing.T) {
	blocks := section(t, readme, "7. ")
	for path, i := range map[string]int{"source": 1, "pipeline": 2} {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t)
			if out, err := w.walk(t, "bash", path); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			w.callers(t)
			before := len(w.Services[service].Revisions)
			if out, err := w.script(t, "bash", deployer, blocks[i].Text); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			s := w.Services[service]
			if r := s.Revisions[s.Serving]; !s.Open || s.Serving != before || !strings.HasPrefix(r.Env["CALLERS"], "sheets-function-invoker@") {
				t.Errorf("revision %d serves %+v, the check is off %v", s.Serving, r, s.Open)
			}
			w.checkRefused(t)
		})
	}
}

// TestSmokeRefusesMadeUpTokens gives the pipeline a service whose check is off and a
// deployment that does not switch it on.
func TestSmokeRefusesMadeUpTokens(t *testing.T) {
	w := newWorld(t)
	if out, err := w.walk(t, "bash", "pipeline"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	serving := w.Services[service].Serving
	build := w.Build
	w.Build = func(principal string, args []string, folder string) (string, error) {
		out, err := build(principal, args, folder)
		if strings.Contains(strings.Join(args, " "), "gcloud run deploy") {
			w.Services[service].Open = true
		}
		return out, err
	}
	out, err := w.follow(t, "bash", deployer, readme, paths["pipeline"])
	if err == nil || !strings.Contains(out, "a made-up token") || w.Services[service].Serving != serving {
		t.Errorf("pipeline = %v, want the step smoke to fail:\n%s", err, out)
	}
}
