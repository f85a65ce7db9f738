package spreadsheet

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator/internal/grid"
)

// A draft shares rows with the spreadsheet, and changes none of them.
func TestDraft(t *testing.T) {
	old := FromTabs("", []Tab{{Title: "S", Values: [][]any{{"a", 1}, {"b", 2}}}})
	draft := old.Clone()
	s := draft.Sheets[0]
	s.Set(0, 1, grid.NumberCell(9))
	draft.Insert(s, grid.ByRow, 1, 1)
	s.Title = "T"

	if got, want := old.UnformattedValues("S"), [][]any{{"a", 1.0}, {"b", 2.0}}; !cmp.Equal(got, want) {
		t.Errorf("the spreadsheet holds %v after its draft changed, want %v", got, want)
	}
	if got, want := draft.UnformattedValues("T"), [][]any{{"a", 9.0}, {}, {"b", 2.0}}; !cmp.Equal(got, want) {
		t.Errorf("the draft holds %v, want %v", got, want)
	}
}

func TestFromTabs(t *testing.T) {
	day := Date(time.Date(2026, 3, 2, 23, 0, 0, 0, time.FixedZone("", 3600)))
	ss := FromTabs("", []Tab{
		{Hidden: true, Values: [][]any{{day, Number{0.5, "0%"}, Formula{Text: "=B1*2"}, Formula{Text: "no formula"}, nil, struct{}{}, uint8(7)}}},
		{Title: "Second", Hidden: true},
	})
	if ss.Sheets[0].Hidden || !ss.Sheets[1].Hidden {
		t.Errorf("hidden = %t, %t, want only the second sheet", ss.Sheets[0].Hidden, ss.Sheets[1].Hidden)
	}
	if err := ss.Calculate(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	got, err := ss.Read("Sheet1!A1:G1", Rendering{})
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]any{{"2026-03-02", "50%", "1", "no formula", "", "", "7"}}; !cmp.Equal(got.Values, want) {
		t.Errorf("the sheet shows %v, want %v", got.Values, want)
	}
}
