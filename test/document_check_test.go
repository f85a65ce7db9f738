package test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// readRowsDocument reads the document of the tests below.
func readRowsDocument(t *testing.T) *document {
	t.Helper()
	content, err := os.ReadFile("testdata/rows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDocument(content)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDocumentCheck checks that the check of exchanges finds what is wrong, and
// only that.
func TestDocumentCheck(t *testing.T) {
	d := readRowsDocument(t)
	rows := http.Header{"Content-Type": {"application/json"}, "Etag": {`"x"`}, "Cache-Control": {"private, no-cache"}, "X-Count": {"1"}}
	stored := http.Header{"Content-Type": {"application/json"}}
	file := http.Header{"Content-Type": {"text/csv; charset=utf-8; header=present"}, "Etag": {`"x"`}, "Cache-Control": {"private, no-cache"}, "X-Count": {"1"}}
	problem := http.Header{"Content-Type": {"application/problem+json"}}
	with := func(header http.Header, name, value string) http.Header {
		header = header.Clone()
		header.Set(name, value)
		return header
	}
	without := func(header http.Header, name string) http.Header {
		header = header.Clone()
		header.Del(name)
		return header
	}
	p := func(status int, code string) string {
		return fmt.Sprintf(`{"type":"about:blank","title":"t","status":%d,"detail":"d","code":%q,"request_id":"x","member_of_an_extension":1}`, status, code)
	}
	tests := []struct {
		name, method, target, sent string
		status                     int
		header                     http.Header
		body                       string
		want                       string // in the error; "" is none
	}{
		{"rows", "GET", "/sheets/O?or=(a.eq.1)&or=(b.eq.2)&columns=a,b&limit=1", "", 200, rows, `[{"a":1,"b":"x","c":true}]`, ""},
		{"rows as CSV", "GET", "/sheets/a%2Fb?format=csv", "", 200, file, "a\r\n1\r\n", ""},
		{"rows that the caller has", "GET", "/sheets/O", "", 304, without(rows, "Content-Type"), "", ""},
		{"rows for HEAD", "HEAD", "/sheets/O", "", 200, rows, "", ""},
		{"a row", "POST", "/sheets/O", `{"a":null,"b":1}`, 201, with(stored, "Idempotency-Replayed", "true"), `{"appended":1,"range":"O!A2"}`, ""},
		{"rows touched", "PUT", "/sheets/O?on_conflict=a&rollback=true", `[{"a":1}]`, 200, stored, `{"updated":1,"appended":0,"rows":["2","4:5"],"rolled_back":true}`, ""},
		{"a problem", "PATCH", "/sheets/O", "", 422, problem, p(422, "invalid-rows"), ""},
		{"no route", "GET", "/x", "", 404, problem, p(404, "route-not-found"), ""},
		{"no method", "PUT", "/", "", 405, with(problem, "Allow", "GET, HEAD"), p(405, "method-not-allowed"), ""},

		{"a misnamed field", "POST", "/sheets/O", `{"a":1}`, 201, stored, `{"appended":1,"rnge":"O!A2"}`, "missing property 'range'"},
		{"a field too many", "POST", "/sheets/O", `{"a":1}`, 201, stored, `{"appended":1,"range":"O!A2","more":1}`, "'more' not allowed"},
		{"rows of another form", "DELETE", "/sheets/O?or=(a.eq.1)", "", 200, stored, `{"deleted":1,"rows":["2-3"]}`, "does not match pattern"},
		{"an empty cell", "GET", "/sheets/O", "", 200, rows, `[{"a":null}]`, "got null"},
		{"no JSON", "GET", "/sheets/O", "", 200, rows, `[`, "not JSON"},
		{"a status", "GET", "/sheets/O", "", 418, problem, p(418, "internal"), "the status is not in the document"},
		{"a status of another operation", "DELETE", "/sheets/O?or=(a.eq.1)", "", 413, problem, p(413, "too-large"), "the status is not in the document"},
		{"a code of another status", "GET", "/sheets/O", "", 404, problem, p(404, "route-not-found"), "value must be 'sheet-not-found'"},
		{"a code of nothing", "GET", "/x", "", 404, problem, p(404, "none"), "value must be"},
		{"a problem without a code", "GET", "/sheets/O", "", 400, problem, `{"type":"about:blank","title":"t","status":400,"detail":"d","request_id":"x"}`, "missing property 'code'"},
		{"another media type", "GET", "/sheets/O", "", 400, stored, p(400, "bad-request"), `type "application/json" is not in the document`},
		{"no header that must be", "GET", "/sheets/O", "", 200, without(rows, "Etag"), `[]`, "ETag: given 0 times"},
		{"no header on 304", "GET", "/sheets/O", "", 304, without(without(rows, "Content-Type"), "Etag"), "", "ETag: given 0 times"},
		{"no header on HEAD", "HEAD", "/sheets/O", "", 200, without(rows, "Etag"), "", "ETag: given 0 times"},
		{"no Allow", "PUT", "/", "", 405, problem, p(405, "method-not-allowed"), "Allow: given 0 times"},
		{"a header's value", "GET", "/sheets/O", "", 200, with(rows, "X-Count", "many"), `[]`, "X-Count: "},
		{"an unknown header", "GET", "/sheets/O", "", 200, with(rows, "X-Other", "1"), `[]`, "header X-Other is not in the document"},
		{"a body that should not be", "GET", "/sheets/O", "", 304, rows, `[]`, "is not in the document"},

		{"a limit of 0 is served", "GET", "/sheets/O?limit=0", "", 200, rows, `[]`, "should be refused: limit"},
		{"a limit of x is served", "GET", "/sheets/O?limit=x", "", 200, rows, `[]`, "should be refused: limit"},
		{"a parameter twice is served", "GET", "/sheets/O?offset=1&offset=2", "", 200, rows, `[]`, "should be refused: offset"},
		{"a condition without a value is served", "GET", "/sheets/O?or=a", "", 200, rows, `[]`, "should be refused: or"},
		{"an update without a condition is served", "PATCH", "/sheets/O", `{"a":1}`, 200, stored, `{"updated":1}`, "should be refused: or"},
		{"an upsert without a key is served", "PUT", "/sheets/O", `{"a":1}`, 200, stored, `{"updated":1,"appended":0}`, "should be refused: on_conflict"},
		{"a body that is nested is served", "POST", "/sheets/O", `{"a":{}}`, 201, stored, `{"appended":1,"range":"O!A2"}`, "should be refused"},
		{"no body is served", "POST", "/sheets/O", "", 201, stored, `{"appended":1,"range":"O!A2"}`, "should be refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			handler := func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("X-Request-Id", "x")
				maps.Copy(w.Header(), tt.header)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}
			recorder := httptest.NewRecorder()
			err := d.check(record(http.HandlerFunc(handler), recorder, httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.sent))))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("check() = %v, want %q", err, tt.want)
			}
			if recorder.Code != tt.status || recorder.Body.String() != tt.body {
				t.Errorf("record() passes on %d %q, want %d %q", recorder.Code, recorder.Body, tt.status, tt.body)
			}
		})
	}
}

