package test

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"google.golang.org/api/sheets/v4"
)

// post appends to Orders with an idempotency key.
func (w *world) post(key, body string) *httptest.ResponseRecorder {
	return w.do("POST", "/sheets/Orders", body, "Idempotency-Key", key)
}

// checkReplay repeats a request and checks that the answer is the first one.
func (w *world) checkReplay(t *testing.T, first *httptest.ResponseRecorder, key, body string) {
	t.Helper()
	before := len(w.google.Values(w.id, "Orders"))
	again := w.post(key, body)
	if again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("POST again = %d %s %v, want what the first one got: %s", again.Code, again.Body, again.Header(), first.Body)
	}
	if after := len(w.google.Values(w.id, "Orders")); after != before {
		t.Errorf("POST again stored %d rows", after-before)
	}
}

func TestAppendIdempotencyKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		const key, body = "k 1~!", `[{"id":4,"item":"dates"},{"id":5}]`
		first := w.post(key, body)
		if first.Code != 201 || first.Header().Get("Idempotency-Replayed") != "" {
			t.Fatalf("POST = %d %s %v, want 201", first.Code, first.Body, first.Header())
		}
		w.checkReplay(t, first, key, body)
		w.checkReplay(t, first, key, "\n"+strings.ReplaceAll(body, ",", ", "))
		for title, other := range map[string]string{"Orders": `[{"id":4,"item":"dates"}]`, "Twice": body} {
			answer := w.do("POST", "/sheets/"+title, other, "Idempotency-Key", key)
			checkProblem(t, "POST of another request with the key", answer, 422, "key-reused", "")
		}
		w.post("k2", `{"id":6}`)
		w.checkReplay(t, first, key, body)
		w.another(t).checkReplay(t, first, key, body)
		third := w.another(t).post("k3", `{"id":7}`)
		w.checkReplay(t, third, "k3", `{"id":7}`)
		if got := len(w.google.Values(w.id, "Orders")); got != 8 {
			t.Errorf("%d rows, want 8", got)
		}
	})
}

// TestAppendOneKeyAtOnce sends one request many times at once to two instances.
func TestAppendOneKeyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t, nil)
		worlds := []*world{first, first.another(t)}
		var wg sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 20)
		for i := range answers {
			wg.Go(func() { answers[i] = worlds[i%2].post("k", `{"id":4}`) })
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

func TestAppendKeyProblems(t *testing.T) {
	w := newWorld(t, nil)
	tests := []struct{ name, target, key, detail string }{
		{"too long", "/sheets/Orders", strings.Repeat("x", 256), "255 printable"},
		{"not ASCII", "/sheets/Orders", "kéy", "255 printable"},
		{"a tab", "/sheets/Orders", "a\tb", "255 printable"},
		{"with input that is not safe to repeat", "/sheets/Orders?input=user_entered", "k", "not safe to repeat"},
		{"with an unknown input", "/sheets/Orders?input=typed", "k", "raw or user_entered"},
	}
	for _, tt := range tests {
		answer := w.do("POST", tt.target, `{"id":4}`, "Idempotency-Key", tt.key)
		checkProblem(t, tt.name+": POST", answer, 400, "bad-request", tt.detail)
	}
	if got := w.post(strings.Repeat("x", 255), `{"id":4}`); got.Code != 201 {
		t.Errorf("POST with a key of 255 characters = %d %s, want 201", got.Code, got.Body)
	}
}

// TestAppendStoresKeysInHiddenSheet checks where keys are, also after a person
// has shown that sheet.
func TestAppendStoresKeysInHiddenSheet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.post("secret-key", `{"id":4}`)
		if len(w.google.Values(w.id, keysSheet)) != 1 {
			t.Fatal("no key is stored")
		}
		person := w.person(t)
		keys := w.sheet(t, person, keysSheet)
		if !keys.Hidden {
			t.Errorf("the sheet %s is not hidden", keysSheet)
		}
		for _, hidden := range []bool{true, false} {
			w.batch(t, person, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
				Properties: &sheets.SheetProperties{SheetId: keys.SheetId, Hidden: hidden}, Fields: "hidden",
			}})
			for _, target := range []string{"/sheets/_keys", "/sheets/_Keys", "/sheets/_keys?input=user_entered"} {
				answer := w.another(t).do("POST", target, `{"A":1}`)
				if p := problemOf(t, answer); p.Code != "sheet-not-found" || strings.Contains(p.Detail, `"_keys",`) {
					t.Errorf("POST %s = %+v, want sheet-not-found", target, p)
				}
			}
		}
		if len(w.google.Values(w.id, keysSheet)) != 1 {
			t.Error("the sheet of keys was written to")
		}
	})
}

func TestAppendAfterKeysAreDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.post("key-of-the-first", `{"id":4}`)
		person := w.person(t)
		w.batch(t, person, &sheets.Request{DeleteSheet: &sheets.DeleteSheetRequest{SheetId: w.sheet(t, person, keysSheet).SheetId}})
		second := w.post("key-of-the-second", `{"id":5}`)
		if second.Code != 201 {
			t.Errorf("POST = %d %s, want 201", second.Code, second.Body)
		}
		w.checkReplay(t, second, "key-of-the-second", `{"id":5}`)
		if !strings.Contains(w.log.String(), "keys start anew") {
			t.Errorf("the log does not report that the keys were deleted:\n%s", w.log)
		}
		if strings.Contains(w.log.String(), "key-of-the-second") {
			t.Error("the log holds a key")
		}
	})
}
