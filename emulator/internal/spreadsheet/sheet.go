package spreadsheet

import (
	"maps"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// Sheet is one sheet (tab): its cells, and what is stored about it.
type Sheet struct {
	grid.Grid
	ID     int64
	Title  string
	Source string // title of the tab that it was made of; "" = it was added later
	Hidden bool

	// Props is what was set about the sheet without acting on it: tab colour,
	// frozen rows, gridlines. ID, title, index, size and hidden are not in it.
	Props sheets.SheetProperties

	Merges []grid.Area
	RangeProps
	// rowProps and columnProps are the properties of rows and columns that
	// differ from the defaults; the values are never changed in place.
	rowProps, columnProps   map[int]*sheets.DimensionProperties
	rowGroups, columnGroups []*sheets.DimensionGroup

	guard *guard // of the change that is being made; nil = none
}

// newSheet returns an empty sheet.
func newSheet(id int64, title string, height, width int) *Sheet {
	return &Sheet{ID: id, Title: title, Grid: grid.Grid{Height: height, Width: width}}
}

// clone returns a copy that shares rows until it writes.
func (s *Sheet) clone(version uint64) *Sheet {
	c := *s
	c.Version = version
	c.Rows = slices.Clone(s.Rows)
	c.Merges = slices.Clone(s.Merges)
	c.RangeProps = s.RangeProps.clone()
	c.rowProps, c.columnProps = maps.Clone(s.rowProps), maps.Clone(s.columnProps)
	c.rowGroups, c.columnGroups = slices.Clone(s.rowGroups), slices.Clone(s.columnGroups)
	return &c
}

// ExceedsGrid returns Google's error for a range that begins outside the grid,
// which is given as it was sent.
func (s *Sheet) ExceedsGrid(title string, a grid.Area) error {
	return rest.BadRequest("Range (%s!%s) exceeds grid limits. Max rows: %d, max columns: %d", title, a.A1(), s.Height, s.Width)
}

// clip returns an area closed and cut to the grid. One that begins outside of it
// is an error.
func (s *Sheet) clip(a grid.Area) (grid.Area, error) {
	if a.Top >= s.Height || a.Left >= s.Width {
		return grid.Area{}, s.ExceedsGrid(grid.QuoteTitle(s.Title), a)
	}
	return a.Closed(s.Height, s.Width), nil
}

// RangeName returns an area in A1 notation with the sheet, as Google's responses
// have it.
func (s *Sheet) RangeName(a grid.Area) string { return grid.QuoteTitle(s.Title) + "!" + a.A1() }

// DimensionProps returns the properties of rows or columns that differ from the
// defaults, by index, to be changed.
func (s *Sheet) DimensionProps(along grid.Axis) map[int]*sheets.DimensionProperties {
	props := &s.rowProps
	if along == grid.ByColumn {
		props = &s.columnProps
	}
	if *props == nil {
		*props = map[int]*sheets.DimensionProperties{}
	}
	return *props
}

// Size returns the number of rows or columns.
func (s *Sheet) Size(along grid.Axis) int {
	if along == grid.ByColumn {
		return s.Width
	}
	return s.Height
}

// SizeWith returns the size that the sheet has with n more rows or columns.
func (s *Sheet) SizeWith(along grid.Axis, n int) (height, width int) {
	if along == grid.ByColumn {
		return s.Height, s.Width + n
	}
	return s.Height + n, s.Width
}

// insert inserts n empty rows or columns before at, and moves the ranges of the
// sheet.
func (s *Sheet) insert(along grid.Axis, at, n int) {
	if at > 0 && at < s.Size(along) { // between two rows or columns that are protected
		for _, p := range s.Protected {
			before, after := grid.Rect(at-1, at, 0, s.Width), grid.Rect(at, at+1, 0, s.Width)
			if along == grid.ByColumn {
				before, after = grid.Rect(0, s.Height, at-1, at), grid.Rect(0, s.Height, at, at+1)
			}
			if s.protects(p, before) && s.protects(p, after) {
				s.NoteProtection(p)
			}
		}
	}
	if along == grid.ByColumn {
		s.InsertColumns(at, n)
	} else {
		s.InsertRows(at, n)
	}
	s.shift(along, at, n)
}

// remove deletes the rows or columns from up to to-1.
func (s *Sheet) remove(along grid.Axis, from, to int) {
	if along == grid.ByColumn {
		s.NoteChange(grid.Rect(0, s.Height, from, to))
	} else {
		s.NoteChange(grid.Rect(from, to, 0, s.Width))
	}
	if along == grid.ByColumn {
		s.DeleteColumns(from, to)
	} else {
		s.DeleteRows(from, to)
	}
	s.shift(along, from, from-to)
}

// shift moves the ranges of the sheet after an insertion or deletion; see
// [grid.Area.Shifted].
func (s *Sheet) shift(along grid.Axis, at, n int) {
	kept := s.Merges[:0]
	for _, m := range s.Merges {
		if m, ok := m.Shifted(along, at, n); ok && (m.Rows() > 1 || m.Columns() > 1) {
			kept = append(kept, m)
		}
	}
	s.Merges = kept
	shifted := func(a grid.Area) (grid.Area, bool) { return a.Shifted(along, at, n) }
	s.MapRanges(shifted)
	s.MoveTables(shifted, func(_ grid.Area, column int) int { return ShiftedColumn(column, along, at, n) })
	s.shiftGroups(along, at, n)
	props := s.DimensionProps(along)
	moved := map[int]*sheets.DimensionProperties{}
	for i, p := range props {
		if n < 0 && i >= at && i < at-n {
			continue
		}
		moved[grid.ShiftedStart(i, at, n)] = p
	}
	clear(props)
	maps.Copy(props, moved)
}

// GroupsOf returns the groups of rows or columns, to be changed.
func (s *Sheet) GroupsOf(along grid.Axis) *[]*sheets.DimensionGroup {
	if along == grid.ByColumn {
		return &s.columnGroups
	}
	return &s.rowGroups
}

// shiftGroups moves the groups along an axis.
func (s *Sheet) shiftGroups(along grid.Axis, at, n int) {
	groups := s.GroupsOf(along)
	var kept []*sheets.DimensionGroup
	for _, g := range *groups {
		moved, of := *g, *g.Range
		of.StartIndex = int64(grid.ShiftedStart(int(of.StartIndex), at, n))
		of.EndIndex = int64(grid.ShiftedEnd(int(of.EndIndex), at, n))
		if moved.Range = &of; of.EndIndex > of.StartIndex {
			kept = append(kept, &moved)
		}
	}
	*groups = kept
}

// Grow extends the grid to at least a size.
func (s *Sheet) Grow(height, width int) { s.Resize(max(s.Height, height), max(s.Width, width)) }
