package spreadsheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator/internal/grid"
)

// xlsxWriter writes a spreadsheet as an .xlsx file.
type xlsxWriter struct {
	ss     *Spreadsheet
	file   *excelize.File
	titles map[*Sheet]string
	styles map[string]int // style IDs by pattern
}

// WriteXLSX writes the spreadsheet as an .xlsx file: sheets, values, formulas
// with their results, and number formats; and what the file has besides that it
// was made of. Titles that such a file cannot have are changed.
func (ss *Spreadsheet) WriteXLSX(w io.Writer) error {
	if ss.File != nil {
		var edited bytes.Buffer
		if _, _, err := ss.EditXLSX(&edited); err == nil {
			_, err := w.Write(edited.Bytes())
			return err
		}
	}
	return ss.writeNewXLSX(w)
}

// writeNewXLSX writes the spreadsheet as an .xlsx file that is not based on
// another one.
func (ss *Spreadsheet) writeNewXLSX(w io.Writer) error {
	x := xlsxWriter{ss: ss, file: excelize.NewFile(), titles: map[*Sheet]string{}, styles: map[string]int{}}
	defer x.file.Close()
	taken := map[string]bool{}
	for i, s := range ss.Sheets {
		x.titles[s] = freeTitle(s.Title, taken)
		if i == 0 {
			if err := x.file.SetSheetName("Sheet1", x.titles[s]); err != nil {
				return err
			}
		} else if _, err := x.file.NewSheet(x.titles[s]); err != nil {
			return err
		}
	}
	// This comes before the cells, as the library would read all of them again later.
	first, err := x.file.GetSheetIndex(x.titles[ss.firstVisible()])
	if err != nil {
		return err
	}
	x.file.SetActiveSheet(first)
	for _, s := range ss.Sheets {
		if err := x.file.SetSheetVisible(x.titles[s], !s.Hidden); err != nil {
			return err
		}
	}
	for _, s := range ss.Sheets {
		if err := x.sheet(s); err != nil {
			return fmt.Errorf("sheet %q: %w", s.Title, err)
		}
	}
	return x.file.Write(w)
}

// freeTitle returns a title that a file can have and that is not taken.
func freeTitle(title string, taken map[string]bool) string {
	title = strings.NewReplacer("[", "(", "]", ")", ":", "-", "*", "-", "?", "-", "/", "-", `\`, "-").Replace(title)
	title = strings.Trim(strings.ToValidUTF8(title, "-"), "'")
	base := truncate(title, excelize.MaxSheetNameLength)
	for n := 2; base == "" || taken[strings.ToLower(base)]; n++ {
		end := " " + strconv.Itoa(n)
		base = truncate(title, excelize.MaxSheetNameLength-len(end)) + end
	}
	taken[strings.ToLower(base)] = true
	return base
}

// truncate returns the beginning of a text that has so many UTF-16 code units at
// most.
func truncate(text string, most int) string {
	units := 0
	for i, r := range text {
		if units += 1 + (utf8.RuneLen(r) / 4); units > most {
			return text[:i]
		}
	}
	return text
}

// sheet writes one sheet.
func (x *xlsxWriter) sheet(s *Sheet) error {
	to, err := x.file.NewStreamWriter(x.titles[s])
	if err != nil {
		return err
	}
	for r := range s.Rows {
		cells := s.RowCells(r)
		line := make([]any, grid.LastValue(cells)+1)
		if len(line) > excelize.MaxColumns || r >= excelize.TotalRows {
			return errors.New("more rows or columns than an .xlsx file has")
		}
		for column := range line {
			if line[column], err = x.cell(s, cells[column]); err != nil {
				return err
			}
		}
		if len(line) == 0 {
			continue
		}
		if err := to.SetRow("A"+strconv.Itoa(r+1), line); err != nil {
			return err
		}
	}
	return to.Flush()
}

// cell returns a cell for the library.
func (x *xlsxWriter) cell(s *Sheet, c grid.Cell) (any, error) {
	if c.Kind == grid.KindBlank {
		return nil, nil
	}
	out := excelize.Cell{Value: c.Unformatted()}
	if c.Kind == grid.KindUncalculated { // a program that opens the file calculates it
		out.Value = nil
	}
	if text := c.Formula(); text != "" {
		out.Formula = strings.TrimPrefix(x.formula(s, text), "=")
	}
	var err error
	if f := c.NumberFormat(); f != nil {
		out.StyleID, err = x.style(grid.PatternOf(f))
	}
	return out, err
}

// formula returns a formula with the titles of the file, and without open
// ranges.
func (x *xlsxWriter) formula(own *Sheet, text string) string {
	return grid.RewriteReferences(text, func(p grid.FormulaPart) (string, bool) {
		of := own
		if p.Sheet != "" {
			of = x.ss.sheetByTitle(p.Sheet)
		}
		if of == nil {
			return grid.RefError, true
		}
		if p.Sheet != "" {
			p.Sheet = x.titles[of]
		}
		if !p.Cells.Single {
			p.Cells.Area = p.Cells.Area.Closed(max(of.Height, p.Cells.Area.Top+1), max(of.Width, p.Cells.Area.Left+1))
		}
		return p.Qualified(p.Cells.Text()), true
	})
}

// style returns the ID of the style of a number format, 0 for none.
func (x *xlsxWriter) style(pattern string) (int, error) {
	if known, ok := x.styles[pattern]; ok || pattern == "" {
		return known, nil
	}
	made, err := x.file.NewStyle(&excelize.Style{CustomNumFmt: &pattern})
	x.styles[pattern] = made
	return made, err
}
