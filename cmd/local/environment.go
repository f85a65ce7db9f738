package main

import (
	"os"
	"strings"

	"example.com/sheets-function/auth"
)

// unfit are the settings of a deployed function that do not fit an emulated Google, with
// the reason.
var unfit = []struct{ name, reason string }{
	{"SPREADSHEET_ID", "the emulated Google does not have this spreadsheet"},
	{"GOOGLE_APPLICATION_CREDENTIALS", "a real token would go to the emulated Google"},
	{"GCE_METADATA_HOST", "a real token would go to the emulated Google"},
	{"IMPERSONATE", "the emulated account may not act as another"},
	{"SUBJECT", "the emulated account may not act as a user"},
	{"CALLERS", "no program on this machine has a token of such a caller"},
	{"AUDIENCE", "it is for callers with tokens"},
}

// useEmulator sets the variables that point the function at the emulator, and unsets those
// that do not fit it. It returns the names of the latter, each with the reason.
func useEmulator(host, spreadsheet string) (ignored []string, err error) {
	keepsCallers := keepsCallers()
	for _, setting := range unfit {
		isCallers := setting.name == "CALLERS" || setting.name == "AUDIENCE"
		if value := os.Getenv(setting.name); value == "" || isCallers && keepsCallers {
			continue
		}
		ignored = append(ignored, setting.name+": "+setting.reason)
		if err := os.Unsetenv(setting.name); err != nil {
			return nil, err
		}
	}
	set := map[string]string{"SHEETS_EMULATOR_HOST": host, "GCE_METADATA_HOST": host, "SPREADSHEET_ID": spreadsheet}
	if os.Getenv("CALLERS") == "" {
		set["CALLERS"] = "anyone"
	}
	for name, value := range set {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	return ignored, nil
}

// keepsCallers reports whether CALLERS names callers that exist on this machine: anyone, or
// the emulated account, whose ID tokens the emulated metadata server issues. A malformed
// value stays, so that ReadSettings returns its error.
func keepsCallers() bool {
	value := os.Getenv("CALLERS")
	var callers auth.Callers
	err := callers.UnmarshalText([]byte(value))
	return err != nil || callers.Anyone() || strings.Contains(value, "@demo-project.iam.gserviceaccount.com")
}
