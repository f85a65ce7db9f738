package test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListColumns(t *testing.T) {
	w := newWorld(t, withSheets(league, merged, pasted, months))
	tests := []struct {
		name, target, want string
	}{
		{"a blank name before a column with its letter as a name", "League", `[
{"Team":"North","W":3,"C_2":1,"C":2,"P":10},
{"Team":"South","W":1,"C_2":null,"C":4,"P":5}
]
`},
		{"a filter on the column with the letter as a name", "League?C=eq.4&select=Team", "[\n{\"Team\":\"South\"}\n]\n"},
		{"a filter on the column with a blank name", "League?C_2=eq.1&select=Team", "[\n{\"Team\":\"North\"}\n]\n"},
		{"names twice, below a merged header", "Merged?header=2", `[
{"A":"North","Q1":1,"Q2":2,"Q1_2":3,"Q2_2":4}
]
`},
		{"names twice, as CSV", "Merged?header=2&format=csv", "A,Q1,Q2,Q1_2,Q2_2\r\nNorth,1,2,3,4\r\n"},
		{"names twice, as text", "Merged?header=2&values=text&select=Q1_2", "[\n{\"Q1_2\":\"3\"}\n]\n"},
		{"invisible characters around names", "Pasted?qty=eq.2", "[\n{\"id\":1,\"item\":\"apple\",\"qty\":2}\n]\n"},
		{"dates as names", "Months", "[\n{\"who\":\"ada\",\"2026-03-01\":1,\"2026-04-01\":2}\n]\n"},
		{"dates as names, as text", "Months?values=text", "[\n{\"who\":\"ada\",\"2026-03-01\":\"1\",\"2026-04-01\":\"2\"}\n]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do("GET", "/sheets/"+tt.target, "")
			if diff := cmp.Diff(tt.want, got.Body.String()); got.Code != 200 || diff != "" {
				t.Errorf("GET = %d (-want +got):\n%s", got.Code, diff)
			}
		})
	}
}
