package spreadsheet

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
)

// CopySheet inserts a copy of a sheet, which may be one of another spreadsheet,
// at an index. Without a title it is named as the menu does.
func (ss *Spreadsheet) CopySheet(s *Sheet, id int64, title string, at int) (*Sheet, error) {
	if len(s.Tables) > 0 { // how the copies of tables are named is not documented
		return nil, rest.Unsupported("copying a sheet with tables")
	}
	if title == "" {
		title = "Copy of " + s.Title
		for n := 1; ss.sheetByTitle(title) != nil; n++ {
			title = fmt.Sprintf("Copy of %s %d", s.Title, n)
		}
	}
	made := s.clone(grid.NewVersion())
	ss.own() // rows that the draft has written are shared from now on
	made.ID, made.Title, made.Source, made.Hidden = id, "", "", false
	made.MapRanges(func(a grid.Area) (grid.Area, bool) { return a, true })
	for _, p := range made.Protected {
		p.ProtectedRangeId = NewID(func(id int64) bool { return false })
	}
	if err := ss.rename(made, title); err != nil {
		return nil, err
	}
	ss.Sheets = slices.Insert(ss.Sheets, at, made)
	return made, ss.CheckSize()
}

// RuleAt returns the conditional format at an index.
func (s *Sheet) RuleAt(i int64) (*sheets.ConditionalFormatRule, error) {
	if i < 0 || i >= int64(len(s.Rules)) {
		return nil, rest.BadRequest("No conditional format on sheet: %d at index: %d", s.ID, i)
	}
	return s.Rules[i], nil
}

// AddSheet adds a sheet with the properties of a request, and with defaults for
// those that are missing.
func (ss *Spreadsheet) AddSheet(given *sheets.SheetProperties) (*Sheet, error) {
	if given.SheetType != "" && given.SheetType != "GRID" {
		return nil, rest.Unsupported("a sheet of type " + given.SheetType)
	}
	id := given.SheetId
	switch {
	case id < 0:
		return nil, rest.BadRequest("Invalid sheet id %d. Sheet ids must be non-negative.", id)
	case id == 0 && !rest.WasSent(given.ForceSendFields, "SheetId"):
		id = ss.NewSheetID()
	case ss.SheetByID(id) != nil:
		return nil, rest.BadRequest("Sheet with id %d already exists.", id)
	}
	title := given.Title
	for n := len(ss.Sheets) + 1; title == "" || given.Title == "" && ss.sheetByTitle(title) != nil; n++ {
		title = fmt.Sprintf("Sheet%d", n)
	}
	s := newSheet(id, "", 1000, 26)
	if err := ss.rename(s, title); err != nil {
		return nil, err
	}
	at := len(ss.Sheets)
	if i := int(given.Index); i > 0 && i < at || rest.WasSent(given.ForceSendFields, "Index") {
		at = i
	}
	ss.Sheets = slices.Insert(ss.Sheets, at, s)
	props := *given
	props.Title, props.SheetId, props.Index = title, id, int64(at)
	return s, ss.SetProperties(s, &props)
}

// maxTitle is the number of characters that the title of a sheet may have.
const maxTitle = 100

// rename sets the title of a sheet, which no other sheet may have.
func (ss *Spreadsheet) rename(s *Sheet, title string) error {
	if title == "" {
		return rest.BadRequest("The sheet name cannot be empty.")
	}
	if utf8.RuneCountInString(title) > maxTitle {
		return rest.BadRequest("The sheet name cannot be longer than %d characters.", maxTitle)
	}
	if other := ss.sheetByTitle(title); other != nil && other != s {
		return rest.BadRequest("A sheet with the name %q already exists. Please enter another name.", title)
	}
	if old := s.Title; old != "" && old != title {
		ss.RewriteFormulas(func(_ *Sheet, text string) string { return grid.RenameInFormula(text, old, title) })
	}
	s.Title = title
	return nil
}

