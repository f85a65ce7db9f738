package emulator

import (
	"encoding/csv"
	"strings"

	"example.com/sheets-function/emulator/internal/rest"
	"google.golang.org/api/sheets/v4"
)

// Requests that paste.

// pasted returns what becomes of a cell when another is pasted onto it from so
// many rows and columns away.
type pasted func(onto, from cell, rows, columns int) cell

// pasteTypes are the kinds of pasting
// (developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#pastetype).
var pasteTypes = map[string]pasted{
	"":                      pasteAll,
	"PASTE_NORMAL":          pasteAll,
	"PASTE_VALUES":          pasteValue,
	"PASTE_FORMULA":         pasteFormula,
	"PASTE_FORMAT":          pasteFormat,
	"PASTE_NO_BORDERS":      pasteWithoutBorders,
	"PASTE_DATA_VALIDATION": pasteValidation,
}

func pasteType(name string) (pasted, error) {
	paste, ok := pasteTypes[name]
	if !ok {
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with the paste type " + name)
	}
	return paste, nil
}

func pasteAll(_, from cell, rows, columns int) cell { return from.copied(rows, columns) }

func pasteValue(onto, from cell, _, _ int) cell {
	from.extra = nil
	if from.kind == kindError {
		from.kind = kindText // an error stays behind as its name
	}
	return onto.withValue(from)
}

func pasteFormula(onto, from cell, rows, columns int) cell {
	value := from.copied(rows, columns)
	value.extra = nil
	if text := from.formula(); text != "" {
		value.extra = &extra{formula: offsetFormula(text, rows, columns), auto: from.extra.auto}
	}
	return onto.withValue(value)
}

func pasteFormat(onto, from cell, _, _ int) cell {
	source := from.changed(func(*extra) {}).extra
	return onto.changed(func(x *extra) {
		x.format, x.validation = nil, nil
		if source != nil {
			x.format, x.validation = source.format, source.validation
		}
	})
}

func pasteValidation(onto, from cell, _, _ int) cell {
	return onto.changed(func(x *extra) {
		x.validation = nil
		if from.extra != nil {
			x.validation = from.extra.validation
		}
	})
}

func pasteWithoutBorders(onto, from cell, rows, columns int) cell {
	return from.copied(rows, columns).changed(func(x *extra) {
		format := sheets.CellFormat{}
		if x.format != nil {
			format = *x.format
		}
		format.Borders = nil
		if onto.extra != nil && onto.extra.format != nil {
			format.Borders = onto.extra.format.Borders
		}
		if x.format != nil || format.Borders != nil {
			x.format = &format
		}
	})
}

// copyPaste repeats the source where the destination is a multiple of it, and
// pastes all of it where the destination is smaller.
func (b batch) copyPaste(r *sheets.CopyPasteRequest) (*sheets.Response, error) {
	paste, err := pasteType(r.PasteType)
	if err != nil {
		return nil, err
	}
	from, source, err := b.grid(r.Source)
	if err != nil {
		return nil, err
	}
	to, dest, err := b.grid(r.Destination)
	if err != nil {
		return nil, err
	}
	if r.PasteType == "PASTE_VALUES" {
		b.calculate(b.now)
	}
	block := from.cellBlock(source)
	transpose := r.PasteOrientation == "TRANSPOSE"
	height, width := source.rows(), source.columns()
	if transpose {
		height, width = width, height
	}
	if height == 0 || width == 0 {
		return nil, nil
	}
	dest.bottom = dest.top + height*max(1, dest.rows()/height)
	dest.right = dest.left + width*max(1, dest.columns()/width)
	if dest.bottom > to.height || dest.right > to.width {
		return nil, to.exceeds(quoteTitle(to.title), dest)
	}
	each(dest, func(row, column int) error {
		i, j := (row-dest.top)%height, (column-dest.left)%width
		if transpose {
			i, j = j, i
		}
		to.set(row, column, paste(to.at(row, column), block[i][j], row-source.top-i, column-source.left-j))
		return nil
	})
	if !transpose && (r.PasteType == "" || r.PasteType == "PASTE_NORMAL" || r.PasteType == "PASTE_NO_BORDERS") {
		to.pasteMerges(from, source, dest)
	}
	return nil, nil
}

