package service

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

// rowsOf returns the rows of a sheet with one column.
func rowsOf(t *testing.T, cells ...string) *table.RowSet {
	t.Helper()
	b := table.NewRowsBuilder("S", 1, table.Typed)
	defer b.Release()
	for _, cell := range cells {
		if err := b.Add([]jsontext.Value{jsontext.Value(cell)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return b.RowSet()
}

func TestDatelessSheets(t *testing.T) {
	plain, number, other := rowsOf(t, `"a"`, `"x"`, `1`), rowsOf(t, `"a"`, `"x"`, `2`), rowsOf(t, `"a"`, `"y"`, `1`)
	k, lower := readKey{"Orders", 1, table.Typed}, readKey{"orders", 1, table.Typed}
	synctest.Test(t, func(t *testing.T) {
		d := newDatelessSheets()
		check := func(when string, want bool) {
			t.Helper()
			if got := d.has(k); got != want {
				t.Errorf("%s: has = %t, want %t", when, got, want)
			}
		}
		check("before any read", false)
		d.note(k, plain)
		check("after one read", false)
		d.note(lower, plain)
		check("after two reads of the same texts", true)
		if !d.confirm(k, plain) || !d.confirm(k, number) {
			t.Error("confirm refuses the same texts")
		}
		check("after the same texts", true)
		if d.has(readKey{"Orders", 2, table.Typed}) {
			t.Error("has for another header = true, want false")
		}
		if d.confirm(k, other) {
			t.Error("confirm takes a text that was not there")
		}
		check("after another text", false)
		d.note(k, other)
		check("after one read of another text", false)
		d.note(k, other)
		check("after two", true)
		time.Sleep(formatsEvery)
		check("after five minutes", false)
		d.note(k, other)
		check("after five minutes, and a read", true)
		d.note(k, rowsOf(t, `"a"`, `"3/2/2026"`))
		check("after a text that looks like a date", false)
		if d.confirm(k, other) {
			t.Error("confirm takes rows of a sheet that was not dateless last")
		}
	})
}

// TestDatelessSheetsAreBounded checks that callers who name many header rows take no more
// memory.
func TestDatelessSheetsAreBounded(t *testing.T) {
	d, rows := newDatelessSheets(), rowsOf(t, `"a"`, `"x"`)
	for header := range 3 * maxDateless {
		d.note(readKey{fmt.Sprint("S", header%7), header, table.Typed}, rows)
	}
	if len(d.known) > maxDateless {
		t.Errorf("%d sheets are known, want at most %d", len(d.known), maxDateless)
	}
}
