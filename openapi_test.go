package function

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

func mustReadDocument(t *testing.T) *document {
	t.Helper()
	d, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDocumentIsServed(t *testing.T) {
	w := newWorld(t, nil)
	answer := w.do("GET", "/openapi.yaml", "")
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "application/yaml" || answer.Body.String() != string(openAPI) {
		t.Errorf("GET /openapi.yaml = %d %q, %d bytes, want the file", answer.Code, answer.Header().Get("Content-Type"), answer.Body.Len())
	}
	closed := newWorld(t, func(s *Settings, _ *emulator.Spreadsheet) { s.Callers = callers(t, "iam") })
	if answer := closed.do("GET", "/openapi.yaml", ""); answer.Code != 401 {
		t.Errorf("GET /openapi.yaml without a token = %d, want 401", answer.Code)
	}
}

// TestDocumentIsValid holds the document, with its examples, against the rules of
// OpenAPI 3.1.
func TestDocumentIsValid(t *testing.T) {
	d := mustReadDocument(t)
	if err := d.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.1.") {
		t.Errorf("openapi = %s, want 3.1", d.OpenAPI)
	}
}

// shape is what a route and an operation have to agree on.
type shape struct {
	Handler     string
	Query, Path []string
}

// TestDocumentAgreesWithRoutes holds that each has what the other has.
func TestDocumentAgreesWithRoutes(t *testing.T) {
	want := map[string]shape{}
	for _, route := range new(Handler).Routes() {
		name := runtime.FuncForPC(reflect.ValueOf(route.Serve).Pointer()).Name()
		s := shape{Handler: strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "-fm"), Query: slices.Sorted(slices.Values(route.Query))}
		for _, part := range strings.Split(route.Pattern, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok && name != "$}" {
				s.Path = append(s.Path, strings.TrimSuffix(name, "}"))
			}
		}
		want[route.Pattern] = s
	}
	got := map[string]shape{}
	for path, item := range mustReadDocument(t).Paths.Map() {
		for method, operation := range item.Operations() {
			s := shape{Handler: operation.OperationID}
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				switch p.Value.In {
				case openapi3.ParameterInQuery:
					s.Query = append(s.Query, p.Value.Name)
				case openapi3.ParameterInPath:
					s.Path = append(s.Path, p.Value.Name)
				}
			}
			slices.Sort(s.Query)
			got[method+" "+patternOf(path)] = s
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the document against routes (-routes +document):\n%s", diff)
	}
}

// problems are the codes that come with each status of an operation.
func problems(operation *openapi3.Operation) map[string]bool {
	found := map[string]bool{}
	for status, ref := range operation.Responses.Map() {
		if media := ref.Value.Content["application/problem+json"]; media != nil {
			for _, beside := range media.Schema.Value.AllOf { // what stands beside $ref
				for _, code := range beside.Value.Properties["code"].Value.Enum {
					found[fmt.Sprint(status, " ", code)] = true
				}
			}
		}
	}
	return found
}

