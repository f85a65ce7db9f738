package test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostileRequest is a request that no honest client sends. It must get its
// answer and change nothing.
type hostileRequest struct {
	name, target string
	body         string
	code         string   // of the problem; "" is a 2xx that writes nothing
	header       []string // name, value …
}

// hostileStatuses are the statuses of the codes that hostile requests get: it is
// never the function that is at fault.
var hostileStatuses = map[string]int{
	"bad-request": 400, "sheet-not-found": 404, "route-not-found": 404, "method-not-allowed": 405,
	"precondition-failed": 412, "range-not-satisfiable": 416, "unsupported-media-type": 415, "too-large": 413, "invalid-rows": 422,
}

var (
	asCSV  = []string{"Content-Type", "text/csv"}
	asJSON = []string{"Content-Type", "application/json"}
)

// testHostile sends the requests over a connection.
func testHostile(t *testing.T, method string, requests []hostileRequest) {
	t.Helper()
	w := newWorld(t, nil)
	client := w.client(t)
	before := w.google.Values(w.id, "Orders")
	for _, tt := range requests {
		t.Run(tt.name, func(t *testing.T) {
			w.log.Reset()
			answer, body := tt.send(t, client, method)
			if answer.StatusCode >= 500 || strings.Contains(w.log.String(), "panic") {
				t.Errorf("%d %s\nlog %s", answer.StatusCode, body, w.log)
			}
			if value := answer.Header.Get("X-Evil"); value != "" {
				t.Errorf("a header was injected: %v", answer.Header)
			}
			var p problem
			if tt.code == "" {
				if answer.StatusCode >= 300 {
					t.Errorf("%d %s, want 2xx", answer.StatusCode, body)
				}
			} else if err := json.Unmarshal(body, &p); err != nil || p.Code != tt.code || answer.StatusCode != hostileStatuses[tt.code] {
				t.Errorf("%d %.300s, want %d %s", answer.StatusCode, body, hostileStatuses[tt.code], tt.code)
			}
			if len(body) > 2000 {
				t.Errorf("the answer has %d bytes", len(body))
			}
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Fatalf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
	if n := w.countCalls(batchCall, appendCall); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

func (tt hostileRequest) send(t *testing.T, client *http.Client, method string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://function"+tt.target, strings.NewReader(tt.body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(tt.header); i += 2 {
		r.Header.Add(tt.header[i], tt.header[i+1])
	}
	return fetch(t, client, r)
}
