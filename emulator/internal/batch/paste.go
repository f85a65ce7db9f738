package batch

import (
	"encoding/csv"
	"strings"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests that paste.

// pasteFunc returns the cell that results from pasting one cell onto another,
// which is so many rows and columns further.
type pasteFunc func(onto, from grid.Cell, rows, columns int) grid.Cell

// pasteTypes are the functions of paste types
// (developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#pastetype).
var pasteTypes = map[string]pasteFunc{
	"":                      pasteAll,
	"PASTE_NORMAL":          pasteAll,
	"PASTE_VALUES":          pasteValue,
	"PASTE_FORMULA":         pasteFormula,
	"PASTE_FORMAT":          pasteFormat,
	"PASTE_NO_BORDERS":      pasteWithoutBorders,
	"PASTE_DATA_VALIDATION": pasteValidation,
}

func pasteType(name string) (pasteFunc, error) {
	paste, ok := pasteTypes[name]
	if !ok {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with the paste type " + name)
	}
	return paste, nil
}

func pasteAll(_, from grid.Cell, rows, columns int) grid.Cell { return from.Offset(rows, columns) }

func pasteValue(onto, from grid.Cell, _, _ int) grid.Cell {
	from.Extra, from.Spilled = nil, false
	if from.Kind == grid.KindError {
		from.Kind = grid.KindText // the name of the error
	}
	return onto.WithValue(from)
}

func pasteFormula(onto, from grid.Cell, rows, columns int) grid.Cell {
	value := from.Offset(rows, columns)
	value.Extra = nil
	if text := from.Formula(); text != "" {
		value.Extra = &grid.CellExtra{Formula: grid.OffsetFormula(text, rows, columns), Auto: from.Extra.Auto}
	}
	return onto.WithValue(value)
}

func pasteFormat(onto, from grid.Cell, _, _ int) grid.Cell {
	source := from.WithExtra(func(*grid.CellExtra) {}).Extra
	return onto.WithExtra(func(x *grid.CellExtra) {
		x.Format, x.Validation = nil, nil
		if source != nil {
			x.Format, x.Validation = source.Format, source.Validation
		}
	})
}

func pasteValidation(onto, from grid.Cell, _, _ int) grid.Cell {
	return onto.WithExtra(func(x *grid.CellExtra) {
		x.Validation = nil
		if from.Extra != nil {
			x.Validation = from.Extra.Validation
		}
	})
}

func pasteWithoutBorders(onto, from grid.Cell, rows, columns int) grid.Cell {
	return from.Offset(rows, columns).WithExtra(func(x *grid.CellExtra) {
		format := sheets.CellFormat{}
		if x.Format != nil {
			format = *x.Format
		}
		format.Borders = nil
		if onto.Extra != nil && onto.Extra.Format != nil {
			format.Borders = onto.Extra.Format.Borders
		}
		if x.Format != nil || format.Borders != nil {
			x.Format = &format
		}
	})
}

// copyPaste repeats the source if the destination is a multiple of it, and
// pastes all of it if the destination is smaller.
func (b batch) copyPaste(r *sheets.CopyPasteRequest) (*sheets.Response, error) {
	paste, err := pasteType(r.PasteType)
	if err != nil {
		return nil, err
	}
	from, source, err := b.ResolveGridRange(r.Source)
	if err != nil {
		return nil, err
	}
	to, dest, err := b.ResolveGridRange(r.Destination)
	if err != nil {
		return nil, err
	}
	if r.PasteType == "PASTE_VALUES" {
		if err := b.calculate(from, source); err != nil {
			return nil, err
		}
	}
	block := from.CopyCells(source)
	transpose := r.PasteOrientation == "TRANSPOSE"
	height, width := source.Rows(), source.Columns()
	if transpose {
		height, width = width, height
	}
	if height == 0 || width == 0 {
		return nil, nil
	}
	dest.Bottom = dest.Top + height*max(1, dest.Rows()/height)
	dest.Right = dest.Left + width*max(1, dest.Columns()/width)
	if dest.Bottom > to.Height || dest.Right > to.Width {
		return nil, to.ExceedsGrid(grid.QuoteTitle(to.Title), dest)
	}
	spreadsheet.EachCell(dest, func(row, column int) error {
		i, j := (row-dest.Top)%height, (column-dest.Left)%width
		if transpose {
			i, j = j, i
		}
		to.Set(row, column, paste(to.At(row, column), block[i][j], row-source.Top-i, column-source.Left-j))
		return nil
	})
	if !transpose && (r.PasteType == "" || r.PasteType == "PASTE_NORMAL" || r.PasteType == "PASTE_NO_BORDERS") {
		to.PasteMerges(from, source, dest)
	}
	return nil, nil
}

// coordinate returns the sheet, row and column of a GridCoordinate.
func (b batch) coordinate(g *sheets.GridCoordinate) (s *spreadsheet.Sheet, row, column int, err error) {
	if g == nil {
		return nil, 0, 0, rest.BadRequest("A coordinate must be specified.")
	}
	s, row, column = b.SheetByID(g.SheetId), int(g.RowIndex), int(g.ColumnIndex)
	switch {
	case s == nil:
		return nil, 0, 0, spreadsheet.UnknownGrid(g.SheetId)
	case row < 0 || column < 0:
		return nil, 0, 0, rest.BadRequest("The indices of a coordinate must not be negative.")
	}
	return s, row, column, nil
}

// cutPaste moves cells. References of formulas to them move with them.
func (b batch) cutPaste(r *sheets.CutPasteRequest) (*sheets.Response, error) {
	paste, err := pasteType(r.PasteType)
	if err != nil {
		return nil, err
	}
	from, source, err := b.ResolveGridRange(r.Source)
	if err != nil {
		return nil, err
	}
	to, row, column, err := b.coordinate(r.Destination)
	if err != nil {
		return nil, err
	}
	rows, columns := row-source.Top, column-source.Left
	dest := source.Offset(rows, columns)
	if dest.Bottom > to.Height || dest.Right > to.Width {
		return nil, to.ExceedsGrid(grid.QuoteTitle(to.Title), dest)
	}
	if err := b.calculate(from, grid.Rect(0, 0, 0, 0)); err != nil {
		return nil, err
	}
	block := from.CopyCells(source)
	var moved []grid.Area
	for _, m := range from.Merges {
		if source.Contains(m) {
			moved = append(moved, m.Offset(rows, columns))
		}
	}
	if err := from.Unmerge(source); err != nil {
		return nil, err
	}
	from.Erase(source)
	spreadsheet.EachCell(dest, func(r, c int) error {
		to.Set(r, c, paste(to.At(r, c), block[r-dest.Top][c-dest.Left], 0, 0))
		return nil
	})
	to.Merges = append(to.Merges, moved...)
	if from == to { // to another sheet, references would have to name it; they stay as they are
		b.RewriteFormulas(func(of *spreadsheet.Sheet, text string) string {
			return grid.RelocateFormula(text, of == from, from.Title, func(a grid.Area) (grid.Area, bool) {
				if a.Bottom != grid.ToEnd && a.Right != grid.ToEnd && source.Contains(a) {
					return a.Offset(rows, columns), true
				}
				return a, true
			})
		})
	}
	return nil, nil
}

// pasteData stores delimited text as if typed. The grid grows as needed.
func (b batch) pasteData(r *sheets.PasteDataRequest) (*sheets.Response, error) {
	if r.Html {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with pasteData of HTML")
	}
	s, row, column, err := b.coordinate(r.Coordinate)
	if err != nil {
		return nil, err
	}
	if r.Delimiter == "" {
		return nil, rest.BadRequest("A delimiter must be specified.")
	}
	if _, err := pasteType(r.Type); err != nil {
		return nil, err
	}
	lines := delimited(r.Data, r.Delimiter)
	in := spreadsheet.ValueInput{UserEntered: true, Now: b.now}
	for i, line := range lines {
		s.Grow(row+i+1, column+len(line))
		if err := b.CheckSize(); err != nil {
			return nil, err
		}
		for j, text := range line {
			made, err := in.ParseCell(text)
			if err != nil {
				return nil, err
			}
			s.Set(row+i, column+j, s.At(row+i, column+j).WithValue(*made))
		}
	}
	return nil, nil
}

// delimited splits text into rows and cells. Quotes have a meaning if the
// delimiter is one character.
func delimited(text, delimiter string) [][]string {
	runes := []rune(delimiter)
	if len(runes) == 1 {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = runes[0], -1, true
		if records, err := r.ReadAll(); err == nil {
			return records
		}
	}
	var out [][]string
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		out = append(out, strings.Split(line, delimiter))
	}
	return out
}

