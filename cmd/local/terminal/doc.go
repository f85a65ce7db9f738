// Package terminal shows people what the function does: one line for each request, with
// the calls to Google that it caused and the token that they were made with.
//
//	POST /sheets/Orders 201 0.9 s · 1 row Orders!A5:E5 ← batchUpdate 200 ← token drive,spreadsheets (metadata server, 59 min left)
//
// A problem is followed by its code and hint:
//
//	GET /sheets/Orders 502 12 ms ← values.get 403 (scope: needs drive or spreadsheets) ← token cloud-platform (metadata server, 60 min left)
//	  scope-insufficient: …
//	  hint: …
//
// A [Printer] joins the log of requests ([traffic.Log]), that of the emulated Google
// ([emulator.Server]), and that of the function ([Printer.LogHandler]).
package terminal
