package spreadsheet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator/internal/grid"
)

// afresh returns a copy of a spreadsheet that was never calculated.
func afresh(ss *Spreadsheet) *Spreadsheet {
	d := ss.Clone()
	d.calculated = nil
	for _, s := range d.Sheets {
		for r := range s.Rows {
			for c, v := range s.RowCells(r) {
				if v.Spilled {
					s.Set(r, c, grid.Cell{Extra: v.Extra})
				}
			}
		}
	}
	return d
}

// TestIncremental: after any change, what was calculated again makes the same
// values as calculating all of it.
func TestIncremental(t *testing.T) {
	formulas := []string{
		"=SUM(A1:A8)", "=B1+1", "=A2&B3", "=IF(A1>5,C1,D1)", "=COUNT(A:A)", "=VLOOKUP(A1,A1:B8,2,FALSE)", "=C2", "=SUM(B2:D4)", "=E1", "=SEQUENCE(2,2)",
		"=FILTER(A1:A8,A1:A8>3)", "=SORT(A1:A4)", "=SUM(total)", "=Other!A1+1", "=ROWS(A:A)", "=#REF!", "={1;2}", "=F1:F9", "=MAX(Other!A1:B9)", "=ARRAYFORMULA(A1:A3*2)",
	}
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		ss := New("", newSheet(0, "S", 12, 8), newSheet(1, "Other", 12, 8))
		ss.NamedRanges = []NamedRange{{"1", "total", 0, grid.Rect(0, 5, 2, 3)}}
		for step := range 40 {
			draft := ss.Clone()
			s := draft.Sheets[rnd.IntN(2)]
			name := change(rnd, draft, s, formulas)
			want := afresh(draft)
			if err := want.Calculate(t.Context(), time.Time{}); err != nil {
				t.Fatal(err)
			}
			got, err := draft.Calculated(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			ss = got
			if hasCircle(got) { // which formulas are in it depends on how results were filled in before
				continue
			}
			for i := range got.Sheets {
				whole := grid.WholeSheet.Closed(got.Sheets[i].Height, got.Sheets[i].Width)
				if diff := cmp.Diff(want.Sheets[i].values(whole, Rendering{option: unformatted}), got.Sheets[i].values(whole, Rendering{option: unformatted})); diff != "" {
					texts := got.Sheets[i].values(whole, Rendering{option: asFormula})
					t.Fatalf("seed %d, step %d, after %s, sheet %d of %v (-all of it +what changed):\n%s", seed, step, name, i, texts, diff)
				}
			}
		}
	}
}

// hasCircle reports whether a formula depends on itself.
func hasCircle(ss *Spreadsheet) bool {
	if ss.calculated == nil {
		return false
	}
	for _, s := range ss.calculated.sheets {
		if slices.ContainsFunc(s.formulas, func(f *formulaCell) bool { return f.circular }) {
			return true
		}
	}
	return false
}

// change makes a random change, and names it.
func change(rnd *rand.Rand, ss *Spreadsheet, s *Sheet, formulas []string) string {
	r, c := rnd.IntN(min(9, s.Height)), rnd.IntN(min(6, s.Width))
	at := s.RangeName(grid.Rect(r, r+1, c, c+1))
	switch n := rnd.IntN(12); {
	case n < 4:
		v := float64(rnd.IntN(10))
		s.Set(r, c, s.At(r, c).WithValue(grid.NumberCell(v)))
		return fmt.Sprintf("%s is set to %v", at, v)
	case n < 9:
		text := formulas[rnd.IntN(len(formulas))]
		s.Set(r, c, s.At(r, c).WithValue(grid.FormulaCell(text)))
		return at + " is set to " + text
	case n == 9:
		s.Set(r, c, grid.Cell{})
		return at + " is emptied"
	case n == 10 && s.Height < 20:
		ss.Insert(s, grid.ByRow, r, 1)
		return fmt.Sprintf("a row is inserted before %s", at)
	case s.Height > 10:
		ss.Remove(s, grid.ByRow, r, r+1)
		return fmt.Sprintf("the row of %s is deleted", at)
	}
	return "nothing"
}

