package function

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
	"example.com/sheets-function/service/table"
)

// tasks is a sheet to change: a column that matches several rows, a formula, and
// a blank row.
var tasks = emulator.Sheet{Title: "Tasks", Values: [][]any{
	{"id", "state", "owner", "twice"},
	{1, "open", "ada", emulator.Formula{Text: "=A2*2"}},
	{2, "done", "bob", emulator.Formula{Text: "=A3*2"}},
	{},
	{3, "open", nil, emulator.Formula{Text: "=A5*2"}},
	{"4", "open", "eve", emulator.Formula{Text: "=A6*2"}},
}}

// rowsOf is the sheet as callers read it, without line breaks.
func (w *world) rowsOf(title string) string {
	r := httptest.NewRequest("GET", "/sheets/"+title, nil)
	r.Header.Set("Cache-Control", "no-cache")
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return strings.ReplaceAll(recorder.Body.String(), "\n", "")
}

func flat(answer *httptest.ResponseRecorder) string {
	return strings.NewReplacer("\n", "", " ", "").Replace(answer.Body.String())
}

func TestChanges(t *testing.T) {
	const all = `{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}`
	for _, tt := range []struct {
		name, method, query, body string
		answer                    string
		rows                      string
	}{
		{"update", "PATCH", "where=state:open", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"]}`,
			`[{"id":1,"state":"open","owner":"zoe","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","owner":"zoe","twice":6},{"id":"4","state":"open","owner":"zoe","twice":8}]`},
		{"update what formulas depend on", "PATCH", "where=id:2", `{"id":20,"state":null}`, `{"updated":1,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":20,"owner":"bob","twice":40},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"update with a limit", "PATCH", "where=state:open&limit=1", `{"state":"=done"}`, `{"updated":1,"rows":["2"]}`,
			strings.Replace("["+all+"]", "open", "=done", 1)},
		{"update nothing", "PATCH", "where=id:9", `{"state":"x"}`, `{"updated":0}`, "[" + all + "]"},
		{"rehearse an update", "PATCH", "where=state:open&dry_run=true", `{"owner":"zoe"}`, `{"updated":3,"rows":["2","5:6"],"dry_run":true}`, "[" + all + "]"},
		{"delete", "DELETE", "where=state:open&where=owner:", "", `{"deleted":1,"rows":["5"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"delete blocks", "DELETE", "where=state:open", "", `{"deleted":3,"rows":["2","5:6"]}`, `[{"id":2,"state":"done","owner":"bob","twice":4}]`},
		{"delete by number and text", "DELETE", "where=id:4", "", `{"deleted":1,"rows":["6"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6}]`},
		{"delete nothing", "DELETE", "where=id:9", "", `{"deleted":0}`, "[" + all + "]"},
		{"rehearse a delete", "DELETE", "where=state:open&dry_run=true", "", `{"deleted":3,"rows":["2","5:6"],"dry_run":true}`, "[" + all + "]"},
		{"upsert", "PUT", "key=id", `[{"id":4,"state":"done"},{"id":5,"state":"new"},{"id":1,"owner":"=x"}]`, `{"replaced":2,"appended":1,"rows":["2","6:7"]}`,
			`[{"id":1,"owner":"=x"},{"id":2,"state":"done","owner":"bob","twice":4},{"id":3,"state":"open","twice":6},{"id":4,"state":"done"},{"id":5,"state":"new"}]`},
		{"upsert one that is there", "PUT", "key=id", `{"id":2}`, `{"replaced":1,"appended":0,"rows":["3"]}`,
			`[{"id":1,"state":"open","owner":"ada","twice":2},{"id":2},{"id":3,"state":"open","twice":6},{"id":"4","state":"open","owner":"eve","twice":8}]`},
		{"upsert one that is new", "PUT", "key=owner", `{"owner":"zoe"}`, `{"replaced":0,"appended":1,"rows":["7"]}`, "[" + all + `,{"owner":"zoe"}]`},
		{"rehearse an upsert", "PUT", "key=id&dry_run=true", `[{"id":1},{"id":5}]`, `{"replaced":1,"appended":1,"rows":["2","7"],"dry_run":true}`, "[" + all + "]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(tasks))
				answer := w.do(tt.method, "/sheets/Tasks?"+tt.query, tt.body)
				if answer.Code != 200 || flat(answer) != tt.answer {
					t.Errorf("%s ?%s = %d %s, want 200 %s", tt.method, tt.query, answer.Code, flat(answer), tt.answer)
				}
				if diff := cmp.Diff(tt.rows, w.rowsOf("Tasks")); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
				if wrote := w.calls(batchCall) > 0; wrote == (tt.rows == "["+all+"]") {
					t.Errorf("a batch was sent: %v", wrote)
				}
			})
		})
	}
}

