package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	for _, name := range []string{"K_SERVICE", "GCE_METADATA_HOST", "CALLERS", "AUDIENCE", "SUBJECT", "IMPERSONATE", "SCOPES"} {
		t.Setenv(name, "") // so that it is restored afterwards
		_ = os.Unsetenv(name)
	}
	t.Setenv("SHEETS_EMULATOR_HOST", "127.0.0.1:0")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file")
	t.Setenv("SPREADSHEET_ID", "of-a-real-spreadsheet") // as deploy/variables.sh exports it

	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error)
	go func() {
		err := run(ctx, in, config{addr: "127.0.0.1:0"})
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

	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "The function listens on ") {
	}
	var commands []string
	for lines.Scan() && (len(commands) == 0 || lines.Text() != "") {
		if line := strings.TrimSpace(lines.Text()); line != "" {
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
	}{
		{"a platform", "svc", "127.0.0.1:0", false, "--function=Handle", ""},
		{"another machine's address", "", "192.0.2.1:80", false, "only loopback", ""},
		{"all addresses", "", ":8080", false, "only loopback", ""},
		{"no port", "", "127.0.0.1", false, "want host:port", ""},
		{"a port in use", "", taken.Addr().String(), false, "the port is in use", ""},
		{"Google without settings", "", "127.0.0.1:0", true, "SPREADSHEET_ID is not set", ""},
		{"a file that is no .xlsx", "", "127.0.0.1:0", false, "main_test.go is no .xlsx file", "main_test.go"},
		{"a folder that is not there", "", "127.0.0.1:0", false, "cannot be written back", "nowhere/orders.xlsx"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("K_SERVICE", tt.service)
			t.Setenv("SPREADSHEET_ID", "")
			_ = os.Unsetenv("SPREADSHEET_ID")
			err := run(t.Context(), io.Discard, config{addr: tt.addr, google: tt.google, file: tt.file})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("run() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	sheet := demo.Sheets[0]
	google := emulator.New(emulator.Options{})
	rows := func() [][]any {
		t.Helper()
		spreadsheet, err := openBook(path)
		if err != nil {
			t.Fatal(err)
		}
		return google.Values(google.Create(spreadsheet.content), sheet.Title)
	}
	use := func(write bool) {
		t.Helper()
		spreadsheet, err := openBook(path)
		if err != nil {
			t.Fatal(err)
		}
		spreadsheet.id = google.Create(spreadsheet.content)
		if write {
			r := httptest.NewRequest("POST", "/v4/spreadsheets/"+spreadsheet.id+"/values/"+sheet.Title+"!A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS",
				strings.NewReader(`{"values":[[4,"dates"]]}`))
			r.Header.Set("Authorization", "Bearer "+google.Token(google.ServiceAccount(), "https://www.googleapis.com/auth/spreadsheets"))
			recorder := httptest.NewRecorder()
			if spreadsheet.watch(google).ServeHTTP(recorder, r); recorder.Code != 200 {
				t.Fatalf("append: %s", recorder.Body)
			}
		}
		if err := spreadsheet.save(google); err != nil {
			t.Fatal(err)
		}
	}
	use(false) // a missing file is made of the demo
	if got := rows(); len(got) != len(sheet.Values) || got[0][0] != sheet.Values[0][0] {
		t.Errorf("a new file holds %v, want the demo", got)
	}
	use(true)
	if got := rows(); len(got) != len(sheet.Values)+1 || got[len(sheet.Values)][1] != "dates" {
		t.Errorf("after an append the file holds %v, want the new row", got)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	use(false) // nothing written: the file is left as it was
	if after, _ := os.Stat(path); after.ModTime() != before.ModTime() || after.Mode() != before.Mode() {
		t.Errorf("the file was written although nothing was changed")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".local-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
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
