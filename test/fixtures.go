package test

import (
	"fmt"
	"time"

	"example.com/sheets-function/emulator"
)

// orders is the sheet that most tests read or write.
var orders = emulator.Sheet{Title: "Orders", Values: [][]any{
	{"id", "item", "qty", "price", "ordered"},
	{1, "apple", 12, 0.35, date(2)},
	{2, "bread", 2, 2.8, date(2)},
	{3, "coffee", 1, 7.95, date(3)},
}}

// date is a day of March 2026.
func date(day int) emulator.Date {
	return emulator.Date(time.Date(2026, time.March, day, 0, 0, 0, 0, time.UTC))
}

// tasks is a sheet to change: a column that matches several rows, formulas, and
// a blank row.
var tasks = emulator.Sheet{Title: "Tasks", Values: [][]any{
	{"id", "state", "owner", "twice"},
	{1, "open", "ada", emulator.Formula{Text: "=A2*2"}},
	{2, "done", "bob", emulator.Formula{Text: "=A3*2"}},
	{},
	{3, "open", nil, emulator.Formula{Text: "=A5*2"}},
	{"4", "open", "eve", emulator.Formula{Text: "=A6*2"}},
}}

// below has its columns' names in row 3.
var below = emulator.Sheet{Title: "Below", Values: [][]any{
	{"Report of March"},
	{},
	{"id", "qty"},
	{1, 5},
	{2, 6, "wide"},
}}

// manyRows returns a header of 8 columns and n rows.
func manyRows(n int) [][]any {
	rows := [][]any{{"id", "item", "qty", "price", "paid", "note", "ordered", "total"}}
	for i := range n {
		rows = append(rows, []any{i, fmt.Sprint("item ", i), i % 7, float64(i) / 8, i%2 == 0, "some words of text", "2026-03-02", float64(i) * 1.5})
	}
	return rows
}

// days is a sheet whose columns have dates in different formats, and texts that look like
// them.
var days = emulator.Sheet{Title: "Days", Values: [][]any{
	{"id", "day", "moment", "clock", "worked", "note"},
	{1, shownAs(46083, "m/d/yyyy"), shownAs(46083.4375, "m/d/yyyy h:mm"), shownAs(0.4375, "h:mm am/pm"), shownAs(26.5/24, "[h]:mm"), "2026-03-02"},
	{2, shownAs(46310, "dd.mm.yyyy"), shownAs(46083.75, "yyyy-mm-dd hh:mm:ss"), shownAs(0.25, "hh:mm:ss"), shownAs(0.5/24, "[mm]:ss"), "3/2/2026"},
	{3, shownAs(46084, "yyyy-mm-dd"), shownAs(46083, "dddd, d mmmm yyyy h:mm"), shownAs(0.75, "h:mm"), shownAs(9./24, "[h]:mm"), "10:30"},
	{4, shownAs(46085.5, "dddd"), shownAs(46082.99999, "m/d/yy h:mm:ss.000"), shownAs(0, "h:mm"), shownAs(-1./24, "[h]:mm"), "PT1H"},
	{5},
}}

// shownAs is a cell with a number and a number format.
func shownAs(number float64, pattern string) emulator.Number {
	return emulator.Number{Value: number, Pattern: pattern}
}

// Sheets whose headers people have made.
var (
	league = emulator.Sheet{Title: "League", Values: [][]any{{"Team", "W", "", "C", "P"}, {"North", 3, 1, 2, 10}, {"South", 1, nil, 4, 5}}}
	merged = emulator.Sheet{Title: "Merged", Values: [][]any{{"Name", "2025", "", "2026", ""}, {"", "Q1", "Q2", "Q1", "Q2"}, {"North", 1, 2, 3, 4}}}
	pasted = emulator.Sheet{Title: "Pasted", Values: [][]any{{"\u200bid", "item\u00a0", "\ufeffqty\u2060"}, {1, "apple", 2}}}
	months = emulator.Sheet{Title: "Months", Values: [][]any{{"who", shownAs(46082, "mmm yyyy"), shownAs(46113, "mmm yyyy")}, {"ada", 1, 2}}}
)

// manyDates is manyRows with dates in two of the columns.
func manyDates(n int) [][]any {
	rows := manyRows(n)
	for i, row := range rows[1:] {
		row[6], row[7] = date(1+i%31), date(1+i%31)
	}
	return rows
}
