package function

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
	"example.com/sheets-function/web"
)

// hostile is a request that must do nothing but get its answer.
type hostile struct {
	name, method, target string
	body                 string
	code                 table.Code // "" is a 2xx that writes nothing
	header               []string   // name, value …
}

var (
	asCSV  = []string{"Content-Type", "text/csv"}
	asJSON = []string{"Content-Type", "application/json"}
)

var hostileRequests = slices.Concat(hostilePaths, hostileQueries, hostileBodies, hostileHeaders)

var hostilePaths = []hostile{
	{name: "a title that climbs", method: "GET", target: "/sheets/..%2F..%2Fetc%2Fpasswd", code: table.SheetNotFound},
	{name: "dots that are a title", method: "GET", target: "/sheets/%2e%2e", code: table.SheetNotFound},
	{name: "a slash in the path", method: "GET", target: "/sheets/Orders/../Orders/x", code: web.CodeRouteNotFound},
	{name: "an encoded slash is part of the title", method: "GET", target: "/sheets/Orders%2Fx", code: table.SheetNotFound},
	{name: "a slash behind the title", method: "GET", target: "/sheets/Orders/", code: web.CodeRouteNotFound},
	{name: "line breaks in the title", method: "GET", target: "/sheets/Orders%0d%0aX-Evil:%201", code: table.SheetNotFound},
	{name: "line breaks in a title to write to", method: "POST", target: "/sheets/Orders%0d%0aX-Evil:%201", body: `{"id":1}`, code: table.SheetNotFound},
	{name: "a null byte in the title", method: "GET", target: "/sheets/Orders%00", code: table.SheetNotFound},
	{name: "an emoji title that is not there", method: "GET", target: "/sheets/%F0%9F%92%A3", code: table.SheetNotFound},
	{name: "a title that is not UTF-8", method: "GET", target: "/sheets/%ff%fe", code: table.SheetNotFound},
	{name: "a title that is not UTF-8, to write to", method: "PUT", target: "/sheets/%ff?key=id", body: `{"id":1}`, code: table.SheetNotFound},
	{name: "a range behind the title", method: "GET", target: "/sheets/Orders!A1:B2", code: table.SheetNotFound},
	{name: "a title that closes its quotes", method: "GET", target: "/sheets/Orders'!A1", code: table.SheetNotFound},
	{name: "a title that is a formula", method: "DELETE", target: "/sheets/=Orders?where=id:1", code: table.SheetNotFound},
	{name: "a title of 10,000 letters", method: "GET", target: "/sheets/" + strings.Repeat("x", 10_000), code: table.SheetNotFound},
	{name: "the keys' sheet", method: "GET", target: "/sheets/_keys", code: table.SheetNotFound},
	{name: "the keys' sheet in other letters", method: "PATCH", target: "/sheets/_KEYS?where=A:1", body: `{"A":1}`, code: table.SheetNotFound},
	{name: "no title", method: "GET", target: "/sheets/", code: web.CodeRouteNotFound},
	{name: "an unknown path", method: "GET", target: "/admin", code: web.CodeRouteNotFound},
	{name: "an unknown method", method: "BREW", target: "/sheets/Orders", code: web.CodeMethodNotAllowed},
	{name: "TRACE", method: "TRACE", target: "/", code: web.CodeMethodNotAllowed},
	{name: "DELETE of the spreadsheet", method: "DELETE", target: "/", code: web.CodeMethodNotAllowed},
	{name: "POST to health", method: "POST", target: "/health", body: "x", code: web.CodeMethodNotAllowed},
	{name: "a parameter for health", method: "GET", target: "/health?x=1", code: table.BadRequest},
	{name: "a parameter for the spreadsheet", method: "GET", target: "/?id=other", code: table.BadRequest},
}

