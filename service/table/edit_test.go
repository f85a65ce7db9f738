package table

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// tasks is a sheet with a blank row, a blank cell, and an ID that is text.
var tasks = [][]any{
	{"id", "state", "owner"},
	{1.0, "open", "ada"},
	{2.0, "done", "bob"},
	{},
	{3.0, "open", ""},
	{"4", "open", "eve"},
}

// pageOf returns a page of a sheet with these rows and headers in some of them.
func pageOf(grid [][]any, headers ...int) *SheetPlan {
	return NewSheetPlan("Tasks", NewState(7, 100, grid, headers), grid)
}

func record(namesAndValues ...any) Record {
	var r Record
	for i := 0; i < len(namesAndValues); i += 2 {
		r.Fields = append(r.Fields, Field{namesAndValues[i].(string), namesAndValues[i+1]})
	}
	return r
}

func appending(records ...Record) *Edit { return &Edit{Kind: Appends, Header: 1, Records: records} }

func upserting(column string, records ...Record) *Edit {
	return &Edit{Kind: Upserts, Header: 1, OnConflict: []string{column}, Records: records}
}

// equal returns the filter of texts "column:value"; no value is a blank cell.
func equal(texts ...string) (f Filter) {
	for _, text := range texts {
		column, value, _ := strings.Cut(text, ":")
		c := Condition{Column: column, Op: OpEq, Values: []string{value}}
		if value == "" {
			c.Op, c.Values = OpIs, []string{"null"}
		}
		f.Conditions = append(f.Conditions, c)
	}
	return f
}

func upsertingBy(columns []string, records ...Record) *Edit {
	return &Edit{Kind: Upserts, Header: 1, OnConflict: columns, Records: records}
}

func updating(r Record, most int, where ...string) *Edit {
	return &Edit{Kind: Updates, Header: 1, Records: []Record{r}, Filter: equal(where...), MaxAffected: most}
}

func deleting(most int, where ...string) *Edit {
	return &Edit{Kind: Deletes, Header: 1, Filter: equal(where...), MaxAffected: most}
}

