package test

import (
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/api/sheets/v4"
)

// TestAppendToNewSheet checks that a sheet which a person has just added, or renamed, is
// found, although the sheets were listed a while ago.
func TestAppendToNewSheet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		owner := w.person(t)
		if got := w.do("POST", "/sheets/Orders", `{"id":4}`); got.Code != 201 {
			t.Fatalf("POST = %d %s", got.Code, got.Body)
		}
		w.google.Share(w.id, "ada@example.com", "writer")
		w.batch(t, owner, &sheets.Request{AddSheet: &sheets.AddSheetRequest{Properties: &sheets.SheetProperties{SheetId: 77, Title: "Fresh"}}})
		if err := w.google.Enter(t.Context(), "ada@example.com", w.id, "Fresh", "A1", "id"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		if got := w.do("POST", "/sheets/Fresh", `{"id":1}`); got.Code != 201 {
			t.Errorf("POST to a sheet that was added = %d %s, want 201", got.Code, got.Body)
		}
		w.batch(t, owner, &sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
			Properties: &sheets.SheetProperties{SheetId: 77, Title: "Renamed"}, Fields: "title",
		}})
		time.Sleep(6 * time.Second)
		if got := w.do("POST", "/sheets/Renamed", `{"id":2}`); got.Code != 201 {
			t.Errorf("POST to a sheet that was renamed = %d %s, want 201", got.Code, got.Body)
		}
	})
}

// TestAppendUnknownTitles checks that a title which no sheet has costs one call in 30 s,
// and many of them one in five seconds.
func TestAppendUnknownTitles(t *testing.T) {
	for name, title := range map[string]func(i int) string{
		"one title":   func(int) string { return "Order" },
		"many titles": func(i int) string { return "Order" + string(rune('a'+i%26)) + string(rune('a'+i/26)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.do("POST", "/sheets/Orders", `{"id":4}`)
				before := w.countReads()
				for i := range 120 {
					checkProblem(t, "POST", w.do("POST", "/sheets/"+title(i), `{"id":4}`), 404, "sheet-not-found", `the sheets are "Orders"`)
					time.Sleep(500 * time.Millisecond)
				}
				most := 30 + 3 // the batches are read every two seconds
				if name == "many titles" {
					most = 30 + 13
				}
				if n := w.countReads() - before; n > most {
					t.Errorf("120 POSTs to no sheet in a minute made %d reads, want at most %d", n, most)
				}
			})
		})
	}
}