var hostileQueries = []hostile{
	{name: "10,000 parameters", method: "GET", target: "/sheets/Orders?" + strings.Repeat("a=1&", 9_999) + "a=1", code: table.BadRequest},
	{name: "10,000 conditions", method: "DELETE", target: "/sheets/Orders?" + strings.Repeat("where=id:1&", 9_999) + "where=id:1", code: table.BadRequest},
	{name: "the same parameter twice", method: "DELETE", target: "/sheets/Orders?where=id:1&limit=1&limit=2", code: table.BadRequest},
	{name: "a parameter of another route", method: "DELETE", target: "/sheets/Orders?where=id:1&offset=1", code: table.BadRequest},
	{name: "a limit with a sign", method: "DELETE", target: "/sheets/Orders?where=id:1&limit=-1", code: table.BadRequest},
	{name: "a limit in hexadecimal", method: "GET", target: "/sheets/Orders?limit=0x10", code: table.BadRequest},
	{name: "a limit beyond all numbers", method: "GET", target: "/sheets/Orders?limit=" + strings.Repeat("9", 400), code: table.BadRequest},
	{name: "a limit of NaN", method: "GET", target: "/sheets/Orders?limit=NaN", code: table.BadRequest},
	{name: "an offset with a null byte", method: "GET", target: "/sheets/Orders?offset=1%00", code: table.BadRequest},
	{name: "the largest page", method: "GET", target: "/sheets/Orders?limit=9223372036854775807&offset=9223372036854775807"},
	{name: "a header row of zero", method: "POST", target: "/sheets/Orders?header=0", body: `{"id":1}`, code: table.BadRequest},
	{name: "a header row far down", method: "POST", target: "/sheets/Orders?header=99999999", body: `{"id":1}`, code: table.BadRequest},
	{name: "a row of data as header", method: "POST", target: "/sheets/Orders?header=2", body: `{"id":1}`, code: table.InvalidRows},
	{name: "an empty row as header", method: "POST", target: "/sheets/Orders?header=50", body: `{"id":1}`, code: table.InvalidRows},
	{name: "a condition without a column", method: "DELETE", target: "/sheets/Orders?where=:1", code: table.InvalidRows},
	{name: "a condition of nothing", method: "DELETE", target: "/sheets/Orders?where=", code: table.BadRequest},
	{name: "a condition on an unknown column", method: "DELETE", target: "/sheets/Orders?where=ID:1", code: table.InvalidRows},
	{name: "a condition that is SQL", method: "DELETE", target: "/sheets/Orders?where=id:1'%20OR%20'1'='1"},
	{name: "a condition on NaN", method: "DELETE", target: "/sheets/Orders?where=id:NaN"},
	{name: "a condition on infinity", method: "DELETE", target: "/sheets/Orders?where=id:1e999"},
	{name: "a condition on what is not UTF-8", method: "DELETE", target: "/sheets/Orders?where=item:%ff"},
	{name: "a column name with line breaks", method: "GET", target: "/sheets/Orders?select=%22a%0d%0ab%22", code: table.InvalidRows},
	{name: "an order by everything", method: "GET", target: "/sheets/Orders?order=" + strings.Repeat("id,", 5_000) + "no", code: table.InvalidRows},
	{name: "a formula as rendering", method: "GET", target: "/sheets/Orders?values=%3D1%2B1", code: table.BadRequest},
	{name: "a broken escape in the query", method: "GET", target: "/sheets/Orders?where=id:%zz", code: table.BadRequest},
	{name: "semicolons in the query", method: "DELETE", target: "/sheets/Orders?where=id:1;limit=1", code: table.BadRequest},
	{name: "a rehearsal that is none", method: "DELETE", target: "/sheets/Orders?where=id:1&dry_run=1", code: table.BadRequest},
	{name: "an unknown way of input", method: "POST", target: "/sheets/Orders?input=formula", body: `{"id":1}`, code: table.BadRequest},
}

