package batch

import (
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about rows and columns.

// dimensionRange is a DimensionRange with its sheet.
type dimensionRange struct {
	sheet      *spreadsheet.Sheet
	along      grid.Axis
	start, end int
}

// resolveDimension checks a DimensionRange. An end that was not sent is that of
// the grid.
func (b batch) resolveDimension(d *sheets.DimensionRange) (dimensionRange, error) {
	if d == nil {
		return dimensionRange{}, rest.BadRequest("A range must be specified.")
	}
	l := dimensionRange{sheet: b.SheetByID(d.SheetId), start: int(d.StartIndex), end: int(d.EndIndex)}
	if l.sheet == nil {
		return l, spreadsheet.UnknownGrid(d.SheetId)
	}
	along, ok := spreadsheet.Axes[d.Dimension]
	if l.along = along; !ok {
		return l, rest.BadRequest("A dimension must be specified.")
	}
	if l.end == 0 && !rest.WasSent(d.ForceSendFields, "EndIndex") {
		l.end = l.sheet.Size(along)
	}
	if l.start < 0 || l.end < l.start {
		return l, rest.BadRequest("range.startIndex[%d] must not be negative or after range.endIndex[%d].", l.start, l.end)
	}
	return l, nil
}

// noun returns the word for what the range consists of.
func (l dimensionRange) noun() string {
	if l.along == grid.ByColumn {
		return "column"
	}
	return "row"
}

func (b batch) insertDimension(r *sheets.InsertDimensionRequest) (*sheets.Response, error) {
	l, err := b.resolveDimension(r.Range)
	if err != nil {
		return nil, err
	}
	size := l.sheet.Size(l.along)
	switch {
	case l.start > size:
		return nil, rest.BadRequest("range.startIndex is larger than current grid size (%d)", size)
	case l.start == size && !r.InheritFromBefore:
		return nil, rest.BadRequest("range.startIndex must be less than the grid size (%d) if inheritFromBefore is false.", size)
	case l.start == 0 && r.InheritFromBefore:
		return nil, rest.BadRequest("inheritFromBefore cannot be true if range.startIndex is 0.")
	case l.end == l.start:
		return nil, rest.BadRequest("range.endIndex must be greater than range.startIndex.")
	}
	height, width := l.sheet.SizeWith(l.along, l.end-l.start)
	if err := b.CheckGrowth(l.sheet, height, width); err != nil {
		return nil, err
	}
	b.Insert(l.sheet, l.along, l.start, l.end-l.start)
	model := l.end
	if r.InheritFromBefore {
		model = l.start - 1
		l.sheet.GrowTables(l.along, l.start, l.end-l.start) // observed: only then do they join a table that ends here
	}
	l.inherit(model)
	return nil, nil
}

// inherit copies the formats and validation of a row or column to new ones.
func (l dimensionRange) inherit(model int) {
	s := l.sheet
	lines := s.Lines(l.along)
	*lines = lines.Take(l.start, l.end, model)
	for i := l.start; i < l.end; i++ {
		for j := range s.Size(!l.along) {
			row, column, fromRow, fromColumn := i, j, model, j
			if l.along == grid.ByColumn {
				row, column, fromRow, fromColumn = j, i, j, model
			}
			if row >= len(s.Rows) && l.along == grid.ByColumn {
				break
			}
			x := s.At(fromRow, fromColumn).Extra
			if x == nil || x.Format == nil && x.Validation == nil {
				continue
			}
			s.Set(row, column, grid.Cell{Extra: &grid.CellExtra{Format: x.Format, Validation: x.Validation}})
		}
	}
}

func (b batch) deleteDimension(r *sheets.DeleteDimensionRequest) (*sheets.Response, error) {
	l, err := b.resolveDimension(r.Range)
	if err != nil {
		return nil, err
	}
	size := l.sheet.Size(l.along)
	switch {
	case l.start >= size:
		return nil, rest.BadRequest("Cannot delete a %s that doesn't exist. Tried to delete %s index %d but there are only %d %ss.",
			l.noun(), l.noun(), l.start, size, l.noun())
	case l.end > size:
		return nil, rest.BadRequest("Cannot delete a %s that doesn't exist. Tried to delete %s index %d but there are only %d %ss.",
			l.noun(), l.noun(), l.end-1, size, l.noun())
	case l.start == 0 && l.end == size:
		return nil, rest.BadRequest("You can't delete all the %ss on the sheet.", l.noun())
	case l.start == l.end:
		return nil, rest.BadRequest("range.endIndex must be greater than range.startIndex.")
	}
	if l.along == grid.ByRow {
		if err := l.sheet.CheckTableRows(l.start, l.end); err != nil {
			return nil, err
		}
	}
	b.Remove(l.sheet, l.along, l.start, l.end)
	return nil, nil
}

func (b batch) appendDimension(r *sheets.AppendDimensionRequest) (*sheets.Response, error) {
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownGrid(r.SheetId)
	}
	along, ok := spreadsheet.Axes[r.Dimension]
	if !ok {
		return nil, rest.BadRequest("A dimension must be specified.")
	}
	if r.Length <= 0 || r.Length > spreadsheet.MaxCells {
		return nil, rest.BadRequest("The length %d is out of range.", r.Length)
	}
	s.Resize(s.SizeWith(along, int(r.Length)))
	return nil, nil
}