// errorRecorder is a testing.TB that keeps errors instead of reporting them.
type errorRecorder struct {
	testing.TB
	errors []string
}

func (r *errorRecorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// TestWorldChecksExchanges checks that a test which checks nothing itself fails by an
// answer that the document does not have.
func TestWorldChecksExchanges(t *testing.T) {
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	tests := []struct {
		name    string
		handler http.Handler // nil is the function
		path    string
		deleted bool // from the document
		want    string
	}{
		{name: "an answer that the document has", path: "/health"},
		{name: "an answer that it lacks", handler: teapot, path: "/health", want: "GET /health: answer 418: the status is not in the document: add it to the operation's responses in openapi.yaml"},
		{name: "an answer where there is no route", handler: teapot, path: "/nothing", want: "GET /nothing: answer 418: the status is not in the document: add it to the operation's responses in openapi.yaml"},
		{name: "a route that the document lacks, for TestDocumentAgreesWithRoutes", handler: teapot, path: "/health", deleted: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			errors := &errorRecorder{TB: t}
			w.t = errors
			if tt.handler != nil {
				w.handler = tt.handler
			}
			if tt.deleted {
				content, err := os.ReadFile("../openapi.yaml")
				if err != nil {
					t.Fatal(err)
				}
				w.document = func() (*document, error) {
					d, err := newDocument(content)
					if err == nil {
						d.Paths.Delete(tt.path)
					}
					return d, err
				}
			}
			w.do("GET", tt.path, "")
			if got := strings.Join(errors.errors, "\n"); got != tt.want {
				t.Errorf("GET %s reports %q, want %q", tt.path, got, tt.want)
			}
		})
	}
}
