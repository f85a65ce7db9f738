package emulator

import (
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
