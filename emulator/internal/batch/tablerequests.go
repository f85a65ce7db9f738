package batch

import (
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about structured tables
// (developers.google.com/workspace/sheets/api/guides/tables). What the guide leaves
// open is as users have observed it; emulator/README.md lists what is inferred.

func unknownTable(id string) error { return rest.BadRequest("No table with id: %s", id) }

func (b batch) addTable(r *sheets.AddTableRequest) (*sheets.Response, error) {
	if r.Table == nil {
		return nil, rest.BadRequest("A table must be specified.")
	}
	made := *r.Table
	if made.TableId == "" {
		made.TableId = b.NewTableID()
	} else if s, _ := b.TableByID(made.TableId); s != nil {
		return nil, rest.BadRequest("Table with id %s already exists.", made.TableId)
	}
	s, err := b.placeTable(&made)
	if err != nil {
		return nil, err
	}
	given := made.ColumnProperties
	if err := checkColumns(given, s.TableArea(&made).Columns()); err != nil {
		return nil, err
	}
	unnamed := 0
	for i, p := range given {
		if p.ColumnName == "" && p.ColumnType != "" { // observed: counted along such columns, over what the header has
			unnamed++
			named := *p
			named.ColumnName = "Column " + strconv.Itoa(unnamed)
			given[i] = &named
		}
	}
	s.Tables = append(s.Tables, &made)
	setColumns(s, &made, given)
	if err := b.SyncTables(); err != nil {
		return nil, err
	}
	return &sheets.Response{AddTable: &sheets.AddTableResponse{Table: s.Tables[len(s.Tables)-1]}}, nil
}

// placeTable checks the name and the range of a table, which it closes, and returns
// its sheet.
func (b batch) placeTable(t *sheets.Table) (*spreadsheet.Sheet, error) {
	if t.Name == "" {
		return nil, rest.Unsupported("a table without a name")
	}
	s, closed, err := b.closedRange(t.Range)
	if err != nil {
		return nil, err
	}
	t.Range, t.ForceSendFields = closed, nil
	for _, of := range b.Sheets {
		for _, other := range of.Tables {
			switch {
			case other.TableId == t.TableId:
			case strings.EqualFold(other.Name, t.Name):
				return nil, rest.BadRequest("A table with the name %q already exists.", t.Name)
			case of == s && s.TableArea(other).Overlaps(s.TableArea(t)):
				return nil, rest.BadRequest("A table cannot overlap another table.")
			}
		}
	}
	if err := checkBands(s, s.TableArea(t)); err != nil {
		return nil, err
	}
	if p := t.RowsProperties; p != nil {
		colors := *p
		for _, style := range []**sheets.ColorStyle{&colors.HeaderColorStyle, &colors.FirstBandColorStyle, &colors.SecondBandColorStyle, &colors.FooterColorStyle} {
			var plain *sheets.Color
			grid.SyncColors(&plain, style)
		}
		t.RowsProperties = &colors
	}
	return s, nil
}

// checkColumns checks the columns of a request for a table with a number of columns.
func checkColumns(given []*sheets.TableColumnProperties, width int) error {
	seen := map[int64]bool{}
	for i, p := range given {
		if p == nil {
			p = &sheets.TableColumnProperties{}
			given[i] = p
		}
		rule := p.DataValidationRule
		list := rule != nil && rule.Condition != nil
		switch {
		case p.ColumnIndex < 0 || p.ColumnIndex >= int64(width):
			return rest.BadRequest("Column index %d is outside of the table.", p.ColumnIndex)
		case seen[p.ColumnIndex]:
			return rest.BadRequest("Column index %d is specified more than once.", p.ColumnIndex)
		case p.ColumnType == "DROPDOWN" && !list:
			return rest.BadRequest("Condition must be set for dropdown column type.")
		case p.ColumnType != "DROPDOWN" && rule != nil:
			return rest.BadRequest("Cannot set condition for non-dropdown column type.")
		case list && rule.Condition.Type != "ONE_OF_LIST":
			return rest.BadRequest("The condition of a dropdown column must be of type ONE_OF_LIST.")
		}
		seen[p.ColumnIndex] = true
	}
	return nil
}

// setColumns sets the columns of a table to those of a request and writes their names
// into the header. Columns that the request lacks have no type, and the name that the header
// has. Cells of checkboxes and ratings get the values that the guide documents.
func setColumns(s *spreadsheet.Sheet, t *sheets.Table, given []*sheets.TableColumnProperties) {
	t.ColumnProperties = make([]*sheets.TableColumnProperties, s.TableArea(t).Columns())
	for i := range t.ColumnProperties {
		t.ColumnProperties[i] = &sheets.TableColumnProperties{ColumnIndex: int64(i)}
	}
	body := s.TableBody(t)
	for _, p := range given {
		made := *p
		made.ForceSendFields = nil
		if made.ColumnType == "COLUMN_TYPE_UNSPECIFIED" {
			made.ColumnType = ""
		}
		i := int(made.ColumnIndex)
		t.ColumnProperties[i] = &made
		if made.ColumnName != "" {
			s.SetHeader(t, i, made.ColumnName)
		}
		for row := body.Top; row < body.Bottom; row++ {
			cell := s.At(row, body.Left+i)
			switch {
			case cell.Formula() != "":
			case made.ColumnType == "BOOLEAN" && (cell.Kind == grid.KindBlank || cell.Kind == grid.KindText):
				s.Set(row, body.Left+i, cell.WithValue(grid.BoolCell(false)))
			case made.ColumnType == "RATINGS_CHIP" && cell.Kind == grid.KindBlank:
				s.Set(row, body.Left+i, cell.WithValue(grid.NumberCell(0)))
			}
		}
	}
}

// updateTable replaces what the mask selects. A list of columns replaces the whole
// list, and each of its columns needs a name.
func (b batch) updateTable(r *sheets.UpdateTableRequest) (*sheets.Response, error) {
	m, err := updateMask(r.Fields, sheets.Table{})
	if err != nil {
		return nil, err
	}
	given := r.Table
	if given == nil {
		given = &sheets.Table{}
	}
	s, i := b.TableByID(given.TableId)
	if s == nil {
		return nil, unknownTable(given.TableId)
	}
	old := s.Tables[i]
	merged := *old
	rest.Merge(&merged, given, m)
	merged.TableId = old.TableId
	if !m.Selects("range") {
		resizeForFooter(&merged, old)
	}
	if spreadsheet.AreaOf(merged.Range).Bottom > s.Height {
		return nil, rest.Unsupported("a table that ends below the last row of the grid")
	}
	to, err := b.placeTable(&merged)
	if err != nil {
		return nil, err
	}
	if to != s {
		return nil, rest.Unsupported("moving a table to another sheet")
	}
	s.Tables[i] = &merged
	if m.Selects("columnProperties") {
		if err := checkColumns(merged.ColumnProperties, s.TableArea(&merged).Columns()); err != nil {
			return nil, err
		}
		for _, p := range merged.ColumnProperties {
			if p.ColumnName == "" {
				return nil, rest.BadRequest("Table header row cell must have a value.")
			}
		}
		setColumns(s, &merged, merged.ColumnProperties)
	} else {
		s.Tables[i] = moveColumns(s, old, &merged)
	}
	return nil, nil
}

// resizeForFooter adds a row to the range of a table that gets a footer, and removes
// the last one from the range of a table that loses it.
func resizeForFooter(t, old *sheets.Table) {
	a := spreadsheet.AreaOf(t.Range)
	switch {
	case spreadsheet.HasFooter(t) && !spreadsheet.HasFooter(old):
		a.Bottom++
	case !spreadsheet.HasFooter(t) && spreadsheet.HasFooter(old):
		a.Bottom--
	}
	t.Range = spreadsheet.GridRange(t.Range.SheetId, a)
}

// moveColumns returns a table whose range has changed, with the columns of the sheet
// that it had before. A column that is new has no type.
func moveColumns(s *spreadsheet.Sheet, old, t *sheets.Table) *sheets.Table {
	was, now := s.TableArea(old), s.TableArea(t)
	made := *t
	made.ColumnProperties = make([]*sheets.TableColumnProperties, now.Columns())
	for i := range made.ColumnProperties {
		p := sheets.TableColumnProperties{}
		if at := now.Left + i - was.Left; at >= 0 && at < len(old.ColumnProperties) {
			p = *old.ColumnProperties[at]
		}
		if p.ColumnIndex = int64(i); was.Top != now.Top {
			p.ColumnName = ""
		}
		made.ColumnProperties[i] = &p
	}
	return &made
}

// deleteTable deletes a table with its contents, as the guide documents.
func (b batch) deleteTable(r *sheets.DeleteTableRequest) (*sheets.Response, error) {
	s, i := b.TableByID(r.TableId)
	if s == nil {
		return nil, unknownTable(r.TableId)
	}
	a := s.TableArea(s.Tables[i])
	b.removeTable(s, i)
	s.NoteChange(a)
	s.Erase(a)
	return nil, nil
}

// removeTable removes a table and leaves its cells.
func (b batch) removeTable(s *spreadsheet.Sheet, i int) {
	s.Tables = append(s.Tables[:i:i], s.Tables[i+1:]...)
}

// appendToTable writes rows into the free rows at the end of a table's body. If there
// are not enough, it inserts rows at the end of the body, before a footer, with the
// formats and the validation of the row above.
func (b batch) appendToTable(id string, rows []*sheets.RowData, m *rest.Mask) error {
	s, i := b.TableByID(id)
	if s == nil {
		return unknownTable(id)
	}
	if b.appended[id] { // observed: both write to the same row
		return rest.Unsupported("two appendCells to a table in one batch")
	}
	b.appended[id] = true
	body := s.TableBody(s.Tables[i])
	top := body.Bottom
	for top > body.Top && s.IsBlank(grid.Rect(top-1, top, body.Left, body.Right)) {
		top--
	}
	if missing := top + len(rows) - body.Bottom; missing > 0 {
		if err := b.CheckGrowth(s, s.Height+missing, s.Width); err != nil {
			return err
		}
		b.Insert(s, grid.ByRow, body.Bottom, missing)
		if !spreadsheet.HasFooter(s.Tables[i]) {
			s.GrowTables(grid.ByRow, body.Bottom, missing)
		}
		inserted := dimensionRange{s, grid.ByRow, body.Bottom, body.Bottom + missing}
		inserted.inherit(body.Bottom - 1)
		body.Bottom += missing
	}
	return s.Edit(m).Rows(grid.Rect(top, body.Bottom, body.Left, body.Right), rows)
}
