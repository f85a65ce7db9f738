package emulator

import (
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests about cells.

func (b batch) updateCells(r *sheets.UpdateCellsRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	if r.Range == nil && r.Start == nil {
		return nil, rest.BadRequest("Either 'range' or 'start' must be specified.")
	}
	if r.Range != nil {
		s, a, err := b.gridArea(r.Range)
		if err != nil {
			return nil, err
		}
		return nil, cellEdit{s, m}.fill(a, r.Rows)
	}
	s := b.sheetByID(r.Start.SheetId)
	if s == nil {
		return nil, noGrid(r.Start.SheetId)
	}
	top, left := int(r.Start.RowIndex), int(r.Start.ColumnIndex)
	if top < 0 || left < 0 {
		return nil, rest.BadRequest("The indices of a coordinate must not be negative.")
	}
	return nil, cellEdit{s, m}.rows(grid.Rect(top, s.Height, left, s.Width), r.Rows)
}

// appendCells writes below the last row of the sheet that holds a value; the
// grid grows by rows, not by columns.
func (b batch) appendCells(r *sheets.AppendCellsRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	if r.TableId != "" {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with appendCells to a table")
	}
	s := b.sheetByID(r.SheetId)
	if s == nil {
		return nil, noGrid(r.SheetId)
	}
	top := s.LastRow() + 1
	s.grow(top+len(r.Rows), 0)
	return nil, cellEdit{s, m}.rows(grid.Rect(top, s.Height, 0, s.Width), r.Rows)
}

func (b batch) repeatCell(r *sheets.RepeatCellRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	s, a, err := b.gridArea(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, each(a, func(row, column int) error { return cellEdit{s, m}.cell(row, column, r.Cell) })
}

func (b batch) setDataValidation(r *sheets.SetDataValidationRequest) (*sheets.Response, error) {
	s, a, err := b.gridArea(r.Range)
	if err != nil {
		return nil, err
	}
	edit := cellEdit{s, rest.MaskOf(&sheets.CellData{DataValidation: &sheets.DataValidationRule{}})}
	rule := &sheets.CellData{DataValidation: r.Rule}
	return nil, each(a, func(row, column int) error { return edit.cell(row, column, rule) })
}

func (b batch) unmergeCells(r *sheets.UnmergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.gridArea(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, s.unmerge(a)
}

// mergeCells makes one merge, or one for each row or column; only the first
// cell of each keeps its value.
func (b batch) mergeCells(r *sheets.MergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.gridArea(r.Range)
	if err != nil {
		return nil, err
	}
	if err := s.unmerge(a); err != nil {
		return nil, err
	}
	var parts []grid.Area
	switch r.MergeType {
	case "", "MERGE_ALL":
		parts = []grid.Area{a}
	case "MERGE_ROWS":
		for row := a.Top; row < a.Bottom; row++ {
			parts = append(parts, grid.Rect(row, row+1, a.Left, a.Right))
		}
	case "MERGE_COLUMNS":
		for column := a.Left; column < a.Right; column++ {
			parts = append(parts, grid.Rect(a.Top, a.Bottom, column, column+1))
		}
	default:
		return nil, rest.BadRequest("Invalid merge type: %s", r.MergeType)
	}
	for _, part := range parts {
		if part.Rows()*part.Columns() < 2 {
			continue
		}
		first := s.At(part.Top, part.Left)
		s.clearValues(part)
		s.Set(part.Top, part.Left, first)
		s.merges = append(s.merges, part)
	}
	return nil, nil
}
