package test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAppendHostile(t *testing.T) {
	testHostile(t, "POST", []hostileRequest{
		{name: "line breaks in the title", target: "/sheets/Orders%0d%0aX-Evil:%201", body: `{"id":1}`, code: "sheet-not-found"},
		{name: "a header row of zero", target: "/sheets/Orders?header=0", body: `{"id":1}`, code: "bad-request"},
		{name: "a header row far down", target: "/sheets/Orders?header=99999999", body: `{"id":1}`, code: "bad-request"},
		{name: "a row of data as header", target: "/sheets/Orders?header=2", body: `{"id":1}`, code: "invalid-rows"},
		{name: "an empty row as header", target: "/sheets/Orders?header=50", body: `{"id":1}`, code: "invalid-rows"},
		{name: "an unknown input", target: "/sheets/Orders?input=formula", body: `{"id":1}`, code: "bad-request"},
		{name: "duplicate names", target: "/sheets/Orders", body: `{"id":1,"id":2}`, code: "invalid-rows"},
		{name: "duplicate names, one escaped", target: "/sheets/Orders", body: `{"id":1,"\u0069d":2}`, code: "invalid-rows"},
		{name: "NaN", target: "/sheets/Orders", body: `{"id":NaN}`, code: "bad-request"},
		{name: "a number beyond doubles", target: "/sheets/Orders", body: `{"id":1e400}`, code: "invalid-rows"},
		{name: "invalid UTF-8", target: "/sheets/Orders", body: "{\"id\":\"\xff\"}", code: "bad-request"},
		{name: "UTF-16", target: "/sheets/Orders", body: "\xff\xfe{\x00}\x00", code: "bad-request"},
		{name: "half a surrogate pair", target: "/sheets/Orders", body: `{"item":"\ud800"}`, code: "invalid-rows"},
		{name: "a raw null byte", target: "/sheets/Orders", body: "{\"item\":\"a\x00b\"}", code: "bad-request"},
		{name: "arrays nested 100,000 deep", target: "/sheets/Orders", body: strings.Repeat(`[`, 100_000), code: "invalid-rows"},
		{name: "objects nested 100,000 deep", target: "/sheets/Orders", body: strings.Repeat(`{"id":`, 100_000), code: "invalid-rows"},
		{name: "two JSON texts in a row", target: "/sheets/Orders", body: `{"id":1}{"id":2}`, code: "bad-request"},
		{name: "a comment", target: "/sheets/Orders", body: `{"id":1/*x*/}`, code: "bad-request"},
		{name: "a form", target: "/sheets/Orders", body: "id=1&item=x", code: "bad-request"},
		{name: "null", target: "/sheets/Orders", body: `null`, code: "invalid-rows"},
		{name: "a row of nulls", target: "/sheets/Orders", body: `{"id":null,"item":""}`, code: "invalid-rows"},
		{name: "19,000 columns", target: "/sheets/Orders", body: manyColumns(19_000), code: "invalid-rows"},
		{name: "more than 8 MB of CSV", target: "/sheets/Orders", body: "id\n" + strings.Repeat("\n", 8<<20), header: asCSV, code: "too-large"},
		{name: "JSON sent as CSV", target: "/sheets/Orders", body: `{"id":1}`, header: asCSV, code: "bad-request"},
		{name: "CSV sent as JSON", target: "/sheets/Orders", body: "id\n1\n", header: asJSON, code: "bad-request"},
		{name: "a name of line breaks", target: "/sheets/Orders", body: `{"id\r\nX-Evil: 1":1}`, code: "invalid-rows"},
		{name: "a multipart form", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Type", "multipart/form-data; boundary=x"}, code: "bad-request"},
		{name: "another charset", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Type", "application/json; charset=utf-7"}, code: "bad-request"},
		{name: "XML", target: "/sheets/Orders", body: `<id>1</id>`, header: []string{"Content-Type", "application/xml"}, code: "bad-request"},
		{name: "8 MB of commas", target: "/sheets/Orders", body: "id\n" + strings.Repeat(",", 8_000_000), header: asCSV, code: "invalid-rows"},
		{name: "a header of 8 MB of commas", target: "/sheets/Orders", body: strings.Repeat(",", 8_000_000), header: asCSV, code: "invalid-rows"},
		{name: "a million values", target: "/sheets/Orders", body: "[" + strings.Repeat(manyColumns(200)+",", 4_999) + manyColumns(200) + "]", code: "too-large"},
		{name: "an integer that a double rounds, with a fraction", target: "/sheets/Orders", body: `{"id":9007199254740993.0}`, code: "invalid-rows"},
		{name: "a fraction of too many digits", target: "/sheets/Orders", body: `{"id":12345678901234567890.5}`, code: "invalid-rows"},
		{name: "half a surrogate pair in a name", target: "/sheets/Orders", body: `{"\ud800":1}`, code: "invalid-rows"},
		{name: "gzip that inflates to 64 MB", target: "/sheets/Orders", body: gzipOfBlanks(64 << 20), header: []string{"Content-Encoding", "gzip"}, code: "too-large"},
		{name: "gzip that is none", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Encoding", "gzip"}, code: "bad-request"},
		{name: "Brotli", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Encoding", "br"}, code: "unsupported-media-type"},
		{name: "gzip twice", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Content-Encoding", "gzip, gzip"}, code: "unsupported-media-type"},
		{name: "on the condition of an ETag", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"If-Match", `"x"`}, code: "precondition-failed"},
		{name: "unless something exists", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"If-None-Match", "*"}, code: "precondition-failed"},
		{name: "two keys", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, code: "bad-request"},
		{name: "a key of 256 characters", target: "/sheets/Orders", body: `{"id":1}`, header: []string{"Idempotency-Key", strings.Repeat("k", 256)}, code: "bad-request"},
	})
}

func manyColumns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"c%d":1`, i)
	}
	return "{" + b.String()[1:] + "}"
}
