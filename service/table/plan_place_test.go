package table

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// formula is a cell with a formula of its own, and spilled one with a value of another's.
func formula(text string, value any) *Cell {
	return &Cell{Value: value, Formula: text, Calculated: true}
}

func spilled(value any) *Cell { return &Cell{Value: value, Calculated: true} }

// The sheets of a spreadsheet that a person has prepared.
var (
	checkboxes = [][]any{{"task", "done"}, {"a", true}, {"b", false}, {nil, false}, {nil, false}}
	calculated = [][]any{
		{"item", "qty", "price", "total"},
		{"a", 2.0, 3.0, formula(`=IF(A2="","",B2*C2)`, 6.0)}, {"b", 1.0, 5.0, formula(`=IF(A3="","",B3*C3)`, 5.0)},
		{nil, nil, nil, formula(`=IF(A4="","",B4*C4)`, "")}, {nil, nil, nil, formula(`=IF(A5="","",B5*C5)`, "")},
	}
	sideTable = [][]any{
		{"id", "name", nil, nil, "k", "v"},
		{1.0, "a", nil, nil, "x", 1.0}, {2.0, "b", nil, nil, "y", 2.0}, {nil, nil, nil, nil, "z", 3.0},
		{}, {nil, nil, nil, nil, "w", 4.0},
	}
	totals = [][]any{{"id", "amt"}, {1.0, 10.0}, {2.0, 20.0}, {"TOTAL", formula("=SUM(B2:B3)", 30.0)}}
	spaced = [][]any{{"name", nil, "note"}, {"a", nil, "x"}, {"b", "unnamed", nil}, {nil, nil, "y"}}
)

