package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

const (
	loadTime     = 12 * time.Second
	interval     = 50 * time.Millisecond // between two requests
	rowsEach     = 10                    // so 200 rows a second
	actAt        = 3 * time.Second
	longestRetry = 10 * time.Minute
)

// load is a world under load.
type load struct {
	*world
	t         *testing.T
	owner     *sheets.Service
	delayNext time.Duration // of the next batch, see delayBatch

	mu        sync.Mutex
	instances []*instance
	replies   map[string][]reply // to a request, by its name
}

// reply is an answer of the function's.
type reply struct {
	status int // 0 is a broken connection
	code   string
	sent   time.Time
}

// instance is one running function. Once killed it does nothing more: its calls
// break off, and so do those of its callers.
type instance struct {
	*world
	dead context.Context
	kill context.CancelFunc
}

func newLoad(t *testing.T, tt faultTest) *load {
	n := max(1, tt.instances)
	w := newWorldOn(t, emulator.Options{Quota: true, TokenLifetime: tt.lifetime}, func(s *function.Settings, g *emulator.Spreadsheet) {
		s.ReadsPerMinute, s.WritesPerMinute = function.PerMinute(60/n), function.PerMinute(60/n)
		g.Sheets = []emulator.Sheet{{Title: "Load", Values: [][]any{{"id", "n"}, {"first", 0}}}, {Title: "Other"}}
	})
	l := &load{world: w, t: t, owner: w.person(t), replies: map[string][]reply{}}
	for range n {
		l.instances = append(l.instances, l.launch())
	}
	return l
}

// launch starts an instance.
func (l *load) launch() *instance {
	i := &instance{}
	i.dead, i.kill = context.WithCancel(context.Background())
	base := *l.world
	base.transport = roundTripper(func(r *http.Request) (*http.Response, error) { return l.roundTrip(i, r) })
	i.world = base.another(l.t)
	return i
}

// restart kills an instance and starts another in its place.
func (l *load) restart(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.instances[n].kill()
	l.instances[n] = l.launch()
}

// roundTrip makes an instance's call to Google, unless it was killed.
func (l *load) roundTrip(i *instance, r *http.Request) (*http.Response, error) {
	if i.dead.Err() != nil {
		return nil, errors.New("the process was killed")
	}
	if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
		l.mu.Lock()
		delay := l.delayNext
		l.delayNext = 0
		l.mu.Unlock()
		if delay > 0 {
			return nil, l.sendLate(r, delay)
		}
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(i.dead, cancel)
	answer, err := l.transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		stop()
		cancel()
		return nil, err
	}
	answer.Body = &releasingBody{answer.Body, func() { stop(); cancel() }}
	return answer, nil
}

// releasingBody calls release when it is closed.
type releasingBody struct {
	io.ReadCloser
	release func()
}

func (b *releasingBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

// delayBatch breaks the connection of the next batch, which Google serves all the
// same, that much later.
func (l *load) delayBatch(delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delayNext = delay
}

func (l *load) sendLate(r *http.Request, delay time.Duration) error {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.WroteHeaders()
	}
	body, _ := io.ReadAll(r.Body)
	late := r.Clone(context.Background())
	late.Body = io.NopCloser(bytes.NewReader(body))
	time.AfterFunc(delay, func() {
		if answer, err := l.transport.RoundTrip(late); err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	})
	return errors.New("connection reset by peer")
}

// run sends requests at a fixed rate, whatever becomes of them, and checks what
// is stored in the end.
func (l *load) run(tt faultTest) {
	var wg sync.WaitGroup
	if tt.act != nil {
		wg.Go(func() { time.Sleep(actAt); tt.act(l) })
	}
	for n := range int(loadTime / interval) {
		wg.Go(func() { l.request(n) })
		time.Sleep(interval)
	}
	wg.Wait()
	l.google.ClearFaults()
	time.Sleep(time.Minute) // for whatever Google has yet to serve
	for _, i := range l.instances {
		i.shutdown()
	}
	l.check(tt)
}

// request is one caller, which repeats its request while it may: with a key
// always, without one as long as the answer says that nothing was stored.
func (l *load) request(n int) {
	name := fmt.Sprint("r", n)
	var header []string
	if n%2 == 0 {
		header = []string{"Idempotency-Key", "key of " + name}
	}
	rows := make([]map[string]any, rowsEach)
	for i := range rows {
		rows[i] = map[string]any{"id": name, "n": i}
	}
	for start := time.Now(); time.Since(start) < longestRetry; time.Sleep(time.Second) {
		reply := l.ask(n, string(toJSON(rows)), header)
		l.mu.Lock()
		l.replies[name] = append(l.replies[name], reply)
		l.mu.Unlock()
		notStored := reply.status == http.StatusServiceUnavailable || reply.status == http.StatusBadGateway
		uncertain := reply.status == 0 || reply.status == http.StatusGatewayTimeout
		if !notStored && !(uncertain && header != nil) {
			return
		}
	}
}

func (l *load) ask(n int, body string, header []string) reply {
	l.mu.Lock()
	i := l.instances[n%len(l.instances)]
	l.mu.Unlock()
	sent := time.Now()
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() { answered <- i.do("POST", "/sheets/Load", body, header...) }()
	select {
	case answer := <-answered:
		var p problem
		_ = json.Unmarshal(answer.Body.Bytes(), &p)
		return reply{answer.Code, p.Code, sent}
	case <-i.dead.Done():
		return reply{0, unanswered, sent}
	}
}
