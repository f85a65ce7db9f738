package table

import "testing"

func TestLiteralEqual(t *testing.T) {
	tests := []struct {
		text string
		cell any
		want bool
	}{
		{"2", 2.0, true}, {"2.0", 2.0, true}, {"2e0", 2.0, true}, {"2", "2", true}, {"2.0", "2", false},
		{"02", 2.0, false}, {" 2", 2.0, false}, {"+2", 2.0, false}, {"0x2", 2.0, false}, {"NaN", 2.0, false},
		{"Apple", "Apple", true}, {"apple", "Apple", false}, {"Appl", "Apple", false},
		{"true", true, true}, {"TRUE", true, true}, {"tRue", true, true}, {"true", "TRUE", false}, {"1", true, false}, {"false", false, true}, {"false", nil, false},
		{"", nil, true}, {"", "", true}, {"", 0.0, false}, {"", false, false}, {"0", nil, false},
	}
	for _, tt := range tests {
		if got := newLiteral(tt.text).equal(tt.cell); got != tt.want {
			t.Errorf("newLiteral(%q).equal(%#v) = %v, want %v", tt.text, tt.cell, got, tt.want)
		}
	}
}

// TestCompareItems compares each pair of values that are in Sheets' order.
func TestCompareItems(t *testing.T) {
	compareCells := func(a, b any, descending bool) int {
		return compareItems(newSortItem(0, a), newSortItem(0, b), descending)
	}
	ascending := []any{-1.5, 0.0, 2.0, 10.0, "10", "9", "Apple", "apple", "Äpfel", "äpfel", false, true}
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := compareCells(a, b, false); got != want {
				t.Errorf("compareCells(%#v, %#v, ascending) = %d, want %d", a, b, got, want)
			}
			if got := compareCells(a, b, true); got != -want {
				t.Errorf("compareCells(%#v, %#v, descending) = %d, want %d", a, b, got, -want)
			}
		}
		for _, empty := range []any{nil, ""} {
			for _, descending := range []bool{false, true} {
				if compareCells(a, empty, descending) != -1 || compareCells(empty, a, descending) != 1 {
					t.Errorf("%#v is not before an empty cell, descending %v", a, descending)
				}
			}
		}
	}
	if compareCells(nil, "", false) != 0 {
		t.Error("two empty cells are not equal")
	}
}

func TestKeyText(t *testing.T) {
	tests := []struct {
		cell any
		want string
	}{
		{2.0, "2"}, {"2", "2"}, {0.5, "0.5"}, {1e21, "1000000000000000000000"}, {true, "TRUE"}, {"TRUE", "TRUE"}, {"x ", "x "}, {nil, ""}, {"", ""},
	}
	for _, tt := range tests {
		if got := keyText(tt.cell); got != tt.want {
			t.Errorf("keyText(%#v) = %q, want %q", tt.cell, got, tt.want)
		}
	}
}
