package test

import (
	"strings"
	"testing"
)

// TestAppendColumns appends to sheets whose headers people have made.
func TestAppendColumns(t *testing.T) {
	tests := []struct {
		name, target, body string
		status             int
		want               string // the rows of the sheet, or the detail
	}{
		{"a column with another's letter as a name", "League", `{"Team":"East","C":7}`, 201, `{"Team":"East","W":null,"C_2":null,"C":7,"P":null}`},
		{"a column with a blank name", "League", `{"Team":"East","C_2":7}`, 201, `{"Team":"East","W":null,"C_2":7,"C":null,"P":null}`},
		{"one of two columns with the same name", "Twice", `{"a":1}`, 422, `sheet "Twice" has two columns named "a": A and C`},
		{"the second of them", "Twice", `{"a_2":7}`, 201, `{"a":null,"b":null,"a_2":7}`},
		{"both of them, as they are read", "Twice", `{"a":1,"a_2":7}`, 201, `{"a":1,"b":null,"a_2":7}`},
		{"dates as names", "Months", `{"who":"bob","2026-04-01":5}`, 201, `{"who":"bob","2026-03-01":null,"2026-04-01":5}`},
		{"invisible characters around names", "Pasted", `{"id":2,"item":"fig"}`, 201, `{"id":2,"item":"fig","qty":null}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			needRoutes(t, "GET /sheets/{title}")
			w := newWorld(t, withSheets(league, merged, pasted, months))
			got := w.do("POST", "/sheets/"+tt.target, tt.body)
			if got.Code != tt.status {
				t.Fatalf("POST = %d %s, want %d", got.Code, got.Body, tt.status)
			}
			if tt.status != 201 {
				if p := problemOf(t, got); !strings.Contains(p.Detail, tt.want) {
					t.Errorf("POST = %+v, want %s", p, tt.want)
				}
				return
			}
			rows := w.do("GET", "/sheets/"+tt.target, "").Body.String()
			if !strings.HasSuffix(rows, tt.want+"\n]\n") {
				t.Errorf("rows = %s, want the last to be %s", rows, tt.want)
			}
		})
	}
}
