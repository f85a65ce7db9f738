package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	function "example.com/sheets-function"
	"example.com/sheets-function/cmd/local/terminal"
)

// tour is what can be tried on the demo spreadsheet, with the route that each
// command needs: a fork may have deleted it.
var tour = []struct{ pattern, command string }{
	{"GET /sheets/{title}", "curl %s/sheets/Orders"},
	{"POST /sheets/{title}", `curl %s/sheets/Orders -d '{"id": 4, "item": "dates", "qty": 3, "price": 4.5}'`},
	{"GET /sheets/{title}", "curl '%s/sheets/Orders?qty=gte.2&order=price.desc&select=item,price'"},
	{"PATCH /sheets/{title}", `curl -X PATCH '%s/sheets/Orders?item=eq.bread' -d '{"qty": 5}'`},
	{"GET /{$}", "curl %s/"},
}

// printStart prints what runs where, and what to try.
func (l *local) printStart(addr string, settings function.Settings, patterns []string) {
	table := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "function\thttp://%s, with scopes %s\n", addr, strings.Join(terminal.ShortScopes(settings.Scopes), ","))
	if l.emulated == nil {
		fmt.Fprintf(table, "Google\tthe real one, with your Application Default Credentials\n")
		fmt.Fprintf(table, "spreadsheet\t%s\n", settings.SpreadsheetID)
	} else {
		fmt.Fprintf(table, "Google\thttp://%s, emulated on this machine: no account, no key\n", l.listener.Addr())
		fmt.Fprintf(table, "page\thttp://%s/ shows the sheets, and why Google serves or refuses each call\n", l.listener.Addr())
		fmt.Fprintf(table, "spreadsheet\t%s\n", l.describeBook())
	}
	for i, text := range l.ignored {
		fmt.Fprintf(table, "%s\t%s\n", map[bool]string{true: "ignored"}[i == 0], text)
	}
	_ = table.Flush() // as all that is printed
	printTour(l.out, addr, l.show(), patterns)
}

// maxTitles is how many sheets are named.
const maxTitles = 6

// describeBook says what the spreadsheet is and what becomes of changes.
func (l *local) describeBook() string {
	b := l.book
	var titles []string
	for _, sheet := range b.content.Sheets {
		titles = append(titles, sheet.Title)
	}
	if more := len(titles) - maxTitles; more > 0 {
		titles = append(titles[:maxTitles], fmt.Sprintf("and %d more", more))
	}
	text := fmt.Sprintf("%s: %s", b.content.Title, strings.Join(titles, ", "))
	switch {
	case b.path == "":
		return text + "; in memory, -file orders.xlsx keeps it"
	case b.original == nil:
		return text + "; kept in " + b.path + ", which is new, on Ctrl-C"
	case b.write:
		return text + "; changes are kept in " + b.path + " on Ctrl-C"
	}
	return text + "; changes are kept in " + freeName(b.path, "edited") + " on Ctrl-C"
}

// show returns a path to try where the commands of tour do not fit the spreadsheet; else "".
func (l *local) show() string {
	switch {
	case l.google:
		return "/"
	case l.file != "":
		return "/sheets/" + url.PathEscape(l.book.content.Sheets[0].Title)
	}
	return ""
}

// printTour prints commands for a second terminal, or the routes where none of
// them fits.
func printTour(out io.Writer, addr, show string, patterns []string) {
	fmt.Fprint(out, "\nTry, in another terminal (Ctrl-C here ends):\n\n")
	if show != "" {
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
