package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/sheets-function/emulator"
)

func TestDoctor(t *testing.T) {
	google := emulator.New(emulator.Options{})
	server := httptest.NewServer(google)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
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

// TestDoctorCommand builds this command and runs it as on a platform: its exit status
// is for scripts and jobs.
func TestDoctorCommand(t *testing.T) {
	program := filepath.Join(t.TempDir(), "local")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	google := emulator.New(emulator.Options{})
	server := httptest.NewServer(google)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
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
