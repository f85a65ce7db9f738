package function

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// world is a function and the Google that it calls, in memory.
type world struct {
	http.Handler
	t      testing.TB
	google *emulator.Server
	id     string
	base   http.RoundTripper // to Google
	from   Settings
	log    *bytes.Buffer // to be read when all requests are answered
}

var orders = emulator.Sheet{Title: "Orders", Values: [][]any{
	{"id", "item", "qty", "price", "ordered"},
	{1, "apple", 12, 0.35, day(2)},
	{2, "bread", 2, 2.8, day(2)},
	{3, "coffee", 1, 7.95, day(3)},
}}

func day(n int) emulator.Date {
	return emulator.Date(time.Date(2026, time.March, n, 0, 0, 0, 0, time.UTC))
}

// newWorld makes a function and its spreadsheet, which change may alter first.
func newWorld(t testing.TB, change func(*Settings, *emulator.Spreadsheet)) *world {
	t.Helper()
	return newWorldOn(t, emulator.Options{}, change)
}

func newWorldOn(t testing.TB, google emulator.Options, change func(*Settings, *emulator.Spreadsheet)) *world {
	t.Helper()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
	t.Setenv("GCE_METADATA_HOST", "127.0.0.1:1") // any name: the transport below reaches the emulator
	t.Setenv("K_SERVICE", "")
	spreadsheet := emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		orders,
		{Title: "Twice", Values: [][]any{{"a", "b", "a"}, {1, 2, 3}}},
		{Title: "Empty"},
		{Title: "It's; a/b 🌵", Values: [][]any{{"x"}}},
		{Title: "Shifted", Values: [][]any{{nil, "x"}, {nil, 1}}},
	}}
	settings := Settings{Callers: callers(t, "anyone"), Emulator: "127.0.0.1:1", ReadsPerMinute: 100_000, WritesPerMinute: 100_000}
	settings.Scopes, _ = auth.ParseScopes("drive,spreadsheets")
	if change != nil {
		change(&settings, &spreadsheet)
	}
	w := &world{google: emulator.New(google)}
	w.id = w.google.Create(spreadsheet)
	if settings.SpreadsheetID == "" {
		settings.SpreadsheetID = SpreadsheetID(w.id)
	}
	base := emulator.Transport(w.google).(*http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	w.base, w.from = base, settings
	return w.another(t)
}

// another is a new instance of the function with the same Google, as after a
// restart or beside the first one.
func (w *world) another(t testing.TB) *world {
	t.Helper()
	other := *w
	other.t = t
	other.log = &bytes.Buffer{}
	h, err := NewHandler(w.from, WithTransport(w.base), WithLogger(web.NewLogger(other.log)))
	if err != nil {
		t.Fatal(err)
	}
	other.Handler = h
	return &other
}

// ServeHTTP holds each exchange against the document, openapi.yaml.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if _, measured := w.t.(*testing.B); measured {
		w.Handler.ServeHTTP(rw, r)
		return
	}
	d, err := readDocument()
	if err != nil {
		w.t.Error(err) // Fatal is for the test's own goroutine
		return
	}
	if err := d.check(watch(w.Handler, rw, r)); err != nil {
		w.t.Errorf("%s %.100s: %v", r.Method, r.URL.Path, err)
	}
}

func callers(t testing.TB, rule string) (c auth.Callers) {
	t.Helper()
	if err := c.UnmarshalText([]byte(rule)); err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) do(method, target, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, httptest.NewRequest(method, target, strings.NewReader(body)))
	return recorder
}

// problem is an error response.
type problem struct {
	Type, Title, Detail, Hint string
	Status                    int
	Code                      table.Code
	RequestID                 string `json:"request_id"`
}

// problemOf reads a problem answer and checks its form.
func problemOf(t testing.TB, r *httptest.ResponseRecorder) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil {
		t.Fatalf("answer %d is no problem: %s", r.Code, r.Body)
	}
	if got := r.Header().Get("Content-Type"); got != "application/problem+json" || p.Status != r.Code || p.Title == "" || p.Type == "" || p.Detail == "" {
		t.Errorf("Content-Type %q, answer %d: not a whole problem: %+v", got, r.Code, p)
	}
	return p
}

