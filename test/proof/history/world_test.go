package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
)

const batchCall = "sheets.spreadsheets.batchUpdate"

// world is an emulated Google and several instances of the function.
type world struct {
	t        *testing.T
	google   *emulator.Server
	base     http.RoundTripper
	settings function.Settings
	random   *rand.Rand
	began    time.Time

	mu         sync.Mutex
	delayNext  time.Duration // of the next batch, see delayBatch
	instances  []*instance
	operations []Operation
}

// instance is one running function. Once killed it does nothing more: its calls
// break off, and so do those of its callers.
type instance struct {
	handler *function.Handler
	dead    context.Context
	kill    context.CancelFunc
}

func newWorld(t *testing.T, random *rand.Rand, instances int) *world {
	google := emulator.New(emulator.Options{Quota: true})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{{Title: "Load", Values: [][]any{{"id", "n"}}}}})
	base := emulator.Transport(google).(*http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	w := &world{t: t, google: google, base: base, random: random, began: time.Now()}
	w.settings = function.Settings{SpreadsheetID: function.SpreadsheetID(id), Emulator: "127.0.0.1:1"}
	scopes, err := auth.ParseScopes("drive,spreadsheets")
	w.settings.Scopes = scopes
	if err := errors.Join(err, w.settings.Callers.UnmarshalText([]byte("anyone"))); err != nil {
		t.Fatal(err)
	}
	for range instances {
		w.instances = append(w.instances, w.launch())
	}
	return w
}

// launch starts an instance.
func (w *world) launch() *instance {
	i := &instance{}
	i.dead, i.kill = context.WithCancel(context.Background())
	transport := roundTripper(func(r *http.Request) (*http.Response, error) { return w.roundTrip(i, r) })
	handler, err := function.NewHandler(w.settings, function.WithTransport(transport), function.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		w.t.Fatal(err)
	}
	i.handler = handler
	return i
}

// restart kills an instance and starts another one in its place.
func (w *world) restart(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.instances[n].kill()
	w.instances[n] = w.launch()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// roundTrip makes a call for an instance: 150 ms on the way, half of it before
// Google serves the call.
func (w *world) roundTrip(i *instance, r *http.Request) (*http.Response, error) {
	if i.dead.Err() != nil {
		return nil, errors.New("the process was killed")
	}
	if late := w.takeDelay(r); late > 0 {
		w.trace(i, r, "is served %v late", late)
		return nil, w.serveLate(r, late)
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(i.dead, cancel)
	defer stop()
	time.Sleep(75 * time.Millisecond)
	answer, err := w.base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		w.trace(i, r, "%v", err)
	} else {
		w.trace(i, r, "%d", answer.StatusCode)
	}
	time.Sleep(75 * time.Millisecond)
	if err != nil {
		cancel()
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	cancel()
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{err}))
	if i.dead.Err() != nil {
		return nil, errors.New("the process was killed")
	}
	return answer, nil
}

// trace prints a call, and what came of it, where the flag is set.
func (w *world) trace(i *instance, r *http.Request, format string, values ...any) {
	if !*calls {
		return
	}
	body := ""
	if r.GetBody != nil {
		if copied, err := r.GetBody(); err == nil {
			content, _ := io.ReadAll(copied)
			body = string(content)
		}
	}
	w.t.Logf("%8.3f s %p %s %s?%s %s → %s", time.Since(w.began).Seconds(), i, r.Method, r.URL.Path, r.URL.RawQuery, body, fmt.Sprintf(format, values...))
}

// broken is the rest of a body that was cut off, or the end of one that was not.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

// delayBatch loses the next batch on its way, so that Google serves it later.
func (w *world) delayBatch(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delayNext = by
}

func (w *world) takeDelay(r *http.Request) (by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
		by, w.delayNext = w.delayNext, 0
	}
	return by
}

func (w *world) serveLate(r *http.Request, by time.Duration) error {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	body, _ := io.ReadAll(r.Body)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute+by)
	late := r.Clone(ctx)
	late.Body = io.NopCloser(bytes.NewReader(body))
	time.AfterFunc(by, func() {
		defer cancel()
		if answer, err := w.base.RoundTrip(late); err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	})
	return errors.New("connection reset by peer")
}

// post sends a request to an instance. A nil answer is a broken connection.
func (w *world) post(n int, key, body string) *httptest.ResponseRecorder {
	w.mu.Lock()
	i := w.instances[n]
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/sheets/Load", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() {
		recorder := httptest.NewRecorder()
		i.handler.ServeHTTP(recorder, r)
		answered <- recorder
	}()
	select {
	case answer := <-answered:
		return answer
	case <-i.dead.Done():
		return nil
	}
}
