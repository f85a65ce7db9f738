// Command local runs the function on this machine beside an emulated Google:
// no account, no key, nothing to set.
//
//	go run ./cmd/local
//
// Variables of the environment win over its defaults, so that
//
//	SCOPES=https://www.googleapis.com/auth/cloud-platform go run ./cmd/local
//
// shows the error that the default scope gives. With -google the function
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
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/cmd/local/page"
	"example.com/sheets-function/cmd/local/terminal"
	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// config is what the flags say.
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
	return err
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
	flag.Var(&c.faults, "fault", "make calls fail, `CALL:WHAT`, such as sheets.spreadsheets.values.get:status=429,times=3 (also delay=2s, hang, html, drop=before|after|middle); may be repeated")
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
		fmt.Fprintf(os.Stderr, "local: %q is not a command; -h lists what there is\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(ctx, os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, c config) error {
	// A platform sets K_SERVICE. It builds this command where a deploy forgets
	// the function target; better to fail there than to serve an emulator.
	if service := os.Getenv("K_SERVICE"); service != "" {
		return fmt.Errorf("K_SERVICE is %q: this command is for a person's machine; deploy the function with --function=Handle (GOOGLE_FUNCTION_TARGET=Handle)", service)
	}
	if err := c.check(); err != nil {
		return err
	}
	listener, err := listen(c.addr)
	if err != nil {
		return err
	}
	l := &local{config: c, out: out, requests: traffic.NewLog()}
	if c.google {
		_ = os.Unsetenv("SHEETS_EMULATOR_HOST") // no real token goes to whatever listens there
	} else if err := l.startGoogle(); err != nil {
		return err
	}
	settings, err := function.ReadSettings()
	if err != nil {
		return err
	}
	deployed, err := deploy(settings, l.options()...)
	if err != nil {
		return err
	}
	l.printStart(listener.Addr().String(), settings, patternsOf(deployed.handler()))
	// First to stop, because its requests need Google.
	servers := []*http.Server{serve(listener, l.handler(deployed))}
	if l.emulated != nil {
		servers = append(servers, serve(l.listener, l.googleHandler(deployed, listener.Addr().String())))
	}
	var following sync.WaitGroup
	if c.log == "text" {
		following.Go(func() { l.printer.Follow(ctx) })
	}

	<-ctx.Done()
	if l.emulated != nil {
		l.emulated.ClearFaults() // what hangs would hold up the end
	}
	err = shutDown(servers)
	following.Wait()
	if c.log == "text" {
		l.printer.Print()
	}
	return errors.Join(err, l.save())
}

// check returns an error for flags that do not fit together.
func (c config) check() error {
	emulatorOnly := c.file != "" || c.write || len(c.faults) > 0 || c.emulator.Quota || c.emulator.Profile != "" && c.emulator.Profile != emulator.CloudRun
	switch {
	case c.log != "text" && c.log != "json":
		return fmt.Errorf("-log is %q: want text or json", c.log)
	case c.google && emulatorOnly:
		return errors.New("-google calls Google itself: -file, -write, -fault, -quota and -profile are for the emulated one")
	case c.write && c.file == "":
		return errors.New("-write is for a -file: name one")
	}
	return nil
}

// local is what this command runs.
type local struct {
	config
	out       io.Writer
	requests  *traffic.Log
	printer   *terminal.Printer
	book      *book // nil with -google, and so are the next two
	emulated  *emulator.Server
	listener  net.Listener
	leftAside []string // exported settings, with the reason
}

// options are those of the function: how it logs, and how its calls find their cause.
func (l *local) options() (options []function.Option) {
	l.printer = terminal.New(l.out, terminal.UseColor(l.out), l.requests, l.emulated)
	if l.log == "text" {
		options = append(options, function.WithLogger(slog.New(l.printer.LogHandler())))
	}
	if l.emulated != nil {
		options = append(options, function.WithTransport(l.requests.Transport(http.DefaultTransport.(*http.Transport).Clone())))
	}
	return options
}

// handler records the requests of the function and prints them.
func (l *local) handler(deployed http.Handler) http.Handler {
	h := l.requests.Handler(deployed)
	if l.log == "text" {
		h = l.printer.Handler(h)
	}
	return h
}

// startGoogle makes the emulator, listens, and points the function at it.
func (l *local) startGoogle() (err error) {
	if l.file != "" {
		fmt.Fprintf(l.out, "Reading %s …\n", l.file) // a large one takes seconds
	}
	if l.book, err = openBook(l.file, l.write); err != nil {
		return err
	}
	host := cmp.Or(os.Getenv("SHEETS_EMULATOR_HOST"), "127.0.0.1:8085")
	if l.listener, err = listen(host); err != nil {
		return err
	}
	host = l.listener.Addr().String()
	l.emulator.Inspect = true
	l.emulator.WebViewLink = func(string) string { return "http://" + host + "/" } // the page
	l.emulated = emulator.New(l.emulator)
	for _, fault := range l.faults {
		l.emulated.Inject(fault)
	}
	l.book.create(l.emulated)
	l.leftAside, err = useEmulator(host, l.book.id)
	return err
}

// googleHandler serves the emulator, and the page.
func (l *local) googleHandler(deployed *deployment, host string) http.Handler {
	h := http.Handler(l.emulated)
	h = page.New(page.Config{Google: l.emulated, Requests: l.requests, Spreadsheet: l.book.id, Function: deployed, FunctionURL: "http://" + host}, h)
	return h
}

// save keeps what was changed, and prints what and where.
func (l *local) save() error {
	if l.book == nil {
		return nil
	}
	if len(l.book.original) > 1<<20 {
		fmt.Fprintf(l.out, "\nComparing with %s …\n", l.book.path) // it takes seconds
	}
	report, err := l.book.save(l.emulated)
	if report != "" {
		fmt.Fprintf(l.out, "\n%s\n", report)
	}
	return err
}

// listen refuses addresses other than loopback: neither the emulator nor a
// function that lets anyone in belongs on a network.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: want host:port, such as 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: only loopback addresses are served", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: the port is in use; end the other program, or take another: -addr %s for the function, SHEETS_EMULATOR_HOST=%[2]s for the emulator", addr, net.JoinHostPort(host, "0"))
	}
	return listener, err
}

func serve(listener net.Listener, h http.Handler) *http.Server {
	server := &http.Server{Handler: onlyLoopback(h), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "local:", err)
		}
	}()
	return server
}

// onlyLoopback refuses requests whose Host is not this machine. A page of another site
// can let its own name resolve to 127.0.0.1 (DNS rebinding), and would read the answers
// as its own.
func onlyLoopback(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, fmt.Sprintf("Host %.100q: only requests to localhost and loopback addresses are served", r.Host), http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// shutDown lets running requests finish: the function first, then Google.
func shutDown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			return fmt.Errorf("stop: %w", err)
		}
	}
	return nil
}
