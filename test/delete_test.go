package test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

func TestDelete(t *testing.T) {
	testChanges(t, "DELETE", []changeTest{
		{"delete", "state=eq.open&owner=is.null", "", "", `{"deleted":1,"rows":["5"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"delete blocks", "state=eq.open", "", "", `{"deleted":3,"rows":["2","5:6"]}`, `[{"id":2,"state":"done","owner":"bob","twice":4}]`},
		{"delete by number and text", "id=eq.4", "", "", `{"deleted":1,"rows":["6"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6}]`},
		{"delete nothing", "id=eq.9", "", "", `{"deleted":0}`, "[" + allTasks + "]"},
		{"dry run of a delete", "state=eq.open", "tx=rollback", "", `{"deleted":3,"rows":["2","5:6"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "DELETE", "id=eq.1", "", "", `{"deleted":1,"rows":["4"]}`, `[{"id":2,"qty":6,"C":"wide"}]`)
}

func TestDeleteProblems(t *testing.T) {
	testChangeProblems(t, "DELETE", []changeProblem{
		{"a parameter of writes of rows", "Tasks?id=eq.1&columns=id", "", "", 400, "bad-request", "columns is not a parameter of DELETE"},
		{"a parameter of inserts", "Tasks?id=eq.1&input=raw", "", "", 400, "bad-request", "input is not a parameter of DELETE"},
		{"the letter of a column with a name", "Orders?D=eq.0&id=eq.1", "", "", 400, "bad-request", `no column "D"`},
		{"a condition of one of two columns with a name", "Twice?a=eq.1", "", "", 400, "bad-request", `two columns named "a": A and C`},
		{"delete of everything", "Tasks", "", "", 400, "bad-request", "no condition"},
		{"an empty condition", "Tasks?id=", "", "", 400, "bad-request", "id=is.null"},
		{"a typo is not the absence of a condition", "Tasks?ide=eq.1", "", "", 400, "bad-request", `no column "ide"`},
		{"unknown column", "Tasks?idd=eq.1", "", "", 400, "bad-request", `no column "idd"`},
		{"more than 1,000 matches", "Many?note=eq.some%20words%20of%20text", "", "", 400, "max-affected", "1001 rows match"},
		{"a limit", "Tasks?id=eq.1&limit=1", "", "", 400, "bad-request", "Prefer: max-affected=N"},
		{"an offset", "Tasks?id=eq.1&offset=1", "", "", 400, "bad-request", "leave out offset"},
		{"the dry run of before", "Tasks?id=eq.1&dry_run=true", "", "", 400, "bad-request", "Prefer: tx=rollback"},
		{"no such sheet", "Task?id=eq.1", "", "", 404, "sheet-not-found", `"Tasks"`},
		{"the sheet of keys", "_keys?A=eq.1", "", "", 404, "sheet-not-found", "_keys"},
	})
}

func TestDeleteHostile(t *testing.T) {
	testHostile(t, "DELETE", []hostileRequest{
		{name: "a title that is a formula", target: "/sheets/=Orders?id=eq.1", code: "sheet-not-found"},
		{name: "10,000 conditions", target: "/sheets/Orders?" + strings.Repeat("id=eq.1&", 9_999) + "id=eq.1", code: "bad-request"},
		{name: "the same parameter twice", target: "/sheets/Orders?id=eq.1&header=1&header=2", code: "bad-request"},
		{name: "a parameter of another route", target: "/sheets/Orders?id=eq.1&offset=1", code: "bad-request"},
		{name: "a header with a sign", target: "/sheets/Orders?id=eq.1&header=-1", code: "bad-request"},
		{name: "a condition without a column", target: "/sheets/Orders?=eq.1", code: "bad-request"},
		{name: "an empty condition", target: "/sheets/Orders?id=", code: "bad-request"},
		{name: "a condition on an unknown column", target: "/sheets/Orders?ID=eq.1", code: "bad-request"},
		{name: "a condition that is SQL", target: "/sheets/Orders?id=eq.1'%20OR%20'1'='1"},
		{name: "a condition on NaN", target: "/sheets/Orders?id=eq.NaN"},
		{name: "a condition on infinity", target: "/sheets/Orders?id=eq.1e999"},
		{name: "a condition on what is not UTF-8", target: "/sheets/Orders?item=eq.%ff"},
		{name: "semicolons in the query", target: "/sheets/Orders?id=eq.1;limit=1", code: "bad-request"},
		{name: "a rollback that is neither true nor false", target: "/sheets/Orders?id=eq.1", header: []string{"Prefer", "tx=1"}, code: "bad-request"},
		{name: "an empty key", target: "/sheets/Orders?id=eq.1", header: []string{"Idempotency-Key", ""}, code: "bad-request"},
	})
}

func TestDeleteConflicts(t *testing.T) {
	testChangeConflicts(t, "DELETE", "id=eq.3", "", "", "id=eq.5", "")
}

func TestDeleteReplays(t *testing.T) {
	testChangeReplays(t, "DELETE", "state=eq.open&owner=eq.ada", "", "", `{"deleted":1,"rows":["2"]}`)
}

// TestDeleteAllRows deletes all rows of a sheet whose header is frozen: Google
// refuses to delete all rows that are not.
func TestDeleteAllRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.freezeHeader(t)
		for _, id := range []int{2, 1, 3} {
			if answer := w.do("DELETE", fmt.Sprintf("/sheets/Orders?id=eq.%d", id), ""); answer.Code != 200 {
				t.Fatalf("DELETE = %d %s", answer.Code, answer.Body)
			}
		}
		if got := w.rows("Orders"); got != "[]" {
			t.Errorf("rows = %s, want none", got)
		}
	})
}

// TestDeleteLogUsage checks what the log reports about the work of a request.
func TestDeleteLogUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.WritesPerMinute = 4 })
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second / 2})
		w.checkUsage(t, "a first change", w.do("DELETE", "/sheets/Orders?id=eq.1", ""), `"rows":1`, `"google_calls":3`)
		w.checkUsage(t, "the trial of package commit", w.do("DELETE", "/sheets/Orders?id=eq.2", ""), `"rows":1`, `"google_calls":5`, `"queue_wait_seconds":39.5`)
		w.checkUsage(t, "a change that waits for the quota", w.do("DELETE", "/sheets/Orders?id=eq.3", ""), `"rows":1`, `"google_calls":3`, `"queue_wait_seconds":19.5`)
	})
}
