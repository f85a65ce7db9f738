package function

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// post appends with an idempotency key.
func (w *world) post(title, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/sheets/"+title, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder
}

// checkReplay posts a repeat and holds that it is answered as the first was.
func (w *world) checkReplay(t *testing.T, first *httptest.ResponseRecorder, key, body string) {
	t.Helper()
	before := len(w.google.Values(w.id, "Orders"))
	again := w.post("Orders", key, body)
	if again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("repeat = %d %s %v, want what the first one got: %s", again.Code, again.Body, again.Header(), first.Body)
	}
	if after := len(w.google.Values(w.id, "Orders")); after != before {
		t.Errorf("a repeat stored %d rows", after-before)
	}
}

func TestIdempotencyKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		const body = `[{"id":4,"item":"dates"},{"id":5}]`
		first := w.post("Orders", "k 1~!", body)
		if first.Code != 201 || first.Header().Get("Idempotency-Replayed") != "" {
			t.Fatalf("POST = %d %s %v, want 201", first.Code, first.Body, first.Header())
		}
		w.checkReplay(t, first, "k 1~!", body)
		w.checkReplay(t, first, "k 1~!", "\n"+strings.ReplaceAll(body, ",", ", "))
		for title, other := range map[string]string{"Orders": `[{"id":4,"item":"dates"}]`, "Twice": body} {
			if p := problemOf(t, w.post(title, "k 1~!", other)); p.Code != "key-reused" || p.Status != 422 {
				t.Errorf("POST of another request with the key = %+v, want 422 key-reused", p)
			}
		}
		w.post("Orders", "k2", `{"id":6}`)
		w.checkReplay(t, first, "k 1~!", body)
		w.another(t).checkReplay(t, first, "k 1~!", body)
		beside := w.another(t)
		third := beside.post("Orders", "k3", `{"id":7}`)
		w.checkReplay(t, third, "k3", `{"id":7}`)
		if got := len(w.google.Values(w.id, "Orders")); got != 8 {
			t.Errorf("%d rows, want 8", got)
		}
	})
}

// TestOneKeyAtOnce sends the same request many times at once to two instances.
func TestOneKeyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t, nil)
		worlds := []*world{first, first.another(t)}
		var wg sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 20)
		for i := range answers {
			wg.Go(func() { answers[i] = worlds[i%2].post("Orders", "k", `{"id":4}`) })
		}
		wg.Wait()
		fresh := 0
		for _, answer := range answers {
			if answer.Code != 201 || answer.Body.String() != answers[0].Body.String() {
				t.Errorf("POST = %d %s, want 201 %s", answer.Code, answer.Body, answers[0].Body)
			}
			if answer.Header().Get("Idempotency-Replayed") == "" {
				fresh++
			}
		}
		if got := len(first.google.Values(first.id, "Orders")); got != 5 || fresh != 1 {
			t.Errorf("%d rows and %d first answers, want 5 and 1", got, fresh)
		}
	})
}

func TestBadKeys(t *testing.T) {
	w := newWorld(t, nil)
	for _, tt := range []struct{ name, target, key, detail string }{
		{"too long", "/sheets/Orders", strings.Repeat("x", 256), "255 printable"},
		{"not ASCII", "/sheets/Orders", "kéy", "255 printable"},
		{"a tab", "/sheets/Orders", "a\tb", "255 printable"},
		{"with what is not safe to repeat", "/sheets/Orders?input=user_entered", "k", "not safe to repeat"},
		{"unknown input", "/sheets/Orders?input=typed", "k", "raw or user_entered"},
	} {
		r := httptest.NewRequest("POST", tt.target, strings.NewReader(`{"id":4}`))
		r.Header.Set("Idempotency-Key", tt.key)
		recorder := httptest.NewRecorder()
		w.ServeHTTP(recorder, r)
		if p := problemOf(t, recorder); p.Status != 400 || p.Code != table.BadRequest || !strings.Contains(p.Detail, tt.detail) {
			t.Errorf("%s: POST = %+v, want 400 bad-request: %s", tt.name, p, tt.detail)
		}
	}
	if got := w.post("Orders", strings.Repeat("x", 255), `{"id":4}`); got.Code != 201 {
		t.Errorf("POST with a key of 255 = %d %s, want 201", got.Code, got.Body)
	}
}

