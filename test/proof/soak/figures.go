package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// figure is a case of the table of figures, and what is promised of it.
type figure struct {
	name          string
	instances     int
	rate, gets    int
	duration      time.Duration
	refuse        time.Duration // between rows that Google refuses; longer than duration is one in all
	stored, worst float64       // share of the rows that is stored, and of those of the worst instance
	first, later  float64       // p99 in seconds, in the first minute and after it
}

var figureList = []figure{
	{"alone", 1, 200, 0, 2 * time.Minute, 0, 1, 1, 2, 1.6},
	{"one row that Google refuses", 1, 20, 0, time.Minute, time.Hour, 1, 1, 3, 0},
	{"a row that Google refuses every 2 s", 1, 20, 0, time.Minute, 2 * time.Second, 1, 1, 0, 0},
	{"two", 2, 200, 0, 2 * time.Minute, 0, .99, .97, 8, 4},
	{"three", 3, 200, 0, 3 * time.Minute, 0, .99, .97, 8, 4.5},
	{"three, and 50 GETs a second", 3, 200, 50, 3 * time.Minute, 0, .99, .97, 15, 4.5},
	{"ten", 10, 200, 0, 3 * time.Minute, 0, .8, .8, 0, 0},
}

// printFigures runs the cases, and prints a table and what was not kept.
func printFigures(ctx context.Context, out io.Writer, binary string, log io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| instances\t| rows/s\t| stored\t| worst instance\t| p50, p99 in the first minute\t| p50, p99 after it\t| promised\t| possible\t| batches\t| refused\t| reads\t| 429s\t| GETs: p50, p99\t|")
	fmt.Fprintln(table, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	var broken []error
	for _, f := range figureList {
		r, err := f.run(ctx, binary, log)
		if err != nil {
			return err
		}
		fmt.Fprintln(table, f.row(r))
		if err := f.check(r); err != nil {
			broken = append(broken, err)
		}
	}
	return errors.Join(append(broken, table.Flush())...)
}

func (f figure) run(ctx context.Context, binary string, log io.Writer) (report, error) {
	g := newGoogle([][]any{{"id", "n", "text"}})
	processes, stop, err := launch(g, binary, log, f.instances)
	defer stop()
	if err != nil {
		return report{}, err
	}
	c := config{instances: f.instances, rate: f.rate, gets: f.gets, duration: f.duration, refuse: f.refuse, quiet: true}
	return c.soak(ctx, g, processes)
}

// good is the share of the rows that are stored, of those that Google does not refuse.
func (r *report) good() float64 { return float64(r.Acknowledged) / float64(r.Rows-r.Bad) }

func (f figure) row(r report) string {
	later := fmt.Sprintf("%.2f, %.2f s", r.LaterP50, r.LaterP99)
	if f.duration <= time.Minute {
		later = ""
	}
	promised := ""
	if f.first > 0 {
		promised = fmt.Sprintf("%g", f.first)
		if f.later > 0 {
			promised += fmt.Sprintf(", %g", f.later)
		}
		promised += " s"
	}
	gets := ""
	if f.gets > 0 {
		gets = fmt.Sprintf("%d of %d: %.2f, %.2f s", r.GetsServed, r.Gets, r.GetP50, r.GetP99)
	}
	n := float64(f.instances)
	return fmt.Sprintf("| %s\t| %d\t| %.1f %%\t| %.1f %%\t| %.2f, %.2f s\t| %s\t| %s\t| %.2f, %.2f s\t| %d\t| %d\t| %d\t| %d\t| %s\t|",
		f.name, f.rate, 100*r.good(), 100*r.Worst, r.FirstP50, r.FirstP99, later, promised, n/2+.15, .99*n+.15, r.Writes, r.Refused, r.Reads, r.Limited, gets)
}

// check returns what was not kept.
func (f figure) check(r report) error {
	if r.good() < f.stored || r.Worst < f.worst || f.first > 0 && r.FirstP99 > f.first || f.later > 0 && r.LaterP99 > f.later || len(r.broken()) > 0 {
		return fmt.Errorf("%s: more was promised than %+v", f.name, r)
	}
	return nil
}
