package page

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

// fakeFunction replaces the function: it answers as if each request read the spreadsheet
// from Google, with a token for its scopes.
type fakeFunction struct {
	google *emulator.Server
	id     string

	mu      sync.Mutex
	scopes  string
	deploys int
}

func (f *fakeFunction) Scopes() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scopes
}

func (f *fakeFunction) Redeploy(scopes string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scopes = scopes
	f.deploys++
	return nil
}

func (f *fakeFunction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var scopes []string
	for name := range strings.SplitSeq(f.Scopes(), ",") {
		if !strings.HasPrefix(name, "https:") {
			name = "https://www.googleapis.com/auth/" + name
		}
		scopes = append(scopes, name)
	}
	call := httptest.NewRequestWithContext(r.Context(), "GET", "/v4/spreadsheets/"+f.id, nil)
	call.Header.Set("Authorization", "Bearer "+f.google.Token(f.google.ServiceAccount(), scopes...))
	answer := httptest.NewRecorder()
	f.google.ServeHTTP(answer, call)
	if answer.Code != http.StatusOK {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, `{"code":"refused","hint":"fix it"}`)
	}
}

// world is the page with an emulated Google and a fake function.
type world struct {
	*testing.T
	google   *emulator.Server
	function *fakeFunction
	id       string
	handler  http.Handler
}

func newWorld(t *testing.T) *world {
	google := emulator.New(emulator.Options{Inspect: true})
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{{Title: "Orders", Values: [][]any{{"id", "item"}, {1, "apple"}}}}})
	function := &fakeFunction{google: google, id: id, scopes: defaultScopes}
	requests := traffic.NewLog()
	server := httptest.NewServer(requests.Handler(function))
	t.Cleanup(server.Close)
	w := &world{T: t, google: google, function: function, id: id}
	w.handler = New(Config{Google: google, Requests: requests, Spreadsheet: id, Function: function, FunctionURL: server.URL}, google)
	return w
}

func (w *world) serve(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.Context(), method, "http://127.0.0.1:8085"+target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// events calls check with each state until it returns true.
func (w *world) events(check func(stateView) bool) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	server := httptest.NewServer(w.handler)
	defer server.Close()
	r, _ := http.NewRequestWithContext(ctx, "GET", server.URL+Prefix+"api/events", nil)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for event := ""; lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || event != "state" {
			continue
		}
		var state stateView
		if err := json.Unmarshal([]byte(data), &state); err != nil {
			w.Fatal(err)
		}
		if check(state) {
			return
		}
	}
	w.Errorf("the stream of events ends")
}

// TestGuard checks who gets the page, and that its API is for the page only.
func TestGuard(t *testing.T) {
	w := newWorld(t)
	const api = Prefix + "api/markers"
	tests := []struct {
		name, method, target string
		header               []string
		status               int
		contains             string
	}{
		{"a browser", "GET", "/", []string{"Accept", "text/html,*/*"}, 200, "<title>Google, emulated</title>"},
		{"a client that looks for a metadata server", "GET", "/", nil, 200, "computeMetadata/"},
		{"with its header", "GET", "/", []string{"Accept", "text/html", "Metadata-Flavor", "Google"}, 200, "computeMetadata/"},
		{"Google's APIs keep their paths", "GET", "/v4/spreadsheets/x", nil, 401, "UNAUTHENTICATED"},
		{"a file", "GET", Prefix + "main.js", nil, 200, "import"},
		{"no such file", "GET", Prefix + "none.js", nil, 404, ""},
		{"another host's name", "GET", "/", []string{"Accept", "text/html", "Host", "evil.example.com"}, 421, ""},
		{"a link to the page", "GET", "/", []string{"Accept", "text/html", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200, "<title>"},
		{"the API by the page", "GET", api, []string{"Sec-Fetch-Site", "same-origin"}, 200, "[]"},
		{"the API by another site", "GET", api, []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"by a site of the same machine", "GET", api, []string{"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:3000"}, 403, ""},
		{"a link to the API", "GET", api, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403, ""},
		{"a change by another site", "POST", Prefix + "api/fix", []string{"Origin", "https://evil.example.com"}, 403, ""},
		{"a change by a form", "POST", Prefix + "api/fix", []string{"Content-Type", "text/plain"}, 415, ""},
		{"a change by the page", "POST", Prefix + "api/fix", []string{"Origin", "http://127.0.0.1:8085", "Sec-Fetch-Site", "same-origin"}, 204, ""},
	}
	for _, tt := range tests {
		answer := w.serve(tt.method, tt.target, "{}", tt.header...)
		if answer.Code != tt.status || !strings.Contains(answer.Body.String(), tt.contains) {
			t.Errorf("%s: %d %q, want %d with %q", tt.name, answer.Code, answer.Body, tt.status, tt.contains)
		}
		if csp := answer.Header().Get("Content-Security-Policy"); strings.HasPrefix(tt.target, Prefix) && tt.status == 200 && !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", tt.name, csp)
		}
	}
}