var hostileBodies = []hostile{
	{name: "duplicate names", method: "POST", target: "/sheets/Orders", body: `{"id":1,"id":2}`, code: table.InvalidRows},
	{name: "duplicate names, one escaped", method: "POST", target: "/sheets/Orders", body: `{"id":1,"\u0069d":2}`, code: table.InvalidRows},
	{name: "NaN", method: "POST", target: "/sheets/Orders", body: `{"id":NaN}`, code: table.BadRequest},
	{name: "Infinity", method: "PATCH", target: "/sheets/Orders?where=id:1", body: `{"qty":-Infinity}`, code: table.BadRequest},
	{name: "a number beyond doubles", method: "POST", target: "/sheets/Orders", body: `{"id":1e400}`, code: table.InvalidRows},
	{name: "a whole number that a double rounds", method: "PUT", target: "/sheets/Orders?key=id", body: `{"id":9007199254740993}`, code: table.InvalidRows},
	{name: "invalid UTF-8", method: "POST", target: "/sheets/Orders", body: "{\"id\":\"\xff\"}", code: table.BadRequest},
	{name: "UTF-16", method: "POST", target: "/sheets/Orders", body: "\xff\xfe{\x00}\x00", code: table.BadRequest},
	{name: "half a surrogate pair", method: "POST", target: "/sheets/Orders", body: `{"item":"\ud800"}`, code: table.InvalidRows},
	{name: "a raw null byte", method: "POST", target: "/sheets/Orders", body: "{\"item\":\"a\x00b\"}", code: table.BadRequest},
	{name: "nesting without end", method: "POST", target: "/sheets/Orders", body: strings.Repeat(`[`, 100_000), code: table.InvalidRows},
	{name: "objects without end", method: "POST", target: "/sheets/Orders", body: strings.Repeat(`{"id":`, 100_000), code: table.InvalidRows},
	{name: "an object in a cell", method: "PATCH", target: "/sheets/Orders?where=id:1", body: `{"item":{"formula":"=1"}}`, code: table.InvalidRows},
	{name: "two texts behind each other", method: "POST", target: "/sheets/Orders", body: `{"id":1}{"id":2}`, code: table.BadRequest},
	{name: "a text cut off", method: "PUT", target: "/sheets/Orders?key=id", body: `[{"id":1},{"id"`, code: table.BadRequest},
	{name: "a comment", method: "POST", target: "/sheets/Orders", body: `{"id":1/*x*/}`, code: table.BadRequest},
	{name: "a form", method: "POST", target: "/sheets/Orders", body: "id=1&item=x", code: table.BadRequest},
	{name: "null", method: "POST", target: "/sheets/Orders", body: `null`, code: table.InvalidRows},
	{name: "a row of nulls", method: "POST", target: "/sheets/Orders", body: `{"id":null,"item":""}`, code: table.InvalidRows},
	{name: "19,000 columns", method: "POST", target: "/sheets/Orders", body: manyColumns(19_000), code: table.InvalidRows},
	{name: "a cell of 50,001 characters", method: "PATCH", target: "/sheets/Orders?where=id:1", body: `{"item":"` + strings.Repeat("x", 50_001) + `"}`, code: table.InvalidRows},
	{name: "10,001 rows", method: "PUT", target: "/sheets/Orders?key=id", body: "[" + strings.Repeat(`{"id":1},`, 10_000) + `{"id":1}]`, code: table.TooLarge},
	{name: "more than 8 MB", method: "PATCH", target: "/sheets/Orders?where=id:1", body: strings.Repeat(" ", 8<<20+1), code: table.TooLarge},
	{name: "more than 8 MB of CSV", method: "POST", target: "/sheets/Orders", body: "id\n" + strings.Repeat("\n", 8<<20), header: asCSV, code: table.TooLarge},
	{name: "CSV for an update", method: "PATCH", target: "/sheets/Orders?where=id:1", body: "id\n1\n", header: asCSV, code: table.BadRequest},
	{name: "JSON that says it is CSV", method: "POST", target: "/sheets/Orders", body: `{"id":1}`, header: asCSV, code: table.BadRequest},
	{name: "CSV that says it is JSON", method: "POST", target: "/sheets/Orders", body: "id\n1\n", header: asJSON, code: table.BadRequest},
	{name: "an update of an unknown column by name", method: "PATCH", target: "/sheets/Orders?where=id:1", body: `{"__proto__":1}`, code: table.InvalidRows},
	{name: "a name of line breaks", method: "POST", target: "/sheets/Orders", body: `{"id\r\nX-Evil: 1":1}`, code: table.InvalidRows},
}

