package function

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

const exportCall = "drive.files.export"

func TestExport(t *testing.T) {
	w := newWorld(t, nil)
	r := httptest.NewRequest("POST", "/sheets/Orders", strings.NewReader(`{"id":4,"item":"dates"}`))
	r.Header.Set("Idempotency-Key", "makes the sheet of keys")
	w.ServeHTTP(httptest.NewRecorder(), r)
	const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	for _, tt := range []struct{ target, mediaType, name string }{
		{"/export", xlsx, "Demo.xlsx"},
		{"/export?format=xlsx", xlsx, "Demo.xlsx"},
		{"/export?format=csv", "text/csv", "Demo.csv"},
	} {
		t.Run(tt.target, func(t *testing.T) {
			answer := w.do("GET", tt.target, "")
			header := answer.Header()
			if answer.Code != 200 || header.Get("Content-Type") != tt.mediaType || header.Get("Content-Disposition") != "attachment; filename="+tt.name {
				t.Fatalf("GET %s = %d %v", tt.target, answer.Code, header)
			}
			if tt.mediaType != xlsx {
				want := "id,item,qty,price,ordered\r\n1,apple,12,0.35,2026-03-02\r\n2,bread,2,2.8,2026-03-02\r\n3,coffee,1,7.95,2026-03-03\r\n4,dates,,,"
				if diff := cmp.Diff(want, answer.Body.String()); diff != "" {
					t.Errorf("GET %s (-want +got):\n%s", tt.target, diff)
				}
				return
			}
			read, err := emulator.ReadXLSX(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			last := read.Sheets[len(read.Sheets)-1]
			if read.Sheets[0].Title != "Orders" || last.Title != "_keys" || !last.Hidden {
				t.Errorf("GET %s holds %+v, want all sheets, the hidden one of keys too", tt.target, read.Sheets)
			}
		})
	}
	t.Run("in a shared drive", func(t *testing.T) {
		w := newWorld(t, func(_ *Settings, s *emulator.Spreadsheet) { s.Drive = "drive-1" })
		w.google.Share("drive-1", w.google.ServiceAccount(), "reader")
		if answer := w.do("GET", "/export?format=csv", ""); answer.Code != 200 {
			t.Errorf("GET /export = %d %s", answer.Code, answer.Body)
		}
	})
	t.Run("HEAD makes no file", func(t *testing.T) {
		before := w.calls(exportCall)
		head := w.do("HEAD", "/export?format=csv", "")
		if line := lastLine(t, w)["httpRequest"].(map[string]any); line["status"] != 200.0 {
			t.Errorf("HEAD is logged as %v", line)
		}
		get := w.do("GET", "/export?format=csv", "")
		if head.Code != 200 || head.Body.Len() > 0 || w.calls(exportCall) != before+1 {
			t.Errorf("HEAD = %d %q, %d exports for it and a GET, want one", head.Code, head.Body, w.calls(exportCall)-before)
		}
		for _, answer := range []*httptest.ResponseRecorder{head, get} {
			answer.Header().Del("X-Request-Id")
		}
		if diff := cmp.Diff(get.Header(), head.Header()); diff != "" {
			t.Errorf("HEAD (-GET +HEAD):\n%s", diff)
		}
	})
}

// exporting is a function whose exports come from this and not from the
// emulator.
func (w *world) exporting(t testing.TB, answer func(*http.Request) *http.Response) *world {
	t.Helper()
	google := w.base
	other := *w
	other.base = roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/export") {
			return answer(r), nil
		}
		return google.RoundTrip(r)
	})
	return other.another(t)
}