func (b batch) updateDimensionProperties(r *sheets.UpdateDimensionPropertiesRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.DimensionProperties{})
	if err != nil {
		return nil, err
	}
	if r.DataSourceSheetRange != nil {
		return nil, rest.Unsupported("a data source sheet")
	}
	l, err := b.resolveDimension(r.Range)
	if err != nil {
		return nil, err
	}
	given := r.Properties
	if given == nil {
		given = &sheets.DimensionProperties{}
	}
	l.setProps(func(_ int, p *sheets.DimensionProperties) { rest.Merge(p, given, m) })
	return nil, nil
}

// setProps changes the properties of each row or column, on copies.
func (l dimensionRange) setProps(change func(int, *sheets.DimensionProperties)) {
	props := l.sheet.DimensionProps(l.along)
	for i := l.start; i < min(l.end, l.sheet.Size(l.along)); i++ {
		p := sheets.DimensionProperties{}
		if props[i] != nil {
			p = *props[i]
		}
		change(i, &p)
		props[i] = &p
	}
}

// autoResizeDimensions makes columns as wide as their text. As nothing is drawn
// here, a character counts as seven pixels.
func (b batch) autoResizeDimensions(r *sheets.AutoResizeDimensionsRequest) (*sheets.Response, error) {
	if r.DataSourceSheetDimensions != nil {
		return nil, rest.Unsupported("a data source sheet")
	}
	l, err := b.resolveDimension(r.Dimensions)
	if err != nil || l.along == grid.ByRow {
		return nil, err
	}
	if err := b.calculate(l.sheet, grid.WholeSheet.Closed(l.sheet.Height, l.sheet.Width)); err != nil {
		return nil, err
	}
	l.setProps(func(column int, p *sheets.DimensionProperties) {
		widest := 0
		for row := range l.sheet.Rows {
			widest = max(widest, utf8.RuneCountInString(l.sheet.At(row, column).Formatted()))
		}
		p.PixelSize = int64(max(widest*7+6, spreadsheet.RowPixels))
	})
	return nil, nil
}

// maxGroupDepth is how deep groups may nest.
const maxGroupDepth = 8

// regroup changes the depth of rows or columns and makes groups of the depths:
// one for each run of rows or columns of at least a depth.
func (l dimensionRange) regroup(by int) error {
	groups := l.sheet.GroupsOf(l.along)
	depth := make([]int, l.sheet.Size(l.along)+1)
	for _, g := range *groups {
		for i := g.Range.StartIndex; i < min(g.Range.EndIndex, int64(len(depth))); i++ {
			depth[i]++
		}
	}
	deepest := 0
	for i := range depth {
		if i >= l.start && i < l.end && i < len(depth)-1 {
			depth[i] = max(0, depth[i]+by)
		}
		deepest = max(deepest, depth[i])
	}
	if deepest > maxGroupDepth {
		return rest.BadRequest("Groups cannot be nested more than %d deep.", maxGroupDepth)
	}
	*groups = nil
	for d := 1; d <= deepest; d++ {
		*groups = append(*groups, groupsAtDepth(l, depth, d)...)
	}
	return nil
}

// groupsAtDepth returns the runs of at least a depth as groups.
func groupsAtDepth(l dimensionRange, depth []int, atLeast int) (out []*sheets.DimensionGroup) {
	start := -1
	for i, d := range depth {
		switch {
		case d >= atLeast && start < 0:
			start = i
		case d < atLeast && start >= 0:
			name := map[grid.Axis]string{grid.ByRow: "ROWS", grid.ByColumn: "COLUMNS"}[l.along]
			of := &sheets.DimensionRange{SheetId: l.sheet.ID, Dimension: name,
				StartIndex: int64(start), EndIndex: int64(i), ForceSendFields: []string{"StartIndex"}}
			out = append(out, &sheets.DimensionGroup{Range: of, Depth: int64(atLeast)})
			start = -1
		}
	}
	return out
}

func (b batch) addDimensionGroup(r *sheets.AddDimensionGroupRequest) (*sheets.Response, error) {
	l, err := b.resolveDimension(r.Range)
	if err != nil {
		return nil, err
	}
	if err := l.regroup(1); err != nil {
		return nil, err
	}
	// The control moves to the end of the group and stays there (recorded).
	properties := sheets.GridProperties{}
	if l.sheet.Props.GridProperties != nil {
		properties = *l.sheet.Props.GridProperties
	}
	properties.RowGroupControlAfter = properties.RowGroupControlAfter || l.along == grid.ByRow
	properties.ColumnGroupControlAfter = properties.ColumnGroupControlAfter || l.along == grid.ByColumn
	l.sheet.Props.GridProperties = &properties
	groups := *l.sheet.GroupsOf(l.along)
	return &sheets.Response{AddDimensionGroup: &sheets.AddDimensionGroupResponse{DimensionGroups: groups}}, nil
}

func (b batch) deleteDimensionGroup(r *sheets.DeleteDimensionGroupRequest) (*sheets.Response, error) {
	l, err := b.resolveDimension(r.Range)
	if err != nil {
		return nil, err
	}
	if len(*l.sheet.GroupsOf(l.along)) == 0 {
		return nil, rest.BadRequest("There is no group over the specified range.")
	}
	if err := l.regroup(-1); err != nil {
		return nil, err
	}
	groups := *l.sheet.GroupsOf(l.along)
	return &sheets.Response{DeleteDimensionGroup: &sheets.DeleteDimensionGroupResponse{DimensionGroups: groups}}, nil
}
