package table

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"id", "item", "price", "qty", "qty_2", "Straße", strings.Repeat("x", 101)}
	tests := []struct{ name, given, want string }{
		{"the same", "price", "price"},
		{"another case", "Price", "price"},
		{"blanks", " qty ", "qty"},
		{"a letter left out", "prce", "price"},
		{"a letter added", "priice", "price"},
		{"a letter replaced", "prise", "price"},
		{"two letters exchanged", "pirce", "price"},
		{"two edits", "pirc", "price"},
		{"three edits", "prx", ""},
		{"a short name", "ix", "id"},
		{"a short name with two edits", "xy", ""},
		{"one letter", "i", ""},
		{"none", "", ""},
		{"the fewest edits", "qty_", "qty"},
		{"letters of two bytes", "strase", "Straße"},
		{"something else", "customer", ""},
		{"a long name", strings.Repeat("x", 101), ""},
	}
	for _, tt := range tests {
		if got := nearest(tt.given, known); got != tt.want {
			t.Errorf("%s: nearest(%q) = %q, want %q", tt.name, tt.given, got, tt.want)
		}
	}
}
