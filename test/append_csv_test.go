package test

import (
	"strings"
	"testing"
)

// TestAppendCSV checks what is stored of a CSV text, and where its first fault
// is reported.
func TestAppendCSV(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		want       string // the new rows, or the detail
	}{
		{"types where no character is lost", "id,item,qty\r\n4,007,-0.5\r\n+5,=1+1,1e5\r\n", 201, `[{"id":4,"item":"007","qty":-0.5},{"id":"+5","item":"=1+1","qty":"1e5"}]`},
		{"booleans, blanks, quotes", "item,id,qty\n\"a\nb\",,TRUE\n", 201, `[{"item":"a\nb","qty":true}]`},
		{"a byte order mark", "\ufeffid\n4\n", 201, `[{"id":4}]`},
		{"more digits than a double has", "id\n12345678901234567890\n", 201, `[{"id":"12345678901234567890"}]`},
		{"blank lines are skipped", "id\n\n4\n\n", 201, `[{"id":4}]`},
		{"unknown column", "id,itm\n4,x\n", 422, `line 2: sheet "Orders" has no column "itm"`},
		{"a line too short", "id,item\n4,x\n5\n6,y\n", 422, "line 3: not as many fields as line 1"},
		{"a line too long", "id\n4\n\n5,x\n", 422, "line 4: not as many"},
		{"a broken quote", "id,item\n4,x\n5,\"x\n6,y\n", 400, "line 3: not CSV"},
		{"a line without a value, after one of two lines", "id,item\n4,\"a\nb\"\n,\n", 422, "line 4: no column has a value"},
		{"a cell too long", "id\n4\n" + strings.Repeat("x", 50_001) + "\n", 422, "line 3: column \"id\" holds more than 50000"},
		{"not UTF-8", "id\n\xff\n", 400, "line 2: the text is not UTF-8"},
		{"a column twice", "id,id\n4,5\n", 422, `line 1: column "id" is given twice`},
		{"no rows", "id\n", 422, "no rows"},
		{"nothing", "", 400, "empty"},
		{"too many rows", "id\n" + strings.Repeat("1\n", 10_001), 413, "10000 rows"},
		{"too large", "id\n" + strings.Repeat(strings.Repeat("x", 9_999)+"\n", 840), 413, "8388608 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			before := w.rows("Orders")
			answer := w.do("POST", "/sheets/Orders", tt.body, "Content-Type", "text/csv; charset=utf-8")
			if answer.Code != tt.status {
				t.Fatalf("POST = %d %s, want %d", answer.Code, answer.Body, tt.status)
			}
			got := w.newRows("Orders", before)
			if tt.status == 201 {
				if got != tt.want {
					t.Errorf("new rows = %s, want %s", got, tt.want)
				}
				return
			}
			if p := problemOf(t, answer); !strings.Contains(p.Detail, tt.want) {
				t.Errorf("POST = %+v, want %s", p, tt.want)
			}
			if got != "[]" {
				t.Errorf("new rows after a refusal: %s", got)
			}
		})
	}
}