func TestBadChanges(t *testing.T) {
	w := newWorld(t, withSheets(tasks, emulator.Sheet{Title: "Double", Values: [][]any{{"id"}, {1}, {2}, {"1"}}},
		emulator.Sheet{Title: "Many", Values: manyRows(1001)}))
	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		code                       table.Code
		detail                     string
	}{
		{"update of everything", "PATCH", "Tasks", `{"state":"x"}`, 422, "invalid-rows", "no condition"},
		{"delete of everything", "DELETE", "Tasks", "", 422, "invalid-rows", "no condition"},
		{"delete where nothing is said", "DELETE", "Tasks?where=", "", 400, "bad-request", "column:value"},
		{"a typo is not no condition", "DELETE", "Tasks?were=id:1", "", 400, "bad-request", `unknown parameter "were"`},
		{"unknown column in where", "DELETE", "Tasks?where=idd:1", "", 422, "invalid-rows", `no column "idd"`},
		{"unknown column in the body", "PATCH", "Tasks?where=id:1", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"unknown column, though nothing matches", "PATCH", "Tasks?where=id:9", `{"stat":"x"}`, 422, "invalid-rows", `no column "stat"`},
		{"no column to set", "PATCH", "Tasks?where=id:1", `{}`, 422, "invalid-rows", "no column to set"},
		{"two objects to set", "PATCH", "Tasks?where=id:1", `[{"id":1},{"id":2}]`, 422, "invalid-rows", "2 objects"},
		{"upsert without a key column", "PUT", "Tasks", `{"id":1}`, 422, "invalid-rows", "no column says"},
		{"upsert with an unknown key column", "PUT", "Tasks?key=idd", `{"id":1}`, 422, "invalid-rows", `no column "idd"`},
		{"upsert of a row without a key", "PUT", "Tasks?key=id", `[{"id":1},{"state":"x"}]`, 422, "invalid-rows", `row 2: no value for the key column "id"`},
		{"a key twice in the body", "PUT", "Tasks?key=id", `[{"id":7},{"id":8},{"id":"7"}]`, 422, "invalid-rows", "row 3: the key is the same as that of row 1"},
		{"a key twice in the sheet", "PUT", "Double?key=id", `[{"id":2},{"id":1}]`, 422, "invalid-rows", `row 2: the key stands twice in sheet "Double", in rows 2 and 4`},
		{"more than 1,000 matches", "DELETE", "Many?where=note:some%20words%20of%20text", "", 422, "invalid-rows", "1001 rows match"},
		{"a limit too large", "DELETE", "Tasks?where=id:1&limit=10001", "", 400, "bad-request", "from 1 to 10000"},
		{"dry_run is no flag", "DELETE", "Tasks?where=id:1&dry_run=", "", 400, "bad-request", "true or false"},
		{"no such sheet", "DELETE", "Task?where=id:1", "", 404, "sheet-not-found", `"Tasks"`},
		{"no such sheet, rehearsed", "PUT", "Task?key=id&dry_run=true", `{"id":1}`, 404, "sheet-not-found", `"Tasks"`},
		{"two columns of one name", "PATCH", "Twice?where=b:2", `{"b":1}`, 422, "invalid-rows", `two columns named "a"`},
		{"the sheet of keys", "DELETE", "_keys?where=A:1", "", 404, "sheet-not-found", "_keys"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := problemOf(t, w.do(tt.method, "/sheets/"+tt.target, tt.body))
			if p.Status != tt.status || p.Code != tt.code || !strings.Contains(p.Detail, tt.detail) {
				t.Errorf("%s %s = %+v, want %d %s: %s", tt.method, tt.target, p, tt.status, tt.code, tt.detail)
			}
			if n := w.calls(batchCall); n != 0 {
				t.Errorf("%d batches were sent", n)
			}
		})
	}
}

