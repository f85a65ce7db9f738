package emulator

// toEnd stands for an end that a range leaves open: as far as the grid goes.
const toEnd = -1

// area is a range of cells, half open: rows top to bottom-1, columns left to
// right-1. An open bottom or right is the grid's.
type area struct{ top, bottom, left, right int }

// closed returns a with open ends closed and all ends within the grid.
func (a area) closed(height, width int) area {
	if a.bottom == toEnd || a.bottom > height {
		a.bottom = height
	}
	if a.right == toEnd || a.right > width {
		a.right = width
	}
	return a
}

func (a area) rows() int { return a.bottom - a.top }

func (a area) columns() int { return a.right - a.left }

func (a area) overlaps(b area) bool {
	return a.top < b.bottom && b.top < a.bottom && a.left < b.right && b.left < a.right
}

func (a area) contains(b area) bool {
	return a.top <= b.top && b.bottom <= a.bottom && a.left <= b.left && b.right <= a.right
}

// axis is the dimension along which rows or columns are inserted and deleted.
type axis bool

const (
	byRow    axis = false
	byColumn axis = true
)

// shifted returns a after n rows or columns were inserted before at (n > 0) or
// deleted from at on (n < 0), and whether anything of it is left.
func (a area) shifted(along axis, at, n int) (area, bool) {
	start, end := &a.top, &a.bottom
	if along == byColumn {
		start, end = &a.left, &a.right
	}
	*start = shiftedStart(*start, at, n)
	if *end != toEnd {
		*end = shiftedEnd(*end, at, n)
	}
	return a, *end == toEnd || *end > *start
}

func shiftedStart(i, at, n int) int {
	if i < at {
		return i
	}
	return max(at, i+n)
}

func shiftedEnd(i, at, n int) int {
	if i <= at {
		return i
	}
	return max(at, i+n)
}

func (a area) offset(rows, columns int) area {
	return area{a.top + rows, a.bottom + rows, a.left + columns, a.right + columns}
}

func (a area) length(along axis) int {
	if along == byColumn {
		return a.columns()
	}
	return a.rows()
}
