package batch

import (
	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
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
		s, a, err := b.ResolveGridRange(r.Range)
		if err != nil {
			return nil, err
		}
		return nil, s.Edit(m).Fill(a, r.Rows)
	}
	s := b.SheetByID(r.Start.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownGrid(r.Start.SheetId)
	}
	top, left := int(r.Start.RowIndex), int(r.Start.ColumnIndex)
	if top < 0 || left < 0 {
		return nil, rest.BadRequest("The indices of a coordinate must not be negative.")
	}
	return nil, s.Edit(m).Rows(grid.Rect(top, s.Height, left, s.Width), r.Rows)
}

// appendCells writes below the last row of the sheet that holds a value. The
// grid grows by rows, not by columns.
func (b batch) appendCells(r *sheets.AppendCellsRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	if r.TableId != "" {
		return nil, b.appendToTable(r.TableId, r.Rows, m)
	}
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownGrid(r.SheetId)
	}
	top := s.LastRow() + 1
	s.Grow(top+len(r.Rows), 0)
	return nil, s.Edit(m).Rows(grid.Rect(top, s.Height, 0, s.Width), r.Rows)
}

func (b batch) repeatCell(r *sheets.RepeatCellRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, spreadsheet.EachCell(a, func(row, column int) error { return s.Edit(m).Cell(row, column, r.Cell) })
}

func (b batch) setDataValidation(r *sheets.SetDataValidationRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	edit := s.Edit(rest.MaskOf(&sheets.CellData{DataValidation: &sheets.DataValidationRule{}}))
	rule := &sheets.CellData{DataValidation: r.Rule}
	return nil, spreadsheet.EachCell(a, func(row, column int) error { return edit.Cell(row, column, rule) })
}

func (b batch) unmergeCells(r *sheets.UnmergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, s.Unmerge(a)
}

// mergeCells makes one merge, or one for each row or column. Only the first cell
// of a merge keeps its value.
func (b batch) mergeCells(r *sheets.MergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Range)
	if err != nil {
		return nil, err
	}
	if err := s.Unmerge(a); err != nil {
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
		s.ClearValues(part)
		s.Set(part.Top, part.Left, first)
		s.Merges = append(s.Merges, part)
	}
	return nil, nil
}