// SetProperties sets the properties of a sheet, except ID and index.
func (ss *Spreadsheet) SetProperties(s *Sheet, p *sheets.SheetProperties) error {
	if err := ss.rename(s, p.Title); err != nil {
		return err
	}
	s.Hidden = p.Hidden
	if !slices.ContainsFunc(ss.Sheets, func(s *Sheet) bool { return !s.Hidden }) {
		return rest.BadRequest("You can't hide all the sheets in a document.")
	}
	props := *p
	grid.SyncColors(&props.TabColor, &props.TabColorStyle)
	if g := p.GridProperties; g != nil {
		height, width, err := s.requestedSize(g)
		if err != nil {
			return err
		}
		s.Resize(height, width)
	}
	s.Props = props
	return ss.CheckSize()
}

// requestedSize returns the size that grid properties request. What was not sent
// stays.
func (s *Sheet) requestedSize(g *sheets.GridProperties) (height, width int, err error) {
	height, width = int(g.RowCount), int(g.ColumnCount)
	if height == 0 && !rest.WasSent(g.ForceSendFields, "RowCount") {
		height = s.Height
	}
	if width == 0 && !rest.WasSent(g.ForceSendFields, "ColumnCount") {
		width = s.Width
	}
	frozenRows, frozenColumns := int(g.FrozenRowCount), int(g.FrozenColumnCount)
	switch {
	case height <= 0:
		return 0, 0, rest.BadRequest("Grid row count must be greater than 0.")
	case width <= 0:
		return 0, 0, rest.BadRequest("Grid column count must be greater than 0.")
	case height > MaxCells:
		return 0, 0, tooManyCells
	case frozenRows >= height && frozenRows > 0:
		return 0, 0, rest.BadRequest("You can't freeze all visible rows on the sheet.")
	case frozenColumns >= width && frozenColumns > 0:
		return 0, 0, rest.BadRequest("You can't freeze all visible columns on the sheet.")
	}
	return height, width, nil
}

// UnknownSheet returns the error of a request about a sheet that does not exist.
func UnknownSheet(id int64) error { return rest.BadRequest("No sheet with id: %d", id) }

// CopyCells returns the cells of a closed area.
func (s *Sheet) CopyCells(a grid.Area) [][]grid.Cell {
	out := make([][]grid.Cell, a.Rows())
	for r := range out {
		out[r] = make([]grid.Cell, a.Columns())
		for c := range out[r] {
			out[r][c] = s.At(a.Top+r, a.Left+c)
		}
	}
	return out
}

// SetCells stores rows of cells from a cell on. They must be in the grid.
func (s *Sheet) SetCells(top, left int, block [][]grid.Cell) {
	for r, line := range block {
		for c, v := range line {
			s.Set(top+r, left+c, v)
		}
	}
}

// Erase empties all cells of a closed area, also of formats and notes.
func (s *Sheet) Erase(a grid.Area) {
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		for c := a.Left; c < min(a.Right, len(s.RowCells(r))); c++ {
			s.Set(r, c, grid.Cell{})
		}
	}
}

// UsedArea cuts a closed area to the rows and columns that have anything stored.
func (s *Sheet) UsedArea(a grid.Area) grid.Area {
	width := 0
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		width = max(width, len(s.RowCells(r)))
	}
	a.Bottom = max(a.Top, min(a.Bottom, len(s.Rows)))
	a.Right = max(a.Left, min(a.Right, width))
	return a
}

// Reorder changes the order of the visible rows of an area: order gets their
// indexes and sorts them.
func (s *Sheet) Reorder(a grid.Area, order func(rows []int)) {
	var indexes []int
	for r := a.Top; r < min(a.Bottom, len(s.Rows)); r++ {
		if props := s.rowProps[r]; props == nil || !props.HiddenByUser {
			indexes = append(indexes, r)
		}
	}
	rows := slices.Clone(indexes)
	order(rows)
	moved := make([][]grid.Cell, len(rows))
	for i, r := range rows {
		if r != indexes[i] {
			moved[i] = s.CopyCells(grid.Rect(r, r+1, a.Left, a.Right))[0]
		}
	}
	for i, line := range moved {
		for c, v := range line {
			s.Set(indexes[i], a.Left+c, v.Offset(indexes[i]-rows[i], 0))
		}
	}
}
