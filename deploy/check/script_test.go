package check

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"
)

// script holds the syntax of a shell script and, where shellcheck is installed,
// what it finds.
func script(content []byte) error {
	if err := feed(content, "bash", "-n"); err != nil {
		return err
	}
	if _, err := exec.LookPath("shellcheck"); err != nil || len(content) == 0 {
		return nil
	}
	return feed(content, "shellcheck", "--shell=bash", "-")
}

// workflow checks the scripts of a GitHub workflow, and that the outputs that are
// used belong to a step.
func workflow(content []byte) error {
	var w struct {
		Jobs map[string]struct {
			Steps []struct{ ID, Run string }
		}
	}
	if err := yaml.Unmarshal(content, &w); err != nil {
		return err
	}
	ids := map[string]bool{}
	var errs []error
	for _, job := range w.Jobs {
		for _, step := range job.Steps {
			ids[step.ID] = true
			errs = append(errs, script([]byte(step.Run)))
		}
	}
	for _, use := range regexp.MustCompile(`steps\.(\w+)\.outputs`).FindAllSubmatch(content, -1) {
		if !ids[string(use[1])] {
			errs = append(errs, fmt.Errorf("no step has the id of steps.%s", use[1]))
		}
	}
	return errors.Join(errs...)
}

func feed(content []byte, name string, args ...string) error {
	command := exec.Command(name, args...)
	command.Stdin = bytes.NewReader(content)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

func TestShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("skipped: shellcheck of scripts: it is not installed")
	}
	if err := script([]byte("#!/bin/bash\nfor file in $(ls); do echo $file; done\n")); err == nil {
		t.Error("shellcheck finds nothing in a script with faults")
	}
}
