package doctor

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Report is what [Run] found.
type Report struct {
	Steps    []Step   // in the order in which they were taken; the last may have failed
	Cause    Cause    // "" if everything works
	Detail   string   // what is wrong
	Fix      string   // what to do about it
	Commands []string // shell commands that do it, to paste in this order; may be empty
}

// Step is one check.
type Step struct {
	Name   string // such as "token"
	Text   string // what it found
	Failed bool
}

func newStep(name, text string, found *finding) Step {
	if found != nil {
		return Step{Name: name, Text: cmp.Or(text, string(found.cause)), Failed: true}
	}
	return Step{Name: name, Text: text}
}

// OK reports whether the program's token opens the spreadsheet.
func (r Report) OK() bool { return r.Cause == "" }

// String returns the report as text for a terminal or a log.
func (r Report) String() string {
	var b strings.Builder
	for _, step := range r.Steps {
		outcome := "ok"
		if step.Failed {
			outcome = "FAILED"
		}
		fmt.Fprintf(&b, "%-7s %-12s %s\n", outcome, step.Name, step.Text)
	}
	if r.OK() {
		return b.String() + "\nThe token opens the spreadsheet.\n"
	}
	fmt.Fprintf(&b, "\ncause: %s\n%s\n\nfix: %s\n", r.Cause, r.Detail, r.Fix)
	if len(r.Commands) > 0 {
		fmt.Fprintf(&b, "\n  %s\n", strings.Join(r.Commands, "\n  "))
	}
	return b.String()
}

var (
	// secretPattern matches access tokens, ID tokens and signed assertions, refresh
	// tokens and keys.
	secretPattern = regexp.MustCompile(`ya29\.[\w.~+/-]+|\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?|\b1//[\w-]+|-----BEGIN[\s\S]*?(-----END[^-]*-----|$)`)
	emailPattern  = regexp.MustCompile(`[\w.+%'-]+@([\w-]+\.)+[A-Za-z]{2,}`)
)

// redact removes what may not be printed from all texts of the report. Google's own
// messages, which it quotes, can hold anything.
func (e *examination) redact(r Report) Report {
	own := []string{e.config.Impersonate, e.account(), e.ownAccount()}
	clean := func(text string) string {
		if token := e.watch.value(); token != "" {
			text = strings.ReplaceAll(text, token, "[token]")
		}
		text = secretPattern.ReplaceAllString(text, "[token]")
		return emailPattern.ReplaceAllStringFunc(text, func(address string) string {
			if slices.Contains(own, address) {
				return address
			}
			return "***" + address[strings.LastIndexByte(address, '@'):]
		})
	}
	for i := range r.Steps {
		r.Steps[i].Text = clean(r.Steps[i].Text)
	}
	r.Detail, r.Fix = clean(r.Detail), clean(r.Fix)
	for i := range r.Commands {
		r.Commands[i] = clean(r.Commands[i])
	}
	return r
}

var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// quote returns the word as a shell reads it literally.
func quote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
