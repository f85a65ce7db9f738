package table

import "testing"

func TestColumnLetters(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 18277: "ZZZ"} {
		if got := columnLetters(i); got != want {
			t.Errorf("columnLetters(%d) = %s, want %s", i, got, want)
		}
	}
}

func TestRanges(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"whole sheet", QuoteTitle("Orders"), "'Orders'"},
		{"title that looks like a range", QuoteTitle("A1:B2"), "'A1:B2'"},
		{"title with a quote", QuoteTitle("It's"), "'It''s'"},
		{"whole rows", RowRange("Orders", 2, 5), "'Orders'!2:5"},
		{"one cell", cellRange("Orders", 2, 1, 1), "Orders!A2"},
		{"block of cells", cellRange("Orders", 2, 27, 3), "Orders!A2:AA4"},
		{"title that needs quotes", cellRange("It's 1", 2, 2, 1), "'It''s 1'!A2:B2"},
		{"title that begins with a digit", cellRange("2024", 2, 2, 1), "'2024'!A2:B2"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s = %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}