// TestEdit checks that cells and rows are changed by the spreadsheet's owner.
func TestEdit(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name, body string
		status     int
		want       string // cells of the rows 1 and 2
	}{
		{"a cell", `{"sheet":"Orders","cell":"B2","text":"pear"}`, 204, `"text":"pear","changed":true`},
		{"a row", `{"sheet":"Orders","act":"insert","row":1}`, 204, `"text":"id"`},
	}
	for _, tt := range tests {
		if answer := w.serve("POST", Prefix+"api/edit", tt.body); answer.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, answer.Code, answer.Body, tt.status)
		}
		if got := w.serve("GET", Prefix+"api/cells?sheet=Orders&row=1&rows=1&columns=5", "").Body.String(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: the cells are %s, want %s", tt.name, got, tt.want)
		}
	}
	if o, _ := w.google.Overview(w.id); o.ModifiedBy != "owner@example.com" {
		t.Errorf("the last change was made by %q, want the owner", o.ModifiedBy)
	}
}

// TestRefusals checks that each wrong request of the API is refused with a text that says
// what is wanted, which repeats little of the request, and that it changes nothing.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	before, _ := w.google.Overview(w.id)
	long := strings.Repeat("x", 10_000)
	tests := []struct {
		name, method, target, body string
		status                     int
		contains                   string
	}{
		{"an unknown act", "POST", "edit", `{"sheet":"Orders","row":2,"act":"clear"}`, 400, `no act "clear": want insert or delete`},
		{"a long act", "POST", "edit", `{"act":"` + long + `"}`, 400, "want insert or delete"},
		{"no such sheet", "POST", "edit", `{"sheet":"None","cell":"A1","text":""}`, 409, "None"},
		{"a long title", "POST", "edit", `{"sheet":"` + long + `","row":1,"act":"delete"}`, 409, "xxx"},
		{"no such cell", "POST", "edit", `{"sheet":"Orders","cell":"` + long + `","text":""}`, 409, "xxx"},
		{"no such row", "POST", "edit", `{"sheet":"Orders","row":0,"act":"delete"}`, 409, ""},
		{"not JSON", "POST", "edit", `x`, 400, "invalid character"},
		{"no body", "POST", "fix", ``, 400, "EOF"},
		{"more than an object", "POST", "fix", `{} {}`, 400, "want one JSON object"},
		{"a body that is too large", "POST", "edit", `{"text":"` + strings.Repeat(long, 7) + `"}`, 413, "65536 bytes"},
		{"an unknown field of edit", "POST", "edit", `{"what":1}`, 400, `unknown field "what"`},
		{"of break", "POST", "break", `{"failure":"scope","what":1}`, 400, `unknown field "what"`},
		{"of try", "POST", "try", `{"what":1}`, 400, `unknown field "what"`},
		{"of fix", "POST", "fix", `{"what":1}`, 400, `unknown field "what"`},
		{"of platform", "POST", "platform", `{"what":1}`, 400, `unknown field "what"`},
		{"of load", "POST", "load", `{"` + long + `":1}`, 400, `unknown field "x`},
		{"a row that is text", "POST", "edit", `{"sheet":"Orders","row":"2","act":"delete"}`, 400, "row"},
		{"a failure that is a number", "POST", "break", `{"failure":1}`, 400, "failure"},
		{"an unknown failure", "POST", "break", `{"failure":"none"}`, 404, `no failure "none": want one of scope, unshared`},
		{"one to try", "POST", "try", `{"failure":"` + long + `"}`, 404, "want one of scope"},
		{"an unknown platform", "POST", "platform", `{"platform":"none"}`, 400, "want cloudrun, gke, gce or gke-direct"},
		{"a long platform", "POST", "platform", `{"platform":"` + long + `"}`, 400, "want cloudrun, gke, gce or gke-direct"},
		{"a platform that is a list", "POST", "platform", `{"platform":[]}`, 400, ""},
		{"a rate below 0", "POST", "load", `{"rows_per_second":-1}`, 400, "0 to 1000"},
		{"a rate above the limit", "POST", "load", `{"rows_per_second":100000}`, 400, "0 to 1000"},
		{"a rate that is text", "POST", "load", `{"rows_per_second":"5"}`, 400, "rows_per_second"},
		{"cells of no sheet", "GET", "cells?sheet=None", "", 404, `"None"`},
		{"of a long title", "GET", "cells?sheet=" + long, "", 404, "xxx"},
		{"too many cells", "GET", "cells?sheet=Orders&rows=100000&columns=100", "", 400, "100000 cells"},
		{"a row that is not a number", "GET", "cells?sheet=Orders&row=x", "", 400, "row is a whole number from 0 to"},
		{"a row beyond all sheets", "GET", "cells?sheet=Orders&rows=1&columns=1&row=9223372036854775807", "", 400, "row is a whole number from 0 to"},
		{"a column below 0", "GET", "cells?sheet=Orders&column=-1", "", 400, "column is a whole number from 0 to"},
		{"bodies of nothing", "GET", "bodies", "", 400, "want call=N or request=N"},
		{"bodies of no number", "GET", "bodies?call=" + long, "", 400, "want call=N or request=N"},
		{"an unknown request", "GET", "none", "", 404, ""},
		{"a change by GET", "GET", "edit", "", 404, ""},
	}
	for _, tt := range tests {
		answer := w.serve(tt.method, Prefix+"api/"+tt.target, tt.body)
		if answer.Code != tt.status || !strings.Contains(answer.Body.String(), tt.contains) || answer.Body.Len() > 1100 {
			t.Errorf("%s: %d %.1200q, want %d with %q in 1,100 bytes", tt.name, answer.Code, answer.Body, tt.status, tt.contains)
		}
	}
	if after, _ := w.google.Overview(w.id); after.Version != before.Version || w.function.deploys > 0 || w.google.Profile() != emulator.CloudRun {
		t.Errorf("version %d after %d, %d deploys, platform %s: want no change", after.Version, before.Version, w.function.deploys, w.google.Profile())
	}
}

