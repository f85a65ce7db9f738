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
// serve a spreadsheet of yours, as downloaded from Sheets (-file).
//
//	go run ./cmd/local doctor
//
// finds out why the function's token does not open the spreadsheet, and prints what
// fixes it. It uses the settings in the environment, also on a platform.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// config is what the flags say.
type config struct {
	addr     string
	google   bool
	file     string
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
	flag.StringVar(&c.file, "file", "", "serve this .xlsx `file`, and write it back at the end; a missing one is made of the demo")
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
	listener, err := listen(c.addr)
	if err != nil {
		return err
	}
	var servers []*http.Server
	save := func() error { return nil }
	show := "/"
	var serveGoogle func(*deployment, *traffic.Log) *http.Server
	if c.google {
		_ = os.Unsetenv("SHEETS_EMULATOR_HOST") // no real token goes to whatever listens there
	} else {
		spreadsheet, err := openBook(c.file)
		if err != nil {
			return err
		}
		google, googleListener, err := startGoogle(out, c, spreadsheet)
		if err != nil {
			return err
		}
		serveGoogle = func(deployed *deployment, requests *traffic.Log) *http.Server {
			h := spreadsheet.watch(google)
			return serve(googleListener, h)
		}
		save = func() error { return spreadsheet.save(google) }
		if c.file != "" {
			show = "/sheets/" + url.PathEscape(spreadsheet.content.Sheets[0].Title)
		}
	}
	settings, err := function.ReadSettings()
	if err != nil {
		return err
	}
	requests := traffic.NewLog()
	var options []function.Option
	if !c.google {
		options = append(options, function.WithTransport(requests.Transport(http.DefaultTransport.(*http.Transport).Clone())))
	}
	deployed, err := deploy(settings, options...)
	if err != nil {
		return err
	}
	// First to stop, because its requests need Google.
	servers = append(servers, serve(listener, requests.Handler(deployed)))
	if serveGoogle != nil {
		servers = append(servers, serveGoogle(deployed, requests))
	}
	printHowTo(out, listener.Addr().String(), show, patternsOf(deployed.handler()), c)

	<-ctx.Done()
	return errors.Join(shutDown(servers), save())
}

// startGoogle makes the emulator, listens, and points the function at it.
func startGoogle(out io.Writer, c config, spreadsheet *book) (*emulator.Server, net.Listener, error) {
	host, named := os.LookupEnv("SHEETS_EMULATOR_HOST")
	if !named {
		host = "127.0.0.1:8085"
	}
	listener, err := listen(host)
	if err != nil {
		return nil, nil, err
	}
	c.emulator.Inspect = true
	google := emulator.New(c.emulator)
	for _, fault := range c.faults {
		google.Inject(fault)
	}
	spreadsheet.id = google.Create(spreadsheet.content)
	host = listener.Addr().String()
	// The function would prefer a credentials file to the emulator's metadata
	// server, and send a real token to the emulator; it has no real spreadsheet.
	for _, name := range []string{"GOOGLE_APPLICATION_CREDENTIALS", "SPREADSHEET_ID"} {
		if value, ok := os.LookupEnv(name); ok {
			fmt.Fprintf(out, "%s=%s is ignored: Google is emulated (-google uses it)\n", name, value)
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"SHEETS_EMULATOR_HOST": host,
		"GCE_METADATA_HOST":    host,
		"SPREADSHEET_ID":       spreadsheet.id,
		"CALLERS":              "anyone",
	} {
		if _, set := os.LookupEnv(name); !set || name == "SHEETS_EMULATOR_HOST" {
			if err := os.Setenv(name, value); err != nil {
				return nil, nil, err
			}
		}
	}
	fmt.Fprintf(out, "Google, emulated, listens on http://%s\n", host)
	return google, listener, nil
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

// tour is what can be tried on the demo spreadsheet, with the route that each
// command needs: a fork may have deleted it.
var tour = []struct{ pattern, command string }{
	{"GET /sheets/{title}", "curl %s/sheets/Orders"},
	{"POST /sheets/{title}", `curl %s/sheets/Orders -d '{"id": 4, "item": "dates", "qty": 3, "price": 4.5}'`},
	{"GET /sheets/{title}", "curl '%s/sheets/Orders?qty=gte.2&order=price.desc&select=item,price'"},
	{"PATCH /sheets/{title}", `curl -X PATCH '%s/sheets/Orders?item=eq.bread' -d '{"qty": 5}'`},
	{"GET /{$}", "curl %s/"},
}

// printHowTo prints commands for a second terminal, or the routes where none of
// them fits.
func printHowTo(out io.Writer, addr, show string, patterns []string, c config) {
	fmt.Fprintf(out, "The function listens on http://%s, until Ctrl-C. In another terminal:\n\n", addr)
	if c.google || c.file != "" {
		fmt.Fprintf(out, "  curl %s%s\n\n", addr, show)
		return
	}
	printed := false
	for _, d := range tour {
		if slices.Contains(patterns, d.pattern) {
			fmt.Fprintf(out, "  "+d.command+"\n", addr)
			printed = true
		}
	}
	if !printed {
		fmt.Fprintf(out, "  %s\n", strings.Join(patterns, "\n  "))
	}
	fmt.Fprintln(out)
}

func patternsOf(h *function.Handler) (patterns []string) {
	for _, route := range h.Routes() {
		patterns = append(patterns, route.Pattern)
	}
	return patterns
}
