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
