package service

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/sheets-function/service/table"
)

func TestLRUIsBounded(t *testing.T) {
	ofSize := func(n int) *table.RowSet {
		l := table.NewRowsBuilder("T", 1, table.Typed)
		defer l.Release()
		for _, cell := range []string{`"a"`, `"` + strings.Repeat("x", n) + `"`} {
			if err := l.Add([]jsontext.Value{jsontext.Value(cell)}, nil); err != nil {
				t.Fatal(err)
			}
		}
		return l.RowSet()
	}
	l := ofSize(1000)
	key := func(title string) readKey { return readKey{title, 1, table.Typed} }
	one := (&cacheEntry{key: key("a"), rows: l}).size()
	c := newLRU(3 * one)
	for _, title := range []string{"a", "b", "c"} {
		c.add(&cacheEntry{key: key(title), rows: l})
	}
	c.find(key("a")) // b is now the least recently used
	c.add(&cacheEntry{key: key("d"), rows: l})
	c.add(&cacheEntry{key: key("d"), rows: l}) // the same again takes no room
	for title, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got := c.find(key(title)) != nil; got != want {
			t.Errorf("entry %s is there: %v, want %v", title, got, want)
		}
	}
	c.add(&cacheEntry{key: key("huge"), rows: ofSize(3 * one)})
	if c.find(key("huge")) != nil || c.find(key("a")) == nil || c.bytes != 3*one {
		t.Errorf("an entry beyond the bound was stored, or removed others: %d bytes", c.bytes)
	}
	c.removeSheet("A") // Google finds sheets by their title in upper or lower case
	if c.find(key("a")) != nil || c.bytes != 2*one {
		t.Errorf("after removeSheet: %d bytes, want %d", c.bytes, 2*one)
	}
}
