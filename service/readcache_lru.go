package service

import (
	"container/list"
	"strings"
	"time"

	"example.com/sheets-function/service/table"
)

// maxCopies bounds the copies' bytes, so that they and the rest fit into the
// smallest memory that service.yaml asks for several times over.
const maxCopies = 64 << 20

// sheetCopy is what one read found. It does not change, goodUntil apart.
type sheetCopy struct {
	key       readKey
	listing   *table.Listing
	err       error     // what is wrong with the sheet itself, such as its header
	asked     time.Time // when Google was asked: the copy is at most this old
	goodUntil time.Time // till then Google is not asked again
}

func (c *sheetCopy) size() int {
	const overhead = 512 // of the structures around, about
	if c.listing == nil {
		return overhead
	}
	return overhead + len(c.key.title) + c.listing.Size()
}

// copies keeps copies up to a number of bytes; the least recently used goes
// first. It is not safe for concurrent use. The list is the standard library's:
// caches that can be imported count entries, and the bytes would have to be
// counted around them all the same.
type copies struct {
	max, bytes int
	order      *list.List // of *sheetCopy, the one used last in front
	elements   map[readKey]*list.Element
}

func newCopies(maxBytes int) *copies {
	return &copies{max: maxBytes, order: list.New(), elements: map[readKey]*list.Element{}}
}

// find returns nil if there is no copy.
func (c *copies) find(k readKey) *sheetCopy {
	e, ok := c.elements[k]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*sheetCopy)
}

func (c *copies) add(kept *sheetCopy) {
	c.remove(kept.key)
	if kept.size() > c.max {
		return
	}
	c.elements[kept.key] = c.order.PushFront(kept)
	for c.bytes += kept.size(); c.bytes > c.max; {
		c.remove(c.order.Back().Value.(*sheetCopy).key)
	}
}

func (c *copies) remove(k readKey) {
	if e, ok := c.elements[k]; ok {
		c.bytes -= c.order.Remove(e).(*sheetCopy).size()
		delete(c.elements, k)
	}
}

// removeSheet removes all copies of a sheet. Google finds sheets by their title
// in any case.
func (c *copies) removeSheet(title string) {
	for k := range c.elements {
		if strings.EqualFold(k.title, title) {
			c.remove(k)
		}
	}
}
