package test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/auth"
	"example.com/sheets-function/emulator"
)

// refusal is a cause for which Google refuses the function, and the problem that
// the function's caller gets.
type refusal struct {
	name    string
	google  emulator.Options
	setting change
	cause   func(*world)
	status  int
	code    string
	hint    string
}

// inject returns a cause: a fault in each of these calls.
func inject(f emulator.Fault, calls ...string) func(*world) {
	return func(w *world) {
		for _, f.Call = range calls {
			w.google.Inject(f)
		}
	}
}

// failReads returns a cause: faults in the calls by which rows are read, also
// those before a write.
func failReads(f emulator.Fault) func(*world) {
	return inject(f, getCall, "sheets.spreadsheets.get")
}

func failToken(f emulator.Fault) func(*world) { return inject(f, "metadata.token") }

func withScope(scope string) change {
	return func(s *function.Settings, _ *emulator.Spreadsheet) {
		s.Scopes = auth.Scopes{"https://www.googleapis.com/auth/" + scope}
	}
}

var refusals = []refusal{
	{name: "token without the scope", setting: withScope("cloud-platform"),
		status: 502, code: "scope-insufficient", hint: "SCOPES=" + defaultScopes},
	{name: "not shared", setting: func(_ *function.Settings, s *emulator.Spreadsheet) { s.Unshared = true },
		status: 502, code: "not-shared", hint: "sheets-function@demo-project.iam.gserviceaccount.com"},
	{name: "unknown ID", setting: func(s *function.Settings, _ *emulator.Spreadsheet) { s.SpreadsheetID = "nosuch" },
		status: 502, code: "spreadsheet-not-found", hint: "SPREADSHEET_ID"},
	{name: "API disabled", cause: func(w *world) { w.google.Disable("sheets.googleapis.com", true) },
		status: 502, code: "api-disabled", hint: "gcloud services enable"},
	{name: "429", cause: failReads(emulator.Fault{Status: 429}),
		status: 503, code: "rate-limited", hint: "minute"},
	{name: "429 as HTML", cause: failReads(emulator.Fault{Status: 429, HTML: true}),
		status: 503, code: "rate-limited", hint: "minute"},
	{name: "401", cause: failReads(emulator.Fault{Status: 401}),
		status: 502, code: "token", hint: "service account"},
	{name: "500", cause: failReads(emulator.Fault{Status: 500}),
		status: 502, code: "upstream"},
	{name: "503 as HTML", cause: failReads(emulator.Fault{Status: 503, HTML: true}),
		status: 502, code: "upstream"},
	{name: "an answer that is cut", cause: failReads(emulator.Fault{Drop: emulator.DropMiddle}),
		status: 502, code: "upstream"},
	{name: "no answer", cause: failReads(emulator.Fault{Hang: true}),
		status: 502, code: "upstream"},
	{name: "metadata server refuses", cause: failToken(emulator.Fault{Status: 403}),
		status: 502, code: "token", hint: "no proxy"},
	{name: "metadata server answers HTML", cause: failToken(emulator.Fault{Status: 404, HTML: true}),
		status: 502, code: "token", hint: "--service-account"},
	{name: "metadata server hangs", cause: failToken(emulator.Fault{Hang: true}),
		status: 502, code: "token", hint: "GCE_METADATA_HOST"},
	{name: "a VM that ignores scopes", google: emulator.Options{Profile: emulator.GCE},
		status: 502, code: "scope-insufficient", hint: "gcloud compute instances set-service-account"},
	{name: "a VM that ignores scopes, of which one is set", google: emulator.Options{Profile: emulator.GCE}, setting: withScope("spreadsheets"),
		status: 502, code: "scope-insufficient", hint: "gcloud compute instances set-service-account"},
	{name: "a federated identity", google: emulator.Options{Profile: emulator.GKEDirect},
		status: 502, code: "token", hint: "IMPERSONATE"},
}

// testRefusals sends the request, twice, for each cause.
func testRefusals(t *testing.T, method, target, body string) {
	t.Helper()
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorldOn(t, tt.google, tt.setting)
				before := w.google.Values(w.id, "Orders")
				if tt.cause != nil {
					tt.cause(w)
				}
				for range 2 {
					start := time.Now()
					p := problemOf(t, w.do(method, target, body))
					if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Hint, tt.hint) || strings.Contains(p.Hint, "{") {
						t.Errorf("%s = %+v, want %d %s, hint %q", method, p, tt.status, tt.code, tt.hint)
					}
					if p.Hint != "" && strings.Contains(p.Detail, p.Hint) {
						t.Errorf("%s = %+v, want the hint as the hint alone", method, p)
					}
					if took := time.Since(start); took > requestBudget {
						t.Errorf("%s took %v, want at most %v", method, took, requestBudget)
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