func TestReadAndAppend(t *testing.T) {
	w := newWorld(t, nil)
	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		want                       string
	}{
		{"rows as objects", "GET", "/sheets/Orders", "", 200, `[
{"id":1,"item":"apple","qty":12,"price":0.35,"ordered":"2026-03-02"},
{"id":2,"item":"bread","qty":2,"price":2.8,"ordered":"2026-03-02"},
{"id":3,"item":"coffee","qty":1,"price":7.95,"ordered":"2026-03-03"}
]
`},
		{"a page", "GET", "/sheets/Orders?offset=1&limit=1", "", 200, "[\n{\"id\":2,\"item\":\"bread\",\"qty\":2,\"price\":2.8,\"ordered\":\"2026-03-02\"}\n]\n"},
		{"as text", "GET", "/sheets/Orders?limit=1&values=text", "", 200, "[\n{\"id\":\"1\",\"item\":\"apple\",\"qty\":\"12\",\"price\":\"0.35\",\"ordered\":\"2026-03-02\"}\n]\n"},
		{"behind the end", "GET", "/sheets/Orders?offset=9", "", 200, "[]\n"},
		{"an empty sheet has no rows", "GET", "/sheets/Empty", "", 200, "[]\n"},
		{"one row", "POST", "/sheets/Orders", `{"item":"=1+1","qty":0.5,"id":4}`, 201, "{\n  \"appended\": 1,\n  \"range\": \"Orders!A5:E5\"\n}\n"},
		{"two rows", "POST", "/sheets/Orders", `[{"id":5},{"item":"007","ordered":null}]`, 201, "{\n  \"appended\": 2,\n  \"range\": \"Orders!A6:E7\"\n}\n"},
		{"a string stays a string", "GET", "/sheets/Orders?offset=3", "", 200, "[\n{\"id\":4,\"item\":\"=1+1\",\"qty\":0.5},\n{\"id\":5},\n{\"item\":\"007\"}\n]\n"},
		{"a title that needs quoting", "POST", "/sheets/It's;%20a%2Fb%20%F0%9F%8C%B5", `{"x":true}`, 201, "{\n  \"appended\": 1,\n  \"range\": \"'It''s; a/b 🌵'!A2\"\n}\n"},
		{"HEAD", "HEAD", "/sheets/Empty", "", 200, "[]\n"}, // net/http drops the body
		{"ready", "GET", "/health", "", 200, "{\n  \"status\": \"ready\"\n}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do(tt.method, tt.target, tt.body)
			if got.Code != tt.status {
				t.Errorf("%s %s = %d %s, want %d", tt.method, tt.target, got.Code, got.Body, tt.status)
			}
			if diff := cmp.Diff(tt.want, got.Body.String()); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", tt.method, tt.target, diff)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	w := newWorld(t, nil)
	var got struct {
		service.Spreadsheet
		Identity struct {
			Email  string
			Scopes []string
			Expiry time.Time
		}
	}
	answer := w.do("GET", "/", "")
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		t.Fatalf("GET / = %d %s", answer.Code, answer.Body)
	}
	want := service.Spreadsheet{
		Title: "Demo", Link: got.Link, CanEdit: true,
		Cells: 5 * 1000 * 26, CellLimit: 10_000_000,
		Sheets: []service.Sheet{
			{Title: "Orders", Columns: []string{"id", "item", "qty", "price", "ordered"}, Rows: 3},
			{Title: "Twice", Columns: []string{"a", "b", "a"}, Rows: 1},
			{Title: "Empty", Columns: []string{}},
			{Title: "It's; a/b 🌵", Columns: []string{"x"}},
			{Title: "Shifted", Columns: []string{"A", "x"}, Rows: 1},
		},
	}
	if diff := cmp.Diff(want, got.Spreadsheet); diff != "" || !strings.Contains(got.Link, w.id) {
		t.Errorf("GET / (-want +got):\n%s\nlink %q", diff, got.Link)
	}
	if got.Identity.Email != w.google.ServiceAccount() || len(got.Identity.Scopes) != 2 || got.Identity.Expiry.IsZero() {
		t.Errorf("identity = %+v", got.Identity)
	}
	w.google.Share(w.id, w.google.ServiceAccount(), "reader")
	if answer := w.do("GET", "/", ""); !strings.Contains(answer.Body.String(), `"can_edit": false`) {
		t.Errorf("GET / for a reader = %s, want can_edit false", answer.Body)
	}
}