// TestChangesAtOnce holds that changes which share a batch see each other: keys
// stay unique, and the numbers of rows are right where others delete.
func TestChangesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(tasks))
		w.google.Inject(emulator.Fault{Call: batchCall, Delay: time.Second}) // so that they gather
		requests := []struct{ method, target, body string }{
			{"POST", "Tasks", `{"id":10}`},
			{"PATCH", "Tasks?where=id:2", `{"owner":"zoe"}`},
			{"PATCH", "Tasks?where=id:2", `{"state":"new"}`},
			{"DELETE", "Tasks?where=id:1", ""},
			{"DELETE", "Tasks?where=state:open", ""},
			{"PUT", "Tasks?key=id", `[{"id":7,"state":"a"},{"id":8}]`},
			{"PUT", "Tasks?key=id", `[{"id":9},{"id":7,"state":"b"}]`},
			{"POST", "Tasks", `{"id":11}`},
			{"PATCH", "Orders?where=id:3", `{"qty":0}`},
		}
		answers := make([]*httptest.ResponseRecorder, len(requests))
		var wg sync.WaitGroup
		for i, r := range requests {
			wg.Go(func() { answers[i] = w.do(r.method, "/sheets/"+r.target, r.body) })
			synctest.Wait()
		}
		wg.Wait()
		want := []string{
			`{"appended":1,"range":"Tasks!A7:D7"}`, // in the first batch, alone
			`{"updated":1,"rows":["2"]}`, `{"updated":1,"rows":["2"]}`,
			`{"deleted":1,"rows":["2"]}`, `{"deleted":2,"rows":["5:6"]}`,
			`{"replaced":0,"appended":2,"rows":["5:6"]}`, `{"replaced":1,"appended":1,"rows":["5","7"]}`,
			`{"appended":1,"range":"Tasks!A8:D8"}`, `{"updated":1,"rows":["4"]}`,
		}
		for i, answer := range answers {
			if flat(answer) != want[i] {
				t.Errorf("%v = %d %s, want %s", requests[i], answer.Code, flat(answer), want[i])
			}
		}
		if n := w.calls(batchCall); n != 2 {
			t.Errorf("%d batches, want 2", n)
		}
		rows := `[{"id":2,"state":"new","owner":"zoe","twice":4},{"id":10},{"id":7,"state":"b"},{"id":8},{"id":9},{"id":11}]`
		if diff := cmp.Diff(rows, w.rowsOf("Tasks")); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// meddle lets a person act in the moment between what the function has read and
// the batch that it sends next.
func (w *world) meddle(t *testing.T, act func(person *sheets.Service)) {
	person, base, once := w.person(t), w.base, sync.Once{}
	w.base = roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, ":batchUpdate") {
			once.Do(func() { act(person) })
		}
		return base.RoundTrip(r)
	})
	*w = *w.another(t)
}

