package spreadsheet

import (
	"iter"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// The default sizes of a row and a column, in pixels (recorded for columns).
const (
	// RowPixels is the default height of a row.
	RowPixels    = 21
	columnPixels = 100
)

// gridData returns the cells of areas, one block for each, or of the whole sheet
// if there are none. Cells and rows at the end without anything that the mask
// selects are omitted (recorded for notes).
func (s *Sheet) gridData(areas []grid.Area, m *rest.Mask, rows rest.Lists) ([]*sheets.GridData, error) {
	if len(areas) == 0 {
		areas = []grid.Area{grid.WholeSheet.Closed(s.Height, s.Width)}
	}
	var out []*sheets.GridData
	for _, a := range areas {
		d := &sheets.GridData{StartRow: int64(a.Top), StartColumn: int64(a.Left)}
		if m.Selects("rowData") {
			values := m.Sub("rowData", "values")
			if values.Selects("effectiveValue") || values.Selects("formattedValue") {
				if err := s.CheckValues(a); err != nil {
					return nil, err
				}
			}
			if values.Selects("formattedValue") {
				if err := s.CheckFormats(a); err != nil {
					return nil, err
				}
			}
			rows[rest.ListField{Of: d, Name: "rowData"}] = s.rowData(a, values)
		}
		if m.Selects("rowMetadata") {
			d.RowMetadata = dimensionData(a.Top, a.Bottom, s.rowProps, RowPixels)
		}
		if m.Selects("columnMetadata") {
			d.ColumnMetadata = dimensionData(a.Left, a.Right, s.columnProps, columnPixels)
		}
		out = append(out, d)
	}
	return out, nil
}

// rowData returns the cells of an area, row by row. A row is valid until the next.
func (s *Sheet) rowData(a grid.Area, m *rest.Mask) iter.Seq[any] {
	return func(yield func(any) bool) {
		bottom := s.lastDescribed(a, m)
		var b rowBuffer
		for r := a.Top; r < bottom; r++ {
			cells := s.RowCells(r)
			if !yield(b.row(cells[min(a.Left, len(cells)):min(a.Right, len(cells))], m)) {
				return
			}
		}
	}
}

// lastDescribed returns the row after the last one that has anything which the
// mask selects.
func (s *Sheet) lastDescribed(a grid.Area, m *rest.Mask) int {
	var b rowBuffer
	for r := min(a.Bottom, len(s.Rows)); r > a.Top; r-- {
		cells := s.RowCells(r - 1)
		if line := b.row(cells[min(a.Left, len(cells)):min(a.Right, len(cells))], m); len(line.Values) > 0 {
			return r
		}
	}
	return a.Top
}

// rowBuffer describes one row after the other in the same memory.
type rowBuffer struct {
	line   sheets.RowData
	values []*sheets.CellData
}

// row describes cells, without those at the end that have nothing which the mask
// selects.
func (b *rowBuffer) row(cells []grid.Cell, m *rest.Mask) *sheets.RowData {
	for len(b.values) < len(cells) {
		b.values = append(b.values, &sheets.CellData{})
	}
	some := 0
	for i, c := range cells {
		if c.IsEmpty() {
			*b.values[i] = sheets.CellData{}
			continue
		}
		c.DataInto(b.values[i])
		if m.All() || m.HasAny(b.values[i]) { // a cell in which anything is stored describes itself
			some = i + 1
		}
	}
	b.line.Values = b.values[:some]
	return &b.line
}

// dimensionData returns the properties of rows or columns.
func dimensionData(from, to int, props map[int]*sheets.DimensionProperties, pixels int64) []*sheets.DimensionProperties {
	var out []*sheets.DimensionProperties
	for i := from; i < to; i++ {
		p := sheets.DimensionProperties{}
		if props[i] != nil {
			p = *props[i]
		}
		if p.PixelSize == 0 {
			p.PixelSize = pixels
		}
		p.ForceSendFields = nil
		out = append(out, &p)
	}
	return out
}
