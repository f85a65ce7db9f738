package table

import (
	"errors"
	"testing"
)

// TestIfMatched checks that a change of a preview's rows, and no other, is a conflict.
func TestIfMatched(t *testing.T) {
	grid := func() [][]any { return [][]any{{"id", "item"}, {1.0, "apple"}, {2.0, "bread"}, {3.0, "cherry"}} }
	edit := func(rollback bool, ifMatched string) *Edit {
		return &Edit{
			Kind: Deletes, Title: "Orders", Header: 1, Rollback: rollback, IfMatched: ifMatched,
			Filter: Filter{Conditions: []Condition{{Column: "id", Op: OpLt, Values: []string{"3"}}}},
		}
	}
	do := func(e *Edit, grid [][]any) error {
		_, err := NewSheetPlan("Orders", SheetState{Headers: map[int][]any{1: grid[0]}, Rows: len(grid), Grid: 100}, grid).Do(e)
		return err
	}
	preview := edit(true, "")
	if err := do(preview, grid()); err != nil || preview.Matched == "" {
		t.Fatalf("preview: %v, digest %q", err, preview.Matched)
	}
	tests := []struct {
		name     string
		change   func([][]any) [][]any
		conflict bool
	}{
		{"nothing", func(g [][]any) [][]any { return g }, false},
		{"another row", func(g [][]any) [][]any { g[3][1] = "fig"; return g }, false},
		{"a row above", func(g [][]any) [][]any { return append(g[:1:1], append([][]any{{7.0, "new"}}, g[1:]...)...) }, false},
		{"an empty cell at the end", func(g [][]any) [][]any { g[1] = append(g[1], nil, ""); return g }, false},
		{"a cell", func(g [][]any) [][]any { g[1][1] = "pear"; return g }, true},
		{"a number that became text", func(g [][]any) [][]any { g[1][0] = "1"; return g }, true},
		{"one row less", func(g [][]any) [][]any { return append(g[:1:1], g[2:]...) }, true},
		{"one row more", func(g [][]any) [][]any { return append(g, []any{0.0, "zero"}) }, true},
		{"their order", func(g [][]any) [][]any { g[1], g[2] = g[2], g[1]; return g }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := do(edit(false, preview.Matched), tt.change(grid()))
			failed, _ := errors.AsType[*Error](err)
			if conflict := failed != nil && failed.Code == Conflict; conflict != tt.conflict || err != nil && !conflict {
				t.Errorf("delete after a change of %s: %v, want a conflict: %v", tt.name, err, tt.conflict)
			}
		})
	}
}
