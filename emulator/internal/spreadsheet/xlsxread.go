package spreadsheet

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"example.com/sheets-function/emulator/internal/grid"
	"example.com/sheets-function/emulator/internal/xlsx"
)

// ReadXLSX returns the sheets of an .xlsx file. A formula that cannot be
// calculated here is read as the value that the file has for it.
func ReadXLSX(content []byte) ([]Tab, error) {
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read xlsx: %w", err)
	}
	defer book.Close()
	titles, err := xlsx.Titles(content)
	if err != nil { // a file that the library takes, all the same
		titles = book.GetSheetList()
	}
	if len(titles) == 0 {
		return nil, errors.New("read xlsx: no sheet")
	}
	x := xlsxReader{file: book, patterns: map[int]string{}, shift: dateShift(book)}
	var tabs []Tab
	for _, title := range titles {
		t, err := x.sheet(title)
		if err != nil {
			return nil, fmt.Errorf("read xlsx: sheet %q: %w", title, err)
		}
		tabs = append(tabs, t)
	}
	return tabs, nil
}

// dateShift returns the days that are added to the dates of a file.
func dateShift(book *excelize.File) float64 {
	if p, err := book.GetWorkbookProps(); err == nil && p.Date1904 != nil && *p.Date1904 {
		return 1462 // from 1899-12-30 to 1904-01-01
	}
	return 0
}

type xlsxReader struct {
	file     *excelize.File
	patterns map[int]string // by style ID
	shift    float64        // added to dates, for a file that counts from 1904
}

// sheet reads one sheet.
func (x *xlsxReader) sheet(title string) (Tab, error) {
	visible, err := x.file.GetSheetVisible(title)
	if err != nil {
		return Tab{}, err
	}
	s := Tab{Title: title, Hidden: !visible}
	rows, err := x.file.GetRows(title, excelize.Options{RawCellValue: true})
	if err != nil {
		return s, err
	}
	for r, row := range rows {
		line := make([]any, len(row))
		for column, text := range row {
			name := grid.ColumnLetters(column) + strconv.Itoa(r+1)
			if line[column], err = x.cell(title, name, text); err != nil {
				return s, fmt.Errorf("cell %s: %w", name, err)
			}
		}
		s.Values = append(s.Values, line)
	}
	return s, nil
}

// cell returns the value of a cell as [Tab] has it.
func (x *xlsxReader) cell(title, name, text string) (any, error) {
	formula, err := x.file.GetCellFormula(title, name)
	if err != nil {
		return nil, err
	}
	style, err := x.file.GetCellStyle(title, name)
	if err != nil {
		return nil, err
	}
	pattern := x.pattern(style)
	if formula != "" {
		formula = "=" + strings.NewReplacer("_xlfn.", "", "_xlws.", "").Replace(formula)
		if parse(formula).Lacking() == "" {
			return Formula{Text: formula, Pattern: pattern}, nil
		}
	}
	if text == "" {
		return nil, nil
	}
	kind, err := x.file.GetCellType(title, name)
	if err != nil {
		return nil, err
	}
	switch kind {
	case excelize.CellTypeBool:
		return text == "1" || strings.EqualFold(text, "true"), nil
	case excelize.CellTypeInlineString, excelize.CellTypeSharedString, excelize.CellTypeError, excelize.CellTypeFormula:
		return text, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text, nil
	case pattern == "":
		return n, nil
	case grid.IsDate(grid.FormatOf(pattern)):
		n += x.shift
	}
	return Number{Value: n, Pattern: pattern}, nil
}

// pattern returns the number format of a style; "" if it has none.
func (x *xlsxReader) pattern(style int) string {
	if known, ok := x.patterns[style]; ok {
		return known
	}
	pattern := ""
	if s, err := x.file.GetStyle(style); err == nil {
		pattern = xlsx.BuiltinPatterns[s.NumFmt]
		if s.CustomNumFmt != nil {
			pattern = *s.CustomNumFmt
		}
	}
	if strings.EqualFold(pattern, "general") || pattern == "@" {
		pattern = ""
	}
	x.patterns[style] = pattern
	return pattern
}
