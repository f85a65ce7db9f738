// Package emulator is Google in memory: the metadata server of Cloud Run, GKE or
// Compute Engine, IAM, the token endpoint, the Sheets API v4 and the Drive API v3,
// for tests and for runs without a network.
//
// A [Server] is an [http.Handler] for all of them, told apart by their paths. It
// opens no socket; the listener belongs to the caller, or there is none at all:
//
//	google := emulator.New(emulator.Options{})
//	id := google.Create(emulator.Spreadsheet{
//		Title:  "Demo",
//		Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}}},
//	})
//	client := &http.Client{Transport: emulator.Transport(google)}
//
// Tokens are needed as on Google: the metadata server hands them out with the
// scopes that were asked for, and the APIs refuse what a token's scopes, the
// sharing of a file or a disabled API don't allow, with Google's own error
// bodies. What is not emulated answers 501 and names the call; README.md beside
// this file lists it. Faults can be injected into any call (see [Fault]).
//
// Inside, wire and data are apart: the files named for a resource (values*.go,
// spreadsheets.go, batch*.go, drive*.go) speak the generated types of
// google.golang.org/api, and grid.go, sheet.go and file.go hold the data and
// know nothing of HTTP. Formulas are text in formula.go and get their values in
// calculate.go. What is stored but not acted on, such as a cell's colour, is
// kept as the generated type it came in.
package emulator
