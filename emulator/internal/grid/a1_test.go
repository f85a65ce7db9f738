package grid

import "testing"

func FuzzA1(f *testing.F) {
	for _, seed := range []string{"A1", "'It''s'!A1:B2", "Sheet1!A:A", "1:2", "A1:B", "R1C1:R2C2", "ZZZ99999999", "AAAA1", "🌵 1!A1", "'", "''", "'a'!", "!A1", "$A$1", "B2:A1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseA1(s)
		if err != nil || ref.Bare {
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
