package test

import (
	"testing"
	"testing/synctest"

	"example.com/sheets-function/emulator"
)

// TestIfMatch changes rows on the condition that they are those of an ETag.
func TestIfMatch(t *testing.T) {
	needRoutes(t, "GET /sheets/{title}", "POST /sheets/{title}", "PATCH /sheets/{title}", "DELETE /sheets/{title}")
	dates := emulator.Sheet{Title: "Days", Values: [][]any{
		{"id", "day", "when", "text <&>'\u2028é"},
		{1, emulator.Number{Value: 46083.4375, Pattern: "m/d/yyyy"}, nil, `a "quoted" <text> & 'more' \ ü 🌵`},
		{1e21, emulator.Formula{Text: "=B2+1", Pattern: "yyyy-mm-dd hh:mm"}, emulator.Formula{Text: "=1/0"}, 1.5e-7},
		{},
		{2, nil, emulator.Number{Value: 1.5, Pattern: "[h]:mm"}, nil},
	}}
	changes := []struct{ method, target, body, prefer string }{
		{"PATCH", "?id=eq.1", `{"when":"x"}`, ""},
		{"POST", "?on_conflict=id", `{"id":2,"when":"x"}`, "resolution=merge-duplicates"},
		{"DELETE", "?id=eq.2", "", ""},
	}
	for _, c := range changes {
		t.Run(c.method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, withSheets(dates))
				do := func(tag string) int {
					return w.do(c.method, "/sheets/Days"+c.target, c.body, "Prefer", c.prefer, "If-Match", tag).Code
				}
				tag := func(query string) string { return w.do("GET", "/sheets/Days"+query, "").Header().Get("ETag") }
				all := tag("")
				for name, other := range map[string]string{
					"text": tag("?values=text"), "formulas": tag("?values=formula"), "another header": tag("?header=2"),
					"weak": "W/" + all, "unknown": `"x-y"`, "not a tag": "x", "another sheet": w.do("GET", "/sheets/Orders", "").Header().Get("ETag"),
				} {
					if code := do(other); code != 412 {
						t.Errorf("with the ETag of %s: %d, want 412", name, code)
					}
				}
				if n := w.countCalls(batchCall); n != 0 {
					t.Errorf("%d batches were sent", n)
				}
				if code := do(tag("?id=eq.1&limit=1")); code >= 300 {
					t.Errorf("with the ETag of a part: %d, want 2xx", code)
				}
				if code := do(all); code != 412 {
					t.Errorf("with the ETag from before the change: %d, want 412", code)
				}
				if code := do(`"x", *`); code >= 300 {
					t.Errorf("with any: %d, want 2xx", code)
				}
			})
		})
	}
}
