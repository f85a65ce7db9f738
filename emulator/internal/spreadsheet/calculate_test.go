package spreadsheet

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator/internal/grid"
)

func FuzzUserEntered(f *testing.F) {
	for _, seed := range []string{"", "'", "=", "=1", "TRUE", "1,000.50", "$-1", "-$1", "1-2", "2020-02-30", "9999-12-31", "0000-01-01", ".5", "1e9", "١", "12.5%", "$1,000", "10:30 PM", "Jan 31, 2020 10:30", "=SUM(A1:B2)*'It''s'!$C$3", "=\"a\"&{1,2}", "=A:A+1:2"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := grid.ParseUserEntered(s, now)
		if err != nil {
			return
		}
		if text := c.Formula(); text != "" {
			var whole strings.Builder
			for _, p := range grid.SplitFormula(text) {
				whole.WriteString(p.Text)
			}
			if whole.String() != text {
				t.Fatalf("the parts of %q are %q", text, whole.String())
			}
			again := grid.ShiftFormula(grid.OffsetFormula(text, 1, 1), "S", "S", grid.ByRow, 0, 1)
			calculated(again)
			return
		}
		if shown := c.Formatted(); c.Kind == grid.KindText && shown != strings.TrimPrefix(s, "'") {
			t.Errorf("entered(%q) is the text %q", s, shown)
		}
	})
}

// calculated has a formula calculated in a small sheet.
func calculated(text string) grid.Cell {
	s := newSheet(0, "S", 20, 5)
	s.Set(0, 0, grid.NumberCell(1))
	s.Set(1, 1, grid.FormulaCell(text))
	of := New("", s)
	of.Calculate(context.Background(), time.Time{})
	return of.Sheets[0].At(1, 1)
}
