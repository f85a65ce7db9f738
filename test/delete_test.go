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
		{"delete", "where=state:open&where=owner:", "", `{"deleted":1,"rows":["5"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"delete blocks", "where=state:open", "", `{"deleted":3,"rows":["2","5:6"]}`, `[{"id":2,"state":"done","owner":"bob","twice":4}]`},
		{"delete by number and text", "where=id:4", "", `{"deleted":1,"rows":["6"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6}]`},
		{"delete nothing", "where=id:9", "", `{"deleted":0}`, "[" + allTasks + "]"},
		{"dry run of a delete", "where=state:open&dry_run=true", "", `{"deleted":3,"rows":["2","5:6"],"rolled_back":true}`, "[" + allTasks + "]"},
	})
	testChangeBelow(t, "DELETE", "where=id:1", "", `{"deleted":1,"rows":["4"]}`, `[{"id":2,"qty":6,"C":"wide"}]`)
}

func TestDeleteProblems(t *testing.T) {
	testChangeProblems(t, "DELETE", []changeProblem{
		{"the letter of a column with a name", "Orders?where=D:0&where=id:1", "", 422, "invalid-rows", `no column "D"`},
		{"delete of everything", "Tasks", "", 422, "invalid-rows", "no condition"},
		{"an empty condition", "Tasks?where=", "", 400, "bad-request", "column:value"},
		{"a typo is not the absence of a condition", "Tasks?were=id:1", "", 400, "bad-request", `unknown parameter "were"`},
		{"unknown column in where", "Tasks?where=idd:1", "", 422, "invalid-rows", `no column "idd"`},
		{"more than 1,000 matches", "Many?where=note:some%20words%20of%20text", "", 400, "bad-request", "1001 rows match"},
		{"a limit too large", "Tasks?where=id:1&limit=10001", "", 400, "bad-request", "from 1 to 10000"},
		{"an empty dry_run", "Tasks?where=id:1&dry_run=", "", 400, "bad-request", "true or false"},
		{"no such sheet", "Task?where=id:1", "", 404, "sheet-not-found", `"Tasks"`},
		{"the sheet of keys", "_keys?where=A:1", "", 404, "sheet-not-found", "_keys"},
	})
}

func TestDeleteHostile(t *testing.T) {
	testHostile(t, "DELETE", []hostileRequest{
		{name: "a title that is a formula", target: "/sheets/=Orders?where=id:1", code: "sheet-not-found"},
		{name: "10,000 conditions", target: "/sheets/Orders?" + strings.Repeat("where=id:1&", 9_999) + "where=id:1", code: "bad-request"},
		{name: "the same parameter twice", target: "/sheets/Orders?where=id:1&limit=1&limit=2", code: "bad-request"},
		{name: "a parameter of another route", target: "/sheets/Orders?where=id:1&offset=1", code: "bad-request"},
		{name: "a limit with a sign", target: "/sheets/Orders?where=id:1&limit=-1", code: "bad-request"},
		{name: "a condition without a column", target: "/sheets/Orders?where=:1", code: "invalid-rows"},
		{name: "an empty condition", target: "/sheets/Orders?where=", code: "bad-request"},
		{name: "a condition on an unknown column", target: "/sheets/Orders?where=ID:1", code: "invalid-rows"},
		{name: "a condition that is SQL", target: "/sheets/Orders?where=id:1'%20OR%20'1'='1"},
		{name: "a condition on NaN", target: "/sheets/Orders?where=id:NaN"},
		{name: "a condition on infinity", target: "/sheets/Orders?where=id:1e999"},
		{name: "a condition on what is not UTF-8", target: "/sheets/Orders?where=item:%ff"},
		{name: "semicolons in the query", target: "/sheets/Orders?where=id:1;limit=1", code: "bad-request"},
		{name: "a dry run that is neither true nor false", target: "/sheets/Orders?where=id:1&dry_run=1", code: "bad-request"},
		{name: "an empty key", target: "/sheets/Orders?where=id:1", header: []string{"Idempotency-Key", ""}, code: "bad-request"},
	})
}

func TestDeleteConflicts(t *testing.T) {
	testChangeConflicts(t, "DELETE", "where=id:3", "", "where=id:5", "")
}

func TestDeleteReplays(t *testing.T) {
	testChangeReplays(t, "DELETE", "where=state:open&limit=1", "", `{"deleted":1,"rows":["2"]}`)
}

// TestDeleteAllRows deletes all rows of a sheet whose header is frozen: Google
// refuses to delete all rows that are not.
func TestDeleteAllRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.freezeHeader(t)
		for _, id := range []int{2, 1, 3} {
			if answer := w.do("DELETE", fmt.Sprintf("/sheets/Orders?where=id:%d", id), ""); answer.Code != 200 {
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
		w.checkUsage(t, "a first change", w.do("DELETE", "/sheets/Orders?where=id:1", ""), `"rows":1`, `"google_calls":3`)
		w.checkUsage(t, "the trial of package commit", w.do("DELETE", "/sheets/Orders?where=id:2", ""), `"rows":1`, `"google_calls":5`, `"queue_wait_seconds":39.5`)
		w.checkUsage(t, "a change that waits for the quota", w.do("DELETE", "/sheets/Orders?where=id:3", ""), `"rows":1`, `"google_calls":3`, `"queue_wait_seconds":19.5`)
	})
}
