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
		{"lines of commas are skipped", "id,item,qty\n16,x,1\n,,\n,,\n", 201, `[{"id":16,"item":"x","qty":1}]`},
		{"columns without a name and values", "id,item,qty,,\n18,x,1,,\n", 201, `[{"id":18,"item":"x","qty":1}]`},
		{"one column without a name and values", "id,item,qty,\n17,x,1,\n", 201, `[{"id":17,"item":"x","qty":1}]`},
		{"a byte order mark before quotes, all in quotes", "\ufeff\"id\",\"item\",\"qty\"\n\"12\",\"x\",\"1\"\n", 201, `[{"id":12,"item":"x","qty":1}]`},
		{"a version is not a number", "id,item\n1.10,x\n", 201, `[{"id":"1.10","item":"x"}]`},
		{"a number in quotes is a text", "id,item\n4,\"12\"\n", 201, `[{"id":4,"item":"12"}]`},
		{"a value without a column", "id,item,\n4,x,y\n", 422, "line 2: field 3 has a value, and line 1 has no name for its column"},
		{"semicolons", "id;item;qty\n4;x;1\n", 400, "line 1 has no comma, but 2 semicolons"},
		{"a separator for Excel", "sep=;\nid;item\n4;x\n", 400, `line 1 is "sep=;"`},
		{"carriage returns", "id,item\r4,x\r", 400, "line 1 ends with a carriage return alone"},
		{"UTF-16", "\xff\xfei\x00d\x00\n\x004\x00", 400, "the bytes FF FE, as UTF-16"},
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
