package test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func TestExport(t *testing.T) {
	w := newWorld(t, func(_ *function.Settings, s *emulator.Spreadsheet) {
		s.Sheets[0].Values = append(slices.Clone(orders.Values), []any{4, "dates"})
		s.Sheets = append(s.Sheets, emulator.Sheet{Title: keysSheet, Values: [][]any{{"a key"}}, Hidden: true})
	})
	tests := []struct{ target, mediaType, name string }{
		{"/export", xlsx, "Demo.xlsx"},
		{"/export?format=xlsx", xlsx, "Demo.xlsx"},
		{"/export?format=csv", "text/csv", "Demo.csv"},
	}
	for _, tt := range tests {
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
			if read.Sheets[0].Title != "Orders" || last.Title != keysSheet || !last.Hidden {
				t.Errorf("GET %s holds %+v, want all sheets, hidden ones too", tt.target, read.Sheets)
			}
		})
	}
}

func TestExportFromSharedDrive(t *testing.T) {
	w := newWorld(t, func(_ *function.Settings, s *emulator.Spreadsheet) { s.Drive = "drive-1" })
	w.google.Share("drive-1", w.google.ServiceAccount(), "reader")
	if answer := w.do("GET", "/export?format=csv", ""); answer.Code != 200 {
		t.Errorf("GET /export = %d %s", answer.Code, answer.Body)
	}
}

func TestExportHeaders(t *testing.T) {
	checkCommonHeaders(t, "GET /export", newWorld(t, nil).do("GET", "/export", ""), "no-store")
}

// TestExportHead checks that no file is made for HEAD.
func TestExportHead(t *testing.T) {
	w := newWorld(t, nil)
	head := w.do("HEAD", "/export?format=csv", "")
	if line := w.lastLine()["httpRequest"].(map[string]any); line["status"] != 200.0 {
		t.Errorf("HEAD /export is logged as %v", line)
	}
	get := w.do("GET", "/export?format=csv", "")
	if n := w.countCalls(exportCall); head.Code != 200 || head.Body.Len() > 0 || n != 1 {
		t.Errorf("HEAD /export = %d %q, %d exports for it and a GET, want one", head.Code, head.Body, n)
	}
	for _, answer := range []*httptest.ResponseRecorder{head, get} {
		answer.Header().Del("X-Request-Id")
	}
	if diff := cmp.Diff(get.Header(), head.Header()); diff != "" {
		t.Errorf("HEAD /export (-GET +HEAD):\n%s", diff)
	}
	checkHead(t, w, "/export?format=x")
	if got := w.do("OPTIONS", "/export", "").Header().Get("Allow"); got != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS /export: Allow = %q, want GET, HEAD, OPTIONS", got)
	}
}

// withExport returns an instance whose exports come from answer and not from the
// emulator.
func (w *world) withExport(t testing.TB, answer func() (status int, body io.Reader)) *world {
	t.Helper()
	google := w.transport
	other := *w
	other.transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/export") {
			status, body := answer()
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), Request: r}, nil
		}
		return google.RoundTrip(r)
	})
	return other.another(t)
}

// exportTest is an export that is refused.
type exportTest struct {
	name, query string
	change      change
	fault       *emulator.Fault // in the export
	answer      func() (status int, body io.Reader)
	status      int
	code        string
	want        string // in detail or hint
}

var exportTests = []exportTest{
	{name: "another format", query: "?format=ods", status: 400, code: "bad-request", want: "format=ods: want csv, pdf, xlsx"},
	{name: "an empty format", query: "?format=", status: 400, code: "bad-request", want: "want csv, pdf, xlsx"},
	{name: "a media type", query: "?format=text/csv", status: 400, code: "bad-request", want: "want csv, pdf, xlsx"},
	{name: "another parameter", query: "?formt=csv", status: 400, code: "bad-request", want: "this route takes format"},
	{name: "a format that the emulator lacks", query: "?format=pdf", status: 502, code: "upstream", want: "is not emulated"},
	{name: "without the scope", change: withScope("spreadsheets"), status: 502, code: "scope-insufficient", want: "SCOPES=" + defaultScopes},
	{name: "with a scope for the name only", change: withScope("drive.metadata.readonly"), status: 502, code: "scope-insufficient", want: "SCOPES=" + defaultScopes},
	{name: "not shared", change: func(_ *function.Settings, s *emulator.Spreadsheet) { s.Unshared = true }, status: 502, code: "spreadsheet-not-found", want: "shared with"},
	{name: "too large", query: "?format=csv", change: func(_ *function.Settings, s *emulator.Spreadsheet) {
		s.Sheets = []emulator.Sheet{{Title: "Large", Values: [][]any{slices.Repeat([]any{strings.Repeat("x", 50_000)}, 220)}}}
	}, status: 413, code: "too-large", want: "10 MB"},
	{name: "not a spreadsheet", answer: func() (int, io.Reader) {
		return 403, strings.NewReader(`{"error":{"code":403,"errors":[{"reason":"fileNotExportable"}]}}`)
	}, status: 502, code: "unsupported-document", want: "Save as Google Sheets"},
	{name: "quota", fault: &emulator.Fault{Status: 429}, status: 503, code: "rate-limited"},
	{name: "Google fails", fault: &emulator.Fault{Status: 500, HTML: true}, status: 502, code: "upstream"},
	{name: "Google drops the connection", fault: &emulator.Fault{Drop: emulator.DropBefore}, status: 502, code: "upstream"},
	{name: "Google hangs", fault: &emulator.Fault{Hang: true}, status: 502, code: "upstream"},
	{name: "an answer that ends before its first byte", answer: func() (int, io.Reader) {
		return 200, &longBody{err: io.ErrUnexpectedEOF}
	}, status: 502, code: "upstream"},
}

func TestExportProblems(t *testing.T) {
	for _, tt := range exportTests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.change)
				if tt.fault != nil {
					inject(*tt.fault, exportCall)(w)
				}
				if tt.answer != nil {
					w = w.withExport(t, tt.answer)
				}
				start := time.Now()
				answer := w.do("GET", "/export"+tt.query, "")
				p := problemOf(t, answer)
				if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail+p.Hint, tt.want) {
					t.Errorf("GET /export%s = %+v, want %d %s: %s", tt.query, p, tt.status, tt.code, tt.want)
				}
				if answer.Header().Get("Content-Disposition") != "" {
					t.Errorf("the problem would be stored as %s", answer.Header().Get("Content-Disposition"))
				}
				if took := time.Since(start); took > requestBudget {
					t.Errorf("GET /export%s took %v, want at most %v", tt.query, took, requestBudget)
				}
				w.google.ClearFaults()
			})
		})
	}
}
