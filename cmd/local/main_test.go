package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	function "example.com/sheets-function"
)

// started is the command, running as a person starts it.
type started struct {
	lines  *bufio.Scanner     // what it prints
	stop   context.CancelFunc // as Ctrl-C
	result chan error         // nil = it has ended
}

// start runs the command with an empty environment.
func start(t *testing.T, c config) *started {
	t.Helper()
	c.addr, c.log = "127.0.0.1:0", cmp.Or(c.log, "text")
	t.Setenv("SHEETS_EMULATOR_HOST", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	out, in, err := os.Pipe() // which holds what has not been read yet
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	s := &started{lines: bufio.NewScanner(out), stop: stop, result: result}
	go func() {
		result <- run(ctx, in, c)
		_ = in.Close()
	}()
	t.Cleanup(func() { s.end(t) })
	return s
}

// end stops the command and returns what it prints until it has ended.
func (s *started) end(t *testing.T) string {
	t.Helper()
	s.stop()
	var rest strings.Builder
	for s.lines.Scan() {
		rest.WriteString(s.lines.Text() + "\n")
	}
	if s.result != nil {
		if err := <-s.result; err != nil {
			t.Errorf("run() = %v after Ctrl-C, want nil", err)
		}
		s.result = nil
	}
	return rest.String()
}

// until returns the lines up to the first with a prefix, which is the last.
func (s *started) until(t *testing.T, prefix string) (lines []string) {
	t.Helper()
	for s.lines.Scan() {
		lines = append(lines, s.lines.Text())
		if strings.HasPrefix(s.lines.Text(), prefix) {
			return lines
		}
	}
	t.Fatalf("no line begins with %q:\n%s", prefix, strings.Join(lines, "\n"))
	return nil
}

// address returns the address of the function from the lines printed at the start.
func address(t *testing.T, lines []string) string {
	t.Helper()
	m := regexp.MustCompile(`function +(http://127\.0\.0\.1:\d+)`).FindStringSubmatch(strings.Join(lines, "\n"))
	if m == nil {
		t.Fatalf("no address of the function in\n%s", strings.Join(lines, "\n"))
	}
	return m[1]
}

// emptyEnvironment unsets the variables that the function reads, until the test ends.
func emptyEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"K_SERVICE", "GCE_METADATA_HOST", "SPREADSHEET_ID", "GOOGLE_APPLICATION_CREDENTIALS", "SHEETS_EMULATOR_HOST",
		"CALLERS", "AUDIENCE", "SUBJECT", "IMPERSONATE", "SCOPES", "CACHE_TTL", "ORIGINS", "READS_PER_MINUTE", "WRITES_PER_MINUTE",
	} {
		t.Setenv(name, "") // so that it is restored afterwards
		_ = os.Unsetenv(name)
	}
}

// needRoutes skips a test where a fork has deleted one of the routes.
func needRoutes(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !slices.Contains(patternsOf(new(function.Handler)), pattern) {
			t.Skip("this fork has no " + pattern)
		}
	}
}

// tryLine begins what is printed before the commands.
const tryLine = "Try, in another terminal"

