package test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/sheets-function/emulator"
)

// TestAppendSIGTERM ends the platform's own main by SIGTERM under a load of
// hundreds of rows a second, while Google is slow.
func TestAppendSIGTERM(t *testing.T) {
	google := emulator.New(emulator.Options{})
	env := serveGoogle(t, google, emulator.Spreadsheet{ID: "load", Sheets: []emulator.Sheet{{Title: "Load", Values: [][]any{{"id", "n"}}}}})
	p := start(t, buildMain(t, generatedMain), env...)
	p.get(t, "/health")
	google.Inject(emulator.Fault{Call: batchCall, Delay: 700 * time.Millisecond})

	l := &poster{url: p.url, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}, acknowledged: map[string]bool{}, uncertain: map[string]bool{}, statuses: map[int]int{}}
	defer l.client.CloseIdleConnections()
	var workers sync.WaitGroup
	for i := range 100 {
		workers.Go(func() { l.run(i) })
	}
	for l.stored.Load() < 1000 {
		time.Sleep(10 * time.Millisecond) // in another process; there is nothing to wait on
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(10*time.Second, func() { _ = p.Process.Kill() }) // as Cloud Run does
	defer late.Stop()
	if err := p.Wait(); err != nil {
		t.Errorf("the process ended with %v, want exit code 0 within ten seconds", err)
	}
	workers.Wait()
	for _, err := range l.failures {
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a request in flight was cut off: %v", err)
		}
	}
	if len(l.uncertain) > 0 || l.statuses[http.StatusServiceUnavailable] == 0 || len(l.statuses) > 1 {
		t.Errorf("%d outcomes unknown, other statuses %v, want only 503", len(l.uncertain), l.statuses)
	}
	l.check(t, google.Values("load", "Load")[1:])
}

// poster posts rows over the network until one request is not stored, and keeps
// the answers.
type poster struct {
	url    string
	client *http.Client
	stored atomic.Int64 // rows acknowledged

	mu           sync.Mutex
	acknowledged map[string]bool // by the request's name
	uncertain    map[string]bool
	statuses     map[int]int // others, and how often
	failures     []error
}

// run posts requests of five rows each until one is not stored.
func (l *poster) run(worker int) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%d-%d", worker, n)
		status, err := l.post(name)
		l.mu.Lock()
		switch {
		case err != nil:
			l.failures = append(l.failures, err)
		case status == http.StatusCreated:
			l.acknowledged[name] = true
			l.stored.Add(5)
		case status == http.StatusGatewayTimeout:
			l.uncertain[name] = true
		default:
			l.statuses[status]++
		}
		l.mu.Unlock()
		if err != nil || status != http.StatusCreated {
			return
		}
	}
}

func (l *poster) post(name string) (status int, err error) {
	rows := make([]string, 5)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":%q,"n":%d}`, name, i)
	}
	answer, err := l.client.Post(l.url+"/sheets/Load", "application/json", strings.NewReader("["+strings.Join(rows, ",")+"]"))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// check checks that every request that was acknowledged is stored once, complete
// and in one place, and no other.
func (l *poster) check(t *testing.T, rows [][]any) {
	t.Helper()
	seen := map[string]bool{}
	for i := 0; i < len(rows); i += 5 {
		name := fmt.Sprint(rows[i][0])
		for j := range 5 {
			if i+j >= len(rows) || rows[i+j][0] != name || rows[i+j][1] != float64(j) {
				t.Fatalf("the rows of %s are not together, at row %d", name, i+j+2)
			}
		}
		if seen[name] || !l.acknowledged[name] {
			t.Errorf("%s is stored; twice: %v, acknowledged: %v", name, seen[name], l.acknowledged[name])
		}
		seen[name] = true
	}
	for name := range l.acknowledged {
		if !seen[name] {
			t.Errorf("%s was acknowledged and is not stored", name)
		}
	}
}

// TestAppendShutdownWhileGoogleHangs checks that requests which cannot be served
// before the end are answered with what is certain.
func TestAppendShutdownWhileGoogleHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.google.Inject(emulator.Fault{Call: batchCall, Hang: true})
		var calls sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 2)
		for i := range answers { // the second one waits for the first
			calls.Go(func() { answers[i] = w.do("POST", "/sheets/Orders", `{"id":4}`) })
			synctest.Wait()
			time.Sleep(2 * time.Second)
		}
		w.shutdown()
		calls.Wait()
		for i, code := range []string{"outcome-unknown", "overloaded"} {
			if p := problemOf(t, answers[i]); p.Code != code {
				t.Errorf("POST %d = %+v, want %s", i, p, code)
			}
		}
		w.google.ClearFaults()
	})
}