var delimiters = map[string]string{"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}

// textToColumns splits the text of one column. The parts overwrite the cells to
// the right of it.
func (b batch) textToColumns(r *sheets.TextToColumnsRequest) (*sheets.Response, error) {
	s, a, err := b.ResolveGridRange(r.Source)
	if err != nil {
		return nil, err
	}
	delimiter := delimiters[r.DelimiterType]
	if r.DelimiterType == "CUSTOM" {
		delimiter = r.Delimiter
	}
	switch {
	case a.Columns() != 1:
		return nil, rest.BadRequest("The source must span exactly one column.")
	case delimiter == "":
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with textToColumns that finds the delimiter itself")
	}
	in := spreadsheet.ValueInput{UserEntered: true, Now: b.now}
	for row := a.Top; row < min(a.Bottom, len(s.Rows)); row++ {
		if s.At(row, a.Left).Kind != grid.KindText {
			continue
		}
		parts := strings.Split(s.At(row, a.Left).Text, delimiter)
		s.Grow(0, a.Left+len(parts))
		if err := b.CheckSize(); err != nil {
			return nil, err
		}
		for j, text := range parts {
			made, err := in.ParseCell(text)
			if err != nil {
				return nil, err
			}
			s.Set(row, a.Left+j, s.At(row, a.Left+j).WithValue(*made))
		}
	}
	return nil, nil
}
