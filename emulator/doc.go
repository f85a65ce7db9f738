// Package emulator is Google in memory: the metadata server of Cloud Run, GKE or
// Compute Engine, IAM, the token endpoint, the Sheets API v4 and the Drive API v3,
// for tests and for runs without a network.
//
// A [Server] is an [http.Handler] for all of them; the path of a request selects
// one. It opens no socket: the caller has a listener, or sends requests through
// [Transport] without one:
//
//	google := emulator.New(emulator.Options{})
//	id := google.Create(emulator.Spreadsheet{
//		Title:  "Demo",
//		Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}}},
//	})
//	client := &http.Client{Transport: emulator.Transport(google)}
//
// Calls need a token, as on Google. The metadata server issues one with the
// requested scopes, and [Server.Token] one of any user. Calls that the scopes of
// the token, the roles on the file or a disabled API do not allow are answered
// with Google's own error bodies.
//
// # What is missing
//
// A call that is not emulated is answered with 501 and its name, never with a
// plausible wrong result. README.md lists what there is and what is missing.
//
// # Faults
//
// [Server.Inject] makes calls fail, hang, or lose their connection; see [Fault].
//
// # Packages
//
// This package serves HTTP: routes, faults, quotas and the log of requests. The
// packages below internal hold the rest; each imports only those after it:
// sheets, drive and identity serve the calls; files holds files and roles; batch
// applies the requests of batchUpdate; spreadsheet holds sheets; formula
// calculates; grid holds cells; and rest is the front end that Google's APIs share.
package emulator