func TestExportIsRefused(t *testing.T) {
	fault := func(f emulator.Fault) func(*testing.T, *world) *world {
		return func(_ *testing.T, w *world) *world {
			f.Call = exportCall
			w.google.Inject(f)
			return w
		}
	}
	answer := func(status int, body io.Reader) func(*testing.T, *world) *world {
		return func(t *testing.T, w *world) *world {
			return w.exporting(t, func(r *http.Request) *http.Response {
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), Request: r}
			})
		}
	}
	for _, tt := range []struct {
		name, target string
		change       func(*Settings, *emulator.Spreadsheet)
		cause        func(*testing.T, *world) *world
		status       int
		code         table.Code
		told         string // in detail or remedy
	}{
		{name: "another format", target: "/export?format=ods", status: 400, code: "bad-request", told: "format=ods: want csv, pdf, xlsx"},
		{name: "an empty format", target: "/export?format=", status: 400, code: "bad-request", told: "want csv, pdf, xlsx"},
		{name: "a media type", target: "/export?format=text/csv", status: 400, code: "bad-request", told: "want csv, pdf, xlsx"},
		{name: "another parameter", target: "/export?formt=csv", status: 400, code: "bad-request", told: "this route takes format"},
		{name: "what Drive's emulator lacks", target: "/export?format=pdf", status: 502, code: "upstream", told: "export the spreadsheet as .pdf: Google answered 501"},
		{name: "without the scope", target: "/export", change: func(s *Settings, _ *emulator.Spreadsheet) {
			s.Scopes = auth.Scopes{"https://www.googleapis.com/auth/spreadsheets"}
		}, status: 502, code: "scope-insufficient", told: "SCOPES=drive,spreadsheets"},
		{name: "with a scope for the name only", target: "/export", change: func(s *Settings, _ *emulator.Spreadsheet) {
			s.Scopes = auth.Scopes{"https://www.googleapis.com/auth/drive.metadata.readonly"}
		}, status: 502, code: "scope-insufficient", told: "SCOPES=drive,spreadsheets"},
		{name: "not shared", target: "/export", change: func(_ *Settings, s *emulator.Spreadsheet) { s.Unshared = true }, status: 502, code: "spreadsheet-not-found", told: "shared with"},
		{name: "too large", target: "/export?format=csv", change: func(_ *Settings, s *emulator.Spreadsheet) {
			row := make([]any, 220)
			for i := range row {
				row[i] = strings.Repeat("x", 50_000)
			}
			s.Sheets = []emulator.Sheet{{Title: "Large", Values: [][]any{row}}}
		}, status: 413, code: "too-large", told: "10 MB"},
		{name: "no spreadsheet", target: "/export", cause: answer(403, strings.NewReader(`{"error":{"code":403,"errors":[{"reason":"fileNotExportable"}]}}`)), status: 502, code: "unsupported-document", told: "Save as Google Sheets"},
		{name: "quota", target: "/export", cause: fault(emulator.Fault{Status: 429}), status: 503, code: "rate-limited"},
		{name: "Google fails", target: "/export", cause: fault(emulator.Fault{Status: 500, HTML: true}), status: 502, code: "upstream"},
		{name: "Google drops the connection", target: "/export", cause: fault(emulator.Fault{Drop: emulator.DropBefore}), status: 502, code: "upstream"},
		{name: "Google hangs", target: "/export", cause: fault(emulator.Fault{Hang: true}), status: 502, code: "upstream"},
		{name: "an answer that breaks off before its first byte", target: "/export", cause: answer(200, &pattern{size: 0, err: io.ErrUnexpectedEOF}), status: 502, code: "upstream"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.change)
				if tt.cause != nil {
					w = tt.cause(t, w)
				}
				start := time.Now()
				answer := w.do("GET", tt.target, "")
				p := problemOf(t, answer)
				if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail+p.Hint, tt.told) {
					t.Errorf("GET %s = %+v, want %d %s: %s", tt.target, p, tt.status, tt.code, tt.told)
				}
				if answer.Header().Get("Content-Disposition") != "" {
					t.Errorf("the problem would be stored as %s", answer.Header().Get("Content-Disposition"))
				}
				if took := time.Since(start); took > web.DefaultTimeout {
					t.Errorf("the answer took %v, want at most %v", took, web.DefaultTimeout)
				}
				w.google.ClearFaults()
			})
		})
	}
}

// pattern is a body of many bytes that is nowhere in memory.
type pattern struct {
	size  int64
	err   error // at the end; nil is EOF
	given int64
	ahead func(given int64)
}

