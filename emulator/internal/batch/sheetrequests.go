package batch

import (
	"reflect"
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about the spreadsheet and its sheets.

func (b batch) addSheetRequest(r *sheets.AddSheetRequest) (*sheets.Response, error) {
	given := r.Properties
	if given == nil {
		given = &sheets.SheetProperties{}
	}
	s, err := b.AddSheet(given)
	if err != nil {
		return nil, err
	}
	return &sheets.Response{AddSheet: &sheets.AddSheetResponse{Properties: b.SheetProperties(s)}}, nil
}

func (b batch) deleteSheet(r *sheets.DeleteSheetRequest) (*sheets.Response, error) {
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(r.SheetId)
	}
	remaining := slices.DeleteFunc(slices.Clone(b.Sheets), func(other *spreadsheet.Sheet) bool { return other == s })
	if !slices.ContainsFunc(remaining, func(s *spreadsheet.Sheet) bool { return !s.Hidden }) {
		return nil, rest.BadRequest("You can't remove all the sheets in a document.")
	}
	s.NoteChange(grid.Rect(0, s.Height, 0, s.Width))
	b.Sheets = remaining
	b.NamedRanges = slices.DeleteFunc(b.NamedRanges, func(n spreadsheet.NamedRange) bool { return n.SheetID == s.ID })
	b.DeleteSheetMetadata(s.ID)
	b.RewriteFormulas(func(_ *spreadsheet.Sheet, text string) string { return grid.RenameInFormula(text, s.Title, "") })
	return nil, nil
}

// updateMask parses the field mask of a request and checks it against its type.
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
	s := b.SheetByID(given.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(given.SheetId)
	}
	p := b.SheetProperties(s)
	rest.Merge(p, given, m)
	// With the mask '*' only an index that was sent moves the sheet.
	if m.Selects("index") && (!m.All() || p.Index != 0 || rest.WasSent(given.ForceSendFields, "Index")) {
		if err := b.move(s, int(p.Index)); err != nil {
			return nil, err
		}
	}
	return nil, b.SetProperties(s, p)
}

// move moves a sheet before the one that is at an index now.
func (b batch) move(s *spreadsheet.Sheet, index int) error {
	if index < 0 || index > len(b.Sheets) {
		return rest.BadRequest("Sheet index %d is out of range. It must be between 0 and %d.", index, len(b.Sheets))
	}
	from := slices.Index(b.Sheets, s)
	if index > from {
		index--
	}
	rest := slices.Delete(b.Sheets, from, from+1)
	b.Sheets = slices.Insert(rest, index, s)
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
	rest.Merge(&b.Properties, given, m)
	if err := b.CheckProperties(); err != nil {
		return nil, err
	}
	if b.Properties.Title == "" {
		return nil, rest.BadRequest("The title of a spreadsheet cannot be empty.")
	}
	return nil, nil
}
