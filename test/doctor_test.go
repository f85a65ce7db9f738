package test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/auth/doctor"
	"example.com/sheets-function/emulator"
)

// doctorTest is a world in which something is broken, and what doctor.Run must say.
type doctorTest struct {
	name     string
	google   emulator.Options
	config   doctor.Config // Transport, Base and SpreadsheetID are filled in; the scopes are drive and spreadsheets
	unshared bool          // the spreadsheet is not shared with the account; else it may edit
	change   func(t *testing.T, w *doctorWorld)
	// wrap is what is between the program and Google.
	wrap func(google http.Handler) http.Handler
	// noAddress is for token info as Google has it if the token lacks the scope
	// userinfo.email.
	noAddress bool
	want      doctor.Cause
	// command is part of the commands, detail of the report; {account} is the account
	// that the metadata server serves.
	command, detail string
}

// doctorWorld is what a test can change before the run.
type doctorWorld struct {
	*tokenWorld
	config doctor.Config
}

const (
	doctorOwner   = "owner@example.org" // of the spreadsheet: another person, never printed
	doctorService = "orders"
)

// run breaks a world and returns the report on it, and the account of the platform.
func (tt doctorTest) run(t *testing.T) (doctor.Report, string) {
	t.Setenv("HOME", t.TempDir()) // no login of gcloud
	t.Setenv("K_SERVICE", "")
	w := &doctorWorld{newTokenWorld(t, tt.google, doctorOwner), tt.config}
	if !tt.unshared {
		w.Share(w.sheet, w.ServiceAccount(), "writer")
	}
	google := http.Handler(w)
	if tt.wrap != nil {
		google = tt.wrap(google)
	}
	if tt.noAddress {
		google = withoutAddress(google)
	}
	base := emulator.Transport(google).(*http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	w.config.Base, w.config.SpreadsheetID, w.config.Service = base, w.sheet, doctorService
	if w.config.Scopes == nil {
		w.config.Scopes = driveAndSheets
	}
	if w.config.Transport == nil {
		w.config.Transport = func(base http.RoundTripper) (http.RoundTripper, error) {
			return auth.NewTransport(auth.Config{
				Scopes: w.config.Scopes, Subject: tt.config.Subject, Impersonate: tt.config.Impersonate,
				Base: base, Logger: slog.New(slog.DiscardHandler),
			})
		}
	}
	if tt.change != nil {
		tt.change(t, w)
	}
	start := time.Now()
	report := doctor.Run(t.Context(), w.config)
	if took := time.Since(start); took > 2*time.Minute {
		t.Errorf("Run() took %v, want at most two minutes", took)
	}
	w.ClearFaults()
	return report, w.ServiceAccount()
}

func TestDoctor(t *testing.T) {
	tests := slices.Clone(doctorTests)
	for _, tt := range doctorTests {
		tt.name += ", and token info has no address"
		tt.noAddress = true
		tests = append(tests, tt)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report, account := tt.run(t)
				text := report.String()
				if report.Cause != tt.want || report.OK() != (tt.want == "") {
					t.Fatalf("cause %q, want %q:\n%s", report.Cause, tt.want, text)
				}
				fill := func(s string) string { return strings.ReplaceAll(s, "{account}", account) }
				if !strings.Contains(strings.Join(report.Commands, "\n"), fill(tt.command)) {
					t.Errorf("commands do not have %q:\n%s", fill(tt.command), text)
				}
				if !strings.Contains(text, fill(tt.detail)) {
					t.Errorf("report does not have %q:\n%s", fill(tt.detail), text)
				}
				if tt.want != "" && report.Fix == "" {
					t.Errorf("report has no fix:\n%s", text)
				}
				checkSecrets(t, text, account)
				checkShells(t, report.Commands)
			})
		})
	}
}

var (
	anyToken   = regexp.MustCompile(`ya29\.|1//|eyJ`)
	anyAddress = regexp.MustCompile(`[\w.+*-]+@[\w-]+(\.[\w-]+)+`)
)

