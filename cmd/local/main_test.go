package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

// TestPrintedCommands starts the command as a newcomer does and pastes the curl
// lines that it prints into a shell. The README shows the same lines.
func TestPrintedCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"K_SERVICE", "GCE_METADATA_HOST", "SPREADSHEET_ID", "CALLERS", "AUDIENCE", "SUBJECT", "IMPERSONATE", "SCOPES"} {
		t.Setenv(name, "") // so that it is restored afterwards
		_ = os.Unsetenv(name)
	}
	t.Setenv("SHEETS_EMULATOR_HOST", "127.0.0.1:0")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file")

	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error)
	go func() {
		err := run(ctx, in, "127.0.0.1:0", false, emulator.Options{})
		_ = in.CloseWithError(io.EOF)
		done <- err
	}()
	defer func() {
		stop()
		go func() { _, _ = io.Copy(io.Discard, out) }()
		if err := <-done; err != nil {
			t.Errorf("run() = %v after Ctrl-C, want nil", err)
		}
	}()

	var commands []string
	for lines := bufio.NewScanner(out); len(commands) < 4 && lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "curl ") {
			commands = append(commands, line)
		}
	}
	if len(commands) != 4 {
		t.Fatalf("printed %q, want four curl lines", commands)
	}
	_, err = exec.LookPath("curl")
	noCurl := err != nil
	for i, want := range []string{`"item":"apple"`, `"appended": 1`, `"item":"dates","qty":"3"`, `"can_edit": true`} {
		port := regexp.MustCompile(`127\.0\.0\.1:\d+`)
		if line := port.ReplaceAllString(commands[i], "127.0.0.1:8080"); !strings.Contains(string(readme), line+"\n") {
			t.Errorf("README.md does not show %s", line)
		}
		if noCurl {
			continue
		}
		answer, err := exec.Command("sh", "-c", strings.Replace(commands[i], "curl ", "curl -sS ", 1)).CombinedOutput()
		if err != nil || !strings.Contains(string(answer), want) {
			t.Errorf("%s\nanswers %s, %v, want %s", commands[i], answer, err, want)
		}
	}
	if noCurl {
		t.Skip("no curl here: the commands were printed, not run")
	}
}

func TestRunRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name, service, addr string
		google              bool
		want                string
	}{
		{"a platform", "svc", "127.0.0.1:0", false, "--function=Handle"},
		{"another machine's address", "", "192.0.2.1:80", false, "only loopback"},
		{"all addresses", "", ":8080", false, "only loopback"},
		{"no port", "", "127.0.0.1", false, "want host:port"},
		{"a port in use", "", taken.Addr().String(), false, "the port is in use"},
		{"Google without settings", "", "127.0.0.1:0", true, "SPREADSHEET_ID is not set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("K_SERVICE", tt.service)
			t.Setenv("SPREADSHEET_ID", "")
			_ = os.Unsetenv("SPREADSHEET_ID")
			err := run(t.Context(), io.Discard, tt.addr, tt.google, emulator.Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("run() = %v, want %q", err, tt.want)
			}
		})
	}
}
