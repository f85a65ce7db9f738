package emulator

import (
	"fmt"
	"reflect"
	"slices"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests about the spreadsheet and its sheets.

func (b batch) addSheetRequest(r *sheets.AddSheetRequest) (*sheets.Response, error) {
	given := r.Properties
	if given == nil {
		given = &sheets.SheetProperties{}
	}
	s, err := b.addSheet(given)
	if err != nil {
		return nil, err
	}
	return &sheets.Response{AddSheet: &sheets.AddSheetResponse{Properties: b.sheetProperties(s)}}, nil
}

// addSheet makes a sheet as a request describes it; what is missing is chosen.
func (c *contents) addSheet(given *sheets.SheetProperties) (*sheet, error) {
	if given.SheetType != "" && given.SheetType != "GRID" {
		return nil, rest.Unsupported("a sheet of type " + given.SheetType)
	}
	id := given.SheetId
	switch {
	case id < 0:
		return nil, rest.BadRequest("Invalid sheet id %d. Sheet ids must be non-negative.", id)
	case id == 0 && !rest.WasSent(given.ForceSendFields, "SheetId"):
		id = c.newSheetID()
	case c.sheetByID(id) != nil:
		return nil, rest.BadRequest("Sheet with id %d already exists.", id)
	}
	title := given.Title
	for n := len(c.sheets) + 1; title == "" || given.Title == "" && c.sheetByTitle(title) != nil; n++ {
		title = fmt.Sprintf("Sheet%d", n)
	}
	s := newSheet(id, "", 1000, 26)
	if err := c.rename(s, title); err != nil {
		return nil, err
	}
	at := len(c.sheets)
	if i := int(given.Index); i > 0 && i < at || rest.WasSent(given.ForceSendFields, "Index") {
		at = i
	}
	c.sheets = slices.Insert(c.sheets, at, s)
	wanted := *given
	wanted.Title, wanted.SheetId, wanted.Index = title, id, int64(at)
	return s, c.setProperties(s, &wanted)
}

// rename gives a sheet a title that no other has.
func (c *contents) rename(s *sheet, title string) error {
	if title == "" {
		return rest.BadRequest("The sheet name cannot be empty.")
	}
	if other := c.sheetByTitle(title); other != nil && other != s {
		return rest.BadRequest("A sheet with the name %q already exists. Please enter another name.", title)
	}
	if old := s.title; old != "" && old != title {
		c.rewriteFormulas(func(_ *sheet, text string) string { return grid.RenameInFormula(text, old, title) })
	}
	s.title = title
	return nil
}

// setProperties makes a sheet what its properties say, id and order apart.
func (c *contents) setProperties(s *sheet, p *sheets.SheetProperties) error {
	if err := c.rename(s, p.Title); err != nil {
		return err
	}
	s.hidden = p.Hidden
	if !slices.ContainsFunc(c.sheets, func(s *sheet) bool { return !s.hidden }) {
		return rest.BadRequest("You can't hide all the sheets in a document.")
	}
	look := *p
	grid.SyncColors(&look.TabColor, &look.TabColorStyle)
	if g := p.GridProperties; g != nil {
		height, width, err := s.wantedSize(g)
		if err != nil {
			return err
		}
		s.Resize(height, width)
	}
	s.look = look
	return c.checkSize()
}

// wantedSize reads the size out of grid properties; what was not sent stays.
func (s *sheet) wantedSize(g *sheets.GridProperties) (height, width int, err error) {
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
	case height > maxCells:
		return 0, 0, tooManyCells
	case frozenRows >= height && frozenRows > 0:
		return 0, 0, rest.BadRequest("You can't freeze all visible rows on the sheet.")
	case frozenColumns >= width && frozenColumns > 0:
		return 0, 0, rest.BadRequest("You can't freeze all visible columns on the sheet.")
	}
	return height, width, nil
}

func noSheet(id int64) error { return rest.BadRequest("No sheet with id: %d", id) }

func (b batch) deleteSheet(r *sheets.DeleteSheetRequest) (*sheets.Response, error) {
	s := b.sheetByID(r.SheetId)
	if s == nil {
		return nil, noSheet(r.SheetId)
	}
	remaining := slices.DeleteFunc(slices.Clone(b.sheets), func(other *sheet) bool { return other == s })
	if !slices.ContainsFunc(remaining, func(s *sheet) bool { return !s.hidden }) {
		return nil, rest.BadRequest("You can't remove all the sheets in a document.")
	}
	b.sheets = remaining
	b.named = slices.DeleteFunc(b.named, func(n namedRange) bool { return n.sheetID == s.id })
	b.dropMarkers(s.id)
	b.rewriteFormulas(func(_ *sheet, text string) string { return grid.RenameInFormula(text, s.title, "") })
	return nil, nil
}

// updateMask reads the field mask of a request and checks it against its type.
func updateMask(text string, of any) (*rest.Mask, error) {
	if text == "" {
		return nil, rest.BadRequest("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	m, err := rest.ParseMask(text)
	if err != nil {
		return nil, rest.BadRequest("Invalid field: %s", text)
	}
	if err := m.Check(reflect.TypeOf(of), ""); err != nil {
		path, _ := err.(rest.UnknownFieldError)
		return nil, rest.BadRequest("Invalid field: %s", string(path))
	}
	return m, nil
}

func (b batch) updateSheetProperties(r *sheets.UpdateSheetPropertiesRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, r.Properties)
	if err != nil {
		return nil, err
	}
	given := r.Properties
	if given == nil {
		given = &sheets.SheetProperties{}
	}
	s := b.sheetByID(given.SheetId)
	if s == nil {
		return nil, noSheet(given.SheetId)
	}
	p := b.sheetProperties(s)
	rest.Merge(p, given, m)
	// With '*' only an index that was sent moves the sheet.
	if m.Selects("index") && (!m.All() || p.Index != 0 || rest.WasSent(given.ForceSendFields, "Index")) {
		if err := b.move(s, int(p.Index)); err != nil {
			return nil, err
		}
	}
	return nil, b.setProperties(s, p)
}

// move puts a sheet before the one that stands at index now.
func (b batch) move(s *sheet, index int) error {
	if index < 0 || index > len(b.sheets) {
		return rest.BadRequest("Sheet index %d is out of range. It must be between 0 and %d.", index, len(b.sheets))
	}
	from := slices.Index(b.sheets, s)
	if index > from {
		index--
	}
	rest := slices.Delete(b.sheets, from, from+1)
	b.sheets = slices.Insert(rest, index, s)
	return nil
}

func (b batch) updateSpreadsheetProperties(r *sheets.UpdateSpreadsheetPropertiesRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, r.Properties)
	if err != nil {
		return nil, err
	}
	given := r.Properties
	if given == nil {
		given = &sheets.SpreadsheetProperties{}
	}
	rest.Merge(&b.properties, given, m)
	if b.properties.Title == "" {
		return nil, rest.BadRequest("The title of a spreadsheet cannot be empty.")
	}
	return nil, nil
}
