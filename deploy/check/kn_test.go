package check

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/yaml"
)

// TestKn runs each kn service create of the pages with kn itself, which writes the
// service that it would create into a file, and compares that with service.yaml.
func TestKn(t *testing.T) {
	folder := t.TempDir()
	kn := filepath.Join(folder, "kn")
	command(t, ".", nil, "go", "build", "-o", kn, "knative.dev/client/cmd/kn")
	content, err := os.ReadFile(filepath.Join(module, "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := readService(content)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, block := range blocks(t) {
		for _, line := range commands(block.Text) {
			if !strings.HasPrefix(line, "kn service create ") {
				continue
			}
			tried++
			where := fmt.Sprintf("%s:%d", block.Page, block.Line)
			got, err := created(t, kn, line)
			if err != nil {
				t.Errorf("%s: %v", where, err)
				continue
			}
			for _, what := range weaker(want, got) {
				t.Error(where + ": " + what)
			}
		}
	}
	if tried == 0 {
		t.Error("no page shows kn service create: this test reads the wrong pages")
	}
	// What made this test: the same command without service.yaml.
	got, err := created(t, kn, `kn service create sheets-function --image=registry.example.com/x --env=CALLERS=a@example.com --env=AUDIENCE=https://x`)
	if err != nil {
		t.Fatal(err)
	}
	if found := strings.Join(weaker(want, got), "\n"); !strings.Contains(found, "securityContext") || !strings.Contains(found, "readinessProbe") {
		t.Errorf("a service without probe and security context is not called weaker: %s", found)
	}
}

// created runs a command of kn in bash, with a target on this machine, and returns
// the service that it writes.
func created(t *testing.T, kn, line string) (*servingv1.Service, error) {
	t.Helper()
	target := filepath.Join(t.TempDir(), "service.yaml")
	command(t, module, []string{
		"PATH=" + filepath.Dir(kn) + ":" + os.Getenv("PATH"),
		"PROJECT=my-project", "SERVICE=sheets-function", "IMAGE=registry.example.com/sheets-function", "DOMAIN=functions.example.com",
		"SPREADSHEET_ID=1a2B3c", "SCOPES=drive,spreadsheets", "INVOKER=invoker@my-project.iam.gserviceaccount.com",
	}, "bash", "-euc", line+` --target="$0"`, target)
	content, err := os.ReadFile(target)
	if err != nil {
		return nil, err
	}
	var s servingv1.Service
	if err := yaml.Unmarshal(content, &s); err != nil {
		return nil, err
	}
	return &s, nil
}

// weaker lists the fields of a service's template that another one lacks or has
// otherwise. The image and the values of the environment may differ.
func weaker(want, got *servingv1.Service) (found []string) {
	differ := func(name string, want, got any) {
		if !reflect.DeepEqual(want, got) {
			found = append(found, fmt.Sprintf("%s is %s, service.yaml has %s", name, text(got), text(want)))
		}
	}
	w, g := want.Spec.Template, got.Spec.Template
	for key, value := range w.Annotations {
		differ(key, value, g.Annotations[key])
	}
	differ("containerConcurrency", w.Spec.ContainerConcurrency, g.Spec.ContainerConcurrency)
	differ("timeoutSeconds", w.Spec.TimeoutSeconds, g.Spec.TimeoutSeconds)
	differ("serviceAccountName", w.Spec.ServiceAccountName, g.Spec.ServiceAccountName)
	wc, gc := w.Spec.Containers[0], g.Spec.Containers[0]
	differ("securityContext", wc.SecurityContext, gc.SecurityContext)
	differ("resources", resources(wc), resources(gc))
	differ("readinessProbe's path", probed(wc.ReadinessProbe), probed(gc.ReadinessProbe))
	set := map[string]string{}
	for _, v := range gc.Env {
		set[v.Name] = v.Value
	}
	if err := callersNamed(set); err != nil {
		found = append(found, err.Error())
	}
	return found
}

func probed(p *corev1.Probe) string {
	if p == nil || p.HTTPGet == nil {
		return ""
	}
	return p.HTTPGet.Path
}

// resources returns a container's limits and requests as they are written.
func resources(c corev1.Container) map[string]string {
	all := map[string]string{}
	for name, value := range c.Resources.Limits {
		all["limit "+string(name)] = value.String()
	}
	for name, value := range c.Resources.Requests {
		all["request "+string(name)] = value.String()
	}
	return all
}

func text(v any) string {
	out, err := yaml.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", ", ")
}