func TestBadRequests(t *testing.T) {
	long := strings.Repeat("x", 50_001)
	w := newWorld(t, nil)
	before := w.google.Values(w.id, "Orders")
	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		code                       table.Code
		detail                     string
	}{
		{"not JSON", "POST", "/sheets/Orders", "id=4", 400, "bad-request", "not JSON"},
		{"empty body", "POST", "/sheets/Orders", "", 400, "bad-request", "empty"},
		{"array of numbers", "POST", "/sheets/Orders", "[1]", 422, "invalid-rows", "row 1"},
		{"unknown column names the known", "POST", "/sheets/Orders", `[{"id":4},{"prize":1}]`, 422, "invalid-rows", `row 2: sheet "Orders" has no column "prize"; its columns are "id", "item", "qty", "price", "ordered"`},
		{"nested value", "POST", "/sheets/Orders", `{"id":{"a":1}}`, 422, "invalid-rows", `column "id"`},
		{"row without a value", "POST", "/sheets/Orders", `[{"id":4},{"id":null}]`, 422, "invalid-rows", "row 2"},
		{"too many rows", "POST", "/sheets/Orders", "[" + strings.Repeat(`{"id":4},`, 10_000) + `{"id":4}]`, 413, "too-large", "10000 rows"},
		{"too large", "POST", "/sheets/Orders", `{"item":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too-large", "8388608 bytes"},
		{"cell too long", "POST", "/sheets/Orders", `{"item":"` + long + `"}`, 422, "invalid-rows", "50000 characters"},
		{"unknown sheet lists those there are", "POST", "/sheets/Order", `{"id":4}`, 404, "sheet-not-found", `there is no sheet "Order"; the sheets are "Orders", "Twice"`},
		{"unknown sheet, read", "GET", "/sheets/orders!A1", "", 404, "sheet-not-found", `"Orders"`},
		{"duplicate header, read", "GET", "/sheets/Twice", "", 422, "invalid-rows", `two columns named "a": A and C`},
		{"duplicate header, append", "POST", "/sheets/Twice", `{"b":1}`, 422, "invalid-rows", `two columns named "a": A and C`},
		{"append to an empty sheet", "POST", "/sheets/Empty", `{"id":1}`, 422, "invalid-rows", "no column name in cell A1"},
		{"append where the table starts in B", "POST", "/sheets/Shifted", `{"x":1}`, 422, "invalid-rows", "no column name in cell A1"},
		{"limit=-1", "GET", "/sheets/Orders?limit=-1", "", 400, "bad-request", "limit=-1: want a whole number from 1"},
		{"limit=0", "GET", "/sheets/Orders?limit=0", "", 400, "bad-request", "limit=0"},
		{"limit=x", "GET", "/sheets/Orders?limit=x", "", 400, "bad-request", "limit=x"},
		{"offset beyond int", "GET", "/sheets/Orders?offset=99999999999999999999", "", 400, "bad-request", "offset="},
		{"values=x", "GET", "/sheets/Orders?values=x", "", 400, "bad-request", "typed, text or formula"},
		{"unknown parameter", "GET", "/sheets/Orders?limt=1", "", 400, "bad-request", `unknown parameter "limt"; this route takes where, order`},
		{"parameter twice", "GET", "/sheets/Orders?limit=1&limit=2", "", 400, "bad-request", "2 times"},
		{"parameter without a value", "GET", "/sheets/Orders?limit=", "", 400, "bad-request", "limit="},
		{"query with a semicolon", "GET", "/sheets/Orders?limit=1;offset=1", "", 400, "bad-request", "the query cannot be read"},
		{"query with a bad escape", "GET", "/sheets/Orders?limit=1%zz", "", 400, "bad-request", "the query cannot be read"},
		{"wrong method", "PUT", "/", "", 405, "method-not-allowed", "allowed are GET, HEAD"},
		{"unknown route", "GET", "/nothing", "", 404, "route-not-found", "/nothing"},
		{"no title", "GET", "/sheets/", "", 404, "route-not-found", "/sheets/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.do(tt.method, tt.target, tt.body)
			p := problemOf(t, answer)
			if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("%s %s = %+v, want %d %s: %s", tt.method, tt.target, p, tt.status, tt.code, tt.detail)
			}
			if tt.status == 405 && answer.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
				t.Errorf("Allow = %q", answer.Header().Get("Allow"))
			}
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Errorf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
	t.Run("wrong content type", func(t *testing.T) {
		for _, given := range []string{"multipart/form-data; boundary=x", "///", "application/json; charset=latin1", "text/csv; charset=utf-16"} {
			r := httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(`{"id":4}`))
			r.Header.Set("Content-Type", given)
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if p := problemOf(t, recorder); p.Code != "bad-request" || !strings.Contains(p.Detail, "application/json") {
				t.Errorf("POST %s = %+v", given, p)
			}
		}
	})
}

func TestGoogleRefuses(t *testing.T) {
	const account = "sheets-function@demo-project.iam.gserviceaccount.com"
	fault := func(f emulator.Fault) func(*world) { return func(w *world) { w.google.Inject(f) } }
	// What a GET reads, and what a POST reads before it sends anything.
	reading := func(f emulator.Fault) func(*world) {
		return func(w *world) {
			for _, f.Call = range []string{"sheets.spreadsheets.values.get", "sheets.spreadsheets.values.batchGet"} {
				w.google.Inject(f)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		google  emulator.Options
		setting func(*Settings, *emulator.Spreadsheet)
		cause   func(*world)
		status  int
		code    table.Code
		remedy  string
	}{
		{name: "token without the scope", setting: func(s *Settings, _ *emulator.Spreadsheet) {
			s.Scopes = auth.Scopes{"https://www.googleapis.com/auth/cloud-platform"}
		}, status: 502, code: "scope-insufficient", remedy: "SCOPES=drive,spreadsheets"},
		{name: "not shared", setting: func(_ *Settings, s *emulator.Spreadsheet) { s.Unshared = true },
			status: 502, code: "not-shared", remedy: account},
		{name: "unknown ID", setting: func(s *Settings, _ *emulator.Spreadsheet) { s.SpreadsheetID = "nosuch" },
			status: 502, code: "spreadsheet-not-found", remedy: "SPREADSHEET_ID"},
		{name: "API disabled", cause: func(w *world) { w.google.Disable("sheets.googleapis.com", true) },
			status: 502, code: "api-disabled", remedy: "gcloud services enable"},
		{name: "429", cause: reading(emulator.Fault{Status: 429}),
			status: 503, code: "rate-limited", remedy: "minute"},
		{name: "429 as HTML", cause: reading(emulator.Fault{Status: 429, HTML: true}),
			status: 503, code: "rate-limited", remedy: "minute"},
		{name: "401", cause: reading(emulator.Fault{Status: 401}),
			status: 502, code: "token", remedy: "service account"},
		{name: "500 on reading", cause: reading(emulator.Fault{Status: 500}),
			status: 502, code: "upstream"},
		{name: "HTML with 503", cause: reading(emulator.Fault{Status: 503, HTML: true}),
			status: 502, code: "upstream"},
		{name: "cut body", cause: reading(emulator.Fault{Drop: emulator.DropMiddle}),
			status: 502, code: "upstream"},
		{name: "metadata server refuses", cause: fault(emulator.Fault{Call: "metadata.token", Status: 403}),
			status: 502, code: "token", remedy: "no proxy"},
		{name: "a VM that ignores scopes, of which one was asked for", google: emulator.Options{Profile: emulator.GCE}, setting: func(s *Settings, _ *emulator.Spreadsheet) {
			s.Scopes = auth.Scopes{"https://www.googleapis.com/auth/spreadsheets"}
		}, status: 502, code: "scope-insufficient", remedy: "gcloud compute instances set-service-account"},
		{name: "a VM that ignores scopes", google: emulator.Options{Profile: emulator.GCE},
			status: 502, code: "scope-insufficient", remedy: "gcloud compute instances set-service-account"},
		{name: "a federated identity", google: emulator.Options{Profile: emulator.GKEDirect},
			status: 502, code: "token", remedy: "IMPERSONATE"},
		{name: "metadata server answers HTML", cause: fault(emulator.Fault{Call: "metadata.token", Status: 404, HTML: true}),
			status: 502, code: "token", remedy: "--service-account"},
		{name: "metadata server hangs", cause: fault(emulator.Fault{Call: "metadata.token", Hang: true}),
			status: 502, code: "token", remedy: "GCE_METADATA_HOST"},
		{name: "reading hangs", cause: reading(emulator.Fault{Hang: true}),
			status: 502, code: "upstream"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorldOn(t, tt.google, tt.setting)
				before := w.google.Values(w.id, "Orders")
				if tt.cause != nil {
					tt.cause(w)
				}
				for _, method := range []string{"GET", "POST"} {
					start := time.Now()
					p := problemOf(t, w.do(method, "/sheets/Orders", `{"id":4}`))
					if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Hint, tt.remedy) || strings.Contains(p.Hint, "{") {
						t.Errorf("%s = %+v, want %d %s, remedy %q", method, p, tt.status, tt.code, tt.remedy)
					}
					if took := time.Since(start); took > web.DefaultTimeout {
						t.Errorf("%s took %v, want at most %v", method, took, web.DefaultTimeout)
					}
				}
				if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
					t.Errorf("the sheet has changed (-before +after):\n%s", diff)
				}
				w.google.ClearFaults()
			})
		})
	}
}

func TestOneTokenForManyFirstCalls(t *testing.T) {
	w := newWorld(t, nil)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			for _, target := range []string{"/sheets/Orders", "/", "/health"} {
				if got := w.do("GET", target, ""); got.Code != 200 {
					t.Errorf("GET %s = %d %s", target, got.Code, got.Body)
				}
			}
		})
	}
	wg.Wait()
	asked := 0
	for _, r := range w.google.Requests() {
		if r.Call == "metadata.token" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the metadata server was asked for a token %d times, want 1", asked)
	}
}

func TestCallersAreChecked(t *testing.T) {
	w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) { s.Callers = callers(t, "iam") })
	for target, want := range map[string]int{"/": 401, "/sheets/Orders": 401, "/nothing": 401, "/health": 200} {
		answer := w.do("GET", target, "")
		if answer.Code != want || want == 401 && answer.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("GET %s without a token = %d, want %d; header %v", target, answer.Code, want, answer.Header())
		}
	}
	r := httptest.NewRequest("GET", "/sheets/Orders", nil)
	r.Header.Set("Authorization", "Bearer x.y.SIGNATURE_REMOVED_BY_GOOGLE")
	recorder := httptest.NewRecorder()
	if w.ServeHTTP(recorder, r); recorder.Code != 200 {
		t.Errorf("GET with a token = %d %s, want 200", recorder.Code, recorder.Body)
	}
}

func TestCallersByEmail(t *testing.T) {
	const audience = "https://function.example.com"
	w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) {
		s.Callers, s.Audience = callers(t, "ada@example.com"), audience
	})
	for _, tt := range []struct {
		name, token string
		status      int
		code        table.Code
	}{
		{"on the list", w.google.IDToken("ada@example.com", audience), 200, ""},
		{"a stranger", w.google.IDToken("eve@example.com", audience), 403, "forbidden"},
		{"another audience", w.google.IDToken("ada@example.com", "https://x.example.com"), 401, "unauthenticated"},
		{"no token", "", 401, "unauthenticated"},
		{"signature removed", "x.y.SIGNATURE_REMOVED_BY_GOOGLE", 401, "unauthenticated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/sheets/Orders", nil)
			if tt.token != "" {
				r.Header.Set("Authorization", "Bearer "+tt.token)
			}
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if recorder.Code != tt.status {
				t.Fatalf("GET = %d %s, want %d", recorder.Code, recorder.Body, tt.status)
			}
			if tt.status == 200 {
				return
			}
			if p := problemOf(t, recorder); p.Code != tt.code || strings.Contains(recorder.Body.String(), "ada@") {
				t.Errorf("GET = %+v, want %s", p, tt.code)
			}
		})
	}
	t.Run("Google's keys cannot be had", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) {
				s.Callers, s.Audience = callers(t, "ada@example.com"), audience
			})
			w.google.Inject(emulator.Fault{Call: "oauth2.certs", Status: 503})
			r := httptest.NewRequest("GET", "/sheets/Orders", nil)
			r.Header.Set("Authorization", "Bearer "+w.google.IDToken("ada@example.com", audience))
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if p := problemOf(t, recorder); p.Status != 503 || p.Code != "upstream" || recorder.Header().Get("Retry-After") == "" {
				t.Errorf("GET = %+v, want 503 upstream with Retry-After", p)
			}
		})
	})
}

func TestStrangersGetNoRemedy(t *testing.T) {
	for _, tt := range []struct {
		callers, service string
		shown            bool
	}{{"anyone", "", true}, {"anyone", "svc", false}, {"iam", "svc", true}} {
		t.Run(tt.callers+" "+tt.service, func(t *testing.T) {
			w := newWorld(t, func(s *Settings, g *emulator.Spreadsheet) { s.Callers, g.Unshared = callers(t, tt.callers), true })
			t.Setenv("K_SERVICE", tt.service)
			r := httptest.NewRequest("GET", "/sheets/Orders", nil)
			r.Header.Set("Authorization", "Bearer x")
			recorder := httptest.NewRecorder()
			w.ServeHTTP(recorder, r)
			if p := problemOf(t, recorder); (p.Hint != "") != tt.shown {
				t.Errorf("remedy %q, shown should be %v", p.Hint, tt.shown)
			}
		})
	}
}

func TestStrangersSeeNoIdentity(t *testing.T) {
	w := newWorld(t, nil)
	t.Setenv("K_SERVICE", "svc")
	answer := w.do("GET", "/", "")
	for _, secret := range []string{w.google.ServiceAccount(), "metadata", "127.0.0.1"} {
		if answer.Code != 200 || strings.Contains(answer.Body.String(), secret) {
			t.Errorf("GET / on a platform that is open to anyone = %d %s, tells %q", answer.Code, answer.Body, secret)
		}
	}
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.google.Inject(emulator.Fault{Call: "metadata.token", Status: 403})
		if got := w.do("GET", "/health", ""); got.Code != 200 {
			t.Errorf("cold: GET /health = %d, want 200", got.Code)
		}
		synctest.Wait()
		answer := w.do("GET", "/health", "")
		if p := problemOf(t, answer); p.Status != 503 || p.Code != "token" {
			t.Errorf("token refused: GET /health = %+v, want 503 token", p)
		}
		for _, secret := range []string{"127.0.0.1", "gserviceaccount", "metadata"} {
			if strings.Contains(answer.Body.String(), secret) {
				t.Errorf("GET /health tells %q: %s", secret, answer.Body)
			}
		}
		w.google.ClearFaults()
		time.Sleep(5 * time.Second)
		w.do("GET", "/health", "")
		synctest.Wait()
		if got := w.do("GET", "/health", ""); got.Code != 200 {
			t.Errorf("healed: GET /health = %d, want 200", got.Code)
		}
	})
}

func TestSettings(t *testing.T) {
	const id = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string   // the ID that is read
		errs []string // that the error names
	}{
		{"least", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam"}, id, nil},
		{"URL", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/d/" + id + "/edit#gid=0", "CALLERS": "iam"}, id, nil},
		{"URL of a second account", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/u/1/d/" + id, "CALLERS": "anyone"}, id, nil},
		{"Drive's URL", map[string]string{"SPREADSHEET_ID": "https://drive.google.com/open?id=" + id, "CALLERS": "anyone"}, id, nil},
		{"nothing set", nil, "", []string{"SPREADSHEET_ID is not set; for example SPREADSHEET_ID=https://", "CALLERS is not set; for example CALLERS=iam"}},
		{"set to nothing", map[string]string{"SPREADSHEET_ID": "", "CALLERS": "iam"}, "", []string{"SPREADSHEET_ID is set to nothing"}},
		{"published link", map[string]string{"SPREADSHEET_ID": "https://docs.google.com/spreadsheets/d/e/2PACX-1/pubhtml", "CALLERS": "iam"}, "", []string{"published copy"}},
		{"another site", map[string]string{"SPREADSHEET_ID": "https://example.com/d/" + id, "CALLERS": "iam"}, "", []string{"neither the ID nor the URL"}},
		{"callers empty", map[string]string{"SPREADSHEET_ID": id, "CALLERS": ""}, "", []string{"CALLERS", "for example CALLERS=iam"}},
		{"e-mails with an audience", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com,b@example.com", "AUDIENCE": "https://x.example.com"}, id, nil},
		{"e-mails without an audience", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com"}, "", []string{"AUDIENCE is not set, but CALLERS names e-mail addresses", "for example AUDIENCE=https://"}},
		{"audience of blanks", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com", "AUDIENCE": " "}, "", []string{"AUDIENCE is not set"}},
		{"two audiences", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "a@example.com", "AUDIENCE": "https://x.example.com,https://y.example.com"}, "", []string{"AUDIENCE holds more than one"}},
		{"subject that is no address", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SUBJECT": "me"}, "", []string{"SUBJECT is not an e-mail address"}},
		{"account that is no address", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "IMPERSONATE": "Sheets <a@example.com>"}, "", []string{"IMPERSONATE is not an e-mail address"}},
		{"callers unknown", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "everyone"}, "", []string{"neither iam nor anyone"}},
		{"scopes by blanks", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SCOPES": "drive spreadsheets"}, "", []string{"SCOPES", "commas", "for example SCOPES=drive,spreadsheets"}},
		{"scopes empty", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SCOPES": ""}, "", []string{"SCOPES names no scope"}},
		{"numbers", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "0", "READS_PER_MINUTE": "1", "WRITES_PER_MINUTE": "100000"}, id, nil},
		{"time without a unit", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "2"}, "", []string{"CACHE_TTL is not a duration with a unit, or 0; for example CACHE_TTL=2s"}},
		{"time before now", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "CACHE_TTL": "-1s"}, "", []string{"CACHE_TTL"}},
		{"no reads", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "READS_PER_MINUTE": "0"}, "", []string{"READS_PER_MINUTE is not a whole number from 1 to 100000; for example READS_PER_MINUTE=60"}},
		{"too many writes", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "WRITES_PER_MINUTE": "100001"}, "", []string{"WRITES_PER_MINUTE"}},
		{"emulator with a scheme", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "http://127.0.0.1:1"}, "", []string{"SHEETS_EMULATOR_HOST", "without a scheme"}},
		{"emulator elsewhere", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "10.0.0.1:80"}, "", []string{"in the clear", "for example SHEETS_EMULATOR_HOST=127.0.0.1:8085"}},
		{"emulator by a name that only looks local", map[string]string{"SPREADSHEET_ID": id, "CALLERS": "iam", "SHEETS_EMULATOR_HOST": "127.0.0.1.example.com:80"}, "", []string{"in the clear"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			got, err := ReadSettings()
			if tt.errs == nil {
				if err != nil || string(got.SpreadsheetID) != tt.want || len(got.Scopes) != 2 {
					t.Errorf("ReadSettings() = %+v, %v", got, err)
				}
				return
			}
			if err == nil {
				t.Fatal("ReadSettings() = nil, want an error")
			}
			for _, want := range tt.errs {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("ReadSettings() = %v, want %q", err, want)
				}
			}
			recorder := httptest.NewRecorder()
			misconfigured(err, web.NewLogger(io.Discard)).ServeHTTP(recorder, httptest.NewRequest("GET", "/health", nil))
			if p := problemOf(t, recorder); p.Code != "settings" || p.Status != 503 || !strings.Contains(p.Detail, tt.errs[0]) {
				t.Errorf("GET /health = %+v, want settings: %s", p, tt.errs[0])
			}
		})
	}
}

func clearEnv(t *testing.T) {
	for _, name := range []string{"SPREADSHEET_ID", "CALLERS", "AUDIENCE", "SUBJECT", "IMPERSONATE", "SCOPES", "SHEETS_EMULATOR_HOST", "CACHE_TTL", "READS_PER_MINUTE", "WRITES_PER_MINUTE", "ORIGINS"} {
		t.Setenv(name, "") // so that it is restored afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRequestIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.log.Reset() // the lines at start
		w.do("GET", "/sheets/Orders?limit=1", "")
		w.do("POST", "/sheets/Orders", `{"item":"private-row"}`)
		w.do("POST", "/sheets/Orders", `{"private-row":1,`)
		w.google.Inject(emulator.Fault{Status: 503, HTML: true})
		w.do("POST", "/sheets/Orders", `{"item":"private-row"}`)
		lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
		if len(lines) != 4 {
			t.Fatalf("%d lines, want 4:\n%s", len(lines), w.log)
		}
		for i, severity := range []string{"INFO", "INFO", "WARNING", "ERROR"} {
			var line struct {
				Severity, Message string
				HTTPRequest       struct{ RequestMethod, RequestURL, Latency string }
			}
			if err := json.Unmarshal([]byte(lines[i]), &line); err != nil || line.Severity != severity || line.HTTPRequest.RequestURL != "/sheets/Orders" || line.Message == "" {
				t.Errorf("line %d = %s, %v, want %s in Cloud Logging's shape", i, lines[i], err, severity)
			}
		}
		for _, secret := range []string{"private-row", "ya29", "limit"} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %q:\n%s", secret, w.log)
			}
		}
	})
}

// module is the module's path, which a fork changes.
var module = reflect.TypeFor[Settings]().PkgPath()

// TestImports holds the architecture: which package may import which.
func TestImports(t *testing.T) {
	root, rooms := module, module+"/emulator/internal/"
	allowed := map[string][]string{
		root:                       {module + "/auth", module + "/event", module + "/web", module + "/service", module + "/service/table"},
		module + "/service":        {module + "/service/commit", module + "/service/table"},
		module + "/service/commit": {},
		module + "/service/table":  {},
		module + "/auth":           {},
		module + "/event":          {},
		module + "/web":            {},
		module + "/test":           {module + "/auth"},
		module + "/emulator": {rooms + "sheets", rooms + "drive", rooms + "identity",
			rooms + "files", rooms + "spreadsheet", rooms + "rest"},
		rooms + "sheets":      {rooms + "files", rooms + "batch", rooms + "spreadsheet", rooms + "grid", rooms + "rest"},
		rooms + "drive":       {rooms + "files", rooms + "spreadsheet", rooms + "rest"},
		rooms + "identity":    {rooms + "rest"},
		rooms + "files":       {rooms + "spreadsheet", rooms + "rest"},
		rooms + "batch":       {rooms + "spreadsheet", rooms + "grid", rooms + "rest"},
		rooms + "spreadsheet": {rooms + "grid", rooms + "rest"},
		rooms + "grid":        {rooms + "rest"},
		rooms + "rest":        {},
		module + "/cmd/local": {root, module + "/emulator"},
	}
	// Google's clients are linked by service; auth does without them.
	clients := []string{module + "/service", module + "/service/commit", module + "/emulator"}
	out, err := exec.Command("go", "list", "-json=ImportPath,Name,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	mains := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Name                   string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Name == "main" {
			mains++
		}
		imports, known := allowed[p.ImportPath]
		if !known {
			t.Errorf("%s has no place in the house: say in this test what it may import", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) && !slices.Contains(imports, imported) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
			if strings.HasPrefix(imported, "google.golang.org/api/") && !slices.Contains(clients, p.ImportPath) && !strings.HasPrefix(p.ImportPath, rooms) {
				t.Errorf("%s imports %s; Google's clients belong to service", p.ImportPath, imported)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			fine := imported == p.ImportPath || imported == module+"/emulator" || slices.Contains(imports, imported)
			if strings.HasPrefix(imported, module) && !fine {
				t.Errorf("tests of %s import %s", p.ImportPath, imported)
			}
		}
	}
	// A buildpack that is told no function target builds the only main there
	// is, and that one refuses to run on a platform; of two it ships neither.
	if mains != 1 {
		t.Errorf("the module has %d mains, want 1", mains)
	}
}

func ExampleNewHandler() {
	// As go run ./cmd/local sets it up, and the README's session with curl.
	google := emulator.New(emulator.Options{})
	server := httptest.NewServer(google)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for name, value := range map[string]string{
		"SHEETS_EMULATOR_HOST": host,
		"GCE_METADATA_HOST":    host,
		"SPREADSHEET_ID":       google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}}),
		"CALLERS":              "anyone",
	} {
		defer os.Unsetenv(name)
		os.Setenv(name, value)
	}
	settings, err := ReadSettings()
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := NewHandler(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	function := httptest.NewServer(handler)
	defer function.Close()

	show := func(resp *http.Response, err error) {
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(os.Stdout, resp.Body)
	}
	show(http.Get(function.URL + "/sheets/Orders"))
	show(http.Post(function.URL+"/sheets/Orders", "application/x-www-form-urlencoded",
		strings.NewReader(`{"id": 4, "item": "dates", "qty": 3, "price": 4.5}`)))
	show(http.Get(function.URL + "/sheets/Orders?where=qty:2&order=-price&select=item,price"))
	change, err := http.NewRequest(http.MethodPatch, function.URL+"/sheets/Orders?where=item:bread", strings.NewReader(`{"qty": 5}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	show(http.DefaultClient.Do(change))
	// Output:
	// [
	// {"id":1,"item":"apple","qty":12,"price":0.35,"ordered":"2026-03-02"},
	// {"id":2,"item":"bread","qty":2,"price":2.8,"ordered":"2026-03-02"},
	// {"id":3,"item":"coffee","qty":1,"price":7.95,"ordered":"2026-03-03"}
	// ]
	// {
	//   "appended": 1,
	//   "range": "Orders!A5:E5"
	// }
	// [
	// {"item":"bread","price":2.8}
	// ]
	// {
	//   "updated": 1,
	//   "rows": [
	//     "3"
	//   ]
	// }
}

// shutdown stops the function as a platform does.
func (w *world) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	w.Handler.(*Handler).Shutdown(ctx)
}