// TestPrintedCommands starts the command as a newcomer does and pastes the curl
// lines that it prints into a shell. The README shows the same lines.
func TestPrintedCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	emptyEnvironment(t)
	s := start(t, config{})
	s.until(t, tryLine)
	var commands []string
	for s.lines.Scan() && (len(commands) == 0 || s.lines.Text() != "") {
		if line := strings.TrimSpace(s.lines.Text()); line != "" {
			commands = append(commands, line)
		}
	}
	if len(commands) == 0 {
		t.Fatal("nothing to try was printed")
	}
	// The answers to the commands of tour, as far as their routes are there.
	answers := []struct{ command, want string }{
		{"PATCH", `"updated": 1`},
		{" -d ", `"appended": 1`},
		{"select=", `{"item":"bread","price":2.8}`},
		{"/sheets/Orders", `"item":"apple"`},
		{"/", `"can_edit": true`},
	}
	_, err = exec.LookPath("curl")
	noCurl := err != nil
	for _, command := range commands {
		if !strings.HasPrefix(command, "curl ") { // the routes of a fork without any of tour's
			continue
		}
		port := regexp.MustCompile(`127\.0\.0\.1:\d+`)
		if line := port.ReplaceAllString(command, "127.0.0.1:8080"); !strings.Contains(string(readme), line+"\n") {
			t.Errorf("README.md does not show %s", line)
		}
		if noCurl {
			continue
		}
		i := slices.IndexFunc(answers, func(a struct{ command, want string }) bool { return strings.Contains(command, a.command) })
		answer, err := exec.Command("sh", "-c", strings.Replace(command, "curl ", "curl -sS ", 1)).CombinedOutput()
		if err != nil || !strings.Contains(string(answer), answers[i].want) {
			t.Errorf("%s\nanswers %s, %v, want %s", command, answer, err, answers[i].want)
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
		file                string
		more                config
	}{
		{"a platform", "svc", "127.0.0.1:0", false, "--function=Handle", "", config{}},
		{"another machine's address", "", "192.0.2.1:80", false, "only loopback", "", config{}},
		{"all addresses", "", ":8080", false, "only loopback", "", config{}},
		{"no port", "", "127.0.0.1", false, "want host:port", "", config{}},
		{"a port in use", "", taken.Addr().String(), false, "the port is in use", "", config{}},
		{"Google without settings", "", "127.0.0.1:0", true, "SPREADSHEET_ID is not set", "", config{}},
		{"a file that is not an .xlsx", "", "127.0.0.1:0", false, "main_test.go is not an .xlsx file", "main_test.go", config{}},
		{"a folder that is not there", "", "127.0.0.1:0", false, "create a file beside", "nowhere/orders.xlsx", config{}},
		{"a file of the real Google", "", "127.0.0.1:0", true, "-google calls Google itself", "orders.xlsx", config{}},
		{"a fault of the real Google", "", "127.0.0.1:0", true, "-google calls Google itself", "", config{faults: faults{{Hang: true}}}},
		{"writing over nothing", "", "127.0.0.1:0", false, "-write is for a -file", "", config{write: true}},
		{"an unknown log", "", "127.0.0.1:0", false, "want text or json", "", config{log: "xml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			emptyEnvironment(t)
			t.Setenv("K_SERVICE", tt.service)
			t.Setenv("SHEETS_EMULATOR_HOST", "127.0.0.1:0")
			c := tt.more
			c.addr, c.google, c.file, c.log = tt.addr, tt.google, tt.file, cmp.Or(c.log, "text")
			err := run(t.Context(), io.Discard, c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("run() = %v, want %q", err, tt.want)
			}
		})
	}
}

// TestFaultFlag checks that a fault of a call which does not exist is refused with those
// that do.
func TestFaultFlag(t *testing.T) {
	tests := []struct{ text, want, lacks string }{
		{"sheets.values.get:hang", "the closest name is \"sheets.spreadsheets.values.get\"\nThe calls are\n", "drive.files.get"},
		{"values.get:hang", "\n  drive.files.get\n", "drive.v2"},
		{"metadata.tokens:hang", "\n  metadata.token\n", "sheets."},
		{"metadata.token:hang=x,", "read fault", "The calls are"},
		{"metadata.token:hang", "", "The calls are"},
	}
	for _, tt := range tests {
		var list faults
		err := list.Set(tt.text)
		if text := fmt.Sprint(err); (err != nil) != (tt.want != "") || !strings.Contains(text, tt.want) || strings.Contains(text, tt.lacks) {
			t.Errorf("-fault %s = %v, want %q and nothing of %s", tt.text, err, tt.want, tt.lacks)
		}
	}
}

// TestOnlyLoopback checks that names which lead to this machine by DNS are refused.
func TestOnlyLoopback(t *testing.T) {
	h := onlyLoopback(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	tests := []struct {
		host   string
		served bool
	}{
		{"127.0.0.1:8080", true}, {"localhost:8080", true}, {"LOCALHOST", true}, {"[::1]:8080", true}, {"[::1]", true}, {"127.0.0.1", true},
		{"evil.example.com:8080", false}, {"evil.example.com", false}, {"localhost.evil.example.com", false}, {"127.0.0.1.evil.example.com:8080", false},
		{"10.0.0.1:8080", false}, {"localhost.", false}, {"", false}, {"0.0.0.0:8080", false},
	}
	for _, tt := range tests {
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		r.Host = tt.host
		h.ServeHTTP(w, r)
		if (w.Code == http.StatusOK) != tt.served {
			t.Errorf("Host %q = %d, want served: %v", tt.host, w.Code, tt.served)
		}
	}
}