// TestChangedOnly: only formulas that use what has changed are calculated again.
func TestChangedOnly(t *testing.T) {
	values := [][]any{{1, Formula{Text: "=RAND()"}, Formula{Text: "=A1+1"}}, {2, nil, Formula{Text: "=A2+1"}}}
	ss, err := FromTabs("", []Tab{{Title: "S", Values: values}}).Calculated(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	draft := ss.Clone()
	draft.Sheets[0].Set(1, 0, grid.NumberCell(5))
	draft.Sheets[0].Grow(2000, 30)
	calc := newCalculator(t.Context(), draft, time.Time{})
	if err := calc.run(); err != nil {
		t.Fatal(err)
	}
	s := draft.Sheets[0]
	if s.Rows[0] == ss.Sheets[0].Rows[0] {
		t.Error("RAND is not calculated again after a change")
	}
	if got := s.At(1, 2).Number; got != 6 {
		t.Errorf("C2 = %v, want 6", got)
	}
	if calc.changes[0].any(grid.Rect(0, 1, 2, 3)) {
		t.Error("C1 is calculated again although nothing that it uses has changed")
	}
	quiet, err := ss.Clone().Calculated(t.Context(), time.Time{})
	if err != nil || quiet.Sheets[0].Rows[0] != ss.Sheets[0].Rows[0] {
		t.Errorf("RAND is calculated again without any change (%v)", err)
	}
}

// TestSpill: the result of a formula fills cells that are empty, and no others.
func TestSpill(t *testing.T) {
	read := func(ss *Spreadsheet) [][]any {
		t.Helper()
		if err := ss.Calculate(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		return ss.UnformattedValues("S")
	}
	ss := FromTabs("", []Tab{{Title: "S", Values: [][]any{{Formula{Text: "=SEQUENCE(3)"}, Formula{Text: "=SUM(A2:A3)"}}}}})
	if diff := cmp.Diff([][]any{{1.0, 5.0}, {2.0}, {3.0}}, read(ss)); diff != "" {
		t.Errorf("the result (-want +got):\n%s", diff)
	}
	s := ss.Sheets[0]
	s.Set(1, 0, grid.TextCell("x"))
	if diff := cmp.Diff([][]any{{"#REF!", 0.0}, {"x"}}, read(ss)); diff != "" {
		t.Errorf("with a value in the way (-want +got):\n%s", diff)
	}
	s.Set(1, 0, grid.Cell{})
	if diff := cmp.Diff([][]any{{1.0, 5.0}, {2.0}, {3.0}}, read(ss)); diff != "" {
		t.Errorf("when it is gone (-want +got):\n%s", diff)
	}
	if got := s.At(1, 0).UserEntered().UserEnteredValue; got != nil {
		t.Errorf("a cell that a result fills has the entered value %v", got)
	}
	s.Set(0, 0, grid.Cell{})
	if diff := cmp.Diff([][]any{{"", 0.0}}, read(ss)); diff != "" {
		t.Errorf("without the formula (-want +got):\n%s", diff)
	}
}

// TestCanceled: a calculation stops with its caller, and changes nothing.
func TestCanceled(t *testing.T) {
	ss := FromTabs("", []Tab{{Title: "S", Values: [][]any{{Formula{Text: "=SUMPRODUCT(SEQUENCE(1000,1000)*1)"}}}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ss.Calculated(ctx, time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Calculated = %v, want %v", err, context.Canceled)
	}
	got, err := ss.Calculated(t.Context(), time.Time{})
	if err != nil || got.UnformattedValues("S")[0][0] != 5e11+5e5 {
		t.Errorf("afterwards Calculated = %v, %v", got.UnformattedValues("S"), err)
	}
}