// checkSecrets fails the test if the report has a token, or an address other than
// that of the function's own accounts.
func checkSecrets(t *testing.T, text, account string) {
	t.Helper()
	if found := anyToken.FindString(text); found != "" {
		t.Errorf("the report has a secret, %s…:\n%s", found, text)
	}
	for _, address := range anyAddress.FindAllString(text, -1) {
		if address != account && address != delegatedAccount && !strings.HasPrefix(address, "***@") {
			t.Errorf("the report has the address %s:\n%s", address, text)
		}
	}
}

// checkShells fails the test if a shell that is here cannot read a command.
func checkShells(t *testing.T, commands []string) {
	t.Helper()
	for _, shell := range []string{"bash", "dash", "zsh"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		if out, err := exec.Command(shell, "-n", "-c", strings.Join(commands, "\n")).CombinedOutput(); err != nil {
			t.Errorf("%s cannot read %q: %v\n%s", shell, commands, err, out)
		}
	}
	for _, command := range commands {
		if strings.Contains(command, "#") {
			t.Errorf("command %q has a #, which is not a comment in zsh", command)
		}
	}
}

// TestDoctorWithoutMetadataServer runs on a port where nothing listens, with the
// doctor's own base.
func TestDoctorWithoutMetadataServer(t *testing.T) {
	closed := httptest.NewServer(nil)
	host := strings.TrimPrefix(closed.URL, "http://")
	closed.Close()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", host)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	report := doctor.Run(ctx, doctor.Config{
		SpreadsheetID: "x", Scopes: driveAndSheets,
		Transport: func(base http.RoundTripper) (http.RoundTripper, error) {
			return auth.NewTransport(auth.Config{Scopes: driveAndSheets, Base: base, Logger: slog.New(slog.DiscardHandler)})
		},
	})
	if report.Cause != doctor.MetadataHost || !strings.Contains(report.Detail, "connection refused") {
		t.Errorf("cause %q, want %q:\n%s", report.Cause, doctor.MetadataHost, report)
	}
}

// TestDoctorChangesNothing checks that the requests only read.
func TestDoctorChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w *doctorWorld
		tt := doctorTest{change: func(_ *testing.T, world *doctorWorld) { w = world }}
		if report, _ := tt.run(t); !report.OK() {
			t.Fatal(report)
		}
		for _, r := range w.Requests() {
			if r.Method != http.MethodGet && r.Call != "oauth2.tokeninfo" {
				t.Errorf("request %s %s", r.Method, r.Path)
			}
		}
	})
}

// TestDoctorCommands has gcloud read the commands. GCLOUD is its path; without a
// login it reads a command whole, then stops.
func TestDoctorCommands(t *testing.T) {
	gcloud := os.Getenv("GCLOUD")
	if gcloud == "" {
		t.Skip("GCLOUD is not set to gcloud, which takes a second a command")
	}
	t.Setenv("CLOUDSDK_CONFIG", t.TempDir())
	t.Setenv("CLOUDSDK_CORE_PROJECT", "demo-project") // as a person has set it, where a command names none
	t.Setenv("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
	t.Setenv("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false")
	tried := map[string]bool{}
	for _, tt := range doctorTests {
		var commands []string
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report, _ := tt.run(t)
				commands = report.Commands
			})
		})
		for _, command := range commands {
			if !strings.HasPrefix(command, "gcloud ") || strings.Contains(command, " application-default ") || tried[command] {
				continue
			}
			tried[command] = true
			out, err := exec.Command("sh", "-c", gcloud+strings.TrimPrefix(command, "gcloud")).CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); failed && !strings.Contains(string(out), "active account") {
				t.Errorf("%s\n%s", command, out)
			}
		}
	}
	if len(tried) < 15 {
		t.Errorf("%d commands of gcloud were tried, want at least 15", len(tried))
	}
}
