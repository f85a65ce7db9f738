package table

import (
	"fmt"
	"strings"
	"testing"
)

// TestMemoryOfChangesIsBounded holds that the rows which an edit changes, with all their cells,
// take no more memory than a batch may, and that nothing is changed where they do.
func TestMemoryOfChangesIsBounded(t *testing.T) {
	grid := func(rows, columns int, text string) [][]any {
		values := [][]any{{"id"}}
		for c := range columns - 1 {
			values[0] = append(values[0], fmt.Sprint("c", c+1))
		}
		values[0] = append(values[0], "odd")
		for n := range rows {
			row := []any{float64(n)}
			for range columns - 1 {
				row = append(row, text)
			}
			values = append(values, append(row, float64(n%2)))
		}
		return values
	}
	where := func(op Operator, value string) Filter {
		return Filter{Conditions: []Condition{{Column: "id", Op: op, Values: []string{value}}}}
	}
	everyOther := Filter{Conditions: []Condition{{Column: "odd", Op: OpEq, Values: []string{"1"}}}}
	var records []Record
	for id := range 4000 {
		records = append(records, record("id", float64(id), "c1", "y"))
	}
	fresh := func(rows int, text string) (records []Record) {
		for id := range rows {
			r := record("id", float64(10_000+id))
			for c := range 19 {
				r.Fields = append(r.Fields, Field{Column: fmt.Sprint("c", c+1), Value: text})
			}
			records = append(records, r)
		}
		return records
	}
	few, prepared := grid(1, 20, "x"), grid(1, 20, "x")
	for range 10_000 {
		prepared = append(prepared, append(make([]any, 20), &Cell{Formula: "=FALSE"}))
	}
	all := where(OpGte, "0")
	wide, long := grid(4000, 100, "x"), grid(1000, 3, strings.Repeat("x", 5_000))
	tests := []struct {
		name string
		grid [][]any
		edit Edit
		code Code
	}{
		{"an update of some wide rows", wide, Edit{Kind: Updates, Filter: where(OpLt, "2000"), Records: records[:1]}, ""},
		{"of all wide rows", wide, Edit{Kind: Updates, Filter: all, Records: records[:1]}, TooLarge},
		{"of long rows", long, Edit{Kind: Updates, Filter: all, Records: []Record{record("c1", 1.0)}}, ""},
		{"of long rows by long texts", long, Edit{Kind: Updates, Filter: all, Records: []Record{record("c1", strings.Repeat("y", 25_000))}}, TooLarge},
		{"an upsert of some wide rows", wide, Edit{Kind: Upserts, OnConflict: []string{"id"}, Records: records[:2000]}, ""},
		{"of all wide rows", wide, Edit{Kind: Upserts, OnConflict: []string{"id"}, Records: records}, TooLarge},
		{"that ignores what is there", wide, Edit{Kind: Upserts, OnConflict: []string{"id"}, IgnoreDuplicates: true, Records: records}, ""},
		{"of new rows", few, Edit{Kind: Upserts, OnConflict: []string{"id"}, Records: fresh(MaxRows, "x")}, ""},
		{"of new rows with long texts", few, Edit{Kind: Upserts, OnConflict: []string{"id"}, Records: fresh(MaxRows, strings.Repeat("x", 40))}, TooLarge},
		{"an append", few, Edit{Kind: Appends, Records: fresh(MaxRows, "x")}, ""},
		{"an append of long texts", few, Edit{Kind: Appends, Records: fresh(MaxRows, strings.Repeat("x", 40))}, TooLarge},
		{"an append to rows that were prepared", prepared, Edit{Kind: Appends, Records: fresh(5000, "x")}, ""},
		{"an append to many rows that were prepared", prepared, Edit{Kind: Appends, Records: fresh(MaxRows, "x")}, TooLarge},
		{"a delete of all wide rows", wide, Edit{Kind: Deletes, Filter: all}, ""},
		{"of some wide rows apart from each other", wide, Edit{Kind: Deletes, Filter: everyOther}, ""},
		{"of rows that are long", grid(1000, 2, strings.Repeat("x", 45_000)), Edit{Kind: Deletes, Filter: everyOther}, TooLarge},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.edit.Kind, " ", tt.name), func(t *testing.T) {
			tt.edit.Title, tt.edit.Header, tt.edit.MaxAffected = "T", 1, MaxRows
			p := NewSheetPlan("T", SheetState{Headers: map[int][]any{1: tt.grid[0]}, Rows: len(tt.grid), Grid: len(tt.grid)}, tt.grid)
			_, err := p.Do(&tt.edit)
			if codeOf(err) != tt.code || tt.code != "" && hintOf(err) == "" || tt.code == "" && err != nil {
				t.Errorf("Do() = %v, want %q with a hint", err, tt.code)
			}
			for _, row := range p.Rows {
				if err != nil && (row.Deleted || row.ColumnsSet != nil) {
					t.Fatalf("row %d is changed by an edit that is refused", row.Number)
				}
			}
		})
	}
}