// rowsBelow returns what the rows below the first one show, without empty cells and rows at
// the end.
func rowsBelow(p *SheetPlan) (rows [][]any) {
	_, after := p.After()
	for _, l := range after[1:] {
		cells := make([]any, len(l.Cells))
		for i := range cells {
			cells[i] = l.cell(i)
		}
		for len(cells) > 0 && IsEmpty(cells[len(cells)-1]) {
			cells = cells[:len(cells)-1]
		}
		rows = append(rows, cells)
	}
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func TestEdits(t *testing.T) {
	tests := []struct {
		name    string
		edits   []*Edit // of one batch, in the order in which they are planned
		results []string
		rows    [][]any // below the header, afterwards
	}{
		{
			"append", []*Edit{appending(record("state", "new", "id", 5.0), record("owner", "zoe"))},
			[]string{`{"appended":2,"range":"Tasks!A7:C8"}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {5.0, "new", nil}, {nil, nil, "zoe"}},
		},
		{
			"two appends", []*Edit{appending(record("id", 5.0)), appending(record("id", 6.0))},
			[]string{`{"appended":1,"range":"Tasks!A7:C7"}`, `{"appended":1,"range":"Tasks!A8:C8"}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {5.0, nil, nil}, {6.0, nil, nil}},
		},
		{
			"update leaves other columns", []*Edit{updating(record("owner", "x"), 0, "state:open")},
			[]string{`{"updated":3,"rows":["2","5:6"]}`},
			[][]any{{1.0, "open", "x"}, tasks[2], {}, {3.0, "open", "x"}, {"4", "open", "x"}},
		},
		{
			"update to nil empties the cell", []*Edit{updating(record("owner", nil, "state", "free"), 0, "id:2")},
			[]string{`{"updated":1,"rows":["3"]}`},
			[][]any{tasks[1], {2.0, "free", nil}, {}, tasks[4], tasks[5]},
		},
		{
			"update as many as may be", []*Edit{updating(record("owner", "x"), 3, "state:open")},
			[]string{`{"updated":3,"rows":["2","5:6"]}`},
			[][]any{{1.0, "open", "x"}, tasks[2], {}, {3.0, "open", "x"}, {"4", "open", "x"}},
		},
		{
			"update of no row", []*Edit{updating(record("owner", "x"), 0, "id:9")},
			[]string{`{"updated":0}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5]},
		},
		{
			"updates of one row", []*Edit{updating(record("owner", "x"), 0, "id:2"), updating(record("state", "y"), 0, "owner:x")},
			[]string{`{"updated":1,"rows":["3"]}`, `{"updated":1,"rows":["3"]}`},
			[][]any{tasks[1], {2.0, "y", "x"}, {}, tasks[4], tasks[5]},
		},
		{
			"delete by number and text", []*Edit{deleting(0, "id:4")},
			[]string{`{"deleted":1,"rows":["6"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4]},
		},
		{
			"delete with two conditions", []*Edit{deleting(0, "state:open", "owner:")},
			[]string{`{"deleted":1,"rows":["5"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[5]},
		},
		{
			"blank rows never match", []*Edit{deleting(0, "owner:")},
			[]string{`{"deleted":1,"rows":["5"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[5]},
		},
		{
			"a deleted row is not deleted twice", []*Edit{deleting(1, "state:open", "owner:ada"), deleting(0, "state:open")},
			[]string{`{"deleted":1,"rows":["2"]}`, `{"deleted":2,"rows":["5:6"]}`},
			[][]any{tasks[2], {}},
		},
		{
			"upsert", []*Edit{upserting("id", record("id", 4.0, "state", "done"), record("id", 5.0), record("id", 1.0, "owner", "=x"))},
			[]string{`{"updated":2,"appended":1,"rows":["2","6:7"]}`},
			[][]any{{1.0, "open", "=x"}, tasks[2], {}, tasks[4], {4.0, "done", "eve"}, {5.0, nil, nil}},
		},
		{
			"upsert that ignores what is there", []*Edit{{Kind: Upserts, Header: 1, OnConflict: []string{"id"}, IgnoreDuplicates: true, Records: []Record{record("id", 1.0, "owner", "x"), record("id", 5.0)}}},
			[]string{`{"updated":0,"appended":1,"ignored":1,"rows":["7"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {5.0, nil, nil}},
		},
		{
			"upsert by several columns", []*Edit{upsertingBy([]string{"state", "owner"}, record("state", "open", "owner", "eve", "id", 9.0), record("state", "done", "owner", "ada", "id", 8.0))},
			[]string{`{"updated":1,"appended":1,"rows":["6:7"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], {9.0, "open", "eve"}, {8.0, "done", "ada"}},
		},
		{
			"upsert by a text that looks like a number", []*Edit{upserting("owner", record("owner", "1.10", "id", 7.0)), upserting("owner", record("owner", 1.1, "id", 8.0)), upserting("owner", record("owner", "1.1", "id", 9.0))},
			[]string{`{"updated":0,"appended":1,"rows":["7"]}`, `{"updated":0,"appended":1,"rows":["8"]}`, `{"updated":1,"appended":0,"rows":["8"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {7.0, nil, "1.10"}, {9.0, nil, "1.1"}},
		},
		{
			"some columns only", []*Edit{{Kind: Appends, Header: 1, Columns: []string{"id", "state"}, Records: []Record{record("id", 5.0, "owner", "x"), record("state", "new", "more", 1.0)}}},
			[]string{`{"appended":2,"range":"Tasks!A7:C8"}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {5.0, nil, nil}, {nil, "new", nil}},
		},
		{
			"upserts see each other's new rows", []*Edit{upserting("id", record("id", 5.0, "state", "a")), upserting("id", record("id", "5", "state", "b"))},
			[]string{`{"updated":0,"appended":1,"rows":["7"]}`, `{"updated":1,"appended":0,"rows":["7"]}`},
			[][]any{tasks[1], tasks[2], {}, tasks[4], tasks[5], {"5", "b", nil}},
		},
		{
			"an upsert does not see deleted rows", []*Edit{deleting(0, "id:2"), upserting("id", record("id", 2.0))},
			[]string{`{"deleted":1,"rows":["3"]}`, `{"updated":0,"appended":1,"rows":["6"]}`},
			[][]any{tasks[1], {}, tasks[4], tasks[5], {2.0, nil, nil}},
		},
		{
			"numbers after deletes in the same batch", []*Edit{updating(record("owner", "x"), 0, "id:3"), deleting(0, "id:1"), appending(record("id", 5.0))},
			[]string{`{"updated":1,"rows":["4"]}`, `{"deleted":1,"rows":["2"]}`, `{"appended":1,"range":"Tasks!A6:C6"}`},
			[][]any{tasks[2], {}, {3.0, "open", "x"}, tasks[5], {5.0, nil, nil}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pageOf(tasks, 1)
			var done []*EditResult
			for _, e := range tt.edits {
				if err := e.Validate(); err != nil {
					t.Fatal(err)
				}
				result, err := p.Do(e)
				if err != nil {
					t.Fatal(err)
				}
				done = append(done, result)
			}
			p.Number()
			for i, e := range tt.edits {
				if got := done[i].Encode("Tasks", e); got != tt.results[i] {
					t.Errorf("result %d = %s, want %s", i, got, tt.results[i])
				}
			}
			if diff := cmp.Diff(rowsBelow(pageOf(append(tasks[:1:1], tt.rows...), 1)), rowsBelow(p), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]any{1.0, "open", "ada"}, tasks[1]); diff != "" {
				t.Fatalf("the rows that were read are changed:\n%s", diff)
			}
		})
	}
}

func TestEditErrors(t *testing.T) {
	many := [][]any{{"id"}}
	for range DefaultMaxAffected + 1 {
		many = append(many, []any{"x"})
	}
	lower := func(e *Edit) *Edit { e.Header = 3; return e }
	twice := [][]any{{"a", "b", "a"}, {1.0, 2.0, 3.0}}
	or := Condition{Op: OpOr, Conditions: []Condition{{Column: "b", Op: OpEq, Values: []string{"2"}}, {Column: "a", Op: OpEq, Values: []string{"1"}}}}
	deletingWhere := func(c Condition) *Edit {
		return &Edit{Kind: Deletes, Title: "Tasks", Header: 1, Filter: Filter{Conditions: []Condition{c}}}
	}
	tests := []struct {
		name   string
		grid   [][]any
		edit   *Edit
		code   Code
		detail string
	}{
		{"append: unknown column", tasks, appending(record("id", 5.0), record("idd", 6.0)), InvalidRows, `row 2: sheet "Tasks" has no column "idd"; its columns are "id", "state", "owner"`},
		{"append: no value", tasks, appending(record("id", 5.0), record("id", nil, "owner", "")), InvalidRows, "row 2: no column has a value"},
		{"append: unticked checkboxes only", checkboxes, appending(record("task", "c"), record("done", false)), InvalidRows, "row 2: FALSE is the only value"},
		{"append: no fields", tasks, appending(Record{Line: 9}), InvalidRows, "line 9: no column has a value"},
		{"append: empty sheet", nil, appending(record("id", 5.0)), InvalidRows, "row 1 of sheet \"Tasks\" has to name the columns, and is blank"},
		{"append: header row below all rows", tasks[:2], lower(appending(record("id", 5.0))), InvalidRows, "row 3 of sheet \"Tasks\" has to name the columns, and is blank"},
		{"append: two columns of one name", [][]any{{"a", "a"}}, appending(record("a", 5.0)), InvalidRows, `two columns named "a"`},
		{"update: a condition of one of two columns", twice, updating(record("b", "x"), 0, "a:1"), BadRequest, `two columns named "a": A and C`},
		{"delete: a condition of one of two columns", twice, deleting(0, "a:1"), BadRequest, `two columns named "a": A and C`},
		{"delete: a condition of one of two columns, in a group", twice, deletingWhere(or), BadRequest, `two columns named "a": A and C`},
		{"update: unknown column", tasks, updating(record("stat", "x"), 0, "id:1"), InvalidRows, `no column "stat"`},
		{"update: unknown column, no match", tasks, updating(record("stat", "x"), 0, "id:9"), InvalidRows, `no column "stat"`},
		{"update: no column", tasks, updating(Record{}, 0, "id:1"), InvalidRows, "no column to set"},
		{"update: unknown column in a condition", tasks, updating(record("state", "x"), 0, "idd:1"), BadRequest, `no column "idd"`},
		{"update: more matches than may be changed", tasks, updating(record("owner", "x"), 2, "state:open"), MaxAffected, "3 rows match, and 2 may be changed"},
		{"delete: too many matches", many, deleting(0, "id:x"), MaxAffected, "1001 rows match, and 1000 may be changed"},
		{"upsert: unknown key column", tasks, upserting("idd", record("id", 5.0)), InvalidRows, `no column "idd"`},
		{"upsert: no key", tasks, upserting("id", record("id", 5.0), record("state", "x")), InvalidRows, `row 2: no value for the key column "id"`},
		{"upsert: key twice in the records", tasks, upserting("id", record("id", 7.0), record("id", 8.0), record("id", "7")), InvalidRows, "row 3: the key is the same as that of row 1"},
		{"upsert: key twice in the sheet", tasks, upserting("state", record("state", "new"), record("state", "open")), InvalidRows, `row 2: the key is twice in sheet "Tasks", in rows 2 and 5`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pageOf(tt.grid, tt.edit.Header)
			result, err := p.Do(tt.edit)
			if result != nil || codeOf(err) != tt.code || !strings.Contains(err.Error(), tt.detail) {
				t.Errorf("Do = %v, %v, want %s: %s", result, err, tt.code, tt.detail)
			}
			if diff := cmp.Diff(pageOf(tt.grid, tt.edit.Header), p, cmp.AllowUnexported(PlannedRow{})); diff != "" {
				t.Errorf("the page was changed by an edit with an error (-want +got):\n%s", diff)
			}
		})
	}
	long := updating(record("id", strings.Repeat("x", 49_000)), MaxRows, "id:x")
	if result, err := pageOf(many, 1).Do(long); result != nil || codeOf(err) != TooLarge || hintOf(err) == "" {
		t.Errorf("update of %d rows with a long text = %v, want %s with a hint", DefaultMaxAffected+1, err, TooLarge)
	}
	wide := [][]any{slices.Repeat([]any{"x"}, maxNewCells/100+1)}
	wide[0][0] = "id"
	if result, err := pageOf(wide, 1).Do(appending(slices.Repeat([]Record{record("id", 5.0)}, 100)...)); result != nil || codeOf(err) != TooLarge || hintOf(err) == "" {
		t.Errorf("append to a wide sheet = %v, want %s with a hint", err, TooLarge)
	}
	if result, err := pageOf(many, 1).Do(deleting(MaxRows, "id:x")); err != nil || len(result.Changed) != DefaultMaxAffected+1 {
		t.Errorf("delete with max-affected = %v, want %d rows", err, DefaultMaxAffected+1)
	}
}

// TestChangesAreBounded holds that a change may compare for less time than a query, because
// other writes wait for it.
// TestBlankHeaderHint holds which row is meant where the header row names no column.
func TestBlankHeaderHint(t *testing.T) {
	lower := [][]any{nil, {nil, ""}, {nil, "id", "item"}, {nil, 1.0, "a"}}
	const letters = "the header row is blank, so letters name the columns; if row 3 names them, add the parameter header=3"
	tests := []struct {
		name string
		plan *SheetPlan
		edit *Edit
		hint string
	}{
		{"append", pageOf(lower, 1), appending(record("id", 5.0)), "if row 3 names the columns, add the parameter header=3; else write the column names into row 1"},
		{"append to an empty sheet", pageOf([][]any{}, 1), appending(record("id", 5.0)), "write the column names into row 1"},
		{"upsert", pageOf(lower, 1), &Edit{Kind: Upserts, Header: 1, OnConflict: []string{"id"}, Records: []Record{record("id", 5.0)}}, letters},
		{"delete", pageOf(lower, 1), deleting(0, "id:1"), letters},
		{"update", pageOf(lower, 1), updating(record("item", "x"), 0, "B:1"), letters},
	}
	for _, tt := range tests {
		if _, err := tt.plan.Do(tt.edit); hintOf(err) != tt.hint {
			t.Errorf("%s: Do = %v, hint %q, want %q", tt.name, err, hintOf(err), tt.hint)
		}
	}
}

func TestChangesAreBounded(t *testing.T) {
	grid := [][]any{{"text"}}
	for range 10_000 {
		grid = append(grid, []any{strings.Repeat("b", 30)})
	}
	list := slices.Repeat([]string{strings.Repeat("c", 30)}, 32)
	condition := Condition{Column: "text", Op: OpGt, Quantifier: Any, Values: list}
	filter := Filter{Conditions: []Condition{{Op: OpOr, Conditions: slices.Repeat([]Condition{condition}, 20)}}}
	result, err := pageOf(grid, 1).Do(&Edit{Kind: Deletes, Header: 1, Filter: filter})
	if result != nil || codeOf(err) != BadRequest || hintOf(err) == "" {
		t.Errorf("delete by lists that take long = %v, want %s with a hint", err, BadRequest)
	}
	if _, err := NewRowSet("T", []any{"text"}, grid[1:]).Rows(Query{Filter: filter}); err != nil {
		t.Errorf("a query by the same lists = %v, want no error", err)
	}
}

func TestStoredIsBounded(t *testing.T) {
	tests := []struct {
		name        string
		rows, bytes int
		stored      bool
	}{
		{"short", MaxReturned, 8, true},
		{"none", 0, 0, false},
		{"too many", MaxReturned + 1, 8, false},
		{"long", 200, 49_000, false},
	}
	for _, tt := range tests {
		e := updating(record("id", 1.0), 0, "id:x")
		rows := slices.Repeat([][]any{{strings.Repeat("x", tt.bytes)}}, tt.rows)
		if got := pageOf(tasks, 1).Stored(e, rows) != nil; got != tt.stored {
			t.Errorf("%s: rows are returned: %v, want %v", tt.name, got, tt.stored)
		}
	}
}

func TestEditValidate(t *testing.T) {
	tests := []struct {
		name   string
		edit   *Edit
		code   Code
		detail string
	}{
		{"append", appending(record("id", 1)), "", ""},
		{"append nothing", appending(), InvalidRows, "no rows"},
		{"append a type that no cell holds", appending(record("id", []int{1})), InvalidRows, `row 1: column "id" holds a value of type []int`},
		{"delete", deleting(0, "id:1"), "", ""},
		{"delete as many as one request may", deleting(MaxRows, "id:1"), "", ""},
		{"delete all", deleting(0), BadRequest, "no condition"},
		{"update all", updating(record("id", 1), 1), BadRequest, "no condition"},
		{"a negative number of rows", deleting(-1, "id:1"), BadRequest, "max-affected=-1"},
		{"a key of too many columns", &Edit{Kind: Upserts, Header: 1, OnConflict: slices.Repeat([]string{"id"}, 33), Records: []Record{record("id", 1)}}, BadRequest, "on_conflict names 33 columns"},
		{"more rows than one request may", deleting(MaxRows+1, "id:1"), BadRequest, "max-affected=10001"},
	}
	for _, tt := range tests {
		err := tt.edit.Validate()
		if codeOf(err) != tt.code || err != nil && !strings.Contains(err.Error(), tt.detail) {
			t.Errorf("%s: Validate() = %v, want %s: %s", tt.name, err, tt.code, tt.detail)
		}
	}
	if e := tests[0].edit; e.Records[0].Fields[0].Value != 1.0 {
		t.Errorf("after Validate the value is %#v, want 1.0", e.Records[0].Fields[0].Value)
	}
}

func TestWriteOptionsValidate(t *testing.T) {
	tests := []struct {
		name  string
		write WriteOptions
		valid bool
	}{
		{"zero value", WriteOptions{}, true},
		{"longest key", WriteOptions{Header: 3, Key: strings.Repeat("k", 255)}, true},
		{"key too long", WriteOptions{Key: strings.Repeat("k", 256)}, false},
		{"key with a line break", WriteOptions{Key: "a\nb"}, false},
		{"key that is not ASCII", WriteOptions{Key: "ä"}, false},
		{"header row above the sheet", WriteOptions{Header: -1}, false},
	}
	for _, tt := range tests {
		if err := tt.write.Validate(); (err == nil) != tt.valid || !tt.valid && codeOf(err) != BadRequest {
			t.Errorf("%s: Validate() = %v, valid should be %v", tt.name, err, tt.valid)
		}
	}
}

// TestResultFitsIntoACell holds that row numbers are left out where the result could not
// be kept with an idempotency key.
func TestResultFitsIntoACell(t *testing.T) {
	grid := [][]any{{"id"}}
	for i := range 2 * MaxRows {
		grid = append(grid, []any{[]string{"x", "y"}[i%2]})
	}
	p := pageOf(grid, 1)
	e := updating(record("id", "z"), MaxRows, "id:x")
	result, err := p.Do(e)
	if err != nil {
		t.Fatal(err)
	}
	p.Number()
	if got, want := result.Encode("Tasks", e), `{"updated":10000}`; got != want {
		t.Errorf("result = %.100s, want %s", got, want)
	}
}

// TestOtherHeader edits a table whose header is not in row 1.
func TestOtherHeader(t *testing.T) {
	grid := [][]any{{"id", "a report"}, {}, {"id", "qty"}, {1.0, 5.0}, {2.0, 6.0, "wide"}}
	p := pageOf(grid, 3)
	e := &Edit{Kind: Updates, Header: 3, Records: []Record{record("C", "x")}, Filter: equal("id:1")}
	if _, err := p.Do(e); err != nil { // column C has no name, but a row has a cell there
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{1.0, 5.0, "x"}, p.Rows[3].Cells); diff != "" {
		t.Errorf("row 4 (-want +got):\n%s", diff)
	}
	e = &Edit{Kind: Deletes, Header: 3, Filter: equal("id:id")}
	if result, err := p.Do(e); err != nil || len(result.Changed) != 0 {
		t.Errorf("a condition matches rows above the header or itself: %v, %v", result, err)
	}
}

// TestTailAfter holds what is known of a sheet after a batch.
func TestTailAfter(t *testing.T) {
	tests := []struct {
		name  string
		grid  [][]any
		read  bool
		edits []*Edit
		want  SheetState
	}{
		{"appends, rows not read", tasks, false, []*Edit{appending(record("id", 5.0))}, SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 7, Grid: 101, Width: 3}},
		{"update", tasks, true, []*Edit{updating(record("id", 5.0), 0, "id:4")}, SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 6, Grid: 100, Width: 3}},
		{"the last row is emptied", tasks, true, []*Edit{updating(record("id", nil, "state", nil, "owner", ""), 0, "id:4")}, SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 5, Grid: 100, Width: 3}},
		{"the last row is deleted, above it a blank one", tasks[:5], true, []*Edit{deleting(0, "id:3")}, SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 3, Grid: 99, Width: 3}},
		{"delete and append", tasks, true, []*Edit{deleting(0, "state:open"), appending(record("id", 5.0))}, SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 4, Grid: 98, Width: 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := pageOf(tt.grid, 1)
			if !tt.read {
				state := p.Before
				state.Headers[9] = nil // which the new rows may reach
				p = NewSheetPlan("Tasks", state, nil)
			}
			for _, e := range tt.edits {
				if _, err := p.Do(e); err != nil {
					t.Fatal(err)
				}
			}
			if got := p.Next(); !sameState(got, tt.want) {
				t.Errorf("Next = %+v, want %+v", got, tt.want)
			}
			if got := p.Extra(); got != 0 {
				t.Errorf("Extra = %d, want 0", got)
			}
		})
	}
}