// TestKeysAreHidden holds that no route shows or writes the sheet of keys.
func TestKeysAreHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.post("Orders", "secret-key", `{"id":4}`)
		if len(w.google.Values(w.id, "_keys")) != 1 {
			t.Fatal("no key is stored")
		}
		answer, err := w.person(t).Spreadsheets.Get(w.id).Do()
		if err != nil {
			t.Fatal(err)
		}
		keys := answer.Sheets[len(answer.Sheets)-1].Properties
		if keys.Title != "_keys" || !keys.Hidden {
			t.Errorf("the last sheet is %q, hidden %v, want _keys, hidden", keys.Title, keys.Hidden)
		}
		for _, hidden := range []bool{true, false} { // a person may show it
			w.change(t, w.person(t), &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
				Properties: &sheets.SheetProperties{SheetId: keys.SheetId, Hidden: hidden}, Fields: "hidden",
			}})
			for _, try := range []string{"GET /sheets/_keys", "GET /sheets/_KEYS", "GET /sheets/_keys?values=text", "POST /sheets/_keys", "POST /sheets/_Keys", "POST /sheets/_keys?input=user_entered"} {
				method, target, _ := strings.Cut(try, " ")
				answer := w.another(t).do(method, target, `{"A":1}`)
				if p := problemOf(t, answer); p.Code != table.SheetNotFound || strings.Contains(p.Detail, `"_keys",`) {
					t.Errorf("%s = %+v, want sheet-not-found", try, p)
				}
			}
			if got := w.another(t).do("GET", "/", "").Body.String(); strings.Contains(got, "_keys") {
				t.Errorf("GET / shows the sheet of keys: %s", got)
			}
		}
		if len(w.google.Values(w.id, "_keys")) != 1 {
			t.Error("the sheet of keys was written to")
		}
	})
}

func TestKeysDeletedByAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.post("Orders", "k1", `{"id":4}`)
		answer, err := w.person(t).Spreadsheets.Get(w.id).Do()
		if err != nil {
			t.Fatal(err)
		}
		w.change(t, w.person(t), &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: answer.Sheets[len(answer.Sheets)-1].Properties.SheetId}})
		second := w.post("Orders", "k2", `{"id":5}`)
		if second.Code != 201 {
			t.Errorf("POST = %d %s, want 201", second.Code, second.Body)
		}
		w.checkReplay(t, second, "k2", `{"id":5}`)
		if !strings.Contains(w.log.String(), "keys start anew") {
			t.Errorf("the log does not say that the keys were deleted:\n%s", w.log)
		}
		if strings.Contains(w.log.String(), "k2") {
			t.Error("the log holds a key")
		}
	})
}

func TestSheetFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		answer, err := w.person(t).Spreadsheets.Get(w.id).Do()
		if err != nil {
			t.Fatal(err)
		}
		left := int64(10_000_000)
		for _, sheet := range answer.Sheets {
			left -= sheet.Properties.GridProperties.RowCount * sheet.Properties.GridProperties.ColumnCount
		}
		// Room for one more row of 26 cells.
		w.change(t, w.person(t), &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{
			Title: "Big", GridProperties: &sheets.GridProperties{RowCount: left/26 - 1, ColumnCount: 26},
		}}})
		if p := problemOf(t, w.do("POST", "/sheets/Orders", `[{"id":4},{"id":5}]`)); p.Code != "sheet-full" || p.Status != 422 {
			t.Errorf("POST of two rows = %+v, want 422 sheet-full", p)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[int]int{}
		for i := range 20 {
			wg.Go(func() {
				answer := w.do("POST", "/sheets/Orders", fmt.Sprintf(`{"id":%d}`, i))
				mu.Lock()
				defer mu.Unlock()
				codes[answer.Code]++
			})
		}
		wg.Wait()
		if codes[201] != 1 || codes[422] != 19 || len(w.google.Values(w.id, "Orders")) != 5 {
			t.Errorf("statuses %v, want one 201 and 19 times 422", codes)
		}
	})
}
