package service

import (
	"container/list"
	"strings"
	"time"

	"example.com/sheets-function/service/table"
)

// maxCacheBytes bounds the memory of a cache's entries: an eighth of the 512 MiB that
// service.yaml requests.
const maxCacheBytes = 64 << 20

// cacheEntry is the result of reading a sheet. Only freshUntil changes, under the
// cache's mutex.
type cacheEntry struct {
	key         readKey
	rows        *table.RowSet
	err         error     // the rule that the sheet breaks; then rows is nil
	requestedAt time.Time // when the call was made: the rows are at most this old
	freshUntil  time.Time // until then no call is made
}

func (c *cacheEntry) size() int {
	const overhead = 512 // of the entry itself, about
	if c.rows == nil {
		return overhead
	}
	return overhead + len(c.key.title) + c.rows.Size()
}

// lru holds entries up to a number of bytes, and removes the least recently used one
// first. It is not safe for concurrent use. Published LRU modules count entries, not bytes.
type lru struct {
	max, bytes int
	order      *list.List // of *cacheEntry, most recently used first
	elements   map[readKey]*list.Element
}

func newLRU(maxBytes int) *lru {
	return &lru{max: maxBytes, order: list.New(), elements: map[readKey]*list.Element{}}
}

// find returns the entry for k and marks it as used; nil if there is none.
func (c *lru) find(k readKey) *cacheEntry {
	e, ok := c.elements[k]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cacheEntry)
}

// add stores an entry in place of the one with the same key, unless it is larger than
// all entries together may be.
func (c *lru) add(added *cacheEntry) {
	c.remove(added.key)
	if added.size() > c.max {
		return
	}
	c.elements[added.key] = c.order.PushFront(added)
	for c.bytes += added.size(); c.bytes > c.max; {
		c.remove(c.order.Back().Value.(*cacheEntry).key)
	}
}

func (c *lru) remove(k readKey) {
	if e, ok := c.elements[k]; ok {
		c.bytes -= c.order.Remove(e).(*cacheEntry).size()
		delete(c.elements, k)
	}
}

// removeSheet removes all entries of a sheet. Google compares titles without regard to
// case.
func (c *lru) removeSheet(title string) {
	for k := range c.elements {
		if strings.EqualFold(k.title, title) {
			c.remove(k)
		}
	}
}
