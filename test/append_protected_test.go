package test

import (
	"strings"
	"testing"
	"testing/synctest"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator"
)

// TestAppendProtected appends to a sheet of which one column is protected.
func TestAppendProtected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withSheets(emulator.Sheet{Title: "Guarded", Values: [][]any{{"id", "checked", "note"}, {1, "yes", "a"}}}))
		person := w.person(t)
		w.batch(t, person, &sheets.Request{AddProtectedRange: &sheets.AddProtectedRangeRequest{ProtectedRange: &sheets.ProtectedRange{
			Range:   &sheets.GridRange{SheetId: w.sheet(t, person, "Guarded").SheetId, StartColumnIndex: 1, EndColumnIndex: 2},
			Editors: &sheets.Editors{Users: []string{"owner@example.com"}},
		}}})
		for _, body := range []string{`{"id":2,"note":"b"}`, `[{"id":3,"checked":null},{"note":"c"}]`} {
			if got := w.do("POST", "/sheets/Guarded", body); got.Code != 201 {
				t.Errorf("POST %s = %d %s, want 201: the protected column is not sent", body, got.Code, got.Body)
			}
		}
		p := problemOf(t, w.do("POST", "/sheets/Guarded", `{"id":4,"checked":"no"}`))
		if p.Status != 502 || p.Code != "protected-range" || !strings.Contains(p.Hint, "let "+w.google.ServiceAccount()+" edit") {
			t.Errorf("POST into the protected column = %+v, want 502 protected-range with the account", p)
		}
		want := `[{"id":1,"checked":"yes","note":"a"},{"id":2,"note":"b"},{"id":3},{"note":"c"}]`
		if got := w.rows("Guarded"); got != want {
			t.Errorf("rows = %s, want %s", got, want)
		}
	})
}