// TestRowsMovedMeanwhile holds that a change is never acknowledged that may have
// hit another row than the one that was found.
func TestRowsMovedMeanwhile(t *testing.T) {
	rows := func(from, to int64) *sheets.DimensionRange {
		return &sheets.DimensionRange{SheetId: 0, Dimension: "ROWS", StartIndex: from, EndIndex: to, ForceSendFields: []string{"SheetId"}}
	}
	insert := &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(1, 2)}}
	remove := &sheets.Request{DeleteDimension: &sheets.DeleteDimensionRequest{Range: rows(1, 2)}}
	move := &sheets.Request{MoveDimension: &sheets.MoveDimensionRequest{Source: rows(2, 3), DestinationIndex: 5}}
	sorted := &sheets.Request{SortRange: &sheets.SortRangeRequest{
		Range:     &sheets.GridRange{SheetId: 0, StartRowIndex: 1, EndRowIndex: 5, ForceSendFields: []string{"SheetId"}},
		SortSpecs: []*sheets.SortSpec{{DimensionIndex: 0, SortOrder: "DESCENDING"}},
	}}
	below := &sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: rows(8, 9)}}
	for _, tt := range []struct {
		name    string
		act     *sheets.Request
		changed bool // rows that the change goes by
	}{
		{"a row inserted above", insert, true},
		{"a row deleted above", remove, true},
		{"a row moved from above to below", move, true},
		{"the sheet sorted", sorted, true},
		{"a row inserted far below", below, false},
	} {
		for _, change := range []struct{ method, target, body string }{
			{"PATCH", "?where=id:3", `{"qty":99}`},
			{"PATCH", "?where=id:3", `{"id":30,"item":"x","qty":99,"price":1,"ordered":"y"}`},
			{"DELETE", "?where=id:3", ""},
			{"PUT", "?key=id", `[{"id":3},{"id":50}]`},
		} {
			for _, lost := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s %s, answer lost %v", tt.name, change.method, change.body, lost), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t, func(_ *Settings, s *emulator.Spreadsheet) {
							s.Sheets = []emulator.Sheet{{Title: "Orders", Values: append(slices.Clone(orders.Values), []any{4, "dates", 5, 1.5, day(4)}, []any{5, "eggs", 6, 2.5, day(4)})}}
						})
						w.meddle(t, func(person *sheets.Service) { w.change(t, person, tt.act) })
						if lost {
							// The person's batch is the first.
							w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Delay: time.Nanosecond})
							w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Drop: emulator.DropAfter})
						}
						answer := w.do(change.method, "/sheets/Orders"+change.target, change.body)
						if !tt.changed {
							if answer.Code != 200 {
								t.Errorf("%s = %d %s, want 200", change.method, answer.Code, answer.Body)
							}
							return
						}
						if p := problemOf(t, answer); p.Code != "conflict" || p.Status != 409 || !strings.Contains(p.Detail, "rows 4") {
							t.Errorf("%s = %+v, want 409 conflict that names row 4", change.method, p)
						}
						// What follows goes by what is there now.
						if answer := w.do("PUT", "/sheets/Orders?key=id", `{"id":60}`); answer.Code != 200 {
							t.Errorf("the next PUT = %d %s", answer.Code, answer.Body)
						}
					})
				})
			}
		}
	}
}

