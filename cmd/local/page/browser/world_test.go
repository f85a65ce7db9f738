// Package browser has no code but tests: they drive the page of cmd/local in Chromium, by
// its DevTools protocol. They are a module of their own, so that the function does not
// require what drives the browser. Without Chromium they are skipped.
package browser

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is the browser's program; command is that of cmd/local.
var chromium, command string

func TestMain(m *testing.M) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		fmt.Println("skipped: there is no Chromium (Debian: apt-get install chromium)")
		os.Exit(0)
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "page")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	command = filepath.Join(folder, "local")
	build := exec.Command("go", "build", "-o", command, "./cmd/local")
	build.Dir = "../../../.."
	if out, err := build.CombinedOutput(); err != nil {
		log.Fatalf("build cmd/local: %v\n%s", err, out)
	}
	return m.Run()
}

// local is cmd/local, as a person starts it.
type local struct{ page, function string }

// startLocal starts cmd/local on free ports and ends it with the test.
func startLocal(t *testing.T, flags ...string) local {
	t.Helper()
	cmd := exec.Command(command, append([]string{"-addr=127.0.0.1:0"}, flags...)...)
	cmd.Env = append(os.Environ(), "SHEETS_EMULATOR_HOST=127.0.0.1:0")
	for i, v := range cmd.Env {
		if strings.HasPrefix(v, "SCOPES=") {
			cmd.Env[i] = "X=" // the page is tried with the defaults
		}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("cmd/local ends with %v", err)
		}
	})
	return readURLs(t, out)
}

var printedURL = regexp.MustCompile(`^(function|page) +(http://127\.0\.0\.1:\d+)`)

// readURLs returns the addresses that the command prints.
func readURLs(t *testing.T, out io.Reader) (l local) {
	t.Helper()
	lines := bufio.NewScanner(out)
	for (l.page == "" || l.function == "") && lines.Scan() {
		switch m := printedURL.FindStringSubmatch(lines.Text()); {
		case m == nil:
		case m[1] == "page":
			l.page = m[2]
		default:
			l.function = m[2]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if l.page == "" || l.function == "" {
		t.Fatalf("the command prints no addresses of page and function: %+v", l)
	}
	return l
}

// tab is a tab of the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // errors on the console, violations of the policy, requests to other hosts
}

// open opens the page in a new browser. At the end of the test nothing may have gone
// wrong in it.
func open(t *testing.T, l local, width, height int64) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.WindowSize(int(width), int(height)))
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, func(event any) { b.watch(event, l) }); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{}); return err },
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(l.page+"/"))
	b.waitText("#health", "Everything works")
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, problem := range b.problems {
			t.Errorf("in the browser: %s", problem)
		}
	})
	return b
}

// watch notes what may not happen.
func (b *tab) watch(event any, l local) {
	var problem string
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			problem = fmt.Sprintf("console: %s", e.Args[0].Description)
		}
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description
	case *cdplog.EventEntryAdded: // violations of the policy are here
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			problem = fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, l.page+"/") && !strings.HasPrefix(url, "data:") {
			problem = "request to " + url
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// eval returns the value of an expression in JavaScript, or of its promise.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%v: %s", err, expression)
	}
	return value
}

// click clicks on an element when it is there.
func (b *tab) click(selector string) {
	b.Helper()
	b.do(chromedp.WaitVisible(selector), chromedp.ScrollIntoView(selector), chromedp.Click(selector))
}

// text returns the text of an element, "" if there is none.
func (b *tab) text(selector string) (text string) {
	b.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q)?.textContent ?? ''", selector))
}

// waitText waits until the text of an element contains all of these.
func (b *tab) waitText(selector string, wants ...string) string {
	b.Helper()
	deadline := time.Now().Add(80 * time.Second)
	for {
		text := b.text(selector)
		missing := ""
		for _, want := range wants {
			if !strings.Contains(text, want) {
				missing = want
			}
		}
		if missing == "" && text != "" {
			return text
		}
		if time.Now().After(deadline) {
			b.screenshot("failed")
			b.Fatalf("%s has the text %q, want %q in it", selector, text, missing)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// screenshot writes what is seen to the folder in SCREENSHOTS, if that is set.
func (b *tab) screenshot(name string) {
	b.Helper()
	b.write(name, chromedp.CaptureScreenshot())
}

// full is screenshot of the whole page, however long it is.
func (b *tab) full(name string) {
	b.Helper()
	eval[any](b, "scrollTo(0, 0)")
	b.write(name, chromedp.FullScreenshot(100))
}

func (b *tab) write(name string, capture chromedp.Action[[]byte]) {
	b.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	image, err := chromedp.Run(b.ctx, capture)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644); err != nil {
		b.Fatal(err)
	}
}
