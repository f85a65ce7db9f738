package service

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

func TestCopiesAreBounded(t *testing.T) {
	ofSize := func(n int) *table.Listing {
		l := table.NewLister("T", 1, table.Typed)
		defer l.Release()
		for _, cell := range []string{`"a"`, `"` + strings.Repeat("x", n) + `"`} {
			if err := l.Add([]jsontext.Value{jsontext.Value(cell)}); err != nil {
				t.Fatal(err)
			}
		}
		return l.List()
	}
	l := ofSize(1000)
	key := func(title string) readKey { return readKey{title, 1, table.Typed} }
	one := (&sheetCopy{key: key("a"), listing: l}).size()
	c := newCopies(3 * one)
	for _, title := range []string{"a", "b", "c"} {
		c.add(&sheetCopy{key: key(title), listing: l})
	}
	c.find(key("a")) // b is now the one used least recently
	c.add(&sheetCopy{key: key("d"), listing: l})
	c.add(&sheetCopy{key: key("d"), listing: l}) // the same again takes no room
	for title, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got := c.find(key(title)) != nil; got != want {
			t.Errorf("copy of %s kept: %v, want %v", title, got, want)
		}
	}
	c.add(&sheetCopy{key: key("huge"), listing: ofSize(3 * one)})
	if c.find(key("huge")) != nil || c.find(key("a")) == nil || c.bytes != 3*one {
		t.Errorf("a copy beyond the bound was kept, or drove out others: %d bytes", c.bytes)
	}
	c.removeSheet("A") // Google finds sheets by their title in any case
	if c.find(key("a")) != nil || c.bytes != 2*one {
		t.Errorf("after removeSheet: %d bytes, want %d", c.bytes, 2*one)
	}
}
