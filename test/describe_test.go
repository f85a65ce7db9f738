package test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/sheets/v4"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// description is what GET / answers.
type description struct {
	Title     string            `json:"title"`
	Link      string            `json:"link"`
	CanEdit   bool              `json:"can_edit"`
	Cells     int64             `json:"cells"`
	CellLimit int64             `json:"cell_limit"`
	Sheets    []describedSheet  `json:"sheets"`
	Identity  describedIdentity `json:"identity"`
}

type describedSheet struct {
	Title   string            `json:"title"`
	Columns []describedColumn `json:"columns"`
	Rows    *int              `json:"rows"`
}

type describedColumn struct {
	Name   string `json:"name"`
	Letter string `json:"letter"`
	Type   string `json:"type"`
	Result string `json:"result"`
}

// described returns a sheet with columns such as "id A number", or "total C formula number".
func described(title string, rows int, columns ...string) describedSheet {
	s := describedSheet{Title: title, Columns: []describedColumn{}, Rows: &rows}
	for _, text := range columns {
		words := append(strings.Fields(text), "")
		s.Columns = append(s.Columns, describedColumn{words[0], words[1], words[2], words[3]})
	}
	return s
}

type describedIdentity struct {
	Email  string    `json:"email"`
	Scopes []string  `json:"scopes"`
	Expiry time.Time `json:"expiry"`
}

func (w *world) describe(t testing.TB) (d description) {
	t.Helper()
	answer := w.do("GET", "/", "")
	if err := json.Unmarshal(answer.Body.Bytes(), &d); err != nil || answer.Code != 200 {
		t.Fatalf("GET / = %d %s", answer.Code, answer.Body)
	}
	return d
}

func TestDescribe(t *testing.T) {
	w := newWorld(t, nil)
	got := w.describe(t)
	want := description{
		Title: "Demo", Link: got.Link, CanEdit: true,
		Cells: 5 * 1000 * 26, CellLimit: 10_000_000,
		Sheets: []describedSheet{
			described("Orders", 3, "id A number", "item B text", "qty C number", "price D number", "ordered E date"),
			described("Twice", 1, "a A number", "b B number", "a_2 C number"),
			described("Empty", 0),
			described("It's; a/b 🌵", 0, "x A empty"),
			described("Shifted", 1, "A A empty", "x B number"),
		},
		Identity: got.Identity,
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got.Link, w.id) {
		t.Errorf("GET / (-want +got):\n%s\nlink %q", diff, got.Link)
	}
	if got.Identity.Email != w.google.ServiceAccount() || len(got.Identity.Scopes) != len(strings.Split(defaultScopes, ",")) || got.Identity.Expiry.IsZero() {
		t.Errorf("identity = %+v", got.Identity)
	}
	w.google.Share(w.id, w.google.ServiceAccount(), "reader")
	if w.describe(t).CanEdit {
		t.Error("GET / for a reader: can_edit = true, want false")
	}
}

// TestDescribeTypes checks the types of columns, and that of a large sheet only the first
// rows are read.
func TestDescribeTypes(t *testing.T) {
	long := [][]any{{"id", "late"}}
	for i := range 1100 {
		long = append(long, []any{i})
	}
	long[1099] = append(long[1099], "text beyond the first thousand rows")
	w := newWorld(t, withSheets(tasks, days, emulator.Sheet{Title: "Long", Values: long}))
	want := []describedSheet{
		described("Tasks", 4, "id A mixed", "state B text", "owner C text", "twice D formula number"),
		described("Days", 5, "id A number", "day B date", "moment C datetime", "clock D time", "worked E duration", "note F text"),
		{Title: "Long", Columns: described("", 0, "id A number", "late B empty").Columns},
	}
	got := w.describe(t).Sheets
	if diff := cmp.Diff(want, got[len(got)-len(want):]); diff != "" {
		t.Errorf("GET / (-want +got):\n%s", diff)
	}
}

// TestDescribeCells compares the cells with Google's count, before and after the
// sheet of keys is there.
func TestDescribeCells(t *testing.T) {
	w := newWorld(t, withSheets(emulator.Sheet{Title: "Hidden", Hidden: true, Values: manyRows(1200)}))
	before := w.describe(t)
	if before.Cells != w.countCells(t) || before.Cells < 6*1000*26 || before.CellLimit != 10_000_000 {
		t.Errorf("GET /: %d of %d cells, want %d of 10000000", before.Cells, before.CellLimit, w.countCells(t))
	}
	w.batch(t, w.person(t), addSheet(keysSheet, 100, 3))
	if after := w.describe(t); after.Cells != w.countCells(t) || after.Cells != before.Cells+300 {
		t.Errorf("GET / with the sheet of keys: %d cells, want %d, before %d", after.Cells, w.countCells(t), before.Cells)
	}
}

// TestDescribeHidesKeys checks that the sheet of keys is not shown, also if a
// person has unhidden it.
func TestDescribeHidesKeys(t *testing.T) {
	w := newWorld(t, withSheets(emulator.Sheet{Title: keysSheet, Values: [][]any{{"secret-key"}}, Hidden: true}))
	for _, hidden := range []bool{true, false} {
		person := w.person(t)
		w.batch(t, person, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
			Properties: &sheets.SheetProperties{SheetId: w.sheet(t, person, keysSheet).SheetId, Hidden: hidden}, Fields: "hidden",
		}})
		if got := w.another(t).do("GET", "/", ""); got.Code != 200 || strings.Contains(got.Body.String(), keysSheet) {
			t.Errorf("GET / where the sheet of keys is hidden, %v = %d %s", hidden, got.Code, got.Body)
		}
	}
}

// TestDescribeHidesIdentity checks that a function which strangers may call does not
// say which account it has, on platforms that set K_SERVICE and on others.
func TestDescribeHidesIdentity(t *testing.T) {
	tests := []struct {
		name, service string
		emulator      function.LoopbackHost
		hidden        bool
	}{
		{"on Cloud Run", "svc", "", true},
		{"on a platform that does not set K_SERVICE", "", "", true},
		{"on Cloud Run, emulated", "svc", "127.0.0.1:1", true},
		{"on a person's machine, emulated", "", "127.0.0.1:1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(s *function.Settings, _ *emulator.Spreadsheet) { s.Emulator = tt.emulator })
			t.Setenv("K_SERVICE", tt.service)
			answer := w.do("GET", "/", "")
			for _, secret := range []string{w.google.ServiceAccount(), "metadata", "127.0.0.1"} {
				if answer.Code != 200 || strings.Contains(answer.Body.String(), secret) == tt.hidden {
					t.Errorf("GET / = %d %s, holds %q: want hidden %v", answer.Code, answer.Body, secret, tt.hidden)
				}
			}
		})
	}
}

func TestDescribeFetchesOneToken(t *testing.T) { testOneToken(t, "/", "/health") }

func TestDescribeMethods(t *testing.T) {
	w := newWorld(t, nil)
	checkHead(t, w, "/")
	for _, method := range []string{"PUT", "DELETE", "TRACE"} {
		answer := w.do(method, "/", "")
		checkProblem(t, method+" /", answer, 405, "method-not-allowed", "allowed are GET, HEAD")
		if got := answer.Header().Get("Allow"); got != "GET, HEAD, OPTIONS" {
			t.Errorf("%s /: Allow = %q, want GET, HEAD, OPTIONS", method, got)
		}
	}
}

func TestDescribeHostile(t *testing.T) {
	testHostile(t, "GET", []hostileRequest{{name: "a parameter", target: "/?id=other", code: "bad-request"}})
}
