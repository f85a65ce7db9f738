package test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// These figures need GET and POST of /sheets/{title}.

// TestProcessFigures runs the function as platforms do for two minutes of real time,
// with Google's quota on. It takes part in no ordinary test run:
//
//	FIGURES=1 go test -run TestProcessFigures -v ./test
func TestProcessFigures(t *testing.T) {
	if os.Getenv("FIGURES") == "" {
		t.Skip("FIGURES is not set")
	}
	tests := []struct {
		name             string
		readers, writers int
		pause            time.Duration // of each caller between its requests
		longest          time.Duration // of 99 % of the GETs
		refused          bool          // writes beyond the queue may be refused
	}{
		{"one writer a second and 100 readers", 100, 1, time.Second, 3 * time.Second, false},
		{"2,000 callers in a closed loop, half of them writing", 1000, 1000, 0, 5 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			google := emulator.New(emulator.Options{Quota: true})
			env := serveGoogle(t, google, emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
			google.Inject(emulator.Fault{Call: getCall, Delay: 150 * time.Millisecond})
			google.Inject(emulator.Fault{Call: batchCall, Delay: 150 * time.Millisecond})
			p := start(t, buildMain(t, generatedMain), env...)
			p.get(t, "/sheets/Orders")
			l := &loop{url: p.url, end: time.Now().Add(2 * time.Minute), pause: tt.pause, statuses: map[string]int{}, client: &http.Client{
				Transport: &http.Transport{MaxIdleConnsPerHost: tt.readers + tt.writers},
			}}
			var wg sync.WaitGroup
			for range tt.readers {
				wg.Go(func() { l.run("GET", "") })
			}
			for range tt.writers {
				wg.Go(func() { l.run("POST", `{"id":7,"item":"load"}`) })
			}
			wg.Wait()
			slices.Sort(l.took)
			p99 := l.took[len(l.took)*99/100]
			t.Logf("%v; GETs: p50 %v, p99 %v, longest %v; %.0f MB at the most", l.statuses, l.took[len(l.took)/2], p99, l.took[len(l.took)-1], p.peak(t))
			for status, n := range l.statuses {
				if status != "GET 200" && status != "POST 201" && !(tt.refused && status == "POST 503 with Retry-After") {
					t.Errorf("%d times %s", n, status)
				}
			}
			if p99 > tt.longest || p.peak(t) > instanceMemory*0.6/(1<<20) {
				t.Errorf("p99 of GETs %v, %.0f MB, want at most %v and 60 %% of 512 MB", p99, p.peak(t), tt.longest)
			}
		})
	}
}

// loop is callers that each wait for an answer before the next request.
type loop struct {
	url    string
	client *http.Client
	end    time.Time
	pause  time.Duration

	mu       sync.Mutex
	statuses map[string]int
	took     []time.Duration // of GETs
}

func (l *loop) run(method, body string) {
	for time.Now().Before(l.end) {
		start := time.Now()
		status, after := l.send(method, body)
		l.mu.Lock()
		l.statuses[status]++
		if method == "GET" {
			l.took = append(l.took, time.Since(start))
		}
		l.mu.Unlock()
		time.Sleep(max(after, l.pause-time.Since(start)))
	}
}

// send returns the status, and how long the caller is asked to wait.
func (l *loop) send(method, body string) (status string, after time.Duration) {
	r, err := http.NewRequest(method, l.url+"/sheets/Orders", strings.NewReader(body))
	if err != nil {
		return err.Error(), 0
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return method + " without an answer", time.Second
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	status = fmt.Sprint(method, " ", answer.StatusCode)
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		return status + " with Retry-After", time.Duration(seconds) * time.Second
	}
	return status, 0
}
