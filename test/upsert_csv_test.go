package test

import "testing"

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
