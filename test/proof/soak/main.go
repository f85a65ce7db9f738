package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// config is what the flags say.
type config struct {
	module    string
	instances int
	rate      int
	duration  time.Duration
	seed      uint64
	quiet     bool
	lone      bool
	refuse    time.Duration
	gets      int
	figures   bool
	log       string
}

func main() {
	var c config
	flag.StringVar(&c.module, "module", "../..", "`folder` of the function's module")
	flag.IntVar(&c.instances, "instances", 3, "how many instances write")
	flag.IntVar(&c.rate, "rate", 20, "rows a second, of all callers together")
	flag.DurationVar(&c.duration, "duration", time.Minute, "how long rows are sent")
	flag.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "seed of faults, edits and pauses")
	flag.BoolVar(&c.quiet, "quiet", false, "no faults, no person, no pauses; callers try once")
	flag.BoolVar(&c.lone, "lone", false, "send lone rows, two in a row and ten in a row, and print how long each takes")
	flag.DurationVar(&c.refuse, "refuse", 0, "send a row that Google refuses, once in this time")
	flag.IntVar(&c.gets, "gets", 0, "GETs a second, of all callers together")
	flag.BoolVar(&c.figures, "figures", false, "print the table of deploy/FIGURES.md, with what is promised")
	flag.StringVar(&c.log, "log", "", "`file` for the log of the instances")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, c config) (err error) {
	fmt.Fprintf(out, "seed %d\n", c.seed)
	folder, err := os.MkdirTemp("", "soak-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	binary, err := build(c.module, folder)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if c.log != "" {
		log, err = os.Create(c.log)
	}
	if err != nil {
		return err
	}
	defer log.Close()
	if c.figures {
		return printFigures(ctx, out, binary, log)
	}
	g := newGoogle([][]any{{"id", "n", "text"}})
	processes, stop, err := launch(g, binary, log, c.instances)
	defer stop()
	if err != nil {
		return err
	}
	if c.lone {
		return lone(ctx, out, processes)
	}
	r, err := c.soak(ctx, g, processes)
	if err != nil {
		return err
	}
	if err := r.print(out); err != nil {
		return err
	}
	if broken := r.broken(); len(broken) > 0 {
		return errors.New(strings.Join(broken, "; "))
	}
	return nil
}

// launch starts the instances, all at the same moment. Each has a listener of the
// emulator to itself.
func launch(g *google, binary string, log io.Writer, n int) (processes []*process, stop func(), err error) {
	var servers []*httptest.Server
	stop = func() {
		for _, p := range processes {
			p.stop(syscall.SIGKILL)
		}
		for _, s := range servers {
			s.CloseClientConnections()
			s.Close()
		}
	}
	log = &lockedWriter{writer: log}
	var starting sync.WaitGroup
	failed := make([]error, n)
	for i := range n {
		server := httptest.NewServer(g.handler(i))
		server.Config.ErrorLog = nil
		servers = append(servers, server)
		host := strings.TrimPrefix(server.URL, "http://")
		p, err := newProcess(binary, log, "SHEETS_EMULATOR_HOST="+host, "GCE_METADATA_HOST="+host, "SPREADSHEET_ID="+g.id, "CALLERS=anyone")
		if err != nil {
			return processes, stop, err
		}
		processes = append(processes, p)
		starting.Go(func() { failed[i] = p.start() })
	}
	starting.Wait()
	return processes, stop, errors.Join(failed...)
}

// lockedWriter is a writer for several processes.
type lockedWriter struct {
	mu     sync.Mutex
	writer io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writer.Write(bytes.Clone(b))
}

// soak sends rows for the duration, waits for what is on its way, and audits.
func (c config) soak(ctx context.Context, g *google, processes []*process) (report, error) {
	random := func(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed, stream)) }
	during, cancel := context.WithTimeout(ctx, c.duration)
	defer cancel()
	l := newLoad(processes, !c.quiet)
	var work sync.WaitGroup
	failed := make([]error, 2)
	m := &misfortune{google: g, processes: processes, random: random(1), longest: min(170*time.Second, c.duration/3), happened: map[string]int{}}
	p, err := newPerson(g, random(2))
	if err != nil {
		return report{}, err
	}
	if !c.quiet {
		work.Go(func() { failed[0] = m.run(during) })
		work.Go(func() { failed[1] = p.work(during) })
	}
	if c.refuse > 0 {
		work.Go(func() {
			sleep(during, 10*time.Second) // Google's refusal of a marker is tried before
			for during.Err() == nil {
				l.send(false, true)
				sleep(during, c.refuse)
			}
		})
	}
	if c.gets > 0 {
		work.Go(func() { l.read(during, c.gets) })
	}
	work.Go(func() { l.steady(during, c.rate, !c.quiet, random(3)) })
	work.Wait()
	g.faults.Lock()
	g.injected = nil
	g.faults.Unlock()
	close(g.stopping)
	l.pending.Wait()
	g.pending.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	r := audit(g, l, g.ServiceAccount())
	r.Seed, r.Instances, r.Faults, r.Edits = c.seed, c.instances, m.happened, p.edits
	return r, errors.Join(failed...)
}

// lone prints how long rows take that nothing else competes with.
func lone(ctx context.Context, out io.Writer, processes []*process) error {
	l := newLoad(processes, false)
	for _, n := range []int{1, 1, 2, 10} {
		fmt.Fprintf(out, "%d in a row:", n)
		for range n {
			w := l.send(false, false)
			l.pending.Wait()
			fmt.Fprintf(out, " %.2f s", w.took.Seconds())
			if !w.acknowledged() {
				fmt.Fprintf(out, " (%d %s)", w.last().status, w.last().code)
			}
		}
		fmt.Fprintln(out)
		sleep(ctx, 15*time.Second)
	}
	return ctx.Err()
}
