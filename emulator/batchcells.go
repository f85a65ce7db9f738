package emulator

import (
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests about cells.

func noGrid(id int64) error { return rest.BadRequest("No grid with id: %d", id) }

// grid resolves a GridRange: it may end past the grid, but not begin there.
func (b batch) grid(g *sheets.GridRange) (*sheet, area, error) {
	if g == nil {
		return nil, area{}, rest.BadRequest("A range must be specified.")
	}
	s := b.sheetByID(g.SheetId)
	if s == nil {
		return nil, area{}, noGrid(g.SheetId)
	}
	a := areaOf(g)
	switch {
	case a.top < 0 || a.left < 0 || a.bottom < toEnd || a.right < toEnd:
		return nil, area{}, rest.BadRequest("The indices of a range must not be negative.")
	case a.bottom != toEnd && a.bottom < a.top:
		return nil, area{}, rest.BadRequest("range.endRowIndex[%d] must not be before range.startRowIndex[%d].", a.bottom, a.top)
	case a.right != toEnd && a.right < a.left:
		return nil, area{}, rest.BadRequest("range.endColumnIndex[%d] must not be before range.startColumnIndex[%d].", a.right, a.left)
	}
	a, err := s.clip(a)
	return s, a, err
}

func (b batch) updateCells(r *sheets.UpdateCellsRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	if r.Range == nil && r.Start == nil {
		return nil, rest.BadRequest("Either 'range' or 'start' must be specified.")
	}
	if r.Range != nil {
		s, a, err := b.grid(r.Range)
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
	return nil, cellEdit{s, m}.rows(area{top, s.height, left, s.width}, r.Rows)
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
	top := s.lastRow() + 1
	s.grow(top+len(r.Rows), 0)
	return nil, cellEdit{s, m}.rows(area{top, s.height, 0, s.width}, r.Rows)
}

func (b batch) repeatCell(r *sheets.RepeatCellRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.CellData{})
	if err != nil {
		return nil, err
	}
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, each(a, func(row, column int) error { return cellEdit{s, m}.cell(row, column, r.Cell) })
}

// each calls do for every cell of a closed area until it fails.
func each(a area, do func(row, column int) error) error {
	for row := a.top; row < a.bottom; row++ {
		for column := a.left; column < a.right; column++ {
			if err := do(row, column); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b batch) setDataValidation(r *sheets.SetDataValidationRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	edit := cellEdit{s, rest.MaskOf(&sheets.CellData{DataValidation: &sheets.DataValidationRule{}})}
	rule := &sheets.CellData{DataValidation: r.Rule}
	return nil, each(a, func(row, column int) error { return edit.cell(row, column, rule) })
}

const partMerged = rest.BadRequestError("You must select all cells in a merged range to merge or unmerge them.")

// unmerge removes the merges in an area, which may not cut one in two.
func (s *sheet) unmerge(a area) error {
	var kept []area
	for _, m := range s.merges {
		if !m.overlaps(a) {
			kept = append(kept, m)
		} else if !a.contains(m) {
			return partMerged
		}
	}
	s.merges = kept
	return nil
}

func (b batch) unmergeCells(r *sheets.UnmergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	return nil, s.unmerge(a)
}

// mergeCells makes one merge, or one for each row or column; only the first
// cell of each keeps its value.
func (b batch) mergeCells(r *sheets.MergeCellsRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Range)
	if err != nil {
		return nil, err
	}
	if err := s.unmerge(a); err != nil {
		return nil, err
	}
	var parts []area
	switch r.MergeType {
	case "", "MERGE_ALL":
		parts = []area{a}
	case "MERGE_ROWS":
		for row := a.top; row < a.bottom; row++ {
			parts = append(parts, area{row, row + 1, a.left, a.right})
		}
	case "MERGE_COLUMNS":
		for column := a.left; column < a.right; column++ {
			parts = append(parts, area{a.top, a.bottom, column, column + 1})
		}
	default:
		return nil, rest.BadRequest("Invalid merge type: %s", r.MergeType)
	}
	for _, part := range parts {
		if part.rows()*part.columns() < 2 {
			continue
		}
		first := s.at(part.top, part.left)
		s.clearValues(part)
		s.set(part.top, part.left, first)
		s.merges = append(s.merges, part)
	}
	return nil, nil
}
