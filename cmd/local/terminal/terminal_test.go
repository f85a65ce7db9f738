package terminal

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/cmd/local/traffic"
	"example.com/sheets-function/emulator"
)

const scopeRoot = "https://www.googleapis.com/auth/"

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// call returns a call to Google at noon.
func call(name string, status int, change func(*emulator.Request)) emulator.Request {
	c := emulator.Request{Call: name, Status: status, Time: noon, Token: 1, Principal: "sa@example.com"}
	if change != nil {
		change(&c)
	}
	return c
}

func TestRequestLine(t *testing.T) {
	token := &emulator.TokenInfo{Number: 1, Scopes: []string{scopeRoot + "drive", scopeRoot + "spreadsheets"}, Source: "metadata server", Issued: noon, Expiry: noon.Add(59 * time.Minute)}
	const tokenText = " ← token drive,spreadsheets (metadata server, 59 min left)\n"
	refused := func(check emulator.Check, d emulator.Decision) func(*emulator.Request) {
		d.Refused = check
		return func(r *emulator.Request) { r.Decision = d }
	}
	tests := []struct {
		name     string
		request  traffic.Request
		response string
		note     note
		calls    []emulator.Request
		token    *emulator.TokenInfo
		want     string
	}{
		{
			"an appended row", traffic.Request{Method: "POST", Path: "/sheets/Orders", Status: 201, Duration: 900 * time.Millisecond},
			`{"appended":1,"range":"Orders!A5:E5"}`, note{rows: 1}, []emulator.Request{call("metadata.token", 200, nil), call("sheets.spreadsheets.batchUpdate", 200, nil)}, token,
			"POST /sheets/Orders 201 0.9 s · 1 row Orders!A5:E5 ← batchUpdate 200" + tokenText,
		},
		{
			"rows from memory", traffic.Request{Method: "GET", Path: "/sheets/Orders", Query: "qty=gt.3", Status: 200, Duration: 12 * time.Millisecond},
			`[{"id":1}]`, note{rows: 3}, nil, nil,
			"GET /sheets/Orders?qty=gt.3 200 12 ms · 3 rows\n",
		},
		{
			"an upsert", traffic.Request{Method: "POST", Path: "/sheets/Orders", Status: 200}, `{"updated":2,"appended":1,"rows":["3"]}`, note{rows: 3}, nil, nil,
			"POST /sheets/Orders 200 0 ms · 2 rows updated, 1 row appended\n",
		},
		{
			"a body that is cut", traffic.Request{Method: "GET", Path: "/x", Status: 200}, `{"appended":1`, note{}, nil, nil,
			"GET /x 200 0 ms\n",
		},
		{
			"a call that was repeated, for several requests", traffic.Request{Method: "POST", Path: "/x", Status: 201}, "", note{},
			[]emulator.Request{
				call("sheets.spreadsheets.batchUpdate", 503, nil), call("sheets.spreadsheets.batchUpdate", 503, nil),
				call("sheets.spreadsheets.batchUpdate", 200, func(r *emulator.Request) { r.Cause = "3,7-9" }),
			}, token,
			"POST /x 201 0 ms ← batchUpdate 503 ×2, batchUpdate 200 (for 4 requests)" + tokenText,
		},
		{
			"a problem", traffic.Request{Method: "GET", Path: "/sheets/Orders", Status: 502, Problem: traffic.Problem{Code: "scope-insufficient", Detail: "the token lacks a scope", Hint: "set SCOPES"}},
			`{"code":"scope-insufficient"}`, note{err: "the token lacks a scope: Google answered 403"},
			[]emulator.Request{call("sheets.spreadsheets.values.get", 403, refused(emulator.CheckScope, emulator.Decision{Accepted: []string{scopeRoot + "drive", scopeRoot + "spreadsheets"}}))}, token,
			"GET /sheets/Orders 502 0 ms ← values.get 403 (scope: needs drive or spreadsheets)" + tokenText +
				"  scope-insufficient: the token lacks a scope\n  hint: set SCOPES\n  cause: Google answered 403\n",
		},
		{
			"a number that is taken", traffic.Request{Method: "PATCH", Path: "/x", Status: 200}, "", note{},
			[]emulator.Request{call("sheets.spreadsheets.batchUpdate", 400, func(r *emulator.Request) {
				r.Error = "Invalid requests[1].createDeveloperMetadata: Cannot add developer metadata with ID [1] because developer metadata with that ID already exists."
			})}, nil,
			"PATCH /x 200 0 ms ← batchUpdate 400 (as expected: Google refuses a second batch with the same number)\n",
		},
		{
			"not shared", traffic.Request{Method: "GET", Path: "/", Status: 502}, "", note{},
			[]emulator.Request{call("drive.files.get", 404, refused(emulator.CheckSharing, emulator.Decision{NeededRole: "reader"}))}, nil,
			"GET / 502 0 ms ← drive.files.get 404 (sharing: not shared with sa@example.com, which has to be reader)\n",
		},
		{
			"shared for reading", traffic.Request{Method: "GET", Path: "/", Status: 502}, "", note{},
			[]emulator.Request{call("sheets.spreadsheets.get", 403, refused(emulator.CheckSharing, emulator.Decision{Role: "reader", NeededRole: "writer"}))}, nil,
			"GET / 502 0 ms ← spreadsheets.get 403 (sharing: sa@example.com is reader and has to be writer)\n",
		},
		{
			"API, quota and token", traffic.Request{Method: "GET", Path: "/", Status: 502}, "", note{},
			[]emulator.Request{
				call("sheets.spreadsheets.values.get", 403, refused(emulator.CheckAPI, emulator.Decision{})),
				call("sheets.spreadsheets.values.get", 429, refused(emulator.CheckQuota, emulator.Decision{Bucket: "read requests per minute per user", Limit: 60})),
				call("drive.files.get", 401, refused(emulator.CheckToken, emulator.Decision{})),
			}, nil,
			"GET / 502 0 ms ← values.get 403 (API: sheets.googleapis.com is disabled), values.get 429 (quota: read requests per minute per user, limit 60), " +
				"drive.files.get 401 (token: missing, expired, or of a kind that Google does not accept)\n",
		},
		{
			"a fault, no response, and no token", traffic.Request{Method: "GET", Path: "/", Status: 0}, "", note{},
			[]emulator.Request{call("metadata.token", 500, nil), call("sheets.spreadsheets.get", 0, func(r *emulator.Request) { r.Fault = "sheets.spreadsheets.get:drop=after" })}, nil,
			"GET / no response 0 ms ← metadata.token 500, spreadsheets.get no response (fault drop=after)\n",
		},
		{
			"an error that is of no check", traffic.Request{Method: "POST", Path: "/x", Status: 400}, "", note{},
			[]emulator.Request{call("sheets.spreadsheets.batchUpdate", 400, func(r *emulator.Request) { r.Error = "Invalid requests[0]:\nNo grid with id: 7" })}, nil,
			"POST /x 400 0 ms ← batchUpdate 400 (Invalid requests[0]:\ufffdNo grid with id: 7)\n",
		},
		{
			"what a terminal would act on", traffic.Request{Method: "GET\x1b[2J", Path: "/\x1b]0;title\a\u202egnp", Query: "\xff", Status: 400, Problem: traffic.Problem{Code: "bad", Detail: "unknown \x1b[31m\r\n200 OK"}},
			"", note{}, nil, nil,
			"GET\ufffd[2J /\ufffd]0;title\ufffd\ufffdgnp?\ufffd 400 0 ms\n  bad: unknown \ufffd[31m\ufffd\ufffd200 OK\n",
		},
		{
			"a long path", traffic.Request{Method: "GET", Path: "/" + strings.Repeat("é", 500), Status: 404}, "", note{}, nil, nil,
			"GET /" + strings.Repeat("é", 199) + "… 404 0 ms\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plain := style{}.request(tt.request, []byte(tt.response), tt.note, tt.calls, tt.token)
			if plain != tt.want {
				t.Errorf("line:\n%s\nwant\n%s", plain, tt.want)
			}
			colored := style{color: true}.request(tt.request, []byte(tt.response), tt.note, tt.calls, tt.token)
			if !strings.Contains(colored, "\x1b[") || withoutColor(colored) != tt.want {
				t.Errorf("in colour %q, want the same text with colours", colored)
			}
		})
	}
}