// pasteMerges repeats the merges of a source in a destination.
func (s *sheet) pasteMerges(from *sheet, source, dest area) {
	var copies []area
	for _, m := range from.merges {
		if !source.contains(m) {
			continue
		}
		for top := dest.top; top < dest.bottom; top += source.rows() {
			for left := dest.left; left < dest.right; left += source.columns() {
				copies = append(copies, m.offset(top-source.top, left-source.left))
			}
		}
	}
	if len(copies) > 0 && s.unmerge(dest) == nil {
		s.merges = append(s.merges, copies...)
	}
}

// coordinate resolves a GridCoordinate.
func (b batch) coordinate(g *sheets.GridCoordinate) (s *sheet, row, column int, err error) {
	if g == nil {
		return nil, 0, 0, rest.BadRequest("A coordinate must be specified.")
	}
	s, row, column = b.sheetByID(g.SheetId), int(g.RowIndex), int(g.ColumnIndex)
	switch {
	case s == nil:
		return nil, 0, 0, noGrid(g.SheetId)
	case row < 0 || column < 0:
		return nil, 0, 0, rest.BadRequest("The indices of a coordinate must not be negative.")
	}
	return s, row, column, nil
}

// cutPaste moves cells; formulas that refer to them follow.
func (b batch) cutPaste(r *sheets.CutPasteRequest) (*sheets.Response, error) {
	paste, err := pasteType(r.PasteType)
	if err != nil {
		return nil, err
	}
	from, source, err := b.grid(r.Source)
	if err != nil {
		return nil, err
	}
	to, row, column, err := b.coordinate(r.Destination)
	if err != nil {
		return nil, err
	}
	rows, columns := row-source.top, column-source.left
	dest := source.offset(rows, columns)
	if dest.bottom > to.height || dest.right > to.width {
		return nil, to.exceeds(quoteTitle(to.title), dest)
	}
	b.calculate(b.now)
	block := from.cellBlock(source)
	var moved []area
	for _, m := range from.merges {
		if source.contains(m) {
			moved = append(moved, m.offset(rows, columns))
		}
	}
	if err := from.unmerge(source); err != nil {
		return nil, err
	}
	from.wipe(source)
	each(dest, func(r, c int) error {
		to.set(r, c, paste(to.at(r, c), block[r-dest.top][c-dest.left], 0, 0))
		return nil
	})
	to.merges = append(to.merges, moved...)
	if from == to { // a reference from one sheet to another cannot follow without changing its sheet
		b.rewriteFormulas(func(of *sheet, text string) string {
			return relocatedFormula(text, of == from, from.title, func(a area) (area, bool) {
				if a.bottom != toEnd && a.right != toEnd && source.contains(a) {
					return a.offset(rows, columns), true
				}
				return a, true
			})
		})
	}
	return nil, nil
}

// pasteData stores delimited text as if typed; the grid grows for it.
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
	in := input{entered: true, now: b.now}
	for i, line := range lines {
		s.grow(row+i+1, column+len(line))
		if err := b.checkSize(); err != nil {
			return nil, err
		}
		for j, text := range line {
			made, err := in.cell(text)
			if err != nil {
				return nil, err
			}
			s.set(row+i, column+j, s.at(row+i, column+j).withValue(*made))
		}
	}
	return nil, nil
}

// delimited splits text into rows and cells; quotes count where the delimiter
// is one character.
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

// textToColumns splits one column of text; the parts overwrite what is right of it.
func (b batch) textToColumns(r *sheets.TextToColumnsRequest) (*sheets.Response, error) {
	s, a, err := b.grid(r.Source)
	if err != nil {
		return nil, err
	}
	delimiter := delimiters[r.DelimiterType]
	if r.DelimiterType == "CUSTOM" {
		delimiter = r.Delimiter
	}
	switch {
	case a.columns() != 1:
		return nil, rest.BadRequest("The source must span exactly one column.")
	case delimiter == "":
		return nil, rest.Unsupported("sheets.spreadsheets.batchUpdate with textToColumns that finds the delimiter itself")
	}
	in := input{entered: true, now: b.now}
	for row := a.top; row < min(a.bottom, len(s.rows)); row++ {
		if s.at(row, a.left).kind != kindText {
			continue
		}
		parts := strings.Split(s.at(row, a.left).text, delimiter)
		s.grow(0, a.left+len(parts))
		if err := b.checkSize(); err != nil {
			return nil, err
		}
		for j, text := range parts {
			made, err := in.cell(text)
			if err != nil {
				return nil, err
			}
			s.set(row, a.left+j, s.at(row, a.left+j).withValue(*made))
		}
	}
	return nil, nil
}