var hostileHeaders = []hostile{
	{name: "a form's boundary", method: "POST", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Type", "multipart/form-data; boundary=x"}, code: table.BadRequest},
	{name: "another charset", method: "POST", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Type", "application/json; charset=utf-7"}, code: table.BadRequest},
	{name: "what is no content type", method: "PUT", target: "/sheets/Orders?key=id", body: `{"id":1}`, header: []string{"Content-Type", "/;/"}, code: table.BadRequest},
	{name: "XML", method: "POST", target: "/sheets/Orders", body: `<id>1</id>`, header: []string{"Content-Type", "application/xml"}, code: table.BadRequest},
	{name: "an empty key", method: "DELETE", target: "/sheets/Orders?where=id:1", header: []string{"Idempotency-Key", ""}, code: table.BadRequest},
	{name: "two keys", method: "POST", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, code: table.BadRequest},
	{name: "a key of 256 characters", method: "POST", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Idempotency-Key", strings.Repeat("k", 256)}, code: table.BadRequest},
	{name: "a key that is not ASCII", method: "PATCH", target: "/sheets/Orders?where=id:1", body: `{"id":1}`, header: []string{"Idempotency-Key", "schlüssel"}, code: table.BadRequest},
	{name: "an Accept without sense", method: "GET", target: "/sheets/Orders", header: []string{"Accept", strings.Repeat("text/csv;q=,", 500)}},
	{name: "entity tags without end", method: "GET", target: "/sheets/Orders", header: []string{"If-None-Match", strings.Repeat(`W/"x",`, 5_000)}},
}

func manyColumns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"c%d":1`, i)
	}
	return "{" + b.String()[1:] + "}"
}

// TestHostileRequests sends what no honest client sends, over a connection: each
// gets its problem and changes nothing, and none of it is our fault.
func TestHostileRequests(t *testing.T) {
	if n := len(hostileRequests); n < 60 {
		t.Errorf("%d requests", n)
	}
	w := newWorld(t, nil)
	client := clientOf(t, w)
	before := w.google.Values(w.id, "Orders")
	for _, tt := range hostileRequests {
		t.Run(tt.name, func(t *testing.T) {
			w.log.Reset()
			answer, body := tt.send(t, client)
			if answer.StatusCode >= 500 || strings.Contains(w.log.String(), "panic") {
				t.Errorf("%d %s\nlog %s", answer.StatusCode, body, w.log)
			}
			if evil := answer.Header.Get("X-Evil"); evil != "" {
				t.Errorf("a header was injected: %v", answer.Header)
			}
			var p problem
			if tt.code == "" {
				if answer.StatusCode >= 300 {
					t.Errorf("%d %s, want 2xx", answer.StatusCode, body)
				}
			} else if err := json.Unmarshal(body, &p); err != nil || p.Code != tt.code || answer.StatusCode != Statuses[tt.code] {
				t.Errorf("%d %.300s, want %d %s", answer.StatusCode, body, Statuses[tt.code], tt.code)
			}
			if len(body) > 2000 {
				t.Errorf("the answer has %d bytes", len(body))
			}
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Fatalf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
	if n := w.calls(batchCall) + w.calls("sheets.spreadsheets.values.append"); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// clientOf reaches the function by HTTP over pipes.
func clientOf(t *testing.T, h http.Handler) *http.Client {
	transport := emulator.Transport(h).(*http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (tt hostile) send(t *testing.T, client *http.Client) (*http.Response, []byte) {
	r, err := http.NewRequestWithContext(t.Context(), tt.method, "http://function"+tt.target, strings.NewReader(tt.body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(tt.header); i += 2 {
		r.Header.Add(tt.header[i], tt.header[i+1])
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

// TestSlowBody holds that a body which trickles in ends with the request's time.
func TestSlowBody(t *testing.T) {
	for _, media := range []string{"application/json", "text/csv"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, nil)
			client := clientOf(t, w)
			reader, writer := io.Pipe()
			go func() {
				for b := []byte("["); ; b = []byte(" ") {
					if _, err := writer.Write(b); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
			began := time.Now()
			r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://function/sheets/Orders", reader)
			r.Header.Set("Content-Type", media)
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body := new(bytes.Buffer)
			_, _ = body.ReadFrom(answer.Body)
			_ = answer.Body.Close()
			_ = reader.Close()
			if took := time.Since(began); answer.StatusCode != 400 || took > web.DefaultTimeout+time.Second {
				t.Errorf("%s: %d %s after %v, want 400 after %v at the most", media, answer.StatusCode, body, took, web.DefaultTimeout)
			}
			if n := len(w.google.Values(w.id, "Orders")); n != 4 {
				t.Errorf("%d rows, want 4", n)
			}
			time.Sleep(2 * time.Second) // the sender sees that nobody listens
		})
	}
}
