package emulator

import (
	"cmp"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// fillGrid stores the cells that a new sheet comes with; its grid grows as needed.
func (c *contents) fillGrid(s *sheet, data []*sheets.GridData) error {
	for _, d := range data {
		if d == nil || d.StartRow < 0 || d.StartColumn < 0 {
			continue
		}
		for _, line := range d.RowData {
			if line != nil {
				s.grow(int(d.StartRow)+len(d.RowData), int(d.StartColumn)+len(line.Values))
			}
		}
		if err := c.checkSize(); err != nil {
			return err
		}
		to := grid.Rect(int(d.StartRow), s.Height, int(d.StartColumn), s.Width)
		if err := (cellEdit{sheet: s}).rows(to, d.RowData); err != nil {
			return err
		}
	}
	return nil
}

// describe answers the spreadsheet, or the sheets that ranges are in. A mask
// decides alone whether the grid is read, as the reference of
// spreadsheets.get says of includeGridData.
func (c *contents) describe(id string, ranges []string, withGrid bool, m *rest.Mask) (*sheets.Spreadsheet, error) {
	wanted, err := c.wanted(ranges)
	if err != nil {
		return nil, err
	}
	return c.describeWanted(id, wanted, len(ranges) > 0, withGrid, m), nil
}

// describeWanted answers the sheets that are wanted, or all.
func (c *contents) describeWanted(id string, wanted map[*sheet][]grid.Area, some, withGrid bool, m *rest.Mask) *sheets.Spreadsheet {
	properties := c.properties
	out := &sheets.Spreadsheet{
		SpreadsheetId:  id,
		Properties:     &properties,
		SpreadsheetUrl: "https://docs.google.com/spreadsheets/d/" + id + "/edit",
	}
	if m != nil {
		withGrid = m.Selects("sheets", "data")
	}
	for _, s := range c.sheets {
		areas, ok := wanted[s]
		if some && !ok {
			continue
		}
		described := c.describeSheet(s)
		if withGrid {
			described.Data = s.gridData(areas, m.Sub("sheets", "data"))
		}
		out.Sheets = append(out.Sheets, described)
	}
	for _, n := range c.named {
		out.NamedRanges = append(out.NamedRanges, n.describe())
	}
	out.DeveloperMetadata = c.markersAt(func(l *sheets.DeveloperMetadataLocation) bool { return l.Spreadsheet })
	return out
}

// wanted resolves the ranges of a request by sheet.
func (c *contents) wanted(ranges []string) (map[*sheet][]grid.Area, error) {
	wanted := map[*sheet][]grid.Area{}
	for _, a1 := range ranges {
		s, a, err := c.clipped(a1)
		if err != nil {
			return nil, err
		}
		wanted[s] = append(wanted[s], a)
	}
	return wanted, nil
}

func (c *contents) describeSheet(s *sheet) *sheets.Sheet {
	out := &sheets.Sheet{
		Properties:      c.sheetProperties(s),
		ProtectedRanges: s.protected,
		RowGroups:       s.rowGroups,
		ColumnGroups:    s.columnGroups,
		BasicFilter:     s.filter,
		FilterViews:     s.views,
		BandedRanges:    s.bands,
	}
	out.ConditionalFormats = s.rules
	for _, m := range s.merges {
		out.Merges = append(out.Merges, gridRange(s.id, m))
	}
	out.DeveloperMetadata = c.markersAt(func(l *sheets.DeveloperMetadataLocation) bool {
		return l.LocationType == "SHEET" && l.SheetId == s.id
	})
	return out
}

// sheetProperties are the properties as the API shows them: ids and order even
// when zero, the rest only when set.
func (c *contents) sheetProperties(s *sheet) *sheets.SheetProperties {
	p := s.look
	p.SheetId, p.Title, p.Hidden, p.SheetType = s.id, s.title, s.hidden, "GRID"
	p.Index = int64(slices.Index(c.sheets, s))
	p.ForceSendFields = []string{"SheetId", "Index"}
	size := sheets.GridProperties{}
	if p.GridProperties != nil {
		size = *p.GridProperties
	}
	size.RowCount, size.ColumnCount, size.ForceSendFields = int64(s.Height), int64(s.Width), nil
	p.GridProperties = &size
	return &p
}

func (n namedRange) describe() *sheets.NamedRange {
	return &sheets.NamedRange{NamedRangeId: n.id, Name: n.name, Range: gridRange(n.sheetID, n.area)}
}

// fromDescription returns a new spreadsheet as the body of spreadsheets.create
// describes it; what is missing there is chosen.
func fromDescription(given *sheets.Spreadsheet) (*contents, error) {
	c := newContents("")
	if given.Properties != nil {
		p := *given.Properties
		p.Title = cmp.Or(p.Title, c.properties.Title)
		rest.Merge(&c.properties, &p, rest.MaskOf(&p))
	}
	if len(given.Sheets) > 0 {
		c.sheets = nil
	}
	for _, s := range given.Sheets {
		properties := cmp.Or(s.Properties, &sheets.SheetProperties{})
		added, err := c.addSheet(properties)
		if err != nil {
			return nil, err
		}
		if err := c.fillGrid(added, s.Data); err != nil {
			return nil, err
		}
	}
	return c, nil
}
