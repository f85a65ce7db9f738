package test

import (
	"testing"
	"testing/synctest"

	"example.com/sheets-function/emulator"
)

// TestReturnedRows holds that rows are returned as they are stored: with what formulas make
// of them, and dates in ISO 8601.
func TestReturnedRows(t *testing.T) {
	needRoutes(t, "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	sheet := emulator.Sheet{Title: "Due", Values: [][]any{
		{"id", "qty", "due", "twice"},
		{1, 2, emulator.Number{Value: 46083, Pattern: "m/d/yyyy"}, emulator.Formula{Text: "=B2*2"}},
		{2, 3, emulator.Number{Value: 46084, Pattern: "m/d/yyyy"}, emulator.Formula{Text: "=B3*2"}},
	}}
	tests := []struct {
		name, method, target, body, prefer, want string
	}{
		{"append", "POST", "", `[{"id":3,"qty":4,"due":"2026-03-05"},{"id":4}]`, "", `[{"id":3,"qty":4,"due":"2026-03-05","twice":8},{"id":4,"qty":null,"due":null,"twice":0}]`},
		{"append, some columns", "POST", "?select=id,double:twice", `{"id":3,"qty":4}`, "", `[{"id":3,"double":8}]`},
		{"upsert", "POST", "?on_conflict=due", `[{"due":"2026-03-06","qty":1},{"due":"2026-03-03","qty":5}]`, "resolution=merge-duplicates",
			`[{"id":2,"qty":5,"due":"2026-03-03","twice":10},{"id":null,"qty":1,"due":"2026-03-06","twice":2}]`},
		{"update", "PATCH", "?due=gte.2026-03-03", `{"qty":7}`, "", `[{"id":2,"qty":7,"due":"2026-03-03","twice":14}]`},
		{"update of nothing", "PATCH", "?id=eq.9", `{"qty":7}`, "", `[]`},
		{"update with what is there", "PATCH", "?id=eq.2", `{"twice":6}`, "", `[{"id":2,"qty":3,"due":"2026-03-03","twice":6}]`},
		{"delete", "DELETE", "?id=eq.1", "", "", `[{"id":1,"qty":2,"due":"2026-03-02","twice":4}]`},
		{"rolled back", "DELETE", "?id=eq.1", "", "tx=rollback", `[{"id":1,"qty":2,"due":"2026-03-02","twice":4}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(sheet))
				got := w.do(tt.method, "/sheets/Due"+tt.target, tt.body, "Prefer", "return=representation", "Prefer", tt.prefer)
				if got.Code >= 300 || compact(got) != tt.want {
					t.Errorf("%s %s = %d %s, want %s", tt.method, tt.target, got.Code, compact(got), tt.want)
				}
			})
		})
	}
}
