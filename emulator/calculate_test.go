package emulator

import (
	"strings"
	"testing"
	"time"
)

func FuzzEntered(f *testing.F) {
	for _, seed := range []string{"", "'", "=", "=1", "TRUE", "1,000.50", "$-1", "-$1", "1-2", "2020-02-30", "9999-12-31", "0000-01-01", ".5", "1e9", "١", "12.5%", "$1,000", "10:30 PM", "Jan 31, 2020 10:30", "=SUM(A1:B2)*'It''s'!$C$3", "=\"a\"&{1,2}", "=A:A+1:2"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := entered(s, now)
		if err != nil {
			return
		}
		if text := c.formula(); text != "" {
			var whole strings.Builder
			for _, p := range formulaParts(text) {
				whole.WriteString(p.text)
			}
			if whole.String() != text {
				t.Fatalf("the parts of %q are %q", text, whole.String())
			}
			again := shiftedFormula(offsetFormula(text, 1, 1), "S", "S", byRow, 0, 1)
			calculated(again)
			return
		}
		if shown := c.shown(); c.kind == kindText && shown != strings.TrimPrefix(s, "'") {
			t.Errorf("entered(%q) is the text %q", s, shown)
		}
	})
}

// calculated has a formula calculated in a small sheet.
func calculated(text string) cell {
	s := newSheet(0, "S", 20, 5)
	s.set(0, 0, numberCell(1))
	c, err := formulaCell(text)
	if err != nil {
		return cell{}
	}
	s.set(1, 1, c)
	of := newContents("", s)
	of.calculate(time.Time{})
	return s.at(1, 1)
}
