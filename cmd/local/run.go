package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"

	function "example.com/sheets-function"
	"example.com/sheets-function/cmd/local/page"
	"example.com/sheets-function/cmd/local/terminal"
	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

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
		_ = os.Unsetenv("SHEETS_EMULATOR_HOST") // real tokens must not go to what listens there
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
		l.emulated.ClearFaults() // calls that hang would delay the end
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
	out      io.Writer
	requests *traffic.Log
	printer  *terminal.Printer
	book     *book // nil with -google, and so are the next two
	emulated *emulator.Server
	listener net.Listener
	ignored  []string // exported settings, with the reason
}

// options returns the options of the function: its logger, and a transport that sends with
// each call which requests caused it.
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
	l.ignored, err = useEmulator(host, l.book.id)
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
