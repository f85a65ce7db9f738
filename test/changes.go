package test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// What the routes that change rows (PATCH, DELETE, and POST with on_conflict) are tested by.

// allTasks is what the sheet Tasks holds at first.
const allTasks = `{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}`

// merge is the preference of an upsert that sets columns.
const merge = "resolution=merge-duplicates"

// mergeOn returns the preference of a request to this target.
func mergeOn(target string) string {
	if strings.Contains(target, "on_conflict=") {
		return merge
	}
	return ""
}

// changeTest is a change of the sheet Tasks.
type changeTest struct {
	name, query, prefer, body string
	answer                    string // without white space
	rows                      string // of the sheet then
}

// changeStatus is the status of a change that succeeds: 201 where rows were appended.
func changeStatus(answer string) int {
	if strings.Contains(answer, `"appended":`) && !strings.Contains(answer, `"appended":0`) {
		return 201
	}
	return 200
}

// compact returns an answer's body without white space.
func compact(answer *httptest.ResponseRecorder) string {
	return strings.NewReplacer("\n", "", " ", "").Replace(answer.Body.String())
}

func testChanges(t *testing.T, method string, tests []changeTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(tasks))
				answer := w.do(method, "/sheets/Tasks?"+tt.query, tt.body, "Prefer", tt.prefer)
				if status := changeStatus(tt.answer); answer.Code != status || compact(answer) != tt.answer {
					t.Errorf("%s ?%s, Prefer: %s = %d %s, want %d %s", method, tt.query, tt.prefer, answer.Code, compact(answer), status, tt.answer)
				}
				if got := answer.Header().Get("Preference-Applied"); got != tt.prefer {
					t.Errorf("Preference-Applied = %q, want %q", got, tt.prefer)
				}
				if diff := cmp.Diff(tt.rows, w.rows("Tasks")); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
				if wrote := w.countCalls(batchCall) > 0; wrote == (tt.rows == "["+allTasks+"]") {
					t.Errorf("a batch was sent: %v", wrote)
				}
			})
		})
	}
}

// testChangeBelow changes the sheet Below, whose columns are named in row 3.
func testChangeBelow(t *testing.T, method, query, prefer, body, answer, rows string) {
	t.Helper()
	t.Run("below a header in row 3", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, withSheets(below))
			if got := w.do(method, "/sheets/Below?header=3&"+query, body, "Prefer", prefer); got.Code != changeStatus(answer) || compact(got) != answer {
				t.Errorf("%s ?header=3&%s = %d %s, want %d %s", method, query, got.Code, compact(got), changeStatus(answer), answer)
			}
			if got := w.rowsBelow("Below", 3); got != rows {
				t.Errorf("rows = %s, want %s", got, rows)
			}
		})
	})
}

// changeProblem is a change that is refused before anything is sent to Google.
type changeProblem struct {
	name, target, prefer, body string
	status                     int
	code, detail               string
}

func testChangeProblems(t *testing.T, method string, tests []changeProblem) {
	t.Helper()
	w := newWorld(t, withSheets(tasks, emulator.Sheet{Title: "Double", Values: [][]any{{"id"}, {1}, {2}, {"1"}}},
		emulator.Sheet{Title: "Many", Values: manyRows(1001)}, emulator.Sheet{Title: keysSheet, Values: [][]any{{"secret-key"}}, Hidden: true}))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkProblem(t, method+" "+tt.target, w.do(method, "/sheets/"+tt.target, tt.body, "Prefer", tt.prefer), tt.status, tt.code, tt.detail)
			if n := w.countCalls(batchCall); n != 0 {
				t.Errorf("%d batches were sent", n)
			}
		})
	}
}

// testChangeReplays sends a change of Tasks with an idempotency key, loses
// Google's answer, and repeats the request to the same and to another instance.
func testChangeReplays(t *testing.T, method, query, prefer, body, answer string) {
	t.Helper()
	t.Run(query, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, withSheets(tasks))
			w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Drop: emulator.DropAfter})
			ask := func(w *world) *httptest.ResponseRecorder {
				return w.do(method, "/sheets/Tasks?"+query, body, "Idempotency-Key", "k", "Prefer", prefer)
			}
			first := ask(w)
			rows := w.rows("Tasks")
			for _, again := range []*httptest.ResponseRecorder{ask(w), ask(w.another(t))} {
				if again.Code != changeStatus(answer) || compact(again) != answer || compact(first) != answer || again.Header().Get("Idempotency-Replayed") != "true" {
					t.Errorf("%s ?%s again = %d %s %v, first %s, want %s", method, query, again.Code, compact(again), again.Header(), compact(first), answer)
				}
			}
			if diff := cmp.Diff(rows, w.rows("Tasks")); diff != "" {
				t.Errorf("the repetition changed rows (-before +after):\n%s", diff)
			}
		})
	})
}

// rowMoves are what a person may do between the read by which rows are found and
// the batch that changes them.
var rowMoves = []struct {
	name     string
	request  *sheets.Request
	conflict bool // the row that is changed, row 4, moves
}{
	{"a row inserted above", &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: sheetRows(1, 2)}}, true},
	{"a row deleted above", &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: sheetRows(1, 2)}}, true},
	{"a row moved from above to below", &sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{Source: sheetRows(2, 3), DestinationIndex: 5}}, true},
	{"the sheet sorted", &sheets.Request{SortRange: &sheets.SortRangeRequest{
		Range:     &sheets.GridRange{SheetId: 0, StartRowIndex: 1, EndRowIndex: 5, ForceSendFields: []string{"SheetId"}},
		SortSpecs: []*sheets.SortSpec{{DimensionIndex: 0, SortOrder: "DESCENDING"}},
	}}, true},
	{"a row inserted far below", &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: sheetRows(8, 9)}}, false},
}

func sheetRows(from, to int64) *sheets.DimensionRange {
	return &sheets.DimensionRange{SheetId: 0, Dimension: "ROWS", StartIndex: from, EndIndex: to, ForceSendFields: []string{"SheetId"}}
}

// testChangeConflicts checks that a change of the row with id 3 is never
// acknowledged where it may have changed another row, and that the next request
// finds the rows where they are then.
func testChangeConflicts(t *testing.T, method, query, prefer, body, nextQuery, nextBody string) {
	t.Helper()
	for _, tt := range rowMoves {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, %s, answer lost %v", tt.name, body, lost), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, func(_ *function.Settings, s *emulator.Spreadsheet) {
						s.Sheets = []emulator.Sheet{{Title: "Orders", Values: append(slices.Clone(orders.Values), []any{4, "dates", 5, 1.5, date(4)}, []any{5, "eggs", 6, 2.5, date(4)})}}
					})
					w.beforeBatch(t, func(person *sheets.Service) { w.batch(t, person, tt.request) })
					if lost {
						// The person's batch is the first.
						w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Delay: time.Nanosecond})
						w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Drop: emulator.DropAfter})
					}
					answer := w.do(method, "/sheets/Orders?"+query, body, "Prefer", prefer)
					if !tt.conflict {
						if answer.Code >= 300 {
							t.Errorf("%s ?%s = %d %s, want success", method, query, answer.Code, answer.Body)
						}
						return
					}
					checkProblem(t, method+" ?"+query, answer, 409, "conflict", "rows 4")
					if answer := w.do(method, "/sheets/Orders?"+nextQuery, nextBody, "Prefer", prefer); answer.Code >= 300 {
						t.Errorf("%s ?%s then = %d %s, want success", method, nextQuery, answer.Code, answer.Body)
					}
				})
			})
		}
	}
}
