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

// TestBatchMemoryIsSharedInTurn holds that a write which has no memory in a batch is not
// kept waiting by those that come later, although they are planned before it.
func TestBatchMemoryIsSharedInTurn(t *testing.T) {
	grid := [][]any{{"id", "text"}}
	for n := range 300 {
		grid = append(grid, []any{float64(n), nil})
	}
	tab := &sheets.SheetProperties{Title: "A", SheetType: "GRID", GridProperties: &sheets.GridProperties{RowCount: 301, ColumnCount: 2}}
	p := &planner{now: time.Now, exists: func(string) bool { return true }, sheets: map[string]*sheetState{}, tabs: []*sheets.SheetProperties{tab}}
	text := func(characters int) table.Record {
		return table.Record{Fields: []table.Field{{Column: "text", Value: strings.Repeat("x", characters)}}}
	}
	update := func() *write {
		return &write{Request: &table.Edit{
			Kind: table.Updates, Title: "A", Header: 1, Records: []table.Record{text(49_000)},
			Filter: table.Filter{Conditions: []table.Condition{{Column: "id", Op: table.OpGte, Values: []string{"0"}}}},
		}}
	}
	add := &write{Request: &table.Edit{Kind: table.Appends, Title: "A", Header: 1, Records: slices.Repeat([]table.Record{text(40_000)}, 100)}}
	waiting := []*write{update(), add}
	for batch := 1; slices.Contains(waiting, add); batch++ {
		p.sheets["A"] = &sheetState{SheetState: table.NewState(0, len(grid), grid, []int{1})}
		p.cells.grids = map[string][][]any{table.QuoteTitle("A"): grid}
		made := p.Plan(waiting)
		if batch > 2 || len(made.Writes) != 1 {
			t.Fatalf("batch %d has %d writes, and not the one that waits", batch, len(made.Writes))
		}
		waiting = slices.DeleteFunc(waiting, func(w *write) bool { return slices.Contains(made.Writes, w) })
		waiting = append(waiting, update())
	}
}