// TestPlaces holds which numbers rows have after a batch, and which columns of them were
// set.
func TestPlaces(t *testing.T) {
	p := pageOf(tasks, 1)
	for _, e := range []*Edit{
		updating(record("owner", "x", "id", 30.0), 0, "id:3"),
		updating(record("owner", "y", "state", "z"), 0, "owner:x"),
		deleting(0, "id:1"), deleting(0, "id:2"), deleting(0, "id:4"),
		appending(record("id", 5.0), record("id", 6.0)),
	} {
		if _, err := p.Do(e); err != nil {
			t.Fatal(err)
		}
	}
	p.Number()
	lines := append(p.Rows[:len(p.Rows):len(p.Rows)], p.Added...)
	for i, want := range []PlannedRow{
		{Number: 1, At: 1},
		{Number: 2, At: 2, Deleted: true, RowBefore: 1}, {Number: 3, At: 3, Deleted: true, RowBefore: 1}, // between 1 and 4
		{Number: 4, At: 2}, {Number: 5, At: 3, ColumnsSet: []int{0, 1, 2}},
		{Number: 6, At: 6, Deleted: true, RowBefore: 3},
		{At: 4, ColumnsSet: []int{0}}, {At: 5, ColumnsSet: []int{0}},
	} {
		got := *lines[i]
		got.Cells = nil
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(PlannedRow{})); diff != "" {
			t.Errorf("row %d (-want +got):\n%s", i+1, diff)
		}
	}
}

