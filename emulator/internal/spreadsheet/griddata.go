package spreadsheet

import (
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
func (s *Sheet) gridData(areas []grid.Area, m *rest.Mask) ([]*sheets.GridData, error) {
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
			d.RowData = s.rowData(a, values)
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

// rowData returns the cells of an area, row by row.
func (s *Sheet) rowData(a grid.Area, m *rest.Mask) []*sheets.RowData {
	var out []*sheets.RowData
	filled := 0
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		line := &sheets.RowData{}
		some := 0
		for col := a.Left; col < min(a.Right, len(s.RowCells(r))); col++ {
			d := s.At(r, col).Data()
			line.Values = append(line.Values, d)
			if m.HasAny(d) {
				some = len(line.Values)
			}
		}
		line.Values = line.Values[:some]
		if out = append(out, line); some > 0 {
			filled = len(out)
		}
	}
	return out[:filled]
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