// TestDocumentHasAllProblems holds that each code stands there, with its status.
func TestDocumentHasAllProblems(t *testing.T) {
	d := mustReadDocument(t)
	want, events, codes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for code, status := range Statuses {
		want[fmt.Sprint(status, " ", code)], codes[string(code)] = true, true
		if code != web.CodeRouteNotFound && code != web.CodeMethodNotAllowed {
			events[fmt.Sprint(EventStatus(code), " ", code)] = true
		}
	}
	want["503 token"] = true         // GET /health
	want["503 upstream"] = true      // the keys to check callers by cannot be had
	events["408 bad-request"] = true // the body was cut
	got := problems(d.unrouted)
	for path, item := range d.Paths.Map() {
		for _, operation := range item.Operations() {
			if path != "/events" {
				maps.Copy(got, problems(operation))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes by status (-problem.go +document):\n%s", diff)
	}
	if diff := cmp.Diff(events, problems(d.Paths.Value("/events").Post)); diff != "" {
		t.Errorf("codes by status of POST /events (-events.go +document):\n%s", diff)
	}
	listed, told := map[string]bool{}, map[string]bool{}
	schema := d.Components.Schemas["Code"].Value
	for _, code := range schema.Enum {
		listed[code.(string)] = true
	}
	for line := range strings.Lines(schema.Description) {
		if code, ok := strings.CutPrefix(line, "- "); ok {
			told[strings.SplitN(code, ":", 2)[0]] = true
		}
	}
	if diff := cmp.Diff(codes, listed); diff != "" {
		t.Errorf("enum of Code (-problem.go +document):\n%s", diff)
	}
	if diff := cmp.Diff(codes, told); diff != "" {
		t.Errorf("description of Code (-problem.go +document):\n%s", diff)
	}
}

// TestAnswersAreHeldAgainstTheDocument holds that what watches all tests sees
// what is wrong.
func TestAnswersAreHeldAgainstTheDocument(t *testing.T) {
	d := mustReadDocument(t)
	rows := http.Header{"Content-Type": {"application/json"}, "Etag": {`"x"`}, "Cache-Control": {"private, no-cache"}, "X-Total-Count": {"1"}}
	stored := http.Header{"Content-Type": {"application/json"}}
	file := http.Header{"Content-Type": {"text/csv; charset=utf-8; header=present"}, "Etag": {`"x"`}, "Cache-Control": {"private, no-cache"}, "X-Total-Count": {"1"}}
	told := http.Header{"Content-Type": {"application/problem+json"}}
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
	p := func(status int, code table.Code) string {
		return fmt.Sprintf(`{"type":"about:blank","title":"t","status":%d,"detail":"d","code":%q,"request_id":"x","member_of_an_extension":1}`, status, code)
	}
	for _, tt := range []struct {
		name, method, target, sent string
		status                     int
		header                     http.Header
		body                       string
		want                       string // in the error; "" is none
	}{
		{"rows", "GET", "/sheets/O?where=a:1&where=b:2&order=a,-b&limit=1", "", 200, rows, `[{"a":1,"b":"x","c":true}]`, ""},
		{"rows as CSV", "GET", "/sheets/a%2Fb?format=csv", "", 200, file, "a\r\n1\r\n", ""},
		{"rows that the caller has", "GET", "/sheets/O", "", 304, without(rows, "Content-Type"), "", ""},
		{"rows for HEAD", "HEAD", "/sheets/O", "", 200, rows, "", ""},
		{"a row", "POST", "/sheets/O", `{"a":null,"b":1}`, 201, with(stored, "Idempotency-Replayed", "true"), `{"appended":1,"range":"O!A2"}`, ""},
		{"rows touched", "PUT", "/sheets/O?key=a&dry_run=true", `[{"a":1}]`, 200, stored, `{"replaced":1,"appended":0,"rows":["2","4:5"],"dry_run":true}`, ""},
		{"a problem", "PATCH", "/sheets/O", "", 422, told, p(422, "invalid-rows"), ""},
		{"no route", "GET", "/x", "", 404, told, p(404, "route-not-found"), ""},
		{"no method", "PUT", "/", "", 405, with(told, "Allow", "GET, HEAD"), p(405, "method-not-allowed"), ""},

		{"a misnamed field", "POST", "/sheets/O", `{"a":1}`, 201, stored, `{"appended":1,"rnge":"O!A2"}`, "missing property 'range'"},
		{"a field too many", "POST", "/sheets/O", `{"a":1}`, 201, stored, `{"appended":1,"range":"O!A2","more":1}`, "'more' not allowed"},
		{"rows of another form", "DELETE", "/sheets/O?where=a:1", "", 200, stored, `{"deleted":1,"rows":["2-3"]}`, "does not match pattern"},
		{"an empty cell", "GET", "/sheets/O", "", 200, rows, `[{"a":null}]`, "got null"},
		{"no JSON", "GET", "/sheets/O", "", 200, rows, `[`, "not JSON"},
		{"a status", "GET", "/sheets/O", "", 418, told, p(418, "internal"), "the status is not in the document"},
		{"a status of another operation", "DELETE", "/sheets/O?where=a:1", "", 413, told, p(413, "too-large"), "the status is not in the document"},
		{"a code of another status", "GET", "/sheets/O", "", 404, told, p(404, "route-not-found"), "value must be 'sheet-not-found'"},
		{"a code of nothing", "GET", "/x", "", 404, told, p(404, "none"), "value must be"},
		{"a problem without a code", "GET", "/sheets/O", "", 400, told, `{"type":"about:blank","title":"t","status":400,"detail":"d","request_id":"x"}`, "missing property 'code'"},
		{"another media type", "GET", "/sheets/O", "", 400, stored, p(400, "bad-request"), `type "application/json" is not in the document`},
		{"no header that must be", "GET", "/sheets/O", "", 200, without(rows, "Etag"), `[]`, "ETag: given 0 times"},
		{"no header on 304", "GET", "/sheets/O", "", 304, without(without(rows, "Content-Type"), "Etag"), "", "ETag: given 0 times"},
		{"no header on HEAD", "HEAD", "/sheets/O", "", 200, without(rows, "Etag"), "", "ETag: given 0 times"},
		{"no Allow", "PUT", "/", "", 405, told, p(405, "method-not-allowed"), "Allow: given 0 times"},
		{"a header's value", "GET", "/sheets/O", "", 200, with(rows, "X-Total-Count", "many"), `[]`, "X-Total-Count: "},
		{"an unknown header", "GET", "/sheets/O", "", 200, with(rows, "X-Count", "1"), `[]`, "header X-Count is not in the document"},
		{"a body that should not be", "GET", "/sheets/O", "", 304, rows, `[]`, "is not in the document"},

		{"a limit of 0 is served", "GET", "/sheets/O?limit=0", "", 200, rows, `[]`, "should be refused: limit"},
		{"a limit of x is served", "GET", "/sheets/O?limit=x", "", 200, rows, `[]`, "should be refused: limit"},
		{"a parameter twice is served", "GET", "/sheets/O?offset=1&offset=2", "", 200, rows, `[]`, "should be refused: offset"},
		{"a condition without a value is served", "GET", "/sheets/O?where=a", "", 200, rows, `[]`, "should be refused: where"},
		{"an update without a condition is served", "PATCH", "/sheets/O", `{"a":1}`, 200, stored, `{"updated":1}`, "should be refused: where"},
		{"an upsert without a key is served", "PUT", "/sheets/O", `{"a":1}`, 200, stored, `{"replaced":1,"appended":0}`, "should be refused: key"},
		{"a body that is nested is served", "POST", "/sheets/O", `{"a":{}}`, 201, stored, `{"appended":1,"range":"O!A2"}`, "should be refused"},
		{"no body is served", "POST", "/sheets/O", "", 201, stored, `{"appended":1,"range":"O!A2"}`, "should be refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set(web.RequestIDHeader, "x")
				maps.Copy(w.Header(), tt.header)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}
			recorder := httptest.NewRecorder()
			err := d.check(watch(http.HandlerFunc(answer), recorder, httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.sent))))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("check() = %v, want %q", err, tt.want)
			}
			if recorder.Code != tt.status || recorder.Body.String() != tt.body {
				t.Errorf("watch passes on %d %q, want %d %q", recorder.Code, recorder.Body, tt.status, tt.body)
			}
		})
	}
}

// hearing keeps what a test is told.
type hearing struct {
	testing.TB
	heard []string
}

func (h *hearing) Errorf(format string, args ...any) {
	h.heard = append(h.heard, fmt.Sprintf(format, args...))
}

// TestWorldWatches holds that a test that looks at nothing fails by an answer
// that the document does not have.
func TestWorldWatches(t *testing.T) {
	w := newWorld(t, nil)
	heard := &hearing{TB: t}
	w.t = heard
	if w.do("GET", "/sheets/Orders", ""); len(heard.heard) > 0 {
		t.Errorf("heard %q of an answer that is fine", heard.heard)
	}
	w.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if w.do("GET", "/sheets/Orders", ""); len(heard.heard) != 1 || !strings.Contains(heard.heard[0], "GET /sheets/Orders: answer 418: the status is not in the document") {
		t.Errorf("heard %q of an answer 418", heard.heard)
	}
}