// TestLastRowIsDeleted holds that a row is added where none would be left below the
// header, which Google refuses.
func TestLastRowIsDeleted(t *testing.T) {
	p := pageOf(tasks[:2], 1)
	p.Before.Grid = 2
	if _, err := p.Do(deleting(0, "id:1")); err != nil {
		t.Fatal(err)
	}
	if got := p.Extra(); got != 1 {
		t.Errorf("Extra = %d, want 1", got)
	}
	if got, want := p.Next(), (SheetState{ID: 7, Headers: map[int][]any{1: tasks[0]}, Rows: 1, Grid: 2, Width: 3}); !sameState(got, want) {
		t.Errorf("Next = %+v, want %+v", got, want)
	}
}

// sameState reports whether two states are equal, except for cells other than headers.
func sameState(s, other SheetState) bool {
	equal := func(a, b []any) bool {
		return slices.EqualFunc(a, b, func(a, b any) bool { return Shown(a) == Shown(b) })
	}
	if len(s.Headers) != len(other.Headers) {
		return false
	}
	for header, cells := range s.Headers {
		if now, ok := other.Headers[header]; !ok || !equal(cells, now) {
			return false
		}
	}
	return s.ID == other.ID && s.Rows == other.Rows && s.Grid == other.Grid && s.Width == other.Width
}
