package batch

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// finder finds and replaces text for one request, and counts what it changes.
type finder struct {
	pattern     *regexp.Regexp
	replacement string
	formulas    bool
	in          spreadsheet.ValueInput
	found       sheets.FindReplaceResponse
}

// groupName matches a reference to a group in replacements of Java, which have
// no braces.
var groupName = regexp.MustCompile(`\$([0-9])`)

func newFinder(r *sheets.FindReplaceRequest, in spreadsheet.ValueInput) (*finder, error) {
	text, replacement := regexp.QuoteMeta(r.Find), strings.ReplaceAll(r.Replacement, "$", "$$")
	if r.SearchByRegex {
		text, replacement = r.Find, groupName.ReplaceAllString(r.Replacement, "$${$1}")
	}
	if r.MatchEntireCell {
		text = `^(?:` + text + `)$`
	}
	if !r.MatchCase {
		text = `(?i)` + text
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, rest.BadRequest("The regular expression is invalid: %s", r.Find)
	}
	return &finder{pattern: pattern, replacement: replacement, formulas: r.IncludeFormulas, in: in}, nil
}

// findReplace replaces text in what cells show, and in formulas if the request
// includes them.
func (b batch) findReplace(r *sheets.FindReplaceRequest) (*sheets.Response, error) {
	if r.Find == "" {
		return nil, rest.BadRequest("The text to find must not be empty.")
	}
	f, err := newFinder(r, spreadsheet.ValueInput{UserEntered: true, Now: b.now})
	if err != nil {
		return nil, err
	}
	var scope []*spreadsheet.Sheet
	a := grid.WholeSheet
	switch {
	case r.AllSheets:
		scope = b.Sheets
	case r.Range != nil:
		s, inside, err := b.ResolveGridRange(r.Range)
		if err != nil {
			return nil, err
		}
		scope, a = []*spreadsheet.Sheet{s}, inside
	default:
		s := b.SheetByID(r.SheetId)
		if s == nil {
			return nil, spreadsheet.UnknownGrid(r.SheetId)
		}
		scope = []*spreadsheet.Sheet{s}
	}
	for _, s := range scope {
		if err := b.calculate(s, grid.Rect(0, 0, 0, 0)); err != nil { // cells with formulas are not searched for their values
			return nil, err
		}
		if err := f.sheet(s, s.UsedArea(a.Closed(s.Height, s.Width))); err != nil {
			return nil, err
		}
	}
	return &sheets.Response{FindReplace: &f.found}, nil
}

// sheet replaces text in an area of a sheet.
func (f *finder) sheet(s *spreadsheet.Sheet, a grid.Area) error {
	before := f.found.RowsChanged
	for row := a.Top; row < a.Bottom; row++ {
		changed := false
		for column := a.Left; column < min(a.Right, len(s.RowCells(row))); column++ {
			made, n, err := f.cell(s.At(row, column))
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			s.Set(row, column, made)
			changed = true
			f.found.OccurrencesChanged += int64(n)
		}
		if changed {
			f.found.RowsChanged++
		}
	}
	if f.found.RowsChanged > before {
		f.found.SheetsChanged++
	}
	return nil
}

// cell returns the cell with its text replaced, and how many matches there were.
func (f *finder) cell(c grid.Cell) (made grid.Cell, n int, err error) {
	text := c.Formula()
	if c.Kind == grid.KindBlank || text != "" && !f.formulas {
		return c, 0, nil
	}
	if text == "" {
		text = c.Formatted()
	}
	if n = len(f.pattern.FindAllStringIndex(text, -1)); n == 0 {
		return c, 0, nil
	}
	replaced := f.pattern.ReplaceAllString(text, f.replacement)
	if utf8.RuneCountInString(replaced) > spreadsheet.MaxCellText {
		return c, 0, spreadsheet.ErrTooLong
	}
	value, err := f.in.ParseCell(replaced)
	if err != nil {
		return c, 0, err
	}
	if c.Formula() != "" {
		f.found.FormulasChanged++
	} else {
		f.found.ValuesChanged++
	}
	return c.WithValue(*value), n, nil
}
