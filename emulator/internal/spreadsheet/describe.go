package spreadsheet

import (
	"cmp"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// fillGrid stores the cells that a new sheet comes with; its grid grows as needed.
func (c *Spreadsheet) fillGrid(s *Sheet, data []*sheets.GridData) error {
	for _, d := range data {
		if d == nil || d.StartRow < 0 || d.StartColumn < 0 {
			continue
		}
		for _, line := range d.RowData {
			if line != nil {
				s.Grow(int(d.StartRow)+len(d.RowData), int(d.StartColumn)+len(line.Values))
			}
		}
		if err := c.CheckSize(); err != nil {
			return err
		}
		to := grid.Rect(int(d.StartRow), s.Height, int(d.StartColumn), s.Width)
		if err := (CellEdit{sheet: s}).Rows(to, d.RowData); err != nil {
			return err
		}
	}
	return nil
}

// Describe answers the spreadsheet, or the sheets that ranges are in. A mask
// decides alone whether the grid is read, as the reference of
// spreadsheets.get says of includeGridData.
func (c *Spreadsheet) Describe(id string, ranges []string, withGrid bool, m *rest.Mask) (*sheets.Spreadsheet, error) {
	wanted, err := c.resolveRanges(ranges)
	if err != nil {
		return nil, err
	}
	return c.DescribeSheets(id, wanted, len(ranges) > 0, withGrid, m), nil
}

// DescribeSheets answers the sheets that are wanted, or all.
func (c *Spreadsheet) DescribeSheets(id string, wanted map[*Sheet][]grid.Area, some, withGrid bool, m *rest.Mask) *sheets.Spreadsheet {
	properties := c.Properties
	out := &sheets.Spreadsheet{
		SpreadsheetId:  id,
		Properties:     &properties,
		SpreadsheetUrl: "https://docs.google.com/spreadsheets/d/" + id + "/edit",
	}
	if m != nil {
		withGrid = m.Selects("sheets", "data")
	}
	for _, s := range c.Sheets {
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
	for _, n := range c.NamedRanges {
		out.NamedRanges = append(out.NamedRanges, n.Describe())
	}
	out.DeveloperMetadata = c.metadataAt(func(l *sheets.DeveloperMetadataLocation) bool { return l.Spreadsheet })
	return out
}

// resolveRanges resolves the ranges of a request by sheet.
func (c *Spreadsheet) resolveRanges(ranges []string) (map[*Sheet][]grid.Area, error) {
	wanted := map[*Sheet][]grid.Area{}
	for _, a1 := range ranges {
		s, a, err := c.ResolveA1(a1)
		if err != nil {
			return nil, err
		}
		wanted[s] = append(wanted[s], a)
	}
	return wanted, nil
}

func (c *Spreadsheet) describeSheet(s *Sheet) *sheets.Sheet {
	out := &sheets.Sheet{
		Properties:      c.SheetProperties(s),
		ProtectedRanges: s.Protected,
		RowGroups:       s.rowGroups,
		ColumnGroups:    s.columnGroups,
		BasicFilter:     s.Filter,
		FilterViews:     s.Views,
		BandedRanges:    s.Bands,
	}
	out.ConditionalFormats = s.Rules
	for _, m := range s.Merges {
		out.Merges = append(out.Merges, GridRange(s.ID, m))
	}
	out.DeveloperMetadata = c.metadataAt(func(l *sheets.DeveloperMetadataLocation) bool {
		return l.LocationType == "SHEET" && l.SheetId == s.ID
	})
	return out
}

// SheetProperties are the properties as the API shows them: ids and order even
// when zero, the rest only when set.
func (c *Spreadsheet) SheetProperties(s *Sheet) *sheets.SheetProperties {
	p := s.Props
	p.SheetId, p.Title, p.Hidden, p.SheetType = s.ID, s.Title, s.Hidden, "GRID"
	p.Index = int64(slices.Index(c.Sheets, s))
	p.ForceSendFields = []string{"SheetId", "Index"}
	size := sheets.GridProperties{}
	if p.GridProperties != nil {
		size = *p.GridProperties
	}
	size.RowCount, size.ColumnCount, size.ForceSendFields = int64(s.Height), int64(s.Width), nil
	p.GridProperties = &size
	return &p
}

func (n NamedRange) Describe() *sheets.NamedRange {
	return &sheets.NamedRange{NamedRangeId: n.ID, Name: n.Name, Range: GridRange(n.SheetID, n.Area)}
}

// FromDescription returns a new spreadsheet as the body of spreadsheets.create
// describes it; what is missing there is chosen.
func FromDescription(given *sheets.Spreadsheet) (*Spreadsheet, error) {
	c := New("")
	if given.Properties != nil {
		p := *given.Properties
		p.Title = cmp.Or(p.Title, c.Properties.Title)
		rest.Merge(&c.Properties, &p, rest.MaskOf(&p))
	}
	if len(given.Sheets) > 0 {
		c.Sheets = nil
	}
	for _, s := range given.Sheets {
		properties := cmp.Or(s.Properties, &sheets.SheetProperties{})
		added, err := c.AddSheet(properties)
		if err != nil {
			return nil, err
		}
		if err := c.fillGrid(added, s.Data); err != nil {
			return nil, err
		}
	}
	return c, nil
}
