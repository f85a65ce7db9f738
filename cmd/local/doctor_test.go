package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// serveGoogle serves an emulated Google and returns its host:port.
func serveGoogle(t *testing.T) (google *emulator.Server, host string) {
	google = emulator.New(emulator.Options{})
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	return google, strings.TrimPrefix(server.URL, "http://")
}

func TestDoctor(t *testing.T) {
	google, host := serveGoogle(t)
	id := google.Create(emulator.Spreadsheet{Title: "Shared", Sheets: []emulator.Sheet{orders}})
	private := google.Create(emulator.Spreadsheet{Title: "Private", Sheets: []emulator.Sheet{orders}, Unshared: true})

	tests := []struct {
		name, service, sheet, callers string
		status                        int
		want                          string
	}{
		{"everything works", "", id, "anyone", 0, "The token opens the spreadsheet."},
		{"on a platform", "orders", id, "iam", 0, "The token opens the spreadsheet."},
		{"not shared", "orders", private, "iam", 1, "add " + google.ServiceAccount() + " as Editor: https://docs.google.com/spreadsheets/d/" + private},
		{"a setting is missing", "", id, "", 1, "FAILED  settings     CALLERS is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range map[string]string{
				"SHEETS_EMULATOR_HOST": host, "GCE_METADATA_HOST": host, "GOOGLE_APPLICATION_CREDENTIALS": "",
				"K_SERVICE": tt.service, "SPREADSHEET_ID": tt.sheet, "CALLERS": tt.callers,
				"SCOPES": "drive,spreadsheets", "SUBJECT": "", "IMPERSONATE": "", "AUDIENCE": "", "ORIGINS": "",
			} {
				t.Setenv(name, value)
			}
			var out strings.Builder
			if status := runDoctor(t.Context(), &out); status != tt.status || !strings.Contains(out.String(), tt.want) {
				t.Errorf("runDoctor() = %d, want %d, with %q:\n%s", status, tt.status, tt.want, &out)
			}
		})
	}
}

// TestDoctorSettings checks that settings for an emulator beside settings for Google are
// recognized: what fixes the same error of Google does not help.
func TestDoctorSettings(t *testing.T) {
	google, host := serveGoogle(t)
	id := google.Create(emulator.Spreadsheet{Title: "Shared", Sheets: []emulator.Sheet{orders}})
	private := google.Create(emulator.Spreadsheet{Title: "Private", Sheets: []emulator.Sheet{orders}, Unshared: true})
	gone := httptest.NewServer(nil)
	closed := strings.TrimPrefix(gone.URL, "http://")
	gone.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	other := strings.TrimPrefix(page.URL, "http://")

	const unset = "\n  unset SHEETS_EMULATOR_HOST\n"
	tests := []struct {
		name, emulator, metadata, file, service, sheet, cause string
		want                                                  string
	}{
		{"nothing listens there", closed, host, "", "", id, "emulator-host", "127.0.0.1"},
		{"nothing listens at both", closed, closed, "", "", id, "emulator-host", "\n  unset SHEETS_EMULATOR_HOST GCE_METADATA_HOST\n"},
		{"another server listens there", other, host, "", "", id, "emulator-host", "something else responds"},
		{"another server listens at both", other, other, "", "", id, "emulator-host", "GCE_METADATA_HOST=" + other},
		{"a spreadsheet of Google", host, host, "", "", "1a2B3c4D5e6F", "emulator-host", "SPREADSHEET_ID be one that the emulator has"},
		{"no credentials", host, "", "", "", id, "emulator-host", unset},
		{"a credentials file", host, host, "/no/such/file", "", id, "emulator-host", "unset GOOGLE_APPLICATION_CREDENTIALS"},
		{"on a platform", closed, host, "", "orders", id, "emulator-host", "--remove-env-vars=SHEETS_EMULATOR_HOST,GCE_METADATA_HOST"},
		{"not shared", host, host, "", "", private, "not-shared", "if Google is meant, unset that first"},
		{"everything works", host, host, "", "", id, "", "calls to http://" + host + ", which SHEETS_EMULATOR_HOST names, and not to Google"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			emptyEnvironment(t)
			for name, value := range map[string]string{
				"SHEETS_EMULATOR_HOST": tt.emulator, "GCE_METADATA_HOST": tt.metadata, "GOOGLE_APPLICATION_CREDENTIALS": tt.file,
				"K_SERVICE": tt.service, "SPREADSHEET_ID": tt.sheet, "CALLERS": "anyone", "HOME": t.TempDir(),
			} {
				t.Setenv(name, value)
			}
			ctx := t.Context()
			if tt.metadata == closed { // the fetch of a token is repeated until the end
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
				defer cancel()
			}
			var out strings.Builder
			runDoctor(ctx, &out)
			cause := ""
			if _, rest, ok := strings.Cut(out.String(), "\ncause: "); ok {
				cause, _, _ = strings.Cut(rest, "\n")
			}
			if cause != tt.cause || !strings.Contains(out.String(), tt.want) {
				t.Errorf("cause %q, want %q, with %q in\n%s", cause, tt.cause, tt.want, &out)
			}
		})
	}
}

// TestDoctorCommand builds this command and runs it as on a platform: its exit status
// is for scripts and jobs.
func TestDoctorCommand(t *testing.T) {
	program := filepath.Join(t.TempDir(), "local")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	google, host := serveGoogle(t)
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{orders}})
	for _, tt := range []struct {
		sheet  string
		status int
	}{{id, 0}, {"no-such-id", 1}} {
		doctor := exec.Command(program, "doctor")
		doctor.Env = append(os.Environ(), "K_SERVICE=orders", "GOOGLE_APPLICATION_CREDENTIALS=", "SHEETS_EMULATOR_HOST="+host,
			"GCE_METADATA_HOST="+host, "CALLERS=iam", "SPREADSHEET_ID="+tt.sheet)
		out, _ := doctor.CombinedOutput()
		if got := doctor.ProcessState.ExitCode(); got != tt.status {
			t.Errorf("exit status %d, want %d:\n%s", got, tt.status, out)
		}
	}
}

var orders = emulator.Sheet{Title: "Orders", Values: [][]any{{"id"}, {1}}}
