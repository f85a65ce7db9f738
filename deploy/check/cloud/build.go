package cloud

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"google.golang.org/api/cloudbuild/v1"
	"sigs.k8s.io/yaml"
)

// substitution is a use of one in a build's file, or the shell's own dollar.
var substitution = regexp.MustCompile(`\$\$|\$\{\w+\}`)

// submit starts a build of a folder by its own service account, as gcloud builds
// submit does, and runs it.
func (c *Cloud) submit(p parsed) (string, error) {
	file := p.flags["--config"]
	if file == "" {
		file = "cloudbuild.yaml"
	}
	content, err := os.ReadFile(filepath.Join(p.Folder, file))
	if err != nil {
		return "", err
	}
	build, err := c.readBuild(content, settings(p.flags["--substitutions"]))
	if err != nil {
		return "", err
	}
	account := strings.TrimPrefix(build.ServiceAccount, "projects/"+c.Project+"/serviceAccounts/")
	principal := "serviceAccount:" + account
	if err := c.mayBuild(p, account, principal); err != nil {
		return "", err
	}
	return c.runSteps(build, principal, p.Folder)
}

func (c *Cloud) mayBuild(p parsed, account, principal string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := p.names()
	names["--service-account"] = account
	if err := c.needLocked(p.Principal, "builds submit", names); err != nil {
		return err
	}
	c.uploadLocked(c.Project+"_cloudbuild/source/1.tgz", "", "")
	return c.needLocked(principal, "builds run", names)
}

// readBuild decodes a build's file and replaces its substitutions.
func (c *Cloud) readBuild(content []byte, given map[string]string) (*cloudbuild.Build, error) {
	var declared cloudbuild.Build
	if err := yaml.Unmarshal(content, &declared); err != nil {
		return nil, err
	}
	values := map[string]string{"PROJECT_ID": c.Project}
	for key, value := range declared.Substitutions {
		values[key] = value
	}
	for key, value := range given {
		if _, ok := declared.Substitutions[key]; !ok && key != "" {
			return nil, fmt.Errorf("INVALID_ARGUMENT: substitution %s is not in the file", key)
		}
		values[key] = value
	}
	text := string(content)
	for range 3 { // values that use others
		text = substitution.ReplaceAllStringFunc(text, func(use string) string {
			if use == "$$" {
				return use
			}
			return values[strings.Trim(use, "${}")]
		})
	}
	var build cloudbuild.Build
	return &build, yaml.Unmarshal([]byte(text), &build)
}

// runSteps runs the steps of a build, one after the other, as its account.
func (c *Cloud) runSteps(build *cloudbuild.Build, principal, folder string) (string, error) {
	workspace, err := os.MkdirTemp("", "workspace")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(workspace)
	var log strings.Builder
	for _, step := range build.Steps {
		args := step.Args
		if step.Entrypoint != "" {
			args = append([]string{step.Entrypoint}, args...)
		}
		for i := range args {
			args[i] = strings.ReplaceAll(strings.ReplaceAll(args[i], "$$", "$"), "/workspace/", workspace+"/")
		}
		out, err := c.Build(principal, args, folder)
		fmt.Fprintf(&log, "Step %s\n%s", step.Id, out)
		if err != nil {
			return log.String(), fmt.Errorf("step %s: %w", step.Id, err)
		}
	}
	for _, image := range build.Images {
		if err := c.Push(principal, image); err != nil {
			return log.String(), err
		}
	}
	return log.String(), nil
}

// Push stores an image.
func (c *Cloud) Push(principal, image string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	repository := repositoryOf(image)
	if err := c.needLocked(principal, "docker push", map[string]string{"repository": repository}); err != nil {
		return err
	}
	if !c.things["repository "+repository] {
		return fmt.Errorf("NOT_FOUND: repository %s", repository)
	}
	c.things["image "+image] = true
	return nil
}