// TestWhereNewRowsGo has the rule of SheetState, on the sheet as it is read whole and on
// what is known of its end.
func TestWhereNewRowsGo(t *testing.T) {
	item := record("item", "c", "qty", 4.0)
	tests := []struct {
		name    string
		grid    [][]any
		records []Record
		want    string // the new rows, "+" inserted, and the columns that are set
	}{
		{"below the last row", tasks, []Record{record("id", 9.0), record("state", "x", "id", 8.0)}, "7+[0] 8+[0 1]"},
		{"into an empty sheet with names", tasks[:1], []Record{record("id", 9.0)}, "2+[0]"},
		{"checkboxes", checkboxes, []Record{record("task", "c")}, "4[0]"},
		{"checkboxes, ticked", checkboxes, []Record{record("task", "c", "done", true)}, "4[0 1]"},
		{"checkboxes, what is there already", checkboxes, []Record{record("task", "c", "done", false)}, "4[0]"},
		{"checkboxes, more rows than are prepared", checkboxes, []Record{record("task", "c"), record("task", "d"), record("task", "e")}, "4[0] 5[0] 6+[0]"},
		{"checkboxes, no row yet", [][]any{checkboxes[0], {nil, false}}, []Record{record("task", "c")}, "2[0]"},
		{"formulas", calculated, []Record{item}, "4[0 1]"},
		{"formulas, more rows than are prepared", calculated, []Record{item, item, item}, "4[0 1] 5[0 1] 6+[0 1]=[3]"},
		{"formulas, a value for the column", calculated, []Record{record("item", "c", "total", 7.0)}, "4[0 3]"},
		{"formulas, no value for the column", calculated, []Record{record("item", "c", "total", nil)}, "4[0]"},
		{"formulas, no row yet", [][]any{calculated[0], {nil, nil, nil, formula(`=B2*C2`, 0.0)}}, []Record{item}, "2[0 1]"},
		{"a formula of the last row", calculated[:3], []Record{item, record("qty", 1.0)}, "4+[0 1]=[3] 5+[1]=[3]"},
		{"a formula of the last row, a value for the column", calculated[:3], []Record{item, record("total", 1.0)}, "4+[0 1] 5+[3]"},
		{"a side table", sideTable, []Record{record("id", 3.0, "name", "c")}, "4[0 1]"},
		{"a side table, rows beside and below it", sideTable, []Record{record("id", 3.0), record("id", 4.0), record("id", 5.0), record("id", 6.0)}, "4[0] 5[0] 6[0] 7+[0]"},
		{"into the side table", sideTable, []Record{record("k", "q", "v", 5.0)}, "7+[4 5]"},
		{"into both", sideTable, []Record{record("id", 3.0, "v", 5.0)}, "7+[0 5]"},
		{"no value for the side table", sideTable, []Record{record("id", 3.0, "v", nil)}, "4[0]"},
		{"a formula that depends on another row", [][]any{{"n"}, {1.0}, {formula("=A2+1", 2.0)}}, []Record{record("n", 9.0)}, "4+[0]"},
		{"a row of totals is a row", totals, []Record{record("id", 3.0)}, "5+[0]"},
		{"a column without a name is part of the table", spaced, []Record{record("name", "c")}, "5+[0]"},
		{"a table that begins in column B", [][]any{{nil, "id", "item"}, {nil, 1.0, "a"}}, []Record{record("id", 2.0, "item", "b")}, "3+[1 2]"},
		{"a table that begins in column C, beside a longer one", [][]any{
			{nil, nil, "id", "item", nil, "k"}, {nil, nil, 1.0, "a", nil, "x"}, {nil, nil, nil, nil, nil, "y"},
		}, []Record{record("id", 2.0)}, "3[2]"},
		{"a column left of the first name", [][]any{{nil, "id"}, {"x", 1.0}}, []Record{record("id", 2.0, "A", "y")}, "3+[0 1]"},
		{"a sheet made by a formula", [][]any{{formula("=IMPORT()", "a"), spilled("b")}, {spilled(1.0), spilled(2.0)}, {spilled(3.0), spilled(4.0)}},
			[]Record{record("a", 9.0)}, "4+[0]"},
	}
	for _, tt := range tests {
		for _, complete := range []bool{true, false} {
			t.Run(fmt.Sprint(tt.name, ", all rows read: ", complete), func(t *testing.T) {
				e := appending(tt.records...)
				p := pageOf(tt.grid, 1)
				if !complete {
					if !p.Before.Covers(e) {
						t.Skip("the end of the sheet does not show it")
					}
					p = NewSheetPlan("T", p.Before, nil)
				}
				result, err := p.Do(e)
				if err != nil {
					t.Fatal(err)
				}
				p.Number()
				if got := placesOf(result); got != tt.want {
					t.Errorf("new rows: %s, want %s", got, tt.want)
				}
			})
		}
	}
}

func placesOf(d *EditResult) (places string) {
	for i, l := range d.Appended {
		if i > 0 {
			places += " "
		}
		places += fmt.Sprint(l.At)
		if l.Number == 0 {
			places += "+"
		}
		if places += fmt.Sprint(l.ColumnsSet); len(l.Formulas) > 0 {
			places += fmt.Sprint("=", l.Formulas)
		}
	}
	return places
}

