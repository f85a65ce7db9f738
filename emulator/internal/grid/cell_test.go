package grid

import (
	"testing"
	"unsafe"
)

func TestCellIsCompact(t *testing.T) {
	if size := unsafe.Sizeof(Cell{}); size > 40 {
		t.Errorf("a cell takes %d bytes, want 40 at most", size)
	}
}
