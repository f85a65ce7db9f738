package batch

import (
	"maps"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests that move rows, columns and cells, or copy sheets.

// rotateInto moves list[start:end] before the element that is at dest now.
func rotateInto[T any](list []T, start, end, dest int) {
	switch {
	case dest > end:
		moved := slices.Clone(list[start:end])
		copy(list[start:], list[end:dest])
		copy(list[dest-len(moved):], moved)
	case dest < start:
		moved := slices.Clone(list[start:end])
		copy(list[dest+len(moved):end], list[dest:start])
		copy(list[dest:], moved)
	}
}

// dimensionMove is a move of rows or columns.
type dimensionMove struct {
	dimensionRange
	dest int // in coordinates before the move
}

// indexAfter returns the index that row or column i has after the move.
func (m dimensionMove) indexAfter(i int) int {
	n := m.end - m.start
	switch {
	case i >= m.start && i < m.end && m.dest > m.end:
		return i + m.dest - m.end
	case i >= m.start && i < m.end && m.dest < m.start:
		return i + m.dest - m.start
	case i >= m.end && i < m.dest:
		return i - n
	case i >= m.dest && i < m.start:
		return i + n
	}
	return i
}

// areaAfter returns an area after the move, if its rows or columns stay
// together; otherwise it keeps its place.
func (m dimensionMove) areaAfter(a grid.Area) grid.Area {
	start, end := &a.Top, &a.Bottom
	if m.along == grid.ByColumn {
		start, end = &a.Left, &a.Right
	}
	if *end == grid.ToEnd || *end <= *start {
		return a
	}
	first, last := m.indexAfter(*start), m.indexAfter(*end-1)
	if last-first == *end-1-*start {
		*start, *end = first, last+1
	}
	return a
}

func (b batch) moveDimension(r *sheets.MoveDimensionRequest) (*sheets.Response, error) {
	l, err := b.resolveDimension(r.Source)
	if err != nil {
		return nil, err
	}
	m := dimensionMove{l, int(r.DestinationIndex)}
	size := l.sheet.Size(l.along)
	switch {
	case l.start >= size || l.end > size || l.start == l.end:
		return nil, rest.BadRequest("Cannot move %ss that don't exist: there are only %d.", l.noun(), size)
	case m.dest < 0 || m.dest > size:
		return nil, rest.BadRequest("destinationIndex[%d] must be between 0 and the grid size (%d).", m.dest, size)
	}
	if err := m.checkTables(); err != nil {
		return nil, err
	}
	m.moveLines()
	for i, n := range b.NamedRanges {
		if n.SheetID == l.sheet.ID {
			b.NamedRanges[i].Area = m.areaAfter(n.Area)
		}
	}
	b.moveMetadata(m)
	b.RewriteFormulas(func(of *spreadsheet.Sheet, text string) string {
		return grid.RelocateFormula(text, of == l.sheet, l.sheet.Title, func(a grid.Area) (grid.Area, bool) { return m.areaAfter(a), true })
	})
	return nil, nil
}

// moveLines moves the cells of rows or columns, their properties, and the ranges
// of the sheet.
func (m dimensionMove) moveLines() {
	s := m.sheet
	s.Table = nil
	lines := s.Lines(m.along)
	*lines = lines.Move(m.start, m.end, m.dest)
	reach := max(m.end, m.dest)
	if m.along == grid.ByRow {
		for len(s.Rows) < reach {
			s.Rows = append(s.Rows, nil)
		}
		rotateInto(s.Rows, m.start, m.end, m.dest)
	} else {
		for r := range s.Rows {
			if len(s.RowCells(r)) > min(m.start, m.dest) {
				rotateInto(s.WritableRow(r, reach).Cells, m.start, m.end, m.dest)
			}
		}
	}
	props := s.DimensionProps(m.along)
	moved := map[int]*sheets.DimensionProperties{}
	for i, p := range props {
		moved[m.indexAfter(i)] = p
	}
	clear(props)
	maps.Copy(props, moved)
	for i := range s.Merges {
		s.Merges[i] = m.areaAfter(s.Merges[i])
	}
	to := func(a grid.Area) (grid.Area, bool) { return m.areaAfter(a), true }
	s.MapRanges(to)
	s.MoveTables(to, func(_ grid.Area, column int) int {
		if m.along == grid.ByRow {
			return column
		}
		return m.indexAfter(column)
	})
}

// checkTables returns an error if the header or the footer of a table would leave its
// place in the table.
func (m dimensionMove) checkTables() error {
	for _, t := range m.sheet.Tables {
		was := m.sheet.TableArea(t)
		now := m.areaAfter(was)
		if m.along == grid.ByRow && (m.indexAfter(was.Top) != now.Top || spreadsheet.HasFooter(t) && m.indexAfter(was.Bottom-1) != now.Bottom-1) {
			return rest.Unsupported("moving the header or the footer of a table")
		}
	}
	return nil
}

// moveMetadata moves the developer metadata of rows or columns with them.
func (b batch) moveMetadata(m dimensionMove) {
	for i, metadata := range b.Metadata {
		d := metadata.Location.DimensionRange
		if d == nil || d.SheetId != m.sheet.ID || spreadsheet.Axes[d.Dimension] != m.along {
			continue
		}
		moved, location, of := *metadata, *metadata.Location, *d
		of.StartIndex = int64(m.indexAfter(int(d.StartIndex)))
		of.EndIndex = of.StartIndex + 1
		location.DimensionRange, moved.Location = &of, &location
		b.Metadata[i] = &moved
	}
}

func (b batch) duplicateSheet(r *sheets.DuplicateSheetRequest) (*sheets.Response, error) {
	s := b.SheetByID(r.SourceSheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(r.SourceSheetId)
	}
	at := int(r.InsertSheetIndex)
	if at < 0 || at > len(b.Sheets) {
		return nil, rest.BadRequest("Sheet index %d is out of range. It must be between 0 and %d.", at, len(b.Sheets))
	}
	id := r.NewSheetId
	if id == 0 && !rest.WasSent(r.ForceSendFields, "NewSheetId") {
		id = b.NewSheetID()
	}
	if id < 0 || b.SheetByID(id) != nil {
		return nil, rest.BadRequest("Sheet with id %d already exists.", id)
	}
	made, err := b.CopySheet(s, id, r.NewSheetName, at)
	if err != nil {
		return nil, err
	}
	return &sheets.Response{DuplicateSheet: &sheets.DuplicateSheetResponse{Properties: b.SheetProperties(made)}}, nil
}