func TestCovers(t *testing.T) {
	tests := []struct {
		name string
		edit *Edit
		want bool
	}{
		{"the first table", appending(record("id", 1.0)), true},
		{"an unknown column", appending(record("x", 1.0)), true},
		{"a header row that is blank", &Edit{Kind: Appends, Title: "Tasks", Header: 5, Records: []Record{record("id", 1.0)}}, false},
		{"the side table", appending(record("id", 1.0), record("k", 1.0)), false},
	}
	for _, tt := range tests {
		if got := pageOf(sideTable, 1).Before.Covers(tt.edit); got != tt.want {
			t.Errorf("%s: Covers = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestPlacesInOneBatch has appends and deletes that are planned together.
func TestPlacesInOneBatch(t *testing.T) {
	p := pageOf(calculated, 1)
	edits := []*Edit{deleting(0, "item:a"), appending(record("item", "c")), upserting("item", record("item", "d"), record("item", "c", "qty", 1.0)), appending(record("item", "e"))}
	var results []*EditResult
	for _, e := range edits {
		result, err := p.Do(e)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, result)
	}
	p.Number()
	for i, want := range []string{"", "3[0 1]", "4[0]", "5+[0]=[3]"} {
		if got := placesOf(results[i]); got != want {
			t.Errorf("%d: new rows: %s, want %s", i, got, want)
		}
	}
	if next := p.Next(); next.Rows != 5 || len(next.Below) != 0 || next.Grid != 100 {
		t.Errorf("Next = %+v, want 5 rows of a grid of 100", next)
	}
}

func TestExtend(t *testing.T) {
	date := NewFormat("DATE", "m/d/yyyy")
	due := &Cell{Value: 46083.0, Format: date}
	tests := []struct {
		name    string
		grid    [][]any
		rows    [][]any // from the last one in use on, as they are now
		ok      bool
		end     int
		below   int
		formats []*Format
	}{
		{"as it was", tasks, tasks[5:], true, 6, 0, nil},
		{"a row more", tasks, [][]any{tasks[5], {}, {9.0}}, true, 8, 0, nil},
		{"the last row is blank", tasks, [][]any{{}, {9.0}}, false, 0, 0, nil},
		{"no row", tasks, nil, false, 0, 0, nil},
		{"an empty column is one no more", sideTable, [][]any{{2.0, "b", "note"}}, false, 0, 0, nil},
		{"a row of the side table", sideTable, [][]any{{2.0, "b"}, {nil, nil, nil, nil, "z"}}, true, 3, 1, nil},
		{"a checkbox was ticked", checkboxes, [][]any{{"b", false}, {nil, false}, {nil, true}, {nil, false}}, true, 5, 1, nil},
		{"a date", tasks, [][]any{{4.0, due}}, true, 6, 0, []*Format{nil, date}},
		{"names only, dates below", tasks[:1], [][]any{tasks[0], {nil, &Cell{Format: date}}}, true, 1, 0, []*Format{nil, date}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := pageOf(tt.grid, 1).Before
			if ok := s.Extend(tt.rows); ok != tt.ok {
				t.Fatalf("Extend = %v, want %v", ok, tt.ok)
			}
			if tt.ok && (s.Rows != tt.end || len(s.Below) != tt.below || !slices.Equal(s.Formats, tt.formats)) {
				t.Errorf("ends at %d, %d below, formats %v, want %d, %d, %v", s.Rows, len(s.Below), s.Formats, tt.end, tt.below, tt.formats)
			}
		})
	}
}

func TestContinues(t *testing.T) {
	tests := []struct {
		formula string
		want    bool // in row 7
	}{
		{"=B7*C7", true}, {"=b7*c7", true}, {`=IF(A7="","",B7*$F$1)`, true}, {"=SUM(B7:D7)", true}, {"=Sheet2!A7", true}, {"='My A2'!A7&B7", true},
		{"=A$2*B7", true}, {"=$A7", true}, {"=LOG10(B7)", true}, {`="A2"&B7`, true}, {"=VLOOKUP(A7,Prices!$A$2:$B$9,2,FALSE)", true}, {"=VLOOKUP(A7,Prices!A:B,2,FALSE)", true},
		{"=ROW()-1", true}, {"=B7+rate2", true}, {"=TAX2027(B7)", true},
		{"=SUM(B2:B6)", false}, {"=D6+C7", false}, {"=B8", false}, {"=SUM(B7:B)", false}, {"=$A$1", false}, {"=TODAY()", false}, {"=1+1", false},
		{"=Sheet2!A6+B7", false}, {"=A99999999999999999999+B7", false}, {`=ARRAYFORMULA(A2:A*2)`, false}, {"=B7:B12", false},
	}
	for _, tt := range tests {
		if got := continues(tt.formula, 7); got != tt.want {
			t.Errorf("continues(%q) = %v, want %v", tt.formula, got, tt.want)
		}
	}
}

// TestDatesIn has what is stored where a text is sent for a column of dates.
func TestDatesIn(t *testing.T) {
	day, moment, clock, span := NewFormat("DATE", "m/d/yyyy"), NewFormat("DATE_TIME", "yyyy-mm-dd hh:mm"), NewFormat("TIME", "h:mm"), NewFormat("TIME", "[h]:mm")
	grid := [][]any{
		{"id", "day", "moment", "clock", "span", "text"},
		{1.0, &Cell{Value: 46082.0, Format: day}, &Cell{Value: 46082.5, Format: moment}, &Cell{Value: 0.5, Format: clock}, &Cell{Value: 1.5, Format: span}, "2026-03-01"},
		{2.0, "soon", nil, nil, nil, nil},
		{3.0, &Cell{Value: 46083.0, Format: day}, &Cell{Format: moment}, &Cell{Value: "late", Format: clock}, &Cell{Format: span}, nil},
	}
	tests := []struct {
		name   string
		edit   *Edit
		column int
		want   any // Cells are compared as values
	}{
		{"a date", appending(record("id", 4.0, "day", "2026-03-02")), 1, Cell{Value: 46083.0, Format: day}},
		{"a date with a time", appending(record("id", 4.0, "day", "2026-03-02T12:00")), 1, Cell{Value: 46083.5, Format: day}},
		{"a time for a date", appending(record("id", 4.0, "day", "12:00")), 1, "12:00"},
		{"a moment", appending(record("id", 4.0, "moment", "2026-03-02T10:30:00")), 2, Cell{Value: 46083.4375, Format: moment}},
		{"a moment with a time zone", appending(record("id", 4.0, "moment", "2026-03-02T10:30:00Z")), 2, "2026-03-02T10:30:00Z"},
		{"a time", appending(record("id", 4.0, "clock", "10:30:00")), 3, Cell{Value: 0.4375, Format: clock}},
		{"a duration", appending(record("id", 4.0, "span", "PT36H")), 4, Cell{Value: 1.5, Format: span}},
		{"a time for a duration", appending(record("id", 4.0, "span", "10:30:00")), 4, Cell{Value: 0.4375, Format: span}},
		{"any other text", appending(record("id", 4.0, "day", "3/2/2026")), 1, "3/2/2026"},
		{"a number", appending(record("id", 4.0, "day", 46083.0)), 1, 46083.0},
		{"a date for a column of texts", appending(record("id", 4.0, "text", "2026-03-02")), 5, "2026-03-02"},
		{"a cell that is a date", updating(record("day", "2026-03-09"), 0, "id:1"), 1, Cell{Value: 46090.0, Format: day}},
		{"a cell of a text, in a column of dates", updating(record("day", "2026-03-09"), 0, "id:2"), 1, Cell{Value: 46090.0, Format: day, SetFormat: true}},
		{"an empty cell with the format", updating(record("moment", "2026-03-09T00:00:00"), 0, "id:3"), 2, Cell{Value: 46090.0, Format: moment}},
		{"an upsert", upserting("id", record("id", 1.0, "day", "2026-03-09")), 1, Cell{Value: 46090.0, Format: day}},
		{"an upsert by date", upserting("day", record("day", "2026-03-01", "text", "x")), 5, "x"},
		{"an upsert by date and text", &Edit{Kind: Upserts, Header: 1, OnConflict: []string{"day", "text"}, Records: []Record{record("day", "2026-03-01", "text", "2026-03-01", "id", 9.0)}}, 0, 9.0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pageOf(grid, 1)
			result, err := p.Do(tt.edit)
			if err != nil {
				t.Fatal(err)
			}
			changed := slices.Concat(result.Changed, result.Appended)
			if len(changed) != 1 || len(result.Appended) > 0 != (tt.edit.Kind == Appends) {
				t.Fatalf("%d changed, %d appended", len(result.Changed), len(result.Appended))
			}
			got := changed[0].raw(tt.column)
			if c, ok := got.(*Cell); ok {
				got = *c
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cell (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEqualValues holds that a cell that shows the value that is sent is not written.
func TestEqualValues(t *testing.T) {
	grid := [][]any{{"id", "sum", "fail", "day", "note"}, {
		1.0, formula("=1+1", 2.0), formula("=1/0", "#DIV/0!"), &Cell{Value: 46083.4375, Format: NewFormat("DATE", "")}, "x",
	}}
	same := record("id", 1.0, "sum", 2.0, "fail", "#DIV/0!", "day", "2026-03-02T10:30:00", "note", "x")
	tests := []struct {
		name string
		edit *Edit
		want []int
	}{
		{"an update with the same", updating(same, 0, "id:1"), nil},
		{"an upsert with the same", upserting("id", same), nil},
		{"another value", updating(record("sum", 3.0, "note", "x"), 0, "id:1"), []int{1}},
		{"the same as text", updating(record("sum", "2"), 0, "id:1"), []int{1}},
		{"an empty cell", updating(record("sum", nil), 0, "id:1"), []int{1}},
		{"another time", updating(record("day", "2026-03-02T10:31:00"), 0, "id:1"), []int{3}},
	}
	for _, tt := range tests {
		p := pageOf(grid, 1)
		result, err := p.Do(tt.edit)
		if err != nil || !slices.Equal(result.Changed[0].ColumnsSet, tt.want) || result.Idle() != (tt.want == nil) {
			t.Errorf("%s: %v, columns %v set, idle %v, want %v", tt.name, err, result.Changed[0].ColumnsSet, result.Idle(), tt.want)
		}
	}
}

func TestAppendAt(t *testing.T) {
	tests := []struct {
		name string
		grid [][]any
		row  int
		ok   bool
	}{
		{"the last row", tasks, 6, true},
		{"the header", tasks[:1], 1, true},
		{"nothing in column A of the last row", [][]any{{"a", "b"}, {1.0, 2.0}, {nil, 3.0}}, 1, true},
		{"nothing there, below an empty row", [][]any{{"a", "b"}, {}, {nil, 3.0}}, 1, false},
		{"checkboxes", checkboxes, 0, false},
		{"formulas", calculated, 0, false},
		{"a side table that is longer", sideTable, 0, false},
		{"an empty sheet", nil, 0, false},
	}
	for _, tt := range tests {
		state := NewState(0, 100, tt.grid, []int{1})
		if row, ok := state.AppendAt(1, tt.grid); ok != tt.ok || ok && row != tt.row {
			t.Errorf("%s: AppendAt = %d, %v, want %d, %v", tt.name, row, ok, tt.row, tt.ok)
		}
	}
}

// TestProtectedCells holds that no row is inserted, and no formula continued, where that is
// not allowed.
func TestProtectedCells(t *testing.T) {
	grid := [][]any{{"item", "qty", "total", "half"}, {"a", 2.0, formula("=B2*3", 6.0), formula("=B2/2", 1.0)}}
	tests := []struct {
		name      string
		protected []Area
		rows      int // of the grid
		want      string
	}{
		{"nothing", nil, 100, "3+[0 1]=[2 3]"},
		{"a column", []Area{{FromColumn: 2, ToColumn: 3}}, 100, "3[0 1]=[3]"},
		{"rows above", []Area{{ToRow: 2}}, 100, "3+[0 1]=[2 3]"},
		{"rows from there on", []Area{{FromRow: 2}}, 100, "3[0 1]"},
		{"a column, no row left", []Area{{FromColumn: 2, ToColumn: 3}}, 2, "3+[0 1]=[3]"},
	}
	for _, tt := range tests {
		for _, complete := range []bool{true, false} {
			state := NewState(7, tt.rows, grid, []int{1})
			state.Protected = tt.protected
			p := NewSheetPlan("T", state, map[bool][][]any{true: grid}[complete])
			result, err := p.Do(appending(record("item", "b", "qty", 4.0)))
			if err != nil {
				t.Fatal(err)
			}
			p.Number()
			if got := placesOf(result); got != tt.want {
				t.Errorf("%s, all rows read %v: new rows: %s, want %s", tt.name, complete, got, tt.want)
			}
			if next := p.Next(); next.Rows != 3 {
				t.Errorf("%s: the sheet ends at %d, want 3", tt.name, next.Rows)
			}
		}
	}
}
