package test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

func TestListDates(t *testing.T) {
	w := newWorld(t, withSheets(days))
	tests := []struct {
		name, query, want string
	}{
		{"in ISO 8601, whatever the sheet shows", "", `[
{"id":1,"day":"2026-03-02","moment":"2026-03-02T10:30:00","clock":"10:30:00","worked":"PT26H30M","note":"2026-03-02"},
{"id":2,"day":"2026-10-15","moment":"2026-03-02T18:00:00","clock":"06:00:00","worked":"PT30M","note":"3/2/2026"},
{"id":3,"day":"2026-03-03","moment":"2026-03-02T00:00:00","clock":"18:00:00","worked":"PT9H","note":"10:30"},
{"id":4,"day":"2026-03-04T12:00:00","moment":"2026-03-01T23:59:59.136","clock":"00:00:00","worked":"-PT1H","note":"PT1H"},
{"id":5,"day":null,"moment":null,"clock":null,"worked":null,"note":null}
]
`},
		{"as text", "?values=text&id=eq.2", "[\n" + `{"id":"2","day":"15.10.2026","moment":"2026-03-02 18:00:00","clock":"06:00:00","worked":"30:00","note":"3/2/2026"}` + "\n]\n"},
		{"in the order of days", "?order=day&select=id", "[\n{\"id\":1},\n{\"id\":3},\n{\"id\":4},\n{\"id\":2},\n{\"id\":5}\n]\n"},
		{"in the order of durations", "?order=worked.desc&select=id", "[\n{\"id\":1},\n{\"id\":3},\n{\"id\":2},\n{\"id\":4},\n{\"id\":5}\n]\n"},
		{"a day", "?day=eq.2026-03-02&select=id", "[\n{\"id\":1}\n]\n"},
		{"before a day", "?day=lt.2026-03-04&select=id", "[\n{\"id\":1},\n{\"id\":3}\n]\n"},
		{"CSV", "?format=csv&select=day,worked&id=eq.4", "day,worked\r\n2026-03-04T12:00:00,-PT1H\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do("GET", "/sheets/Days"+tt.query, "")
			if diff := cmp.Diff(tt.want, got.Body.String()); got.Code != 200 || diff != "" {
				t.Errorf("GET = %d (-want +got):\n%s", got.Code, diff)
			}
		})
	}
}

// TestListDatesCalls checks how many calls a refresh is, and that what is a date is known at
// each of them.
func TestListDatesCalls(t *testing.T) {
	const values, grid = "sheets.spreadsheets.values.get", "sheets.spreadsheets.get"
	format := func(pattern string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.format(t, "Plain", 1, 2, pattern) }
	}
	set := func(cell string, value any) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.enter(t, cell, value) }
	}
	sheet := emulator.Sheet{Title: "Plain", Values: [][]any{{"id", "n", "text"}, {1, 46083, "a"}, {2, 46084, "2026-03-02"}}}
	tests := []struct {
		name          string
		change        func(*testing.T, *world)
		first, second map[string]int // calls of the next two GETs
		want          string         // row 2
	}{
		{"nothing", nil, map[string]int{values: 1}, map[string]int{values: 1}, `{"id":1,"n":46083,"text":"a"}`},
		{"a number", set("Plain!B2", 46084), map[string]int{values: 1}, map[string]int{values: 1}, `{"id":1,"n":46084,"text":"a"}`},
		{"a text", set("Plain!C2", "b"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":46083,"text":"b"}`},
		{"a text that looks like a date", set("Plain!C2", "'3/2/2026"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":46083,"text":"3/2/2026"}`},
		{"a date is typed", set("Plain!C2", "3/2/2026"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":46083,"text":"2026-03-02"}`},
		{"a date in ISO 8601 is typed over that text", set("Plain!C3", "2026-03-02"), map[string]int{values: 1}, map[string]int{values: 1}, `{"id":1,"n":46083,"text":"a"}`},
		{"numbers are formatted as dates", format("m/d/yyyy"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":"2026-03-02","text":"a"}`},
		{"numbers are formatted as days of the week", format("dddd"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":"2026-03-02","text":"a"}`},
		{"numbers are formatted as numbers", format("#,##0.00"), map[string]int{values: 1}, map[string]int{values: 1}, `{"id":1,"n":46083,"text":"a"}`},
		{"a formula has a date", set("Plain!C2", "=DATE(2026,3,2)"), map[string]int{values: 1, grid: 1}, map[string]int{grid: 1}, `{"id":1,"n":46083,"text":"2026-03-02"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) { s.CacheTTL, g.Sheets = 0, []emulator.Sheet{sheet} })
			get := func() (calls map[string]int, row string) {
				before := map[string]int{values: w.countCalls(values), grid: w.countCalls(grid)}
				answer := w.do("GET", "/sheets/Plain?id=eq.1", "")
				calls = map[string]int{}
				for call, n := range before {
					if made := w.countCalls(call) - n; made > 0 {
						calls[call] = made
					}
				}
				return calls, answer.Body.String()
			}
			for range 2 {
				if calls, _ := get(); calls[grid] != 1 || len(calls) != 1 {
					t.Errorf("one of the first two GETs made the calls %v, want one that shows formats", calls)
				}
			}
			if tt.change != nil {
				tt.change(t, w)
			}
			for i, want := range []map[string]int{tt.first, tt.second} {
				calls, row := get()
				if diff := cmp.Diff(want, calls); diff != "" || row != "[\n"+tt.want+"\n]\n" {
					t.Errorf("GET %d after the change = %s, calls (-want +got):\n%s", i+1, row, diff)
				}
			}
		})
	}
}

// TestListDatesAfterAWhile checks that formats are read again after some minutes in any
// case: here a text has become a date that shows the same text.
func TestListDatesAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(s *function.Settings, g *emulator.Spreadsheet) {
			s.CacheTTL, g.Sheets = 0, []emulator.Sheet{{Title: "Plain", Values: [][]any{{"when"}, {"Monday"}}}}
		})
		for range 2 {
			w.do("GET", "/sheets/Plain", "")
		}
		w.enter(t, "Plain!A2", 46083)
		w.format(t, "Plain", 0, 1, "dddd")
		time.Sleep(5*time.Minute + time.Second)
		if got := w.do("GET", "/sheets/Plain", "").Body.String(); got != "[\n{\"when\":\"2026-03-02\"}\n]\n" {
			t.Errorf("GET = %s, want the day", got)
		}
	})
}
