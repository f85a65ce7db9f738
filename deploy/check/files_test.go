package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// module is the folder of the module that is deployed.
const module = "../.."

// files returns what is checked, by its path in the module.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	var paths []string
	for _, glob := range []string{"*.yaml", ".github/workflows/*.yaml", ".ci/run", "emulator/clients/run", "deploy/check/image"} {
		found, err := filepath.Glob(filepath.Join(module, glob))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	err := filepath.WalkDir(filepath.Join(module, "deploy"), func(path string, d fs.DirEntry, err error) error {
		switch {
		case d != nil && d.Name() == "check":
			return fs.SkipDir
		case strings.HasSuffix(path, ".yaml"), strings.HasSuffix(path, ".sh"):
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string][]byte{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(module, path)
		if err != nil {
			t.Fatal(err)
		}
		contents[filepath.ToSlash(name)] = content
	}
	return contents
}

// check holds a file against the platform that reads it, found by its content.
// Cloud Run's dialect looks like Knative's: only the path distinguishes them.
func check(path string, content []byte) error {
	if bytes.HasPrefix(content, []byte("#!")) || strings.HasSuffix(path, ".sh") {
		return script(content)
	}
	for i, document := range bytes.Split(content, []byte("\n---\n")) {
		if err := manifest(path, document); err != nil {
			return fmt.Errorf("document %d: %w", i+1, err)
		}
	}
	return nil
}

func manifest(path string, document []byte) error {
	var operations []any
	if yaml.Unmarshal(document, &operations) == nil && operations != nil {
		return servicePatch(document)
	}
	var keys map[string]any
	if err := yaml.UnmarshalStrict(document, &keys); err != nil {
		return err
	}
	kind := fmt.Sprint(keys["apiVersion"], " ", keys["kind"])
	switch {
	case kind == "serving.knative.dev/v1 Service" && path == "deploy/cloudrun.yaml":
		return cloudRun(document)
	case kind == "serving.knative.dev/v1 Service":
		return knativeService(document)
	case kind == "eventing.knative.dev/v1 Broker":
		return broker(document)
	case kind == "eventing.knative.dev/v1 Trigger":
		return trigger(document)
	case keys["specVersion"] != nil:
		return knativeFunc(document)
	case keys["steps"] != nil:
		return cloudBuild(document)
	case keys["metricDescriptor"] != nil:
		return logMetric(document)
	case keys["conditions"] != nil:
		return alertPolicy(document)
	case keys["jobs"] != nil:
		return workflow(document)
	case keys["openapi"] != nil:
		return nil // test/openapi_test.go compares it with the routes
	}
	return fmt.Errorf("nothing here knows what reads it (%s)", kind)
}

func TestFiles(t *testing.T) {
	contents := files(t)
	for _, path := range []string{"service.yaml", "func.yaml", "cloudbuild.yaml", "deploy/cloudrun.yaml", ".ci/run"} {
		if contents[path] == nil {
			t.Errorf("%s is missing", path)
		}
	}
	for path, content := range contents {
		if err := check(path, content); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	t.Logf("%d files stand", len(contents))
}

// TestMutations breaks each file and holds that the check sees it, and why.
func TestMutations(t *testing.T) {
	contents := files(t)
	tests := []struct {
		name, path string
		old, new   string // a regular expression and what takes its place
		want       string
	}{
		{"misspelt field", "service.yaml", `timeoutSeconds:`, `timeoutSecond:`, `unknown field "timeoutSecond"`},
		{"field twice", "service.yaml", `( +timeoutSeconds: .*\n)`, `$1$1`, `already set in map`},
		{"upper-case image", "service.yaml", `image: .*`, `image: registry.example.com/Sheets`, "image"},
		{"placeholder for an image", "service.yaml", `image: .*`, `image: ${IMAGE}`, "image"},
		{"e-mail as Kubernetes account", "service.yaml", `serviceAccountName: .*`, `serviceAccountName: a@b.iam.gserviceaccount.com`, "serviceAccountName"},
		{"no security context", "service.yaml", `(?s) +securityContext:.*`, ``, "securityContext"},
		{"scale that is not a number", "service.yaml", `max-scale: .*`, `max-scale: "many"`, "max-scale"},
		{"callers left to the platform", "service.yaml", `(name: CALLERS\n +value: ).*`, `${1}iam`, "CALLERS"},
		{"anyone may call", "service.yaml", `(name: CALLERS\n +value: ).*`, `${1}anyone`, "CALLERS"},
		{"callers left out", "service.yaml", `name: CALLERS`, `name: CALLER`, "CALLERS"},
		{"readiness at another path", "service.yaml", `path: /health`, `path: /healthz`, "/health"},

		{"misspelt field", "deploy/cloudrun.yaml", `timeoutSeconds:`, `timeoutSecond:`, `unknown field "timeoutSecond"`},
		{"upper-case image", "deploy/cloudrun.yaml", `image: .*`, `image: us-docker.pkg.dev/Project/x`, "image"},
		{"security context", "deploy/cloudrun.yaml", `( +)env:`, "${1}securityContext: {runAsUser: 65532}\n${1}env:", "securityContext"},
		{"name as account", "deploy/cloudrun.yaml", `serviceAccountName: .*`, `serviceAccountName: sheets-function`, "serviceAccountName"},
		{"Knative's annotation", "deploy/cloudrun.yaml", `maxScale`, `max-scale`, "max-scale"},
		{"Kubernetes's key of a secret", "deploy/cloudrun.yaml", `value: replace.*`, "valueFrom: {secretKeyRef: {name: id, key: password}}", "version"},
		{"the platform's check of callers off", "deploy/cloudrun.yaml", `invoker-iam-disabled: "false"`, `invoker-iam-disabled: "true"`, "invoker-iam-disabled"},
		{"the platform's check of callers as it was", "deploy/cloudrun.yaml", ` +run.googleapis.com/invoker-iam-disabled: .*\n`, "", "invoker-iam-disabled"},
		{"callers not left to the platform", "deploy/cloudrun.yaml", `value: iam`, `value: anyone`, "CALLERS"},

		{"misspelt field", "cloudbuild.yaml", `substitutionOption:`, `substitutionsOption:`, `unknown field "substitutionsOption"`},
		{"undeclared substitution", "cloudbuild.yaml", `\$\{_IMAGE\}`, `$${_IMAGES}`, "_IMAGES is not declared"},
		{"unused substitution", "cloudbuild.yaml", `(substitutions:\n)`, "${1}  _UNUSED: x\n", "_UNUSED is not used"},
		{"unknown built-in", "cloudbuild.yaml", `PROJECT_ID`, `PROJECT`, "PROJECT is not"},
		{"shell variable with one dollar", "cloudbuild.yaml", `\$\$service`, `$$service`, "service is not"},
		{"command with one dollar", "cloudbuild.yaml", `\$\$\(`, `$$(`, "dollar"},
		{"shell syntax", "cloudbuild.yaml", `>/dev/null 2>&1; then`, `>/dev/null 2>&1;`, "syntax error"},
		{"no log option", "cloudbuild.yaml", ` +logging: .*\n`, ``, "logging"},
		{"step twice", "cloudbuild.yaml", `id: smoke`, `id: deploy`, "twice"},
		{"unknown step", "cloudbuild.yaml", `id: smoke`, "id: smoke\n    waitFor: [nothing]", "nothing"},

		{"misspelt field", "func.yaml", `runtime:`, `runtimes:`, `unknown field "runtimes"`},
		{"another runtime", "func.yaml", `runtime: go`, `runtime: node`, "runtime"},
		{"another way to call", "func.yaml", `invoke: http`, `invoke: cloudevent`, "invoke"},
		{"callers left to the platform", "func.yaml", `(name: CALLERS\n +value: ).*`, `${1}iam`, "CALLERS"},
		{"a builder that does not tidy go.mod", "func.yaml", `builder: s2i`, `builder: pack`, "builder"},
		{"a date that is none", "func.yaml", `created: .*`, `created: yesterday`, "created"},

		{"misspelt field", "deploy/knative-trigger.yaml", `backoffDelay:`, `backOffDelays:`, "backOffDelays"},
		{"no broker", "deploy/knative-trigger.yaml", ` +broker: .*\n`, ``, "broker"},
		{"delay that is none", "deploy/knative-trigger.yaml", `backoffDelay: .*`, `backoffDelay: 10s`, "backoffDelay"},
		{"nobody subscribes", "deploy/knative-trigger.yaml", `subscriber:\n( +)ref:(\n +\S.*){3}`, "subscriber:", "subscriber"},

		{"misspelt field", "deploy/knative-federation.yaml", `readOnly:`, `readonlyMount:`, `unknown field "readonlyMount"`},
		{"patch of what is not there", "deploy/knative-federation.yaml", `path: /spec/template/spec/volumes`, `path: /spec/templates/spec/volumes`, "templates"},

		{"misspelt field", "deploy/alerts/metric-queue-wait.yaml", `valueExtractor:`, `valueExtract:`, `unknown field "valueExtract"`},
		{"misspelt field", "deploy/alerts/policy-queue-wait.yaml", `thresholdValue:`, `threshold:`, `unknown field "threshold"`},

		{"shell syntax", ".github/workflows/ci.yaml", `>>"\$GITHUB_OUTPUT"`, `>>"$$GITHUB_OUTPUT`, "unexpected EOF"},
		{"output of no step", ".github/workflows/ci.yaml", `id: go\n`, "id: gone\n", "steps.go"},

		{"unclosed quote", ".ci/run", `set -euo pipefail`, `set -euo "pipefail`, "syntax error"},
	}
	for _, tt := range tests {
		t.Run(tt.path+"/"+tt.name, func(t *testing.T) {
			content, there := contents[tt.path]
			if !there {
				t.Skipf("there is no %s", tt.path)
			}
			mutant := regexp.MustCompile(tt.old).ReplaceAll(content, []byte(tt.new))
			if bytes.Equal(mutant, content) {
				t.Fatalf("nothing matches %q", tt.old)
			}
			err := check(tt.path, mutant)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("check = %v, want an error with %q", err, tt.want)
			}
		})
	}
	t.Logf("%d mutants", len(tests))
}
