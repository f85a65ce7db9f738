package spreadsheet

import (
	"cmp"
	"reflect"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// fillGrid stores the cells that a new sheet is created with. Its grid grows as
// needed.
func (ss *Spreadsheet) fillGrid(s *Sheet, data []*sheets.GridData) error {
	for _, d := range data {
		if d == nil || d.StartRow < 0 || d.StartColumn < 0 {
			continue
		}
		if err := onlyFields(d, "startRow", "startColumn", "rowData"); err != nil {
			return err
		}
		for _, line := range d.RowData {
			if line != nil {
				s.Grow(int(d.StartRow)+len(d.RowData), int(d.StartColumn)+len(line.Values))
			}
		}
		if err := ss.CheckSize(); err != nil {
			return err
		}
		to := grid.Rect(int(d.StartRow), s.Height, int(d.StartColumn), s.Width)
		if err := (CellEdit{sheet: s}).Rows(to, d.RowData); err != nil {
			return err
		}
	}
	return nil
}

// Describe returns the spreadsheet as spreadsheets.get describes it, with the
// sheets of the ranges, or with all if there are none. If there is a mask, it
// alone selects whether cells are included, as the reference documents for
// includeGridData. Rows of cells are described while they are encoded.
func (ss *Spreadsheet) Describe(id string, ranges []string, withGrid bool, m *rest.Mask) (*sheets.Spreadsheet, rest.Lists, error) {
	selected, err := ss.resolveRanges(ranges)
	if err != nil {
		return nil, nil, err
	}
	return ss.DescribeSheets(id, selected, len(ranges) > 0, withGrid, m)
}

// DescribeSheets is [Spreadsheet.Describe] for areas by sheet. With
// onlySelected, only the sheets that have an entry are described.
func (ss *Spreadsheet) DescribeSheets(id string, selected map[*Sheet][]grid.Area, onlySelected, withGrid bool, m *rest.Mask) (*sheets.Spreadsheet, rest.Lists, error) {
	rows := rest.Lists{}
	properties := ss.Properties
	out := &sheets.Spreadsheet{
		SpreadsheetId:  id,
		Properties:     &properties,
		SpreadsheetUrl: "https://docs.google.com/spreadsheets/d/" + id + "/edit",
	}
	if m != nil {
		withGrid = m.Selects("sheets", "data")
	}
	for _, s := range ss.Sheets {
		areas, ok := selected[s]
		if onlySelected && !ok {
			continue
		}
		described := ss.describeSheet(s, areas)
		if withGrid {
			var err error
			if described.Data, err = s.gridData(areas, m.Sub("sheets", "data"), rows); err != nil {
				return nil, nil, err
			}
		}
		out.Sheets = append(out.Sheets, described)
	}
	for _, n := range ss.NamedRanges {
		out.NamedRanges = append(out.NamedRanges, n.Describe())
	}
	out.DeveloperMetadata = ss.metadataAt(func(l *sheets.DeveloperMetadataLocation) bool { return l.Spreadsheet })
	return out, rows, nil
}

// ExcludeTables removes the structured tables from the banded ranges of a
// description.
func ExcludeTables(described *sheets.Spreadsheet) {
	for _, s := range described.Sheets {
		s.BandedRanges = s.BandedRanges[:len(s.BandedRanges)-len(s.Tables)]
	}
}

// resolveRanges returns the areas of the ranges of a request by sheet.
func (ss *Spreadsheet) resolveRanges(ranges []string) (map[*Sheet][]grid.Area, error) {
	selected := map[*Sheet][]grid.Area{}
	for _, a1 := range ranges {
		s, a, err := ss.ResolveA1(a1)
		if err != nil {
			return nil, err
		}
		selected[s] = append(selected[s], a)
	}
	return selected, nil
}

// describeSheet returns a sheet without its cells, with the structured tables in the
// areas.
func (ss *Spreadsheet) describeSheet(s *Sheet, areas []grid.Area) *sheets.Sheet {
	out := &sheets.Sheet{
		Properties:      ss.SheetProperties(s),
		ProtectedRanges: s.Protected,
		RowGroups:       s.rowGroups,
		ColumnGroups:    s.columnGroups,
		BasicFilter:     s.Filter,
		FilterViews:     s.Views,
		BandedRanges:    slices.Clone(s.Bands),
		Tables:          s.tablesIn(areas),
	}
	for _, t := range out.Tables {
		out.BandedRanges = append(out.BandedRanges, tableBand(t))
	}
	out.ConditionalFormats = s.Rules
	for _, m := range s.Merges {
		out.Merges = append(out.Merges, GridRange(s.ID, m))
	}
	out.DeveloperMetadata = ss.metadataAt(func(l *sheets.DeveloperMetadataLocation) bool {
		return l.LocationType == "SHEET" && l.SheetId == s.ID
	})
	return out
}

// SheetProperties returns the properties of a sheet as the API describes them:
// ID and index even when zero, the rest only when set.
func (ss *Spreadsheet) SheetProperties(s *Sheet) *sheets.SheetProperties {
	p := s.Props
	p.SheetId, p.Title, p.Hidden, p.SheetType = s.ID, s.Title, s.Hidden, "GRID"
	p.Index = int64(slices.Index(ss.Sheets, s))
	p.ForceSendFields = []string{"SheetId", "Index"}
	size := sheets.GridProperties{}
	if p.GridProperties != nil {
		size = *p.GridProperties
	}
	size.RowCount, size.ColumnCount, size.ForceSendFields = int64(s.Height), int64(s.Width), nil
	p.GridProperties = &size
	return &p
}

// Describe returns the named range as the API describes it.
func (n NamedRange) Describe() *sheets.NamedRange {
	return &sheets.NamedRange{NamedRangeId: n.ID, Name: n.Name, Range: GridRange(n.SheetID, n.Area)}
}

// FromDescription returns a new spreadsheet as the body of spreadsheets.create
// describes it, with defaults for what is missing.
func FromDescription(given *sheets.Spreadsheet) (*Spreadsheet, error) {
	if err := onlyFields(given, "properties", "sheets", "spreadsheetId", "spreadsheetUrl"); err != nil {
		return nil, err
	}
	ss := New("")
	if given.Properties != nil {
		p := *given.Properties
		p.Title = cmp.Or(p.Title, ss.Properties.Title)
		rest.Merge(&ss.Properties, &p, rest.MaskOf(&p))
		if err := ss.CheckProperties(); err != nil {
			return nil, err
		}
	}
	if len(given.Sheets) > 0 {
		ss.Sheets = nil
	}
	for _, s := range given.Sheets {
		if err := onlyFields(s, "properties", "data"); err != nil {
			return nil, err
		}
		properties := cmp.Or(s.Properties, &sheets.SheetProperties{})
		added, err := ss.AddSheet(properties)
		if err != nil {
			return nil, err
		}
		if err := ss.fillGrid(added, s.Data); err != nil {
			return nil, err
		}
	}
	return ss, nil
}

// onlyFields returns an error if a field is set, of those that [FromDescription] would
// ignore.
func onlyFields(given any, names ...string) error {
	v := reflect.ValueOf(given).Elem()
	for _, f := range rest.FieldsOf(v.Type()).List {
		if !v.Field(f.Index).IsZero() && !slices.Contains(names, f.Name) {
			return rest.Unsupported("sheets.spreadsheets.create with " + f.Name)
		}
	}
	return nil
}
