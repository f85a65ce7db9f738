package test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

func TestListCSV(t *testing.T) {
	w := newWorld(t, withSheets(stock, emulator.Sheet{Title: "Odd", Values: [][]any{{"a", "b"}, {"x,\"y\"\nz", "=1+1"}, {"", 1.50}}}))
	const csv = "text/csv; charset=utf-8; header=present"
	tests := []struct {
		name, target, accept string
		media                string
		want                 string
	}{
		{"by format", "Stock?format=csv&select=id,sold&name=eq.pear", "", csv, "id,sold\r\n1,TRUE\r\n"},
		{"by Accept", "Stock?select=name,qty&limit=2", "text/csv", csv, "name,qty\r\npear,2\r\nApple,\"2\"\r\n"},
		{"CSV is preferred", "Stock?select=id&limit=1", "application/json;q=0.5, text/csv", csv, "id\r\n1\r\n"},
		{"JSON is preferred", "Stock?select=id&limit=1", "application/json, text/csv;q=0.9", "application/json", "[\n{\"id\":1}\n]\n"},
		{"anything", "Stock?select=id&limit=1", "*/*", "application/json", "[\n{\"id\":1}\n]\n"},
		{"CSV is refused", "Stock?select=id&limit=1", "text/csv;q=0, */*", "application/json", "[\n{\"id\":1}\n]\n"},
		{"a malformed Accept", "Stock?select=id&limit=1", ";;;", "application/json", "[\n{\"id\":1}\n]\n"},
		{"format overrides Accept", "Stock?select=id&limit=1&format=json", "text/csv", "application/json", "[\n{\"id\":1}\n]\n"},
		{"quotes, line breaks and blanks", "Odd?format=csv", "", csv, "a,b\r\n\"x,\"\"y\"\"\r\nz\",=1+1\r\n,1.5\r\n"},
		{"no rows still have columns", "Stock?format=csv&id=eq.9&select=id", "", csv, "id\r\n"},
		{"an empty sheet", "Empty?format=csv", "", csv, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			if tt.accept != "" {
				header = []string{"Accept", tt.accept}
			}
			answer := w.do("GET", "/sheets/"+tt.target, "", header...)
			if got := answer.Header().Get("Content-Type"); got != tt.media || answer.Header().Get("Vary") != "Accept, Prefer, Range" {
				t.Errorf("GET %s: Content-Type = %q, Vary = %q, want %q, Accept, Prefer, Range", tt.target, got, answer.Header().Get("Vary"), tt.media)
			}
			if diff := cmp.Diff(tt.want, answer.Body.String()); diff != "" {
				t.Errorf("GET %s (-want +got):\n%s", tt.target, diff)
			}
		})
	}
}
