package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/service/table"
)

// TestBatchMemory holds that changes which together take more memory than a batch may, on
// one sheet or several, are planned in several batches.
func TestBatchMemory(t *testing.T) {
	grid := [][]any{{"id", "text"}}
	for n := range 300 {
		grid = append(grid, []any{float64(n), nil})
	}
	p := &planner{now: time.Now, exists: func(string) bool { return true }, sheets: map[string]*sheetState{}}
	update := func(title string, characters int) *write {
		return &write{Request: &table.Edit{
			Kind: table.Updates, Title: title, Header: 1,
			Filter:  table.Filter{Conditions: []table.Condition{{Column: "id", Op: table.OpGte, Values: []string{"0"}}}},
			Records: []table.Record{{Fields: []table.Field{{Column: "text", Value: strings.Repeat("x", characters)}}}},
		}}
	}
	first, small, second, elsewhere := update("A", 49_000), update("A", 1), update("A", 48_000), update("B", 49_000)
	waiting := []*write{first, small, second, elsewhere}
	for batch, want := range [][]*write{{first, small}, {second}, {elsewhere}} {
		p.tabs, p.cells.grids = nil, map[string][][]any{}
		for _, title := range []string{"A", "B"} {
			p.tabs = append(p.tabs, &sheets.SheetProperties{Title: title, SheetType: "GRID", GridProperties: &sheets.GridProperties{RowCount: 301, ColumnCount: 2}})
			p.sheets[title] = &sheetState{SheetState: table.SheetState{Headers: map[int][]any{1: grid[0]}, Rows: len(grid), Grid: len(grid)}}
			p.cells.grids[table.QuoteTitle(title)] = grid
		}
		made := p.Plan(waiting)
		if !slices.Equal(made.Writes, want) || len(made.Done) > 0 {
			t.Fatalf("batch %d has %d writes, and %v are done, want %d of %d", batch+1, len(made.Writes), made.Done, len(want), len(waiting))
		}
		waiting = slices.DeleteFunc(waiting, func(w *write) bool { return slices.Contains(made.Writes, w) })
	}
}
