package emulator

import "testing"

func FuzzA1(f *testing.F) {
	for _, seed := range []string{"A1", "'It''s'!A1:B2", "Sheet1!A:A", "1:2", "A1:B", "R1C1:R2C2", "ZZZ99999999", "AAAA1", "🌵 1!A1", "'", "''", "'a'!", "!A1", "$A$1", "B2:A1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := parseA1(s)
		if err != nil || ref.bare {
			return
		}
		a := ref.area
		if a.top < 0 || a.left < 0 || a.bottom != toEnd && a.bottom <= a.top || a.right != toEnd && a.right <= a.left {
			t.Fatalf("parseA1(%q) = %+v, want an area that begins before it ends", s, a)
		}
		if closed := a.closed(10_000_000, maxColumns); closed.bottom > closed.top && closed.right > closed.left {
			again, _, ok := parseCells(closed.a1())
			if !ok || again != closed {
				t.Errorf("%q is %+v, written %s, read %+v", s, closed, closed.a1(), again)
			}
		}
		if ref.titled {
			again, err := parseA1(quoteTitle(ref.title) + "!A1")
			if err != nil || again.title != ref.title {
				t.Errorf("title %q is written %s and read %q, %v", ref.title, quoteTitle(ref.title), again.title, err)
			}
		}
	})
}