// TestFailures checks that each failure is recognized as broken until it is fixed.
func TestFailures(t *testing.T) {
	for _, f := range (&page{Config: Config{Google: emulator.New(emulator.Options{})}}).newFailures() {
		t.Run(f.id, func(t *testing.T) {
			w := newWorld(t)
			is := func(broken bool) func(stateView) bool {
				return func(s stateView) bool {
					all := 0
					for _, v := range s.Failures {
						if v.Broken != (broken && v.ID == f.id) {
							return false
						}
						if v.ID == f.id && (v.Try == nil || v.Try.Pending) {
							return false
						}
						all++
					}
					return all > 0
				}
			}
			if answer := w.serve("POST", Prefix+"api/break", `{"failure":"`+f.id+`"}`); answer.Code != 204 {
				t.Fatalf("break: %d %s", answer.Code, answer.Body)
			}
			w.events(is(true))
			if answer := w.serve("POST", Prefix+"api/try", `{"failure":"`+f.id+`"}`); answer.Code != 204 {
				t.Fatalf("try: %d %s", answer.Code, answer.Body)
			}
			if answer := w.serve("POST", Prefix+"api/fix", `{}`); answer.Code != 204 {
				t.Fatalf("fix: %d %s", answer.Code, answer.Body)
			}
			w.events(is(false))
			w.events(func(s stateView) bool { return s.Fixed != nil && s.Fixed.Status == 200 })
		})
	}
}

// TestPlatform checks that another platform deploys the function again.
func TestPlatform(t *testing.T) {
	w := newWorld(t)
	if answer := w.serve("POST", Prefix+"api/platform", `{"platform":"gce"}`); answer.Code != 204 {
		t.Fatalf("platform: %d %s", answer.Code, answer.Body)
	}
	w.events(func(s stateView) bool {
		return s.Platform == emulator.GCE && s.Switched != nil && !s.Switched.Pending && w.function.deploys == 1
	})
}

// TestShutdown checks that an open page does not keep the server from ending.
func TestShutdown(t *testing.T) {
	w := newWorld(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.handler}
	go func() { _ = server.Serve(listener) }()
	response, err := http.Get("http://" + listener.Addr().String() + Prefix + "api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown() = %v while a page is open", err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}
