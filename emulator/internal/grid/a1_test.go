package grid

import "testing"

func FuzzA1(f *testing.F) {
	for _, seed := range []string{"A1", "'It''s'!A1:B2", "Sheet1!A:A", "1:2", "A1:B", "R1C1:R2C2", "ZZZ99999999", "AAAA1", "🌵 1!A1", "'", "''", "'a'!", "!A1", "$A$1", "B2:A1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseA1(s)
		if err != nil || ref.Bare || ref.Name != "" {
			return
		}
		a := ref.Area
		if a.Top < 0 || a.Left < 0 || a.Bottom != ToEnd && a.Bottom <= a.Top || a.Right != ToEnd && a.Right <= a.Left {
			t.Fatalf("parseA1(%q) = %+v, want an area that begins before it ends", s, a)
		}
		if closed := a.Closed(10_000_000, MaxColumns); closed.Bottom > closed.Top && closed.Right > closed.Left {
			again, _, ok := ParseCells(closed.A1())
			if !ok || again != closed {
				t.Errorf("%q is %+v, written %s, read %+v", s, closed, closed.A1(), again)
			}
		}
		if ref.Titled {
			again, err := ParseA1(QuoteTitle(ref.Title) + "!A1")
			if err != nil || again.Title != ref.Title {
				t.Errorf("title %q is written %s and read %q, %v", ref.Title, QuoteTitle(ref.Title), again.Title, err)
			}
		}
	})
}

func TestParseA1(t *testing.T) {
	tests := []struct {
		text   string
		title  string
		area   Area
		single bool
	}{
		{"A1", "", Rect(0, 1, 0, 1), true},
		{"Sheet1!A1:B2", "Sheet1", Rect(0, 2, 0, 2), false},
		{"B2:A1", "", Rect(0, 2, 0, 2), false},
		{"Sheet1!A:B", "Sheet1", Rect(0, ToEnd, 0, 2), false},
		{"2:3", "", Rect(1, 3, 0, ToEnd), false},
		{"A2:B", "", Rect(1, ToEnd, 0, 2), false},
		{"R2C3", "", Rect(1, 2, 2, 3), true},
		{"'It''s'!$C$3", "It's", Rect(2, 3, 2, 3), true},
		{"Orders", "Orders", WholeSheet, false},
	}
	for _, tt := range tests {
		got, err := ParseA1(tt.text)
		if err != nil || got.Title != tt.title || got.Area != tt.area || got.Single != tt.single {
			t.Errorf("ParseA1(%q) = %+v, %v, want %q %+v, single %t", tt.text, got, err, tt.title, tt.area, tt.single)
		}
	}
	for _, text := range []string{"", "!A1", "S!A1:", "'S", "''", "S!A0", "'S'A1"} {
		if got, err := ParseA1(text); err == nil {
			t.Errorf("ParseA1(%q) = %+v, want an error", text, got)
		}
	}
}
