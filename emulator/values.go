package emulator

import (
	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// The calls of spreadsheets.values that read or clear.

func (c *call) getValues() (*sheets.ValueRange, error) {
	how, err := parseRendering(c.query.Get("valueRenderOption"), c.query.Get("dateTimeRenderOption"), c.query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	return f.contents.read(c.vars["range"], how)
}

// read answers one range of a values call.
func (c *contents) read(a1 string, how rendering) (*sheets.ValueRange, error) {
	s, a, err := c.clipped(a1)
	if err != nil {
		return nil, err
	}
	return s.valueRange(a, how), nil
}

// clipped resolves a range and cuts it to the grid.
func (c *contents) clipped(a1 string) (*sheet, grid.Area, error) {
	s, ref, err := c.find(a1)
	if err != nil {
		return nil, grid.Area{}, err
	}
	a, err := s.clip(ref.Area)
	return s, a, err
}

func (s *sheet) valueRange(a grid.Area, how rendering) *sheets.ValueRange {
	return &sheets.ValueRange{Range: s.name(a), MajorDimension: how.dimensionName(), Values: s.values(a, how)}
}

func (c *call) batchGetValues() (*sheets.BatchGetValuesResponse, error) {
	how, err := parseRendering(c.query.Get("valueRenderOption"), c.query.Get("dateTimeRenderOption"), c.query.Get("majorDimension"))
	if err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(reader)
	if err != nil {
		return nil, err
	}
	out := &sheets.BatchGetValuesResponse{SpreadsheetId: f.id}
	for _, a1 := range c.query["ranges"] {
		v, err := f.contents.read(a1, how)
		if err != nil {
			return nil, err
		}
		out.ValueRanges = append(out.ValueRanges, v)
	}
	return out, nil
}

func (c *call) clearValues() (*sheets.ClearValuesResponse, error) {
	if err := rest.Decode(c.body, &sheets.ClearValuesRequest{}, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	cleared, err := c.clear(f, []string{c.vars["range"]})
	if err != nil {
		return nil, err
	}
	return &sheets.ClearValuesResponse{SpreadsheetId: f.id, ClearedRange: cleared[0]}, nil
}

func (c *call) batchClearValues() (*sheets.BatchClearValuesResponse, error) {
	var body sheets.BatchClearValuesRequest
	if err := rest.Decode(c.body, &body, ""); err != nil {
		return nil, err
	}
	f, err := c.spreadsheet(writer)
	if err != nil {
		return nil, err
	}
	cleared, err := c.clear(f, body.Ranges)
	if err != nil {
		return nil, err
	}
	return &sheets.BatchClearValuesResponse{SpreadsheetId: f.id, ClearedRanges: cleared}, nil
}

// clear empties ranges and returns their names; all that is not a value stays.
func (c *call) clear(f *file, ranges []string) (cleared []string, err error) {
	err = f.edit(c.s.options.Now(), func(draft *contents) error {
		for _, a1 := range ranges {
			s, a, err := draft.clipped(a1)
			if err != nil {
				return err
			}
			s.clearValues(a)
			cleared = append(cleared, s.name(a))
		}
		return nil
	})
	return cleared, err
}

func (s *sheet) clearValues(a grid.Area) {
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		for col := a.Left; col < min(a.Right, len(s.RowCells(r))); col++ {
			if have := s.At(r, col); have.Kind != grid.KindBlank {
				s.Set(r, col, have.WithValue(grid.Cell{}))
			}
		}
	}
}