// withoutColor removes what [style.paint] adds.
func withoutColor(text string) string {
	for _, code := range []string{"0", bold, dim, red, green, yellow, bold + ";" + red} {
		text = strings.ReplaceAll(text, "\x1b["+code+"m", "")
	}
	return text
}

func TestTokenText(t *testing.T) {
	for left, want := range map[time.Duration]string{
		time.Hour - time.Second: "token without scopes (IAM, 60 min left)", 40 * time.Second: "token without scopes (IAM, 40 s left)", -time.Second: "token without scopes (IAM, expired)",
	} {
		token := emulator.TokenInfo{Source: "IAM", Issued: noon.Add(-time.Hour), Expiry: noon.Add(left)}
		if got := tokenText(token, []emulator.Request{{Time: noon}}); got != want {
			t.Errorf("with %v left: %q, want %q", left, got, want)
		}
	}
}

// TestUseColor checks that only a terminal gets colours: tests have none.
func TestUseColor(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	tests := []struct {
		name          string
		w             io.Writer
		noColor, term string
		want          bool
	}{
		{"a buffer", &bytes.Buffer{}, "", "xterm", false},
		{"a pipe", write, "", "xterm", false},
		{"a terminal", null, "", "xterm", true},
		{"NO_COLOR", null, "1", "xterm", false},
		{"a terminal without colours", null, "", "dumb", false},
	}
	for _, tt := range tests {
		t.Setenv("NO_COLOR", tt.noColor)
		t.Setenv("TERM", tt.term)
		if got := UseColor(tt.w); got != tt.want {
			t.Errorf("%s: UseColor = %t, want %t", tt.name, got, tt.want)
		}
	}
}

