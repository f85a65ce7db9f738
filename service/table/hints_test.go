package table

import (
	"strings"
	"testing"
)

// TestBodyHints holds what the refusals of bodies hint at, beside what their details say.
func TestBodyHints(t *testing.T) {
	csv := func(text string) error { _, err := ReadCSV(strings.NewReader(text)); return err }
	json := func(text string) error { _, err := ParseRecords([]byte(text)); return err }
	form := func(text string) error { _, err := ParseForm([]byte(text)); return err }
	tests := []struct {
		name string
		err  error
		hint string
	}{
		{"CSV without rows", csv("4,dates\n"), nameColumns},
		{"CSV without names", csv(",\n4,dates\n"), nameColumns},
		{"CSV with a name twice", csv("id,id\n1,2\n"), "give each column its own name in line 1"},
		{"CSV with a value without a name", csv("id,\n1,x\n"), "name column 2 in line 1, or leave out its values"},
		{"CSV with a comma in a field", csv("id,item\n1,a, b\n"), `put a field that holds a comma or a line break into quotes, as in "a, b"`},
		{"CSV with a field too few", csv("id,item\n1\n"), `put a field that holds a comma or a line break into quotes, as in "a, b"`},
		{"CSV with a quotation mark", csv("id,item\n1,a 5\" pipe\n"), `put a field that holds a quotation mark into quotes, and double the mark: "a 5"" pipe"`},
		{"JSON that is text", json("id=4"), sendJSON},
		{"JSON that is a number", json("4"), sendJSON},
		{"JSON of nothing", json(" "), sendJSON},
		{"JSON in Latin-1", json("{\"item\":\"\xe9\"}"), "convert it, from Windows' encoding for example: iconv -f WINDOWS-1252 -t UTF-8 old.json > new.json"},
		{"JSON with an object in a row", json(`{"item":{"a":1}}`), "send its parts as columns of their own, or its JSON as a string"},
		{"a form that is text", form("dates"), "send a JSON object, or a form as column=value&column=value in UTF-8"},
	}
	for _, tt := range tests {
		if got := hintOf(tt.err); tt.err == nil || got != tt.hint {
			t.Errorf("%s: %v, hint %q, want %q", tt.name, tt.err, got, tt.hint)
		}
	}
}

// TestPlanHints holds what the refusals of writes hint at.
func TestPlanHints(t *testing.T) {
	upserting := func(records ...Record) *Edit {
		return &Edit{Kind: Upserts, Title: "Tasks", Header: 1, OnConflict: []string{"id"}, Records: records}
	}
	quoted := [][]any{{"id", "a, b"}}
	long := strings.Repeat("x", 501)
	tests := []struct {
		name string
		grid [][]any
		edit *Edit
		hint string
	}{
		{"a similar column", tasks, appending(record("id", 5.0, "ownr", "x")), `the column is named "owner"`},
		{"a similar column in columns", tasks, &Edit{Kind: Appends, Title: "Tasks", Header: 1, Columns: []string{"id", "ownr"}, Records: []Record{record("id", 5.0)}}, `the column is named "owner"`},
		{"a similar column in on_conflict", tasks, &Edit{Kind: Upserts, Title: "Tasks", Header: 1, OnConflict: []string{"Id"}, Records: []Record{record("id", 5.0)}}, `the column is named "id"`},
		{"another column", tasks, appending(record("id", 5.0, "priority", 1.0, "state", "x")), `write "priority" into the header row, or leave it out with columns=id,state`},
		{"another column, beside one with a comma", quoted, appending(record("a, b", 5.0, "priority", 1.0)), `write "priority" into the header row, or leave it out with columns="a,+b"`},
		{"another column, beside one with a long name", [][]any{{long}}, appending(record(long, 5.0, "priority", 1.0)), `write "priority" into the header row, or leave it out`},
		{"only another column", tasks, appending(record("priority", 1.0)), "where another row names the columns, add the parameter header with its number, such as header=3"},
		{"a row without a key", tasks, upserting(record("state", "x")), "send a value for each column of on_conflict, or append the row without on_conflict"},
		{"a key twice", tasks, upserting(record("id", 1.0), record("id", 1.0)), "leave out one of the two"},
		{"nothing to set", tasks, updating(Record{}, 0, "id:1"), `send an object with the columns to set, as in {"qty": 5}`},
	}
	for _, tt := range tests {
		if _, err := pageOf(tt.grid, 1).Do(tt.edit); err == nil || hintOf(err) != tt.hint {
			t.Errorf("%s: Do = %v, hint %q, want %q", tt.name, err, hintOf(err), tt.hint)
		}
	}
}
