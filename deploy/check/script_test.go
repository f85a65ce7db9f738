package check

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"
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
