package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
)

// latency is that of each call to Google.
const latency = 150 * time.Millisecond

// world is a spreadsheet with the sheet "Load" (id, n), whose calls a test can change.
type world struct {
	t      *testing.T
	google *emulator.Server
	id     string
	base   http.RoundTripper
	log    bytes.Buffer
	logger *slog.Logger // of all instances

	mu        sync.Mutex
	intercept func(*http.Request, []byte) (*http.Response, error) // nil, nil is to go on
}

func newWorld(t *testing.T, o emulator.Options, more ...emulator.Sheet) *world {
	o.TokenLifetime = 48 * time.Hour
	w := &world{t: t, google: emulator.New(o)}
	w.logger = slog.New(slog.NewTextHandler(&w.log, nil))
	w.id = w.google.Create(emulator.Spreadsheet{Sheets: append([]emulator.Sheet{
		{Title: "Load", Values: [][]any{{"id", "n"}, {"first", 0}, {"second", 0}}},
	}, more...)})
	w.google.Inject(emulator.Fault{Delay: latency})
	base := emulator.Transport(w.google).(*http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	w.base = base
	return w
}

// client returns a client with an account's tokens, whose calls pass through intercept if
// it is an instance's.
func (w *world) client(email string, instance bool) *http.Client {
	token := w.google.Token(email, "https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
		w.mu.Lock()
		intercept := w.intercept
		w.mu.Unlock()
		if instance && intercept != nil {
			var body []byte
			if r.Body != nil {
				body, _ = io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			if answer, err := intercept(r, body); answer != nil || err != nil {
				return answer, err
			}
		}
		return w.base.RoundTrip(r)
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (w *world) setIntercept(f func(*http.Request, []byte) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.intercept = f
}

// respond returns a response of Google.
func respond(r *http.Request, status int, message string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"error":{"code":%d,"message":%q}}`, status, message)))}
}

func isBatch(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, ":batchUpdate") }

// skewed makes an instance whose clock can be set.
func (w *world) skewed() (s *service.Service, set func(time.Duration)) {
	var skew atomic.Int64
	return w.instanceAt(0, func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }), func(d time.Duration) { skew.Store(int64(d)) }
}

// instance returns one more instance of the service; perMinute is its quota, 0 the default.
func (w *world) instance(perMinute int) *service.Service { return w.instanceAt(perMinute, nil) }

func (w *world) instanceAt(perMinute int, now func() time.Time) *service.Service {
	s, err := service.New(context.Background(), service.Config{
		Client: w.client(w.google.ServiceAccount(), true), SpreadsheetID: w.id, Endpoint: "http://127.0.0.1:1",
		ReadsPerMinute: perMinute, WritesPerMinute: perMinute, Logger: w.logger, Now: now, CacheTTL: 2 * time.Second,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// person changes the spreadsheet as a person would.
func (w *world) person(requests ...*sheets.Request) {
	w.t.Helper()
	s, err := sheets.NewService(context.Background(), option.WithHTTPClient(w.client("owner@example.com", false)), option.WithEndpoint("http://127.0.0.1:1/"))
	if err == nil {
		_, err = s.Spreadsheets.BatchUpdate(w.id, &sheets.BatchUpdateSpreadsheetRequest{Requests: requests}).Do()
	}
	if err != nil {
		w.t.Errorf("a person's edit: %v", err)
	}
}

// calls counts the calls of an instance that Google got, by name.
func (w *world) calls(name string) (n int) {
	for _, r := range w.google.Requests() {
		if r.Principal == w.google.ServiceAccount() && strings.HasPrefix(r.Call, name) {
			n++
		}
	}
	return n
}

const batchCall = "sheets.spreadsheets.batchUpdate"

// row is a record of the sheet "Load".
func row(id string) []table.Record {
	return []table.Record{{Fields: []table.Field{{Column: "id", Value: id}, {Column: "n", Value: 1.0}}}}
}

// add appends a row and returns the code of its error; "" is stored.
func add(s *service.Service, title, key, id string) (table.Code, table.AppendResult) {
	ctx, cancel := context.WithTimeout(context.Background(), 55*time.Second)
	defer cancel()
	result, err := s.AppendRows(ctx, title, table.WriteOptions{Key: key}, row(id))
	return codeOf(err), result
}

func codeOf(err error) table.Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*table.Error](err); ok {
		return e.Code
	}
	return table.Code(err.Error())
}

// ids returns the first column of a sheet, below the header.
func (w *world) ids(title string) (ids []string) {
	for _, row := range w.google.Values(w.id, title)[1:] {
		if len(row) == 0 {
			ids = append(ids, "")
			continue
		}
		ids = append(ids, fmt.Sprint(row[0]))
	}
	return ids
}

// load is what became of rows that were sent.
type load struct {
	mu    sync.Mutex
	codes map[table.Code]int
	acks  []time.Duration
}

func (l *load) note(code table.Code, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.codes == nil {
		l.codes = map[table.Code]int{}
	}
	if l.codes[code]++; code == "" {
		l.acks = append(l.acks, took)
	}
}

// percentile returns the time in which a share of the stored rows was acknowledged.
func (l *load) percentile(share float64) time.Duration {
	slices.Sort(l.acks)
	if len(l.acks) == 0 {
		return time.Hour
	}
	return l.acks[int(share*float64(len(l.acks)-1))]
}

// offer sends perSecond rows a second for a while, spread over the instances, and returns
// when all have their answer.
func (w *world) offer(instances []*service.Service, perSecond int, lasts time.Duration, name func(n int) (title, id string)) *load {
	l := &load{}
	var wg sync.WaitGroup
	for n := range int(lasts.Seconds() * float64(perSecond)) {
		wg.Go(func() {
			title, id := name(n)
			sent := time.Now()
			code, _ := add(instances[n%len(instances)], title, "", id)
			l.note(code, time.Since(sent))
		})
		time.Sleep(time.Second / time.Duration(perSecond))
	}
	wg.Wait()
	return l
}

func clientOptions(w *world) []option.ClientOption {
	return []option.ClientOption{option.WithHTTPClient(w.client("owner@example.com", false)), option.WithEndpoint("http://127.0.0.1:1/")}
}
