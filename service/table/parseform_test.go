package table

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseForm(t *testing.T) {
	tests := []struct {
		name, body string
		want       []Field
		problem    string
	}{
		{"pairs", "id=4&item=dates+%26+figs&sold=TRUE&code=007&note=", []Field{{"id", 4.0}, {"item", "dates & figs"}, {"sold", true}, {"code", "007"}, {"note", nil}}, ""},
		{"a name with escapes", "Unit+Price=%3D1", []Field{{"Unit Price", "=1"}}, ""},
		{"a text of two lines, from a browser", "note=a%0D%0Ab", []Field{{"note", "a\nb"}}, ""},
		{"empty pairs", "&id=1&", []Field{{"id", 1.0}}, ""},
		{"a name twice", "id=1&id=2", nil, `column "id" is given twice`},
		{"no pair", "hello", nil, "neither JSON nor a form"},
		{"a broken escape", "id=%zz", nil, "neither JSON nor a form"},
		{"not UTF-8", "id=%ff", nil, "neither JSON nor a form"},
		{"an empty name twice", strings.Repeat("=&", 20_000), nil, "given twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			records, err := ParseForm([]byte(tt.body))
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) {
					t.Errorf("ParseForm(%.50q) = %v, want %s", tt.body, err, tt.problem)
				}
				return
			}
			if diff := cmp.Diff([]Record{{Fields: tt.want}}, records); err != nil || diff != "" {
				t.Errorf("ParseForm(%q) = %v (-want +got):\n%s", tt.body, err, diff)
			}
		})
	}
}
