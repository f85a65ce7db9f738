package cloud

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestGcloud has gcloud itself read the commands of the pipeline, which stop
// because there is no login. deploy/commands_test.sh does so with the pages'.
func TestGcloud(t *testing.T) {
	gcloud, err := exec.LookPath("gcloud")
	if err != nil {
		t.Skip("skipped: the pipeline's commands read by gcloud: it is not installed")
	}
	w := newWorld(t)
	if out, err := w.walk(t, "bash", "pipeline"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := t.TempDir()
	read := map[string]bool{}
	for _, ran := range w.Ran {
		line := strings.Join(ran.Args, " ")
		if !strings.HasPrefix(ran.Principal, "serviceAccount:") || read[line] {
			continue
		}
		read[line] = true
		command := exec.Command(gcloud, ran.Args...)
		command.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+config, "CLOUDSDK_CORE_CHECK_GCE_METADATA=false",
			"CLOUDSDK_CORE_DISABLE_PROMPTS=1", "CLOUDSDK_CORE_PROJECT=my-project", "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true")
		if out, err := command.CombinedOutput(); err == nil || !strings.Contains(string(out), "active account") {
			t.Errorf("gcloud %s: %v\n%s", line, err, out)
		}
	}
	if len(read) < 4 {
		t.Errorf("%d commands of the pipeline, want 4 or more", len(read))
	}
	t.Logf("gcloud read %d commands of the pipeline", len(read))
}
