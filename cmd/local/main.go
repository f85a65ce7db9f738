// Command local runs the function on this machine beside an emulated Google:
// no account, no key, nothing to set.
//
//	go run ./cmd/local
//
// Variables of the environment win over its defaults, so that
//
//	SCOPES=https://www.googleapis.com/auth/cloud-platform go run ./cmd/local
//
// shows the error that the default scope causes. With -google the function
// calls Google itself, with Application Default Credentials. The emulated Google
// can be another platform (-profile), enforce quotas (-quota), fail (-fault), and
// serve a spreadsheet of yours, as downloaded from Sheets (-file). The file is not
// changed: what was edited is kept beside it, or in it with -write.
//
// Each request is a line, with the calls to Google that it caused and the token of
// those; with -log json the function logs as it does on a platform.
//
//	go run ./cmd/local doctor
//
// finds out why the function's token does not open the spreadsheet, and prints what
// fixes it. It uses the settings in the environment, also on a platform.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"example.com/sheets-function/emulator"
)

// config holds the values of the flags.
type config struct {
	addr     string
	google   bool
	file     string
	write    bool   // over the file
	log      string // "text" or "json"
	emulator emulator.Options
	faults   faults
}

// faults is a flag that may be given several times.
type faults []emulator.Fault

func (f *faults) String() string { return "" }

func (f *faults) Set(text string) error {
	var fault emulator.Fault
	err := fault.UnmarshalText([]byte(text))
	*f = append(*f, fault)
	call, _, _ := strings.Cut(text, ":")
	if err != nil && call != "" && !slices.Contains(emulator.Calls(), call) {
		return fmt.Errorf("%w\nThe calls are\n  %s", err, strings.Join(callsLike(call), "\n  "))
	}
	return err
}

// callsLike returns the names of the calls of the API that a name begins with, or else of
// those that the function uses.
func callsLike(name string) (calls []string) {
	api, _, _ := strings.Cut(name, ".")
	apis := []string{"drive", "metadata", "sheets"}
	if slices.ContainsFunc(emulator.Calls(), func(call string) bool { return strings.HasPrefix(call, api+".") }) {
		apis = []string{api}
	}
	for _, call := range emulator.Calls() {
		api, rest, _ := strings.Cut(call, ".")
		old := strings.HasPrefix(rest, "v2.") || strings.HasPrefix(rest, "v3.")
		if slices.Contains(apis, api) && !old {
			calls = append(calls, call)
		}
	}
	return calls
}

func main() {
	var c config
	flag.StringVar(&c.addr, "addr", "127.0.0.1:8080", "loopback `host:port` that the function listens on; port 0 is any free one")
	flag.BoolVar(&c.google, "google", false, "call Google instead of the emulator; SPREADSHEET_ID and CALLERS must be set")
	flag.StringVar(&c.file, "file", "", "serve this .xlsx `file`; what was changed is kept beside it at the end, as NAME.edited.xlsx; a missing one is made of the demo")
	flag.BoolVar(&c.write, "write", false, "keep what was changed in the -file itself")
	flag.StringVar(&c.log, "log", "text", "how requests are logged: text, a line each for people, or json, as on a platform")
	flag.TextVar(&c.emulator.Profile, "profile", emulator.CloudRun, "`platform` whose metadata server is emulated: cloudrun, gke, gce (ignores scopes) or gke-direct")
	flag.BoolVar(&c.emulator.Quota, "quota", false, "enforce Google's quotas: 60 reads and 60 writes a minute")
	flag.Var(&c.faults, "fault", "make calls fail, `CALL:WHAT`, such as sheets.spreadsheets.batchUpdate:status=429,times=3 (also delay=2s, hang, html, drop=before|after|middle); may be repeated")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "go run ./cmd/local [flags]: run the function on this machine, beside an emulated Google\n"+
			"go run ./cmd/local doctor: find out why Google refuses the function, with its settings from the environment\n\nflags:\n")
		flag.PrintDefaults()
	}
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	switch {
	case flag.NArg() == 1 && flag.Arg(0) == "doctor":
		os.Exit(runDoctor(ctx, os.Stdout))
	case flag.NArg() > 0:
		fmt.Fprintf(os.Stderr, "local: %q is not a command; -h lists the commands and flags\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(ctx, os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}
