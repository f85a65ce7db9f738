package grid

// ToEnd stands for an end that a range leaves open: as far as the grid goes.
const ToEnd = -1

// Area is a range of cells, half open: rows top to bottom-1, columns left to
// right-1. An open bottom or right is the grid's.
type Area struct{ Top, Bottom, Left, Right int }

// Rect returns the area of the rows top to bottom-1 and the columns left to right-1.
func Rect(top, bottom, left, right int) Area {
	return Area{Top: top, Bottom: bottom, Left: left, Right: right}
}

// Closed returns a with open ends closed and all ends within the grid.
func (a Area) Closed(height, width int) Area {
	if a.Bottom == ToEnd || a.Bottom > height {
		a.Bottom = height
	}
	if a.Right == ToEnd || a.Right > width {
		a.Right = width
	}
	return a
}

func (a Area) Rows() int { return a.Bottom - a.Top }

func (a Area) Columns() int { return a.Right - a.Left }

func (a Area) Overlaps(b Area) bool {
	return a.Top < b.Bottom && b.Top < a.Bottom && a.Left < b.Right && b.Left < a.Right
}

func (a Area) Contains(b Area) bool {
	return a.Top <= b.Top && b.Bottom <= a.Bottom && a.Left <= b.Left && b.Right <= a.Right
}

// Axis is the dimension along which rows or columns are inserted and deleted.
type Axis bool

const (
	ByRow    Axis = false
	ByColumn Axis = true
)

// Shifted returns a after n rows or columns were inserted before at (n > 0) or
// deleted from at on (n < 0), and whether anything of it is left.
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

func ShiftedStart(i, at, n int) int {
	if i < at {
		return i
	}
	return max(at, i+n)
}

func ShiftedEnd(i, at, n int) int {
	if i <= at {
		return i
	}
	return max(at, i+n)
}

func (a Area) Offset(rows, columns int) Area {
	return Rect(a.Top+rows, a.Bottom+rows, a.Left+columns, a.Right+columns)
}

func (a Area) Length(along Axis) int {
	if along == ByColumn {
		return a.Columns()
	}
	return a.Rows()
}
