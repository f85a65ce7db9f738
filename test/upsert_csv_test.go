package test

import (
	"strings"
	"testing"
)

// TestUpsertCSV checks that a key which looks like a number changes the row that has it as a
// text, and no other.
func TestUpsertCSV(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}")
	w := newWorld(t, nil)
	if got := w.do("POST", "/sheets/Orders", `[{"id":"1.1","item":"one"},{"id":"1.10","item":"ten"},{"id":"1.2","item":"two"}]`); got.Code != 201 {
		t.Fatalf("POST = %d %s", got.Code, got.Body)
	}
	got := w.do("POST", "/sheets/Orders?on_conflict=id", "id,item\n1.10,TEN-NEW\n", "Content-Type", "text/csv", "Prefer", "resolution=merge-duplicates")
	if got.Code > 201 {
		t.Fatalf("POST = %d %s", got.Code, got.Body)
	}
	want := "[\n{\"id\":\"1.1\",\"item\":\"one\"},\n{\"id\":\"1.10\",\"item\":\"TEN-NEW\"},\n{\"id\":\"1.2\",\"item\":\"two\"}\n]\n"
	if rows := w.do("GET", "/sheets/Orders?select=id,item&offset=3", "").Body.String(); rows != want {
		t.Errorf("rows = %s, want %s", rows, want)
	}
}

// TestUpsertDates checks that a day is the key of the row that has it as a date, whatever the
// sheet shows, and that a text which looks like it is another key.
func TestUpsertDates(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}")
	w := newWorld(t, withSheets(days))
	body := `[{"day":"2026-03-02","note":"first"},{"day":"2026-10-15","note":"second"},{"day":"3/2/2026","note":"third"}]`
	got := w.do("POST", "/sheets/Days?on_conflict=day", body, "Prefer", "resolution=merge-duplicates")
	if got.Code > 201 || !strings.Contains(got.Body.String(), `"updated": 2`) {
		t.Fatalf("POST = %d %s, want two rows updated", got.Code, got.Body)
	}
	rows := w.do("GET", "/sheets/Days?select=id,day,note&order=id.nullsfirst", "").Body.String()
	for _, want := range []string{
		`{"id":1,"day":"2026-03-02","note":"first"}`, `{"id":2,"day":"2026-10-15","note":"second"}`, `{"id":null,"day":"3/2/2026","note":"third"}`,
	} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows = %s, want %s among them", rows, want)
		}
	}
}