// TestChangesAreDoneOnce repeats changes whose answer was lost, with a key.
func TestChangesAreDoneOnce(t *testing.T) {
	for _, tt := range []struct{ method, target, body, answer string }{
		{"PATCH", "?where=state:open&limit=1", `{"state":"done"}`, `{"updated":1,"rows":["2"]}`},
		{"DELETE", "?where=state:open&limit=1", "", `{"deleted":1,"rows":["2"]}`},
		{"PUT", "?key=id", `[{"id":1},{"id":9}]`, `{"replaced":1,"appended":1,"rows":["2","7"]}`},
		{"PATCH", "?where=id:77", `{"state":"done"}`, `{"updated":0}`},
	} {
		t.Run(tt.method+tt.target, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(tasks))
				w.google.Inject(emulator.Fault{Call: batchCall, Times: 1, Drop: emulator.DropAfter})
				ask := func(w *world) *httptest.ResponseRecorder {
					r := httptest.NewRequest(tt.method, "/sheets/Tasks"+tt.target, strings.NewReader(tt.body))
					r.Header.Set("Idempotency-Key", "k")
					recorder := httptest.NewRecorder()
					w.ServeHTTP(recorder, r)
					return recorder
				}
				first := ask(w)
				rows := w.rowsOf("Tasks")
				for _, again := range []*httptest.ResponseRecorder{ask(w), ask(w.another(t))} {
					if again.Code != 200 || flat(again) != tt.answer || flat(first) != tt.answer || again.Header().Get("Idempotency-Replayed") != "true" {
						t.Errorf("repeat = %d %s %v, first = %s, want %s", again.Code, flat(again), again.Header(), flat(first), tt.answer)
					}
				}
				if diff := cmp.Diff(rows, w.rowsOf("Tasks")); diff != "" {
					t.Errorf("a repeat changed rows (-before +after):\n%s", diff)
				}
			})
		})
	}
}

// TestDeleteOfAllRows: Google lets nobody delete all rows that are not frozen,
// and what is appended next goes below the header.
func TestDeleteOfAllRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.change(t, w.person(t),
			&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
				Properties: &sheets.SheetProperties{SheetId: 0, GridProperties: &sheets.GridProperties{RowCount: 4, ColumnCount: 5, FrozenRowCount: 1}, ForceSendFields: []string{"SheetId"}},
				Fields:     "gridProperties(rowCount,columnCount,frozenRowCount)",
			}})
		if answer := w.do("DELETE", "/sheets/Orders?where=D:0&where=id:1", ""); answer.Code != 422 {
			t.Errorf("DELETE by a letter of a named column = %d %s, want 422", answer.Code, answer.Body)
		}
		for _, id := range []int{2, 1, 3} {
			if answer := w.do("DELETE", fmt.Sprintf("/sheets/Orders?where=id:%d", id), ""); answer.Code != 200 {
				t.Fatalf("DELETE = %d %s", answer.Code, answer.Body)
			}
		}
		answer := w.do("POST", "/sheets/Orders", `{"id":9}`)
		if got := w.rowsOf("Orders"); flat(answer) != `{"appended":1,"range":"Orders!A2:E2"}` || got != `[{"id":9}]` {
			t.Errorf("POST = %s, rows %s", flat(answer), got)
		}
	})
}

// TestHeaderBelow writes below a header that is not in row 1.
func TestHeaderBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(below))
		for _, tt := range []struct{ method, target, body, answer string }{
			{"POST", "?header=3", `{"id":3,"qty":7}`, `{"appended":1,"range":"Below!A6:B6"}`},
			{"PATCH", "?header=3&where=qty:5", `{"qty":50}`, `{"updated":1,"rows":["4"]}`},
			{"PUT", "?header=3&key=id", `[{"id":2,"C":"narrow"},{"id":4}]`, `{"replaced":1,"appended":1,"rows":["5","7"]}`},
			{"POST", "?header=3&input=user_entered", `{"id":"=A7+1"}`, `{"appended":1,"range":"Below!A8:B8"}`},
			{"DELETE", "?header=3&where=id:1", "", `{"deleted":1,"rows":["4"]}`},
			{"POST", "?header=3", `{"id":6}`, `{"appended":1,"range":"Below!A8:B8"}`},
			{"POST", "?header=9", `{"id":6}`, "9"},
		} {
			if got := flat(w.do(tt.method, "/sheets/Below"+tt.target, tt.body)); !strings.Contains(got, tt.answer) {
				t.Errorf("%s %s = %s, want %s", tt.method, tt.target, got, tt.answer)
			}
		}
		if got, want := w.rowsOf("Below?header=3"), `[{"id":2,"C":"narrow"},{"id":3,"qty":7},{"id":4},{"id":5},{"id":6}]`; got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}
