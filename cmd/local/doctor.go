package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	function "example.com/sheets-function"
	"example.com/sheets-function/auth"
	"example.com/sheets-function/auth/doctor"
)

// runDoctor checks the function's settings and access token, with the environment as
// the function reads it, and writes what it found. It returns the exit status: 0 if
// the token opens the spreadsheet, 1 if not. Unlike the rest of this command it may
// run on a platform.
func runDoctor(ctx context.Context, out io.Writer) int {
	s, err := function.ReadSettings()
	if err != nil {
		fmt.Fprintf(out, "FAILED  settings     %v\n", err)
		return 1
	}
	endpoint := ""
	if s.Emulator != "" {
		endpoint = "http://" + string(s.Emulator)
	}
	report := doctor.Run(ctx, doctor.Config{
		SpreadsheetID: string(s.SpreadsheetID), Scopes: s.Scopes,
		Subject: string(s.Subject), Impersonate: string(s.Impersonate),
		Service: os.Getenv("K_SERVICE"), Endpoint: endpoint,
		Transport: func(base http.RoundTripper) (http.RoundTripper, error) {
			return auth.NewTransport(auth.Config{
				Scopes: s.Scopes, Subject: string(s.Subject), Impersonate: string(s.Impersonate),
				Endpoint: endpoint, Base: base, Logger: slog.New(slog.DiscardHandler),
			})
		},
	})
	fmt.Fprint(out, report)
	if !report.OK() {
		return 1
	}
	return 0
}
