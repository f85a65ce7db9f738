package grid

// ToEnd is the bottom or right of an area that is open: it ends where the grid
// does.
const ToEnd = -1

// Area is a range of cells: the rows Top to Bottom-1 and the columns Left to
// Right-1, counted from zero. Bottom and Right may be [ToEnd].
type Area struct{ Top, Bottom, Left, Right int }

// Rect returns the area of the rows top to bottom-1 and the columns left to right-1.
func Rect(top, bottom, left, right int) Area {
	return Area{Top: top, Bottom: bottom, Left: left, Right: right}
}

// Closed returns the area without open ends, cut to a grid of a size.
func (a Area) Closed(height, width int) Area {
	if a.Bottom == ToEnd || a.Bottom > height {
		a.Bottom = height
	}
	if a.Right == ToEnd || a.Right > width {
		a.Right = width
	}
	return a
}

// Rows returns the number of rows of a closed area.
func (a Area) Rows() int { return a.Bottom - a.Top }

// Columns returns the number of columns of a closed area.
func (a Area) Columns() int { return a.Right - a.Left }

// Overlaps reports whether two closed areas share a cell.
func (a Area) Overlaps(b Area) bool {
	return a.Top < b.Bottom && b.Top < a.Bottom && a.Left < b.Right && b.Left < a.Right
}

// Contains reports whether all of the closed area b is in a.
func (a Area) Contains(b Area) bool {
	return a.Top <= b.Top && b.Bottom <= a.Bottom && a.Left <= b.Left && b.Right <= a.Right
}

// Axis is the dimension along which rows or columns are inserted, deleted or
// moved.
type Axis bool

// The two axes.
const (
	ByRow    Axis = false
	ByColumn Axis = true
)

// Shifted returns the area after n rows or columns were inserted before at (n >
// 0) or -n were deleted from at on (n < 0), and whether any cell of it is left.
func (a Area) Shifted(along Axis, at, n int) (Area, bool) {
	start, end := &a.Top, &a.Bottom
	if along == ByColumn {
		start, end = &a.Left, &a.Right
	}
	*start = ShiftedStart(*start, at, n)
	if *end != ToEnd {
		*end = ShiftedEnd(*end, at, n)
	}
	return a, *end == ToEnd || *end > *start
}

// ShiftedStart returns the index of a row or column, or of the start of a range,
// after n others were inserted before at or deleted from at on.
func ShiftedStart(i, at, n int) int {
	if i < at {
		return i
	}
	return max(at, i+n)
}

// ShiftedEnd is [ShiftedStart] for the end of a range: what is inserted right
// after a range does not belong to it.
func ShiftedEnd(i, at, n int) int {
	if i <= at {
		return i
	}
	return max(at, i+n)
}

// Offset returns the area moved down and right.
func (a Area) Offset(rows, columns int) Area {
	return Rect(a.Top+rows, a.Bottom+rows, a.Left+columns, a.Right+columns)
}

// Length returns the number of rows or columns of a closed area.
func (a Area) Length(along Axis) int {
	if along == ByColumn {
		return a.Columns()
	}
	return a.Rows()
}