// TestPrinter joins the logs: calls with a cause, calls for no request, and lines of the
// function's log.
func TestPrinter(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{})
	var out bytes.Buffer
	requests := traffic.NewLog()
	p := New(&out, false, requests, google)
	log := slog.New(p.LogHandler())
	send := func(ctx context.Context, cause, email string) {
		r := httptest.NewRequestWithContext(ctx, "GET", "/v4/spreadsheets/"+id, nil)
		r.Header.Set("Authorization", "Bearer "+google.Token(email, scopeRoot+"spreadsheets"))
		r.Header.Set(emulator.CauseHeader, cause)
		google.ServeHTTP(httptest.NewRecorder(), r)
	}
	h := p.Handler(requests.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		send(r.Context(), "1", google.ServiceAccount())
		p.Print() // as another request does meanwhile
		log.LogAttrs(r.Context(), slog.LevelWarn, "GET /", slog.Group("httpRequest", "status", 200), slog.Int("rows", 7))
		log.WarnContext(r.Context(), "renewal fails", "error", "503\x1b")
		log.InfoContext(r.Context(), "function is set up")
		w.WriteHeader(http.StatusOK)
	})))
	// The logs are read one after the other: a call may be of a request that began meanwhile.
	send(t.Context(), "1", google.ServiceAccount())
	if p.Print(); out.Len() > 0 {
		t.Errorf("printed %q before the call's request was known", out.String())
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/sheets/A", nil))
	send(t.Context(), "", google.ServiceAccount())
	send(t.Context(), "1-99999999999", "anna@example.com") // a header that the function did not send
	p.Print()
	got := strings.Split(out.String(), "\n")
	want := []string{
		"WARN renewal fails error=503\ufffd",
		"GET /sheets/A 200 ",
		"· spreadsheets.get 200 for no request",
	}
	for i, line := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], line) {
			t.Fatalf("printed\n%s\nwant line %d to begin with %q", out.String(), i, line)
		}
	}
	if !strings.Contains(got[1], " · 7 rows ← spreadsheets.get 200 ×2 ← token spreadsheets (consent, ") {
		t.Errorf("the request's line is %q, want its rows, call and token", got[1])
	}
	if len(p.pending) != 0 {
		t.Errorf("%d requests are kept after they were printed", len(p.pending))
	}
}

// TestFollow checks that what happens without a request is printed when it happens.
func TestFollow(t *testing.T) {
	google := emulator.New(emulator.Options{})
	lines := make(chan string, 10)
	p := New(writerFunc(func(b []byte) { lines <- string(b) }), false, traffic.NewLog(), google)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { p.Follow(ctx); close(done) }()
	r := httptest.NewRequest("GET", "/computeMetadata/v1/instance/service-accounts/default/token?scopes="+scopeRoot+"drive", nil)
	r.Header.Set("Metadata-Flavor", "Google")
	google.ServeHTTP(httptest.NewRecorder(), r)
	if got, want := <-lines, "· token drive (metadata server, 60 min left), for no request\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	stop()
	<-done
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }
