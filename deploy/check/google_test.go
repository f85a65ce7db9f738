package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"google.golang.org/api/cloudbuild/v1"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/monitoring/v3"
	"google.golang.org/api/run/v1"
	"sigs.k8s.io/yaml"
)

// strict decodes YAML by one of Google's types, as their API does: a field that
// it does not have is an error.
func strict(content []byte, v any) error {
	text, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	// Types that hold a float decode themselves, and are not strict.
	kept, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var before, after any
	if err := errors.Join(json.Unmarshal(text, &before), json.Unmarshal(kept, &after)); err != nil {
		return err
	}
	return lost(before, after)
}

// lost names what a type did not keep of a document, but for zero values, which
// Google's types leave out.
func lost(before, after any) error {
	switch b := before.(type) {
	case map[string]any:
		a, _ := after.(map[string]any)
		for key, value := range b {
			if _, kept := a[key]; !kept && value != nil && !reflect.ValueOf(value).IsZero() {
				return fmt.Errorf("unknown field %q", key)
			}
			if err := lost(value, a[key]); err != nil {
				return err
			}
		}
	case []any:
		a, _ := after.([]any)
		for i := range min(len(a), len(b)) {
			if err := lost(b[i], a[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func logMetric(content []byte) error { return strict(content, new(logging.LogMetric)) }

func alertPolicy(content []byte) error { return strict(content, new(monitoring.AlertPolicy)) }

// cloudRun holds what gcloud run services replace takes, which is less than
// Knative does.
func cloudRun(content []byte) error {
	var s run.Service
	if err := strict(content, &s); err != nil {
		return err
	}
	// CALLERS=iam, which cloudRunContainer requires, relies on Cloud Run's check.
	if got := s.Metadata.Annotations["run.googleapis.com/invoker-iam-disabled"]; got != "false" {
		return fmt.Errorf("invoker-iam-disabled is %q, want \"false\": Cloud Run checks callers", got)
	}
	spec := s.Spec.Template.Spec
	if address, err := mail.ParseAddress(spec.ServiceAccountName); err != nil || address.Address != spec.ServiceAccountName {
		return fmt.Errorf("serviceAccountName is %q, want an e-mail address", spec.ServiceAccountName)
	}
	annotation := regexp.MustCompile(`^(autoscaling\.knative\.dev/(minScale|maxScale)|run\.googleapis\.com/[a-z-]+)$`)
	for key := range s.Spec.Template.Metadata.Annotations {
		if !annotation.MatchString(key) {
			return fmt.Errorf("annotation %s is not one of Cloud Run's", key)
		}
	}
	if len(spec.Containers) != 1 {
		return fmt.Errorf("%d containers, want 1", len(spec.Containers))
	}
	return cloudRunContainer(spec.Containers[0])
}

func cloudRunContainer(c *run.Container) error {
	if _, err := name.ParseReference(c.Image); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	if c.SecurityContext != nil {
		return errors.New("securityContext is refused by Cloud Run")
	}
	if c.StartupProbe == nil || c.StartupProbe.HttpGet == nil || c.StartupProbe.HttpGet.Path != "/health" {
		return errors.New("the startup probe does not ask for /health")
	}
	callers := ""
	for _, v := range c.Env {
		if v.Name == "CALLERS" {
			callers = v.Value
		}
		if from := v.ValueFrom; from != nil && from.SecretKeyRef != nil && !regexp.MustCompile(`^(latest|[0-9]+)$`).MatchString(from.SecretKeyRef.Key) {
			return fmt.Errorf("%s: the key of a secret is %q, want its version", v.Name, from.SecretKeyRef.Key)
		}
	}
	if callers != "iam" {
		return fmt.Errorf("CALLERS is %q, want iam: Cloud Run checks callers", callers)
	}
	return nil
}

// builtIn are the substitutions that Cloud Build sets by itself
// (cloud.google.com/build/docs/configuring-builds/substitute-variable-values).
var builtIn = []string{
	"PROJECT_ID", "PROJECT_NUMBER", "BUILD_ID", "LOCATION", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL",
	"TRIGGER_NAME", "TRIGGER_BUILD_CONFIG_PATH", "COMMIT_SHA", "SHORT_SHA", "REVISION_ID",
	"REPO_NAME", "REPO_FULL_NAME", "BRANCH_NAME", "TAG_NAME", "REF_NAME",
}

// cloudBuild holds what Cloud Build refuses only when it is asked to build.
func cloudBuild(content []byte) error {
	var b cloudbuild.Build
	if err := strict(content, &b); err != nil {
		return err
	}
	if b.ServiceAccount != "" && (b.Options == nil || b.Options.Logging != "CLOUD_LOGGING_ONLY") {
		return errors.New("a build by its own serviceAccount needs logging: CLOUD_LOGGING_ONLY")
	}
	var values any
	if err := yaml.Unmarshal(content, &values); err != nil {
		return err
	}
	if err := substitutions(values, b.Substitutions); err != nil {
		return err
	}
	return errors.Join(buildSteps(b.Steps)...)
}

// substitutions holds MUST_MATCH: what is used is declared or built in, and what
// is declared is used.
func substitutions(values any, declared map[string]string) error {
	var errs []error
	used := map[string]bool{}
	for _, text := range texts(values) {
		rest := variable.ReplaceAllStringFunc(text, func(use string) string {
			name := strings.Trim(use, "${}")
			if name == "" {
				return "" // $$ is the shell's own dollar
			}
			used[name] = true
			if _, ok := declared[name]; !ok && !slices.Contains(builtIn, name) {
				errs = append(errs, fmt.Errorf("substitution %s is not declared and not built in", name))
			}
			return ""
		})
		if strings.Contains(rest, "$") {
			errs = append(errs, fmt.Errorf("one dollar where the shell's needs two: %q", text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if !used[name] {
			errs = append(errs, fmt.Errorf("substitution %s is not used", name))
		}
	}
	return errors.Join(errs...)
}

// variable is a use of a substitution, or a dollar that is escaped.
var variable = regexp.MustCompile(`\$\$|\$\w+|\$\{\w+\}`)

// texts returns all strings of a decoded document.
func texts(value any) (all []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			all = append(all, texts(item)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, texts(v[key])...)
		}
	}
	return all
}

func buildSteps(steps []*cloudbuild.BuildStep) (errs []error) {
	ids := map[string]bool{"-": true}
	for _, step := range steps {
		for _, id := range step.WaitFor {
			if !ids[id] {
				errs = append(errs, fmt.Errorf("step %s waits for %s, which is not before it", step.Id, id))
			}
		}
		if ids[step.Id] && step.Id != "" {
			errs = append(errs, fmt.Errorf("step %s is there twice", step.Id))
		}
		ids[step.Id] = true
		if err := script([]byte(shellText(step))); err != nil {
			errs = append(errs, fmt.Errorf("step %s: %w", step.Id, err))
		}
	}
	return errs
}

// shellText returns a step's script as the shell gets it.
func shellText(step *cloudbuild.BuildStep) string {
	if step.Script != "" {
		return step.Script
	}
	i := slices.Index(step.Args, "-c")
	if step.Entrypoint != "bash" || i < 0 || i+1 == len(step.Args) {
		return ""
	}
	return "#!/bin/bash\n" + variable.ReplaceAllStringFunc(step.Args[i+1], func(use string) string {
		if use == "$$" {
			return "$"
		}
		return "substituted"
	})
}
