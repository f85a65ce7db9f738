package table

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	gocmp "github.com/google/go-cmp/cmp"
)

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
		{"", 0.0, false}, {"", false, false}, {"0", nil, false},
	}
	for _, tt := range tests {
		if got := newLiteral(tt.text).equal(newScalar(tt.cell)); got != tt.want {
			t.Errorf("newLiteral(%q).equal(%#v) = %v, want %v", tt.text, tt.cell, got, tt.want)
		}
	}
}

// TestLiteralCompare compares cells of each type with a value.
func TestLiteralCompare(t *testing.T) {
	tests := []struct {
		name string
		cell any
		text string
		want int
	}{
		{"numbers by value", 10.0, "9", 1},
		{"a text and digits, as texts", "10", "9", -1},
		{"equal digits in a text", "2", "2", 0},
		{"texts without regard to case first", "b", "A", 1},
		{"then with regard to it", "a", "A", 1},
		{"a number before a text", 5.0, "a", -1},
		{"a number before a boolean", 5.0, "true", -1},
		{"a boolean after a number", false, "5", 1},
		{"a boolean after a text", false, "z", 1},
		{"booleans", true, "FALSE", 1},
		{"equal booleans", true, "True", 0},
		{"a text that says true, as a text", "true", "true", 0},
	}
	for _, tt := range tests {
		if got := newLiteral(tt.text).compare(newScalar(tt.cell)); got != tt.want {
			t.Errorf("%s: newLiteral(%q).compare(%#v) = %d, want %d", tt.name, tt.text, tt.cell, got, tt.want)
		}
	}
}

// TestCompareScalars compares each pair of values that are in Sheets' order.
func TestCompareScalars(t *testing.T) {
	ascending := []any{-1.5, 0.0, 2.0, 10.0, "10", "9", "Apple", "apple", "Äpfel", "äpfel", false, true}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := compareScalars(newScalar(a), newScalar(b)), cmp.Compare(i, j); got != want {
				t.Errorf("compareScalars(%#v, %#v) = %d, want %d", a, b, got, want)
			}
		}
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

// TestSortLongTexts holds that texts are in the order of compareText also where they differ
// only far after their start, and that an item to sort has no long text.
func TestSortLongTexts(t *testing.T) {
	start := strings.Repeat("Ä", maxSortText-1)
	texts := []string{
		start + "b", start + "B", start, start + "bc", strings.ToLower(start) + "b", start + "bC" + strings.Repeat("x", 40_000),
		strings.ToLower(start) + "bca", start + "A", "a", strings.Repeat("Ä", maxSortText+9), start + "bCA",
	}
	b := NewRowsBuilder("T", 1, Typed)
	defer b.Release()
	for _, text := range append([]string{"text"}, texts...) {
		if err := b.Add([]jsontext.Value{quoteJSON(text)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	set := b.RowSet()
	var got []string
	for _, row := range set.sort(set.allRows(), []sortKey{{}}, len(texts)) {
		got = append(got, set.scalar(row, 0).text)
		if item := (sorter{set: set}).item(row); len(item.text) > 4*maxSortText {
			t.Errorf("an item has %d bytes of text", len(item.text))
		}
	}
	if diff := gocmp.Diff(slices.SortedStableFunc(slices.Values(texts), compareText), got); diff != "" {
		t.Errorf("sorted texts (-want +got):\n%s", diff)
	}
}