func (p *pattern) Read(b []byte) (int, error) {
	left := p.size - p.given
	if left == 0 {
		if p.err != nil {
			return 0, p.err
		}
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), left))
	for i := range b[:n] {
		b[i] = byte((p.given + int64(i)) % 251)
	}
	if p.given += int64(n); p.ahead != nil {
		p.ahead(p.given)
	}
	return n, nil
}

// counting is a caller who only counts.
type counting struct {
	header http.Header
	status int
	size   int64
}

func (w *counting) Header() http.Header    { return w.header }
func (w *counting) WriteHeader(status int) { w.status = status }
func (w *counting) Write(b []byte) (int, error) {
	w.size += int64(len(b))
	return len(b), nil
}

// TestExportStreams holds that of a file of 50 MB no more is in memory than what
// is on its way: the bytes read from Drive and not yet written to the caller.
func TestExportStreams(t *testing.T) {
	const size, most = 50 << 20, 64 << 10
	caller := &counting{header: http.Header{}}
	var ahead int64
	file := &pattern{size: size, ahead: func(given int64) { ahead = max(ahead, given-caller.size) }}
	w := newWorld(t, nil).exporting(t, func(r *http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(file), Request: r}
	})
	w.ServeHTTP(caller, httptest.NewRequest("GET", "/export", nil))
	if caller.status != 200 || caller.size != size {
		t.Errorf("GET /export = %d with %d bytes, want %d", caller.status, caller.size, size)
	}
	if ahead > most {
		t.Errorf("%d bytes were in memory, want at most %d", ahead, most)
	}
}

// TestExportBreaksOff holds, over the network, that a part of a file is not taken
// for the whole. TestGeneratedMain does under the platform's main, which catches
// panics.
func TestExportBreaksOff(t *testing.T) {
	const size = 1 << 20
	ended := make(chan struct{})
	w := newWorld(t, nil).exporting(t, func(r *http.Request) *http.Response {
		body := &pattern{size: size, err: errors.New("connection reset")}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), Request: r}
	})
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		defer close(ended)
		w.ServeHTTP(out, r)
	}))
	defer server.Close()
	w.log.Reset()
	n, err := fetch(t, server.URL+"/export")
	if err == nil || n > size {
		t.Errorf("GET /export ended well with %d of %d bytes", n, size)
	}
	<-ended
	line := lastLine(t, w)
	if strings.Count(w.log.String(), "\n") != 1 || line["severity"] != "ERROR" || line["code"] != "upstream" || !strings.Contains(line["error"].(string), "connection reset") {
		t.Errorf("log %s, want one ERROR line with the cause", w.log)
	}
}

// fetch reads an answer to its end and returns how long it was. It takes a
// connection of its own, because net/http asks again where one in use is lost.
func fetch(t testing.TB, url string) (int64, error) {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return io.Copy(io.Discard, resp.Body)
}

// TestSlowReader holds that a caller who takes an answer and does not read it is
// left when the request's time is over.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil).exporting(t, func(r *http.Request) *http.Response {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(&pattern{size: 50 << 20}), Request: r}
		})
		w.log.Reset()
		start, ended := time.Now(), make(chan time.Time, 1)
		network := emulator.Transport(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			w.ServeHTTP(out, r)
			ended <- time.Now()
		}))
		defer network.(*http.Transport).CloseIdleConnections()
		resp, err := (&http.Client{Transport: network}).Get("http://function/export")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if took := (<-ended).Sub(start); took != (web.DefaultTimeout + 3*time.Second) {
			t.Errorf("the caller was left after %v, want %v", took, (web.DefaultTimeout + 3*time.Second))
		}
		if line := lastLine(t, w); line["severity"] != "INFO" || !strings.Contains(line["error"].(string), "timeout") {
			t.Errorf("log %s, want an INFO line of the end", w.log)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err == nil || n >= 50<<20 {
			t.Errorf("the caller got all %d bytes, %v", n, err)
		}
	})
}
